//! TOML: our format for people. Read with places, written by hand so that it looks as a person would write it.

use std::borrow::Cow;

use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    SCHEMA,
    item::{Plan, PlanItem},
    node::{Node, What},
};
use crate::{
    domain::{
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

pub(super) fn write(plan: &Plan) -> String {
    let mut out = format!("# A plan of git-agent: 'git agent plan import' takes it.\nschema = {SCHEMA}\n");
    for item in &plan.items {
        task(&mut out, item);
    }
    out
}

fn task(out: &mut String, item: &PlanItem) {
    out.push_str("\n[[task]]\n");
    for (key, value) in native::task_value(item) {
        match (key.as_str(), value) {
            ("status", _) if item.content.status == Some(Status::Pending) => {}
            ("estimate_seconds", seconds) => {
                line(out, "estimate", text(&native::duration(seconds.as_u64().unwrap_or_default())));
            }
            // TOML has no null and other numbers.
            ("result", value) if !value.is_string() => line(out, "result_json", text(&value.to_string())),
            (key, Value::String(value)) => line(out, key, text(&value)),
            (key, Value::Array(tables)) if tables.iter().any(Value::is_object) => {
                for table in &tables {
                    out.push_str(&format!("\n[[task.{key}]]\n"));
                    let entries = table.as_object().into_iter().flatten();
                    entries.for_each(|(key, value)| {
                        value.as_str().into_iter().for_each(|value| line(out, key, text(value)));
                    });
                }
            }
            (key, Value::Array(items)) => line(out, key, list(items.iter().filter_map(Value::as_str))),
            (key, value) => line(out, key, value.to_string()),
        }
    }
}

fn line(out: &mut String, key: &str, value: String) {
    out.push_str(&format!("{key} = {value}\n"));
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
