//! The JSONL of beads: an issue a line.
//!
//! `blocks` is what a task comes after, `parent-child` its feature; other dependencies, labels, kinds and comments become remarks. An
//! issue that was deleted is left out, with what others say of it.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    check,
    item::{Content, Parent, Plan, Rough},
    json as reader,
    node::{Node, What},
    place::Wrong,
};
use crate::core::{status::Status, task::LOWEST_PRIORITY};

/// What beads calls an issue that was deleted.
const DELETED: &str = "tombstone";

/// Read a whole document: objects a line each, or a list of them.
pub(super) fn read(text: &str) -> Result<Vec<Rough>, Wrong> {
    let mut issues = Vec::new();
    if text.trim_start().starts_with('[') {
        let Node { at, what } = reader::parse(text)?;
        match what {
            What::List(items) => issues = items,
            _ => return Err(Wrong::new(at, "the export is no list")),
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
    let is_deleted = |issue: &Node<'_>| issue.get("status").is_some_and(|status| status.text("status") == Ok(DELETED));
    let deleted: HashSet<String> = issues
        .iter()
        .filter(|issue| is_deleted(issue))
        .filter_map(|issue| Some(issue.get("id")?.text("id").ok()?.to_owned()))
        .collect();
    issues.iter().filter(|issue| !is_deleted(issue)).map(|issue| self::issue(issue, &deleted)).collect()
}

fn issue(node: &Node<'_>, deleted: &HashSet<String>) -> Result<Rough, Wrong> {
    node.table("an issue")?;
    let title = node.get("title").ok_or_else(|| Wrong::new(node.at, "an issue has no title"))?;
    let mut content = Content { title: check::line(title.at, "title", title.text("title")?)?, ..Content::default() };
    let mut rough = Rough { at: node.at, id: node.get("id").map(|id| id.word("id")).transpose()?, ..Rough::default() };
    state(node, &mut content)?;
    if let Some(priority) = node.get("priority") {
        let number = priority.number("priority", u64::from(LOWEST_PRIORITY))?;
        content.priority = Some(u8::try_from(number).unwrap_or(LOWEST_PRIORITY));
    }
    let description = long(node, "description")?;
    let design = long(node, "design")?.map(|design| format!("## Design\n\n{design}"));
    content.description = description.into_iter().chain(design).reduce(|all, part| format!("{all}\n\n{part}"));
    content.accept = long(node, "acceptance_criteria")?;
    if let Some(minutes) = node.get("estimated_minutes") {
        let minutes = minutes.number("estimated_minutes", u64::MAX / 60)?;
        content.estimate = Some(minutes * 60).filter(|seconds| *seconds > 0);
    }
    content.notes.extend(long(node, "notes")?);
    let mut about = Vec::new();
    dependencies(node, deleted, &mut rough, &mut about)?;
    for (key, name) in [
        ("issue_type", "type"),
        ("assignee", "assignee"),
        ("external_ref", "external"),
        ("created_at", "created"),
        ("closed_at", "closed"),
    ] {
        if let Some(value) = node.get(key) {
            let text = value.text(key)?.trim();
            if !text.is_empty() && text != "task" {
                about.push(format!("{name} {text}"));
            }
        }
    }
    if let Some(labels) = node.get("labels") {
        let labels: Vec<&str> = labels.texts("labels")?.into_iter().map(|(_, label)| label).collect();
        if !labels.is_empty() {
            about.push(format!("labels {}", labels.join(", ")));
        }
    }
    if !about.is_empty() {
        content.notes.extend(check::lines(node.at, "issue", &format!("beads: {}", about.join("; ")))?);
    }
    if let Some(comments) = node.get("comments") {
        for comment in comments.list("comments")? {
            let Some(text) = comment.get("text") else { continue };
            let author = comment.get("author").map_or(Ok("somebody"), |author| author.text("author"))?;
            content.notes.extend(check::lines(text.at, "comment", &format!("{author}: {}", text.text("text")?))?);
        }
    }
    rough.content = content;
    Ok(rough)
}

fn long(node: &Node<'_>, key: &str) -> Result<Option<String>, Wrong> {
    node.get(key).map_or(Ok(None), |value| check::lines(value.at, key, value.text(key)?))
}

/// Where an issue stands. What beads calls blocked or deferred is pending here, with a blocker.
fn state(node: &Node<'_>, content: &mut Content) -> Result<(), Wrong> {
    let Some(status) = node.get("status") else { return Ok(()) };
    content.status = Some(match status.text("status")? {
        "open" | "pinned" => Status::Pending,
        "in_progress" | "hooked" => Status::InProgress,
        "closed" => Status::Completed,
        "blocked" => {
            content.blockers.push("blocked in beads".to_owned());
            Status::Pending
        }
        "deferred" => {
            let until = long(node, "defer_until")?.map(|until| format!(" until {until}")).unwrap_or_default();
            content.blockers.push(check::line(status.at, "status", &format!("deferred in beads{until}"))?);
            Status::Pending
        }
        other => {
            let known = ["open", "in_progress", "blocked", "deferred", "closed", "pinned", "hooked"];
            return Err(check::unknown_status(status.at, other, &known));
        }
    });
    if content.status == Some(Status::Completed) {
        content.result = long(node, "close_reason")?.map(Value::String);
    }
    Ok(())
}

fn dependencies(
    node: &Node<'_>,
    deleted: &HashSet<String>,
    rough: &mut Rough,
    about: &mut Vec<String>,
) -> Result<(), Wrong> {
    let Some(dependencies) = node.get("dependencies") else { return Ok(()) };
    let mut after = Vec::new();
    for dependency in dependencies.list("dependencies")? {
        let on = dependency
            .get("depends_on_id")
            .ok_or_else(|| Wrong::new(dependency.at, "a dependency has no depends_on_id"))?;
        let word = on.word("depends_on_id")?;
        let kind = dependency.get("type").map_or(Ok("blocks"), |kind| kind.text("type"))?;
        match kind {
            _ if deleted.contains(&word.text) => {}
            // A task of another repository.
            _ if word.text.starts_with("external:") => about.push(format!("{kind} {}", word.text)),
            "blocks" => after.push(word),
            "parent-child" if rough.parent == Parent::Unsaid => rough.parent = Parent::Named(word),
            other => about.push(format!("{other} {}", word.text)),
        }
    }
    rough.after = (!after.is_empty()).then_some(after);
    Ok(())
}

/// Write `plan`. Beads has no failed and no cancelled tasks: they are open and closed.
pub(super) fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let mut out = String::new();
    for (at, item) in plan.items.iter().enumerate() {
        let content = &item.content;
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
        put("priority", json!(content.priority.unwrap_or(crate::core::task::DEFAULT_PRIORITY)));
        put("issue_type", json!(if parts.of(at).is_empty() { "task" } else { "epic" }));
        if let Some(seconds) = content.estimate {
            put("estimated_minutes", json!(seconds.div_ceil(60)));
        }
        for (key, time) in [
            ("created_at", item.times.created),
            ("updated_at", item.times.updated),
            ("closed_at", item.times.completed),
        ] {
            if let Some(time) = time {
                put(key, json!(time.to_string()));
            }
        }
        match (status, &content.result) {
            (Status::Cancelled, _) => put("close_reason", json!("cancelled")),
            (_, Some(Value::String(text))) => put("close_reason", json!(text)),
            (_, Some(value)) => put("close_reason", json!(value.to_string())),
            (_, None) => None,
        };
        if !content.notes.is_empty() {
            put("notes", json!(content.notes.join("\n\n")));
        }
        let on = |kind: &str, id: &crate::core::id::TaskId| json!({ "issue_id": item.id, "depends_on_id": id, "type": kind });
        let after = item.after.iter().flatten().map(|id| on("blocks", id));
        let parent = item.parent.iter().flatten().map(|id| on("parent-child", id));
        let dependencies: Vec<Value> = after.chain(parent).collect();
        if !dependencies.is_empty() {
            put("dependencies", Value::Array(dependencies));
        }
        out.push_str(&format!("{}\n", Value::Object(issue)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::plan::item::Word;

    #[test]
    fn deleted_issues_and_what_waits_for_them_are_left_out() {
        let text = concat!(
            r#"{"id":"bd-1","title":"Old","status":"tombstone"}"#,
            "\n\n",
            r#"{"id":"bd-2","title":"New","status":"open","dependencies":[{"depends_on_id":"bd-1","type":"blocks"},{"depends_on_id":"bd-9","type":"related"}]}"#,
        );
        let rough = read(text).unwrap();
        assert_eq!(rough.len(), 1);
        assert_eq!(rough[0].after, None);
        assert_eq!(rough[0].content.notes, ["beads: related bd-9"]);
        assert_eq!(rough[0].id, Some(Word { at: text.find("\"bd-2\"").unwrap(), text: "bd-2".into() }));
    }
}
