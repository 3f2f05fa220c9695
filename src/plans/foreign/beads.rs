//! The JSONL of beads (`bd export`): an issue a line.
//!
//! `blocks` is what a task comes after, `parent-child` its feature; other dependencies and kinds become one remark, which
//! writing turns back. An issue that was deleted is omitted, with what others say of it.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Fit, Foreign, task, task::Tool, words};
use crate::{
    domain::{status::Status, task::DEFAULT_PRIORITY, time::Timestamp},
    plans::{
        item::{Parent, Plan},
        json as reader,
        left::Reading,
        native::{object, some},
        node::{Node, What},
        position::Wrong,
    },
};

/// The export of beads.
pub(in crate::plans) const FORMAT: Foreign =
    Foreign { name: "beads", extensions: &["jsonl", "ndjson"], fits, read, write: Some(write) };

/// What beads calls an issue that was deleted.
const DELETED: &str = "tombstone";

/// What a remark about an issue begins with.
const NAME: &str = "beads";

const TOOL: Tool = Tool { name: NAME, has_no_ids: false, has_categories: false, is_flat: false };

/// A list of issues, or one issue.
fn fits(node: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    let is_issue = |task: &Node<'_>| task.get("issue_type").is_some() || task.get("dependencies").is_some();
    if matches!(node.what, What::List(_)) && tasks.first().is_some_and(is_issue) {
        Fit::Certain
    } else if node.get("issue_type").is_some() {
        Fit::Likely
    } else {
        Fit::No
    }
}

/// Read a whole document: objects a line each, or a list of them.
fn read(text: &str) -> Result<Reading, Wrong> {
    let mut issues = Vec::new();
    if text.trim_start().starts_with('[') {
        let Node { at, what } = reader::parse_loose(text)?;
        match what {
            What::List(items) => issues = items,
            _ => return Err(Wrong::new(at, "the export is not a list")),
        }
    } else {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                issues.push(reader::parse_at(line, at)?);
            }
            at += line.len();
        }
    }
    let (deleted, issues): (Vec<_>, Vec<_>) =
        issues.iter().partition(|issue| issue.get("status").is_some_and(|status| words::text(status) == DELETED));
    let deleted: HashSet<String> = deleted.into_iter().filter_map(|issue| issue.get("id").map(words::text)).collect();
    let mut reading = Reading::default();
    for issue in issues {
        // A store has more than issues.
        let is_titled =
            matches!(&issue.what, What::Table(entries) if entries.iter().any(|(key, _)| super::keys::is_title(key)));
        if !is_titled && issue.get("issue_type").is_none() {
            reading.leave(issue.at, "an entry that is not an issue is skipped");
            continue;
        }
        let Some(mut rough) = task::read(issue, TOOL, &mut reading) else { continue };
        if super::lists::has_parts(issue) {
            reading.leave(issue.at, "nested issues are skipped");
        }
        // Ids of beads are not numbers: they do not shift.
        rough.is_numbered = false;
        if let Some(after) = &mut rough.after {
            after.retain(|word| !deleted.contains(&word.text));
        }
        rough.after = rough.after.filter(|after| !after.is_empty());
        if matches!(&rough.parent, Parent::Named(word) if deleted.contains(&word.text)) {
            rough.parent = Parent::Unsaid;
        }
        reading.items.push(rough);
    }
    if reading.items.is_empty() && !reading.left.is_empty() {
        return Err(Wrong::new(0, "it contains no issue"));
    }
    reading.settle_before();
    Ok(reading)
}

/// What a remark tells about an issue, as reading has made it: `beads: related bd-9; type bug; labels a, b`.
struct Extras<'n>(Vec<(&'n str, &'n str)>);

/// The words of such a remark that are not dependencies.
const WORDS: [&str; 9] = ["type", "assignee", "owner", "author", "external", "created", "closed", "until", "labels"];

impl<'n> Extras<'n> {
    fn of(note: &'n str) -> Self {
        let words = note.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(": ")).unwrap_or_default();
        Extras(words.split("; ").filter_map(|word| word.split_once(' ')).collect())
    }

    fn word(&self, name: &str) -> Option<&'n str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
    }

    fn dependencies(&self) -> impl Iterator<Item = (&'n str, &'n str)> + '_ {
        self.0.iter().copied().filter(|(kind, id)| !WORDS.contains(kind) && !id.contains(' '))
    }
}

