//! The log for people, in the manner of `git log`.

use std::borrow::Cow;

use bstr::ByteSlice as _;

use super::{
    event_text::{self, EventText},
    layout::{Before, LogPage},
};
use crate::{
    domain::{
        event::Payload,
        text,
        trailer::{Rules, scan},
    },
    git::log::Record,
    query::log::{Entry, Log, LoggedCommit, TaskEvent},
    view::{ListRow, Style, sanitize},
};

impl LogPage {
    /// Add `entry` of `log`, as a paragraph or as one line.
    pub fn add(&mut self, log: &Log<'_>, entry: &Entry, oneline: bool) {
        match (entry, oneline) {
            (Entry::Commit(commit), true) => self.commit_line(log, commit),
            (Entry::Commit(commit), false) => self.commit(log, commit),
            (Entry::Event(task_event), true) => self.event_line(log, task_event),
            (Entry::Event(task_event), false) => self.event(log, task_event),
        }
        if let Entry::Commit(commit) = entry
            && let Some(changes) = &commit.changes
        {
            self.below(sanitize::painted(&changes.to_str_lossy()).trim_matches('\n'));
        }
    }

    fn commit(&mut self, log: &Log<'_>, commit: &LoggedCommit) {
        let (style, record) = (self.style, &commit.record);
        self.space(Before::Block);
        self.above(record);
        self.remember(record, &commit.tasks);
        let mut lines = vec![format!("{}{}", style.id(&format!("commit {}", record.commit)), self.decoration(record))];
        for (at, task) in commit.tasks.iter().enumerate() {
            let title = log.title(task).unwrap_or("(not in this ledger)");
            let title = style.plain(title);
            lines.push(format!("Task:   {} {title}", style.task(&numbered(task, commit.numbers.get(at)))));
        }
        if let Some(passed) = commit.verified {
            lines.push(format!("Check:  {}", if passed { style.good("✓ passed") } else { style.bad("✗ failed") }));
        }
        lines.push(format!("Author: {}", sanitize::bytes(record.author.as_bstr())));
        lines.push(format!("Date:   {}", self.dates.of_commit(record)));
        if commit.reverted {
            lines.push(style.bad("Reverted by a later commit"));
        }
        if let Some(twin) = twin(log, commit) {
            lines.push(style.faint(&format!("Same patch as {twin}")));
        }
        lines.push(String::new());
        lines.extend(message(record, log.rules()).iter().map(|line| format!("    {line}")));
        for (at, line) in lines.iter().enumerate() {
            self.go_on(record, at);
            self.line(line);
        }
        self.go_on(record, record.graph.len());
    }

    fn decoration(&self, record: &Record) -> String {
        if record.decoration.is_empty() {
            return String::new();
        }
        format!(" {}", self.style.refs(&format!("({})", record.decoration.to_str_lossy())))
    }

    fn commit_line(&mut self, log: &Log<'_>, commit: &LoggedCommit) {
        let (style, record) = (self.style, &commit.record);
        self.above(record);
        self.remember(record, &commit.tasks);
        self.hash = record.short.len();
        let (mark, paint): (_, fn(Style, &str) -> String) = match commit.verified {
            Some(true) => ("✓ ", Style::good),
            Some(false) => ("✗ ", Style::bad),
            None => ("  ", Style::plain),
        };
        let mut row = ListRow::new(style).left(&record.short, Style::id).left(" ", Style::plain).left(mark, paint);
        for (at, task) in commit.tasks.iter().enumerate() {
            row = row.left(&numbered(task, commit.numbers.get(at)), Style::task).left(" ", Style::plain);
        }
        if !record.decoration.is_empty() {
            let names = format!("({})", record.decoration.to_str_lossy());
            row = row.left(&names, Style::refs).left(" ", Style::plain);
        }
        if commit.reverted {
            row = row.right(" (reverted)", Style::bad);
        }
        if let Some(twin) = twin(log, commit) {
            row = row.right(&format!(" (= {twin})"), Style::faint);
        }
        let age = format!(" ({})", self.dates.of_commit(record));
        row = row.middle(&record.subject().to_str_lossy()).right(&age, Style::faint);
        self.line(&row.render(self.room()));
        // A merge's lanes part on the next line, which is shown as git shows it.
        for at in 1..record.graph.len().saturating_sub(1) {
            self.go_on(record, at);
            if self.lanes_move() {
                self.line("");
            }
        }
        self.go_on(record, record.graph.len());
    }

    fn event(&mut self, log: &Log<'_>, task_event: &TaskEvent) {
        let said = event_text::of(log.view(), task_event);
        let quiet = said.text.trim().is_empty();
        self.space(if quiet { Before::Line } else { Before::Block });
        let style = self.style;
        let verb = (said.tone)(style, &format!("{} {}", said.mark, said.verb));
        let title = style.plain(&title(log, task_event));
        let who = style.faint(&self.who(task_event));
        let line = format!("{verb} {} {title}  {who}", style.task(task_event.task.as_str()));
        self.event_on_lane(task_event.task.as_str(), log.next_of(task_event.task.as_str()), &line);
        if !quiet {
            self.line("");
            for line in sanitize::lines(said.text.trim_end()).lines() {
                self.line(&format!("    {line}"));
            }
        }
    }

    fn event_line(&mut self, log: &Log<'_>, task_event: &TaskEvent) {
        let said = event_text::of(log.view(), task_event);
        let style = self.style;
        let title = title(log, task_event);
        let EventText { mark, verb, tone, text } = said;
        let text = match text.trim() {
            "" => title.into_owned(),
            text => text.lines().collect::<Vec<_>>().join(" "),
        };
        let row = ListRow::new(style)
            .left(&" ".repeat(self.hash + 1), Style::plain)
            .left(&format!("{mark} "), tone)
            .left(task_event.task.as_str(), Style::task)
            .left(" ", Style::plain)
            .left(&verb, tone)
            .middle(&if text.is_empty() { text } else { format!(": {text}") })
            .right(&format!(" {}", self.who(task_event)), Style::faint);
        let line = row.render(self.room());
        self.event_on_lane(task_event.task.as_str(), log.next_of(task_event.task.as_str()), &line);
    }

    fn who(&self, task_event: &TaskEvent) -> String {
        format!("({}, {})", task_event.event.actor, self.dates.of(task_event.event.at))
    }
}

/// The title of the task of `task_event`; where it was added, the one that it got then.
fn title<'t>(log: &'t Log<'_>, task_event: &'t TaskEvent) -> Cow<'t, str> {
    match &task_event.event.payload {
        Payload::Create(create) => text::title(&create.title),
        _ => log.title(task_event.task.as_str()).unwrap_or_default().into(),
    }
}

/// `t-1@2`, or `t-1` where the number is not known.
fn numbered(task: &str, number: Option<&Option<usize>>) -> String {
    number.copied().flatten().map_or_else(|| task.to_owned(), |number| format!("{task}@{number}"))
}

/// `t-1@2`, the checkpoint that made the same patch.
fn twin(log: &Log<'_>, commit: &LoggedCommit) -> Option<String> {
    let (_, number) = commit.same_patch_as?;
    Some(format!("{}@{number}", log.task()?))
}

/// The lines of the message, without the trailers that are shown above already.
fn message(record: &Record, rules: &Rules) -> Vec<String> {
    let names_task = |line: &&[u8]| scan::ids(line, rules).is_empty();
    let lines = record.message.lines().skip_while(|line| line.trim().is_empty()).filter(names_task);
    let mut lines: Vec<String> =
        lines.map(|line| sanitize::lines(&line.to_str_lossy()).trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}
