//! The answer of `changes-since` for people.

use bstr::ByteSlice as _;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    domain::time::Timestamp,
    git::diff::{DiffStatus, Renames},
    query::{
        changes::{Changes, Path, RangeStep, Rule, UnseenReason},
        revision,
    },
    view::{
        Style, oid, pad, relative_time,
        sanitize::{self, plural},
    },
};

/// The column of paths is not wider than this; a longer path moves what is behind it.
const WIDEST_PATH: usize = 60;
const WIDEST_TASKS: usize = 30;

/// `changes` as a list of paths, with ages as of `now`.
pub fn text(changes: &Changes<'_>, now: Timestamp, style: Style) -> String {
    let mut page = format!("{}: {}.\n", since(changes, now, style), counts(changes));
    if changes.paths.is_empty() {
        return page;
    }
    page.push('\n');
    let names: Vec<String> = changes.paths.iter().map(name).collect();
    let whose: Vec<String> = changes.paths.iter().map(|path| who(path).join(", ")).collect();
    let width = |texts: &[String], most: usize| {
        texts.iter().map(|text| text.width()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let (path_width, who_width) = (width(&names, WIDEST_PATH), width(&whose, WIDEST_TASKS));
    for ((path, name), whose) in changes.paths.iter().zip(&names).zip(&whose) {
        let letter = letter(path.change.status, style);
        let marks = marks(path, style).join(", ");
        let whose = pad(whose, who_width);
        let who = if path.untasked || path.tasks.is_empty() { style.plain(&whose) } else { style.task(&whose) };
        let line = format!("{letter}  {}  {who}  {marks}", style.plain(&pad(name, path_width)));
        page.push_str(line.trim_end());
        page.push('\n');
    }
    let reverted: Vec<&RangeStep> = changes.steps.iter().filter(|step| step.reverted).collect();
    if !reverted.is_empty() {
        page.push_str("\nReverted since:\n");
    }
    for step in reverted {
        let subject = style.plain(&step.subject.to_str_lossy());
        page.push_str(&format!("  {}  {subject}\n", style.id(&oid(step.commit))));
    }
    page
}

/// Warnings about missing or unexamined parts of `changes`.
pub fn remarks(changes: &Changes<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if changes.lower_bound {
        remarks.push(
            "this clone is shallow, and its history ends after that point: commits and tasks may be missing; to \
             fetch them: git fetch --unshallow"
                .to_owned(),
        );
    }
    if changes.renames == Renames::Exact {
        remarks.push(
            "this is a partial clone: only exact renames were detected, as nothing is fetched to compare content"
                .to_owned(),
        );
    }
    if !changes.remark.is_empty() {
        let said = changes.remark.strip_prefix("warning: ").unwrap_or(&changes.remark);
        remarks.push(format!("git says: {said}"));
    }
    remarks.extend(changes.unseen.iter().map(|unseen| {
        let path = sanitize::bytes(unseen.path.as_ref());
        match unseen.why {
            UnseenReason::Repository => format!("'{path}' is a nested repository: its content was not examined"),
            UnseenReason::Submodule => {
                format!("submodule '{path}' has uncommitted changes, which are not listed")
            }
            UnseenReason::Unreadable => format!("'{path}' cannot be read: its content was not examined"),
        }
    }));
    remarks
}

/// `Since t-1 began at 0123456789ab (3 hours ago)`
fn since(changes: &Changes<'_>, now: Timestamp, style: Style) -> String {
    let id = style.task(changes.task.id.as_str());
    let recorded = changes.task.base.as_ref().and_then(|base| base.commit.clone()).unwrap_or_default();
    let recorded = style.id(&oid(recorded));
    let Some(commit) = changes.base.commit else {
        return match changes.base.rule {
            Rule::Start(revision::Rule::Unborn) => format!("Since {id} was started, before the first commit"),
            _ => {
                format!(
                    "Since before the first commit, which is {id}'s oldest; its starting point is not in this history"
                )
            }
        };
    };
    let age = changes.base.at.map(|at| relative_time::ago(now, at));
    let at = format!("{}{}", style.id(&oid(commit)), age.map_or_else(String::new, |age| format!(" ({age})")));
    match changes.base.rule {
        Rule::Start(revision::Rule::Rewritten) if changes.task.base.is_some() => {
            format!("Since {at}, the parent of {id}'s oldest commit here: its starting point {recorded} was rewritten")
        }
        Rule::Start(revision::Rule::Rewritten) => {
            format!("Since {at}, the parent of {id}'s oldest commit: its starting point was not recorded")
        }
        Rule::Start(revision::Rule::CutOff) => {
            format!(
                "Since {at}, the parent of {id}'s oldest commit here; it may have started beyond the boundary of this shallow clone"
            )
        }
        Rule::Start(revision::Rule::MergeBase) => {
            format!("Since {at}, where this history forks from {recorded}, the starting point of {id}")
        }
        Rule::Start(_) => format!("Since {id} was started at {at}"),
        Rule::Checkpoint(_, number) => format!("Since {}, {at}", style.task(&format!("{}@{number}", changes.task.id))),
    }
}

/// `5 paths changed, 12 commits (3 without a task), 2 not committed`
fn counts(changes: &Changes<'_>) -> String {
    if !changes.own && changes.paths.is_empty() && changes.steps.is_empty() {
        return "nothing changed".to_owned();
    }
    let own = if changes.own { format!(" of {}", changes.task.id) } else { String::new() };
    let mut text = match changes.paths.len() {
        0 => format!("no path{own} changed"),
        count => format!("{}{own} changed", plural(count, "path")),
    };
    if !changes.steps.is_empty() {
        text.push_str(&format!(", {}", plural(changes.steps.len(), "commit")));
    }
    let without = changes.steps.iter().filter(|step| step.tasks.is_empty()).count();
    if without > 0 {
        text.push_str(&format!(" ({without} without a task)"));
    }
    let open = changes.paths.iter().filter(|path| path.places.is_uncommitted()).count();
    if open > 0 {
        text.push_str(&format!(", {open} not committed"));
    }
    text
}

/// `src/new.rs`, or `src/old.rs → src/new.rs`
fn name(path: &Path) -> String {
    let name = sanitize::bytes(path.change.path.as_bstr());
    match &path.change.from {
        Some((from, _)) => format!("{} → {name}", sanitize::bytes(from.as_bstr())),
        None => name,
    }
}

/// The tasks, and `no task`; nothing when no commit touched it.
fn who(path: &Path) -> Vec<String> {
    let mut who: Vec<String> = path.tasks.iter().map(|id| sanitize::bytes(id.as_bstr())).collect();
    if path.untasked {
        who.push("no task".to_owned());
    }
    who
}

fn letter(status: DiffStatus, style: Style) -> String {
    let letter = status.as_str();
    match status {
        DiffStatus::Added => style.good(letter),
        DiffStatus::Deleted => style.bad(letter),
        DiffStatus::Renamed | DiffStatus::Copied => style.busy(letter),
        DiffStatus::Modified | DiffStatus::TypeChanged => style.plain(letter),
    }
}

/// What is not committed of it, in the colours of `git status`; and what else happened to it.
fn marks(path: &Path, style: Style) -> Vec<String> {
    let places = path.places;
    let mut marks = Vec::new();
    if let (Some(old), Some(new)) = (path.change.old, path.change.new)
        && old.kind != new.kind
        && path.change.status != DiffStatus::TypeChanged
    {
        marks.push(style.plain(&format!("mode {} → {}", old.mode(), new.mode())));
    }
    let mut add = |is: bool, paint: fn(Style, &str) -> String, text: &str| {
        marks.extend(is.then(|| paint(style, text)));
    };
    add(places.unmerged, Style::bad, "unmerged");
    add(places.staged && !places.unmerged, Style::good, "staged");
    add(places.unstaged && !places.unmerged, Style::bad, "not staged");
    add(places.untracked, Style::bad, "untracked");
    marks
}