/// Write `plan`. Beads has no failed and no cancelled tasks: they are open and closed.
fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let mut out = String::new();
    for (at, item) in plan.items.iter().enumerate() {
        let content = &item.content;
        let (about, notes): (Vec<&str>, Vec<&str>) = content
            .notes
            .iter()
            .map(String::as_str)
            .partition(|note| note.strip_prefix(NAME).is_some_and(|rest| rest.starts_with(": ")));
        let about = Extras::of(about.first().copied().unwrap_or_default());
        let status = content.status.unwrap_or_default();
        let word = match status {
            Status::InProgress => "in_progress",
            Status::Completed | Status::Cancelled => "closed",
            Status::Pending | Status::Failed if !content.blockers.is_empty() => "blocked",
            Status::Pending | Status::Failed => "open",
        };
        let kind = if parts.of(at).is_empty() { "task" } else { "epic" };
        // Earlier versions kept both in the remark.
        let told = about.word("labels").unwrap_or_default().split(", ").filter(|label| !label.is_empty());
        let mut labels: Vec<&str> = content.labels.iter().flatten().map(String::as_str).collect();
        labels.extend(told.filter(|label| !content.labels.iter().flatten().any(|known| known == label)));
        let reference = content.refs.iter().flatten().next().map(String::as_str).or_else(|| about.word("external"));
        let time = |name: &str, time: Option<Timestamp>| {
            json!(about.word(name).map(str::to_owned).or_else(|| time.map(|time| time.to_string())))
        };
        let reason = match (status, &content.result) {
            (Status::Cancelled, _) => json!("cancelled"),
            (_, Some(Value::String(text))) => json!(text),
            (_, result) => json!(result.as_ref().map(Value::to_string)),
        };
        let on = |kind: &str, id: &str| json!({ "issue_id": item.id, "depends_on_id": id, "type": kind });
        let after = item.after.iter().flatten().map(|id| on("blocks", id.as_str()));
        let parent = item.parent.iter().flatten().map(|id| on("parent-child", id.as_str()));
        let others = about.dependencies().map(|(kind, id)| on(kind, id));
        let dependencies: Vec<Value> = after.chain(parent).chain(others).collect();
        let issue = object([
            ("id", json!(item.id)),
            ("title", json!(content.title)),
            ("description", json!(content.description)),
            ("acceptance_criteria", json!(content.accept)),
            ("status", json!(word)),
            ("priority", json!(content.priority.unwrap_or(DEFAULT_PRIORITY))),
            ("issue_type", json!(about.word("type").unwrap_or(kind))),
            ("assignee", json!(about.word("assignee"))),
            ("owner", json!(about.word("owner"))),
            ("created_by", json!(about.word("author"))),
            ("labels", some(&labels)),
            ("external_ref", json!(reference)),
            // Beads has one; we read both.
            ("external_refs", json!(content.refs.as_ref().filter(|references| references.len() > 1))),
            ("estimated_minutes", json!(content.estimate.map(|seconds| seconds.div_ceil(60)))),
            ("created_at", time("created", item.times.created)),
            ("updated_at", time("", item.times.updated)),
            ("closed_at", time("closed", item.times.completed)),
            ("close_reason", reason),
            ("notes", json!((!notes.is_empty()).then(|| notes.join("\n\n")))),
            ("dependencies", some(&dependencies)),
        ]);
        out.push_str(&format!("{}\n", Value::Object(issue)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::item::Word;

    #[test]
    fn deleted_issues_and_what_waits_for_them_are_left_out() {
        let text = concat!(
            r#"{"id":"bd-1","title":"Old","status":"tombstone"}"#,
            "\n\n",
            r#"{"id":"bd-2","title":"New","status":"open","dependencies":[{"depends_on_id":"bd-1","type":"blocks"},{"depends_on_id":"bd-9","type":"related"}]}"#,
        );
        let rough = read(text).unwrap().items;
        assert_eq!(rough.len(), 1);
        assert_eq!(rough[0].after, None);
        assert_eq!(rough[0].content.notes, ["beads: related bd-9"]);
        assert_eq!(rough[0].id, Some(Word { at: text.find("\"bd-2\"").unwrap(), text: "bd-2".into() }));
    }
}
