//! TOML: our format for people. Read with places, written by hand so that it looks as a person would write it.

use std::{borrow::Cow, fmt::Write as _};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    SCHEMA,
    item::{Item, Plan},
    node::{Node, What},
};
use crate::{
    domain::{
        id::TaskId,
        status::Status,
        text::{is_hostile, is_invisible},
    },
    plans::{native, position::Wrong},
};

/// Read `text`.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Wrong> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(text.len(), |span| span.start);
        Wrong::syntax(at, error.message().lines().next().unwrap_or("it is not TOML"))
    })?;
    Ok(Node { at: 0, what: entries(table.into_inner()) })
}

fn entries<'t>(table: DeTable<'t>) -> What<'t> {
    What::Table(table.into_iter().map(|(key, value)| (key.into_inner(), node(value))).collect())
}

fn node<'t>(value: Spanned<DeValue<'t>>) -> Node<'t> {
    let at = value.span().start;
    let what = match value.into_inner() {
        DeValue::String(text) => What::Text(text),
        DeValue::Boolean(flag) => What::Flag(flag),
        DeValue::Integer(number) => What::Number(match i128::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) => Cow::Owned(value.to_string()),
            Err(_) => Cow::Owned(number.as_str().to_owned()),
        }),
        DeValue::Float(number) => What::Number(Cow::Owned(number.as_str().to_owned())),
        DeValue::Datetime(time) => What::Text(Cow::Owned(time.to_string())),
        DeValue::Array(items) => What::List(items.into_iter().map(node).collect()),
        DeValue::Table(table) => entries(table),
    };
    Node { at, what }
}

/// Write `plan`.
pub(super) fn write(plan: &Plan) -> String {
    let mut out = format!("# A plan of git-agent: 'git agent plan import' takes it.\nschema = {SCHEMA}\n");
    for item in &plan.items {
        task(&mut out, item);
    }
    out
}

fn task(out: &mut String, item: &Item) {
    let content = &item.content;
    out.push_str("\n[[task]]\n");
    line(out, "id", text(item.id.as_str()));
    line(out, "title", text(&content.title));
    if let Some(status) = content.status.filter(|status| *status != Status::Pending) {
        line(out, "status", text(status.as_str()));
    }
    if let Some(priority) = content.priority {
        line(out, "priority", priority.to_string());
    }
    if let Some(parent) = &item.parent {
        line(out, "parent", text(parent.as_ref().map_or("", TaskId::as_str)));
    }
    if let Some(after) = &item.after {
        line(out, "after", list(after.iter().map(TaskId::as_str)));
    }
    if let Some(files) = &content.files {
        line(out, "files", list(files.iter().map(String::as_str)));
    }
    if let Some(seconds) = content.estimate {
        line(out, "estimate", text(&native::duration(seconds)));
    }
    for (key, words) in [("labels", &content.labels), ("refs", &content.refs)] {
        if let Some(words) = words {
            line(out, key, list(words.iter().map(String::as_str)));
        }
    }
    for (key, value) in [("description", &content.description), ("accept", &content.accept)] {
        if let Some(value) = value {
            line(out, key, text(value));
        }
    }
    if !content.blockers.is_empty() {
        line(out, "blockers", list(content.blockers.iter().map(String::as_str)));
    }
    match &content.result {
        None => {}
        Some(serde_json::Value::String(result)) => line(out, "result", text(result)),
        // TOML has no null and other numbers.
        Some(value) => line(out, "result_json", text(&value.to_string())),
    }
    if !content.notes.is_empty() {
        line(out, "notes", list(content.notes.iter().map(String::as_str)));
    }
    for failed in &content.failures {
        out.push_str("\n[[task.failures]]\n");
        line(out, "reason", text(&failed.reason));
        if let Some(kind) = &failed.kind {
            line(out, "kind", text(kind));
        }
    }
    for decided in &content.decisions {
        out.push_str("\n[[task.decisions]]\n");
        line(out, "text", text(&decided.text));
        if let Some(why) = &decided.why {
            line(out, "why", text(why));
        }
    }
}

fn line(out: &mut String, key: &str, value: String) {
    writeln!(out, "{key} = {value}").unwrap_or_default();
}

/// On one line while it is short.
fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<String> = items.map(text).collect();
    let line = format!("[{}]", items.join(", "));
    if line.len() <= 100 && !line.contains('\n') {
        return line;
    }
    format!("[\n{}]", items.iter().map(|item| format!("  {item},\n")).collect::<String>())
}

/// A string: on several lines if it has them.
fn text(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 8);
    let is_long = text.contains('\n');
    quoted.push_str(if is_long { "\"\"\"\n" } else { "\"" });
    for c in text.chars() {
        match c {
            '\n' if is_long => quoted.push('\n'),
            '\t' if is_long => quoted.push('\t'),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_hostile(c) || is_invisible(c) => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push_str(if is_long { "\"\"\"" } else { "\"" });
    quoted
}
