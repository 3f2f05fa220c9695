//! What a task can hold, said with the place where a plan has something else.

use super::{item::Word, node::Node, place::Wrong};
use crate::core::{
    status::Status,
    text::{is_hostile, many_lines, one_line},
};

/// A text of one line.
pub(super) fn line(at: usize, name: &str, text: &str) -> Result<String, Wrong> {
    one_line(text).map_err(|why| Wrong::new(at, format!("cannot take the {name}: {why}")))
}

/// A text that may have several lines; `None` if there is nothing in it.
pub(super) fn lines(at: usize, name: &str, text: &str) -> Result<Option<String>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    many_lines(text).map(Some).map_err(|why| Wrong::new(at, format!("cannot take the {name}: {why}")))
}

/// A path from the top of the work tree.
pub(super) fn path(at: usize, text: &str) -> Result<String, Wrong> {
    let refuse = |why: &str| Wrong::new(at, format!("cannot take the path '{}': {why}", text.escape_debug()));
    if text.chars().any(is_hostile) {
        return Err(refuse("it has control characters"));
    }
    let mut path = text.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    match path {
        "" => Err(refuse("it is empty")),
        path if path.starts_with('/') => Err(refuse("it is not from the top of the work tree")),
        path if path.split('/').any(|part| part == "..") => Err(refuse("it is outside of the repository")),
        path => Ok(path.to_owned()),
    }
}

/// The `id` of `node`: a text is an id of ours, a number is only what references call it.
pub(super) fn id_or_label(node: &Node<'_>) -> Result<(Option<Word>, Option<String>), Wrong> {
    let Some(id) = node.get("id") else { return Ok((None, None)) };
    match id.numeral() {
        Some(label) => Ok((None, Some(label))),
        None => Ok((Some(id.word("id")?), None)),
    }
}

/// A state, in our own words.
pub(super) fn status(at: usize, word: &str) -> Result<Status, Wrong> {
    Status::parse(word).ok_or_else(|| unknown_status(at, word, &Status::ALL.map(Status::as_str)))
}

/// A state, in the words that people use for it.
pub(super) fn loose_status(at: usize, word: &str) -> Result<Status, Wrong> {
    let plain = word.trim().to_lowercase().replace([' ', '-'], "_");
    match plain.as_str() {
        "pending" | "todo" | "to_do" | "open" | "new" | "not_started" | "planned" | "queued" | "ready" => {
            Ok(Status::Pending)
        }
        "in_progress" | "doing" | "started" | "active" | "wip" | "working" | "ongoing" => Ok(Status::InProgress),
        "completed" | "complete" | "done" | "finished" | "closed" | "passed" => Ok(Status::Completed),
        "failed" | "failing" => Ok(Status::Failed),
        "cancelled" | "canceled" | "skipped" | "wontfix" | "won't_fix" | "dropped" => Ok(Status::Cancelled),
        _ => Err(unknown_status(at, word, &Status::ALL.map(Status::as_str))),
    }
}

/// A priority, in the words that other tools have for it.
pub(super) fn loose_priority(at: usize, word: &str) -> Result<u8, Wrong> {
    match word.trim().to_lowercase().as_str() {
        "critical" => Ok(0),
        "high" => Ok(1),
        "medium" => Ok(2),
        "low" => Ok(3),
        _ => {
            let shown: String = word.chars().take(40).collect();
            let what = format!("there is no priority '{}'", shown.escape_debug());
            Err(Wrong::new(at, what).hint("the priorities are critical, high, medium, low"))
        }
    }
}

/// A state that there is not.
pub(super) fn unknown_status(at: usize, word: &str, known: &[&str]) -> Wrong {
    let shown: String = word.chars().take(40).collect();
    Wrong::new(at, format!("there is no status '{}'", shown.escape_debug()))
        .hint(format!("the states are {}", known.join(", ")))
}
