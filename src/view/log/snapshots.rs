//! Snapshots in a log: what changed from one to the next.

use bstr::ByteSlice as _;

use super::layout::{Before, LogPage};
use crate::{
    git::changed_paths::Difference,
    recovery::snapshot::SnapshotKind,
    verbs::timeline::TimelineStep,
    view::{
        ListRow, NAMED, Style,
        json::{JsonForm as _, LogEntry, LogSnapshot},
        list, oid, sanitize,
    },
};

impl LogPage {
    /// Add `step`, as a paragraph or as one line.
    pub fn add_snapshot(&mut self, step: &TimelineStep, oneline: bool) {
        if oneline { self.snapshot_line(step) } else { self.snapshot(step) }
    }

    fn snapshot(&mut self, step: &TimelineStep) {
        let (style, about) = (self.style, &step.snapshot.about);
        self.space(Before::Block);
        self.line(&style.id(&format!("snapshot {}", step.snapshot.id)));
        let mut field = |name: &str, value: &str| self.line(&format!("{name:<8} {}", sanitize::line(value)));
        if !about.tasks.is_empty() {
            field("Task:", &list(&about.tasks));
        }
        if let Some(session) = &about.session {
            field("Session:", &session.to_string());
        }
        field("By:", &about.by);
        let head = about.head.commit.map_or_else(|| "no commit yet".to_owned(), oid);
        let branch = about.head.branch_name().unwrap_or_else(|| "detached".to_owned());
        field("HEAD:", &format!("{branch}, {head}"));
        if about.worktree != "main" {
            field("Worktree:", &about.worktree);
        }
        if step.snapshot.is_foreign {
            field("Origin:", "not made in this repository");
        }
        self.line(&format!("Date:    {}", self.dates.of(about.at)));
        self.line("");
        let reason = match about.message.as_str() {
            "" => about.kind.as_str().to_owned(),
            message if about.kind == SnapshotKind::Manual => message.to_owned(),
            message => format!("{}: {message}", about.kind.as_str()),
        };
        self.line(&format!("    {}", sanitize::line(&reason)));
        for change in step.changes.iter().take(NAMED) {
            self.line(&format!("    {} {}", change.status(), sanitize::bytes(change.path.as_bstr())));
        }
        match step.changes.len() {
            0 => self.line("    no file changed"),
            count if count > NAMED => self.line(&format!("    … and {} more", count - NAMED)),
            _ => {}
        }
    }

    fn snapshot_line(&mut self, step: &TimelineStep) {
        let (style, about) = (self.style, &step.snapshot.about);
        let mut row = ListRow::new(style).left(&step.snapshot.id.to_string(), Style::id).left(" ", Style::plain);
        for task in &about.tasks {
            row = row.left(task.as_str(), Style::task).left(" ", Style::plain);
        }
        let reason = if about.message.is_empty() { about.kind.as_str() } else { &about.message };
        let path = |change: &Difference| format!("{} {}", change.status(), sanitize::bytes(change.path.as_bstr()));
        let changes = match step.changes.is_empty() {
            true => "no file changed".to_owned(),
            false => list(step.changes.iter().map(path)),
        };
        let age = format!(" ({})", self.dates.of(about.at));
        let text = format!("{}: {changes}", sanitize::line(reason));
        let row = row.middle(&text).right(&age, Style::faint);
        self.line(&row.render(self.room()));
    }
}

/// `step` as an entry of `log --json`.
pub fn json(step: &TimelineStep) -> LogEntry {
    LogEntry::Snapshot(LogSnapshot {
        snapshot: step.snapshot.to_json(),
        previous: step.previous.clone(),
        changes: step.changes.to_json(),
    })
}
