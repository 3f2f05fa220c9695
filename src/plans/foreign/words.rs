//! States, priorities and truth in the words that people and tools have for them.

use crate::{
    domain::{status::Status, task::LOWEST_PRIORITY},
    plans::node::{Node, What},
};

/// A state, and whether it means that something blocks it.
pub(in super::super) fn status(word: &str) -> Option<(Status, bool)> {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let plain: String = plain.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    // `done-uncommitted`, `completed (see below)`: the first word says it.
    exact(&plain).or_else(|| exact(plain.split('_').next()?))
}

fn exact(word: &str) -> Option<(Status, bool)> {
    let status = match word {
        "pending" | "todo" | "to_do" | "open" | "new" | "not_started" | "notstarted" | "unstarted" | "planned"
        | "queued" | "ready" | "backlog" | "draft" | "proposed" | "triage" | "pinned" | "incomplete" | "reopened"
        | "not_passing" => Status::Pending,
        "blocked" | "deferred" | "on_hold" | "hold" | "waiting" | "postponed" | "stalled" | "paused" => {
            return Some((Status::Pending, true));
        }
        "in_progress" | "inprogress" | "doing" | "started" | "active" | "wip" | "working" | "ongoing" | "current"
        | "hooked" | "review" | "in_review" | "reviewing" | "testing" | "in_testing" | "qa" | "verifying"
        | "ready_for_review" | "ready_for_qa" | "needs_review" | "partial" | "partially_done" => Status::InProgress,
        "completed" | "complete" | "done" | "finished" | "closed" | "pass" | "passed" | "passes" | "passing"
        | "verified" | "shipped" | "released" | "deployed" | "merged" | "resolved" | "fixed" | "implemented"
        | "accepted" | "approved" | "tested" | "success" | "delivered" | "archived" => Status::Completed,
        "failed" | "failing" | "fail" | "error" | "broken" => Status::Failed,
        "cancelled" | "canceled" | "skipped" | "skip" | "wontfix" | "won_t_fix" | "wont_fix" | "dropped"
        | "abandoned" | "rejected" | "obsolete" | "duplicate" | "superseded" | "declined" | "removed"
        | "deprecated" | "n_a" => Status::Cancelled,
        _ => return None,
    };
    Some((status, false))
}

/// A priority: a number, `P1`, or a word. Numbers beyond the lowest one are the lowest one, and the flag says so.
pub(super) fn priority(node: &Node<'_>) -> Option<(u8, bool)> {
    match &node.what {
        What::Number(number) => priority_called(number),
        What::Text(text) => priority_called(text),
        _ => None,
    }
}

pub(in super::super) fn priority_called(word: &str) -> Option<(u8, bool)> {
    let word = word.trim().to_lowercase();
    let number = word.strip_prefix('p').unwrap_or(&word).parse::<u64>().ok();
    if let Some(number) = number {
        let lowest = u64::from(LOWEST_PRIORITY);
        return Some((u8::try_from(number.min(lowest)).unwrap_or(LOWEST_PRIORITY), number > lowest));
    }
    let first = word.split(|c: char| !c.is_alphanumeric()).find(|part| !part.is_empty())?;
    let number = match first {
        "critical" | "urgent" | "blocker" | "highest" | "immediate" | "must" => 0,
        "high" | "major" | "important" | "should" => 1,
        "medium" | "med" | "normal" | "moderate" | "default" | "could" => 2,
        "low" | "minor" | "nice" | "wont" => 3,
        "lowest" | "trivial" | "optional" | "backlog" => LOWEST_PRIORITY,
        _ => return None,
    };
    Some((number, false))
}

/// `true`, `"yes"`, `"passed"`; nothing for what is neither true nor false.
pub(super) fn flag(node: &Node<'_>) -> Option<bool> {
    match &node.what {
        What::Flag(flag) => Some(*flag),
        What::Number(number) => number.parse::<f64>().ok().map(|number| number != 0.0),
        What::Text(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "y" => Some(true),
            "false" | "no" | "n" | "" => Some(false),
            word => status(word).map(|(status, _)| status == Status::Completed),
        },
        What::Nothing => Some(false),
        _ => None,
    }
}

/// The words of a value: a text as it is, members of a list on lines of their own, the rest as JSON.
pub(super) fn text(node: &Node<'_>) -> String {
    match &node.what {
        What::Text(text) => text.trim().to_owned(),
        What::List(items) => items.iter().map(text).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"),
        What::Table(_) => said(node).unwrap_or_else(|| node.to_value().to_string()),
        What::Nothing => String::new(),
        _ => node.to_value().to_string(),
    }
}

/// What a table says in one of its keys, if the others only tell it apart.
fn said(node: &Node<'_>) -> Option<String> {
    let (key, value) = ["text", "description", "title", "name", "content", "criterion", "step"]
        .iter()
        .find_map(|key| Some((*key, node.get(key)?)))?;
    let What::Table(entries) = &node.what else { return None };
    let rest = entries.iter().filter(|(name, node)| name != key && node.what != What::Nothing);
    let rest: Vec<String> = rest.map(|(name, node)| format!("{name}: {}", text(node).replace('\n', ", "))).collect();
    Some(if rest.is_empty() { text(value) } else { format!("{} ({})", text(value), rest.join(", ")) })
}
