//! The JSONL of beads, written.

use serde_json::{Map, Value, json};

use super::super::beads::NAME;
use crate::{domain::status::Status, plans::item::Plan};

/// What a remark tells about an issue, as reading has made it: `beads: related bd-9; type bug; labels a, b`.
struct About<'n>(Vec<(&'n str, &'n str)>);

/// The words of such a remark that are no dependencies.
const WORDS: [&str; 9] = ["type", "assignee", "owner", "author", "external", "created", "closed", "until", "labels"];

impl<'n> About<'n> {
    fn of(note: &'n str) -> Self {
        let words = note.strip_prefix(NAME).and_then(|rest| rest.strip_prefix(": ")).unwrap_or_default();
        About(words.split("; ").filter_map(|word| word.split_once(' ')).collect())
    }

    fn word(&self, name: &str) -> Option<&'n str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
    }

    fn dependencies(&self) -> impl Iterator<Item = (&'n str, &'n str)> + '_ {
        self.0.iter().copied().filter(|(kind, id)| !WORDS.contains(kind) && !id.contains(' '))
    }
}

/// Write `plan`. Beads has no failed and no cancelled tasks: they are open and closed.
pub(in super::super::super) fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let mut out = String::new();
    for (at, item) in plan.items.iter().enumerate() {
        let content = &item.content;
        let (about, notes): (Vec<&str>, Vec<&str>) = content
            .notes
            .iter()
            .map(String::as_str)
            .partition(|note| note.strip_prefix(NAME).is_some_and(|rest| rest.starts_with(": ")));
        let about = About::of(about.first().copied().unwrap_or_default());
        let mut issue = Map::new();
        let mut put = |key: &str, value: Value| issue.insert(key.to_owned(), value);
        put("id", json!(item.id));
        put("title", json!(content.title));
        for (key, text) in [("description", &content.description), ("acceptance_criteria", &content.accept)] {
            if let Some(text) = text {
                put(key, json!(text));
            }
        }
        let status = content.status.unwrap_or_default();
        put(
            "status",
            json!(match status {
                Status::InProgress => "in_progress",
                Status::Completed | Status::Cancelled => "closed",
                Status::Pending | Status::Failed if !content.blockers.is_empty() => "blocked",
                Status::Pending | Status::Failed => "open",
            }),
        );
        put("priority", json!(content.priority.unwrap_or(crate::domain::task::DEFAULT_PRIORITY)));
        let kind = if parts.of(at).is_empty() { "task" } else { "epic" };
        put("issue_type", json!(about.word("type").unwrap_or(kind)));
        for (key, name) in
            [("assignee", "assignee"), ("owner", "owner"), ("created_by", "author"), ("external_ref", "external")]
        {
            if let Some(word) = about.word(name) {
                put(key, json!(word));
            }
        }
        if let Some(labels) = about.word("labels") {
            put("labels", json!(labels.split(", ").collect::<Vec<_>>()));
        }
        if let Some(seconds) = content.estimate {
            put("estimated_minutes", json!(seconds.div_ceil(60)));
        }
        for (key, name, time) in [
            ("created_at", "created", item.times.created),
            ("updated_at", "", item.times.updated),
            ("closed_at", "closed", item.times.completed),
        ] {
            if let Some(time) = about.word(name).map(str::to_owned).or_else(|| time.map(|time| time.to_string())) {
                put(key, json!(time));
            }
        }
        match (status, &content.result) {
            (Status::Cancelled, _) => put("close_reason", json!("cancelled")),
            (_, Some(Value::String(text))) => put("close_reason", json!(text)),
            (_, Some(value)) => put("close_reason", json!(value.to_string())),
            (_, None) => None,
        };
        if !notes.is_empty() {
            put("notes", json!(notes.join("\n\n")));
        }
        let on = |kind: &str, id: &str| json!({ "issue_id": item.id, "depends_on_id": id, "type": kind });
        let after = item.after.iter().flatten().map(|id| on("blocks", id.as_str()));
        let parent = item.parent.iter().flatten().map(|id| on("parent-child", id.as_str()));
        let others = about.dependencies().map(|(kind, id)| on(kind, id));
        let dependencies: Vec<Value> = after.chain(parent).chain(others).collect();
        if !dependencies.is_empty() {
            put("dependencies", Value::Array(dependencies));
        }
        out.push_str(&format!("{}\n", Value::Object(issue)));
    }
    out
}
