//! A plan as a checklist: what has no parts first, then a heading for each feature.

use std::fmt::Write as _;

use super::{
    DONE_WHEN,
    line::{MARKS, WORDS},
};
use crate::{
    domain::{id::TaskId, status::Status},
    plans::{
        item::{Plan, PlanItem},
        parts::Parts,
    },
};

/// Items are indented no deeper than this: what is below stands side by side.
const DEEPEST: usize = 20;

/// Write `plan`. Titles, states, nesting, ids, dependencies, descriptions and acceptance criteria are what a checklist has.
pub(in super::super) fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let (features, single): (Vec<usize>, Vec<usize>) = parts.tops().partition(|at| !parts.of(*at).is_empty());
    let mut out = String::new();
    for at in single {
        item(&mut out, &plan.items[at], 0);
    }
    for at in features {
        if !out.is_empty() {
            out.push('\n');
        }
        feature(&mut out, plan, &parts, at);
    }
    out
}

fn feature(out: &mut String, plan: &Plan, parts: &Parts, at: usize) {
    let feature = &plan.items[at];
    let status = feature.content.status.unwrap_or_default();
    // What a reader would take it for without a box.
    let states = || parts.of(at).iter().map(|part| plan.items[*part].content.status.unwrap_or_default());
    let is_done = states().any(|status| status == Status::Completed) && states().all(Status::is_closed);
    let follows = if is_done { Status::Completed } else { Status::Pending };
    let mark = if status == follows { String::new() } else { format!("[{}] ", mark(status)) };
    let level = "##";
    writeln!(out, "{level} {mark}{}", said(feature)).unwrap_or_default();
    describe(out, feature, "");
    out.push('\n');
    let mut open: Vec<(usize, usize)> = parts.of(at).iter().rev().map(|part| (*part, 0)).collect();
    while let Some((part, depth)) = open.pop() {
        item(out, &plan.items[part], depth);
        open.extend(parts.of(part).iter().rev().map(|below| (*below, (depth + 1).min(DEEPEST))));
    }
}

fn item(out: &mut String, item: &PlanItem, depth: usize) {
    let indent = "  ".repeat(depth);
    let status = item.content.status.unwrap_or_default();
    writeln!(out, "{indent}- [{}] {}", mark(status), said(item)).unwrap_or_default();
    describe(out, item, &format!("{indent}  "));
}

/// Title, why it failed, labels, references, what it comes after, id.
fn said(item: &PlanItem) -> String {
    let content = &item.content;
    let mut said = escape(&content.title);
    if let Some(failed) = content.failures.last().filter(|_| content.status == Some(Status::Failed)) {
        let reason = failed.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        write!(said, " (failed: {})", escape(&reason)).unwrap_or_default();
    }
    if let Some(labels) = content.labels.as_ref().filter(|labels| !labels.is_empty()) {
        write!(said, " (labels: {})", escape(&labels.join(", "))).unwrap_or_default();
    }
    for reference in content.refs.iter().flatten() {
        write!(said, " (ref: {})", escape(reference)).unwrap_or_default();
    }
    if let Some(after) = item.after.as_ref().filter(|after| !after.is_empty()) {
        let after: Vec<&str> = after.iter().map(TaskId::as_str).collect();
        write!(said, " (after: {})", after.join(", ")).unwrap_or_default();
    }
    write!(said, " <!-- {} -->", item.id).unwrap_or_default();
    said
}

fn describe(out: &mut String, item: &PlanItem, indent: &str) {
    let about: Vec<&str> = item.content.description.iter().flat_map(|text| text.lines()).collect();
    let accept = item.content.accept.as_deref();
    for line in &about {
        writeln!(out, "{indent}> {line}").unwrap_or_default();
    }
    // The last such line is read as the one of the criteria: one of the description needs another one below it.
    if accept.is_none() && !about.contains(&DONE_WHEN) {
        return;
    }
    let blank = if about.is_empty() { "" } else { "\n" };
    for line in format!("{blank}{DONE_WHEN}\n{}", accept.unwrap_or_default()).lines() {
        writeln!(out, "{indent}> {line}").unwrap_or_default();
    }
}

fn mark(status: Status) -> &'static str {
    MARKS.iter().find(|(of, _)| *of == status).map_or(" ", |(_, marks)| marks[0])
}

/// `text` with a backslash before everything that would be read as something else.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        let is_special = match c {
            '\\' => after.starts_with(|next: char| next.is_ascii_punctuation()) || after.is_empty(),
            '<' => rest.starts_with("<!--"),
            '(' => WORDS.iter().any(|word| rest.starts_with(word)),
            '[' => escaped.is_empty(),
            '#' => after.trim_end_matches('#').is_empty(),
            _ => false,
        };
        if is_special {
            escaped.push('\\');
        }
        escaped.push(c);
        rest = after;
    }
    escaped
}
