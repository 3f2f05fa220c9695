//! An ExecPlan, the document in which agents keep a long piece of work: what was done, found and decided, and how to go on
//! for a reader who knows nothing else. The sections and their order are those of OpenAI's `PLANS.md`.

use super::{
    markdown::{escape, heading},
    words,
};
use crate::{
    domain::{
        report::{Block, Item, Report, TaskState},
        time::Timestamp,
    },
    view::{oid, sanitize},
};

/// How many checkpoints of a task are listed; the others are counted.
const CHECKPOINTS: usize = 10;

/// The report as an ExecPlan.
pub fn execplan(report: &Report) -> String {
    let mut plan = Plan { text: String::new(), several: report.blocks.len() > 1 };
    let title = report.only_feature().map_or("Progress of all tasks".to_owned(), heading);
    plan.line(&format!("# {title}\n"));
    plan.line(
        "This ExecPlan is a living document. The sections `Progress`, `Surprises & Discoveries`, `Decision Log` and \
         `Outcomes & Retrospective` are generated from the task ledger: change them with `git agent note`, `git agent decide`, \
         `git agent complete`, and regenerate the document with `git agent report --format execplan`.\n",
    );
    plan.purpose(report);
    plan.heading("Progress");
    plan.blocks(report, Plan::progress);
    plan.heading("Surprises & Discoveries");
    plan.said(report, discoveries, "No notes were recorded.");
    plan.heading("Decision Log");
    plan.said(report, decisions, "No decisions were recorded yet.");
    plan.outcomes(report);
    plan.work(report);
    plan.steps(report);
    plan.validation(report);
    plan.recovery(report);
    plan.dependencies(report);
    plan.text.truncate(plan.text.trim_end().len());
    plan.text.push('\n');
    plan.text
}

struct Plan {
    text: String,
    /// There are several blocks: each begins with its title.
    several: bool,
}

impl Plan {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str) {
        self.line(&format!("## {title}\n"));
    }

    /// What `write` makes of each block, behind its title.
    fn blocks(&mut self, report: &Report, write: impl Fn(&mut Self, &Block)) {
        for block in &report.blocks {
            if self.several {
                let title = block.feature.as_ref().map_or("Other tasks".to_owned(), heading);
                self.line(&format!("### {title}: {}\n", words::tally(&block.tally)));
            }
            write(self, block);
            self.line("");
        }
    }

    fn purpose(&mut self, report: &Report) {
        self.heading("Purpose / Big Picture");
        self.line(&format!("{} completed so far.\n", capital(&words::tally(&report.overall))));
        for feature in report.blocks.iter().filter_map(|block| block.feature.as_ref()) {
            if self.several {
                self.line(&format!("`{}` {}\n", feature.id, escape(&feature.title)));
            }
            self.quote(feature.description.as_deref());
        }
    }

    fn progress(&mut self, block: &Block) {
        for item in block.items() {
            let stamp = match item.state {
                TaskState::Completed => item.completed_at,
                TaskState::InProgress => item.started_at,
                _ => None,
            };
            let stamp = stamp.map(|at| format!("({}) ", minute(at))).unwrap_or_default();
            let sign = if item.state == TaskState::Completed { "x" } else { " " };
            let said: Vec<String> = match item.state {
                TaskState::Completed => Vec::new(),
                TaskState::InProgress => {
                    std::iter::once("in progress".to_owned()).chain(words::reasons(&item.reasons)).collect()
                }
                TaskState::Failed => vec![format!("failed: {}", words::one_line(item.failure().unwrap_or_default()))],
                _ => words::reasons(&item.reasons),
            };
            let said = if said.is_empty() { String::new() } else { format!(" ({})", escape(&said.join("; "))) };
            self.line(&format!("- [{sign}] {stamp}{} (`{}`){said}", escape(&item.title), item.id));
        }
        if block.completed_before > 0 {
            self.line(&format!("- [x] … and {} before", sanitize::plural(block.completed_before, "task")));
        }
    }

    fn said(&mut self, report: &Report, say: impl Fn(&Block) -> Vec<String>, nothing: &str) {
        let said: Vec<String> = report.blocks.iter().flat_map(say).collect();
        if said.is_empty() {
            self.line(nothing);
        }
        said.iter().for_each(|one| self.line(one));
        self.line("");
    }

    fn outcomes(&mut self, report: &Report) {
        self.heading("Outcomes & Retrospective");
        let (mut work, mut estimate) = (0, 0);
        for item in report.items().filter(|item| item.state == TaskState::Completed) {
            work += item.active();
            estimate += item.estimate.unwrap_or(0);
            if let Some(result) = &item.result {
                self.line(&format!("- `{}`: {}", item.id, escape(&words::one_line(result))));
            }
        }
        let estimate = if estimate > 0 { format!(", {} estimated", words::work(estimate)) } else { String::new() };
        self.line(&format!("\nWork on completed tasks: {}{estimate}.\n", words::work(work)));
    }

    fn work(&mut self, report: &Report) {
        self.heading("Context and Orientation");
        let mut files: Vec<&String> = report.items().flat_map(|item| &item.files).collect();
        files.sort_unstable();
        files.dedup();
        self.line(if files.is_empty() {
            "No task lists the files that it changes."
        } else {
            "The tasks change these files (paths relative to the top of the repository):\n"
        });
        for file in files {
            self.line(&format!("- `{}`", sanitize::line(file).replace('`', "'")));
        }
        self.line("");
        self.heading("Plan of Work");
        let mut open = open(report).peekable();
        if open.peek().is_none() {
            self.line("No open tasks.\n");
        }
        for item in open {
            let remarks = words::remarks(item).join(", ");
            let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", escape(&remarks)) };
            self.line(&format!("`{}` {}{remarks}\n", item.id, escape(&item.title)));
            self.quote(item.description.as_deref());
        }
    }

    fn steps(&mut self, report: &Report) {
        self.heading("Concrete Steps");
        let commands = open(report)
            .filter(|item| matches!(item.state, TaskState::InProgress | TaskState::Ready | TaskState::Failed));
        let lines: Vec<String> = commands.map(|item| format!("    git agent start {}", item.id)).collect();
        self.line("In the repository; `git agent next --claim --start` starts the next task:\n");
        lines.iter().for_each(|line| self.line(line));
        self.line("    git agent checkpoint -m '<what was done>'\n    git agent complete --verify\n");
    }

    fn validation(&mut self, report: &Report) {
        self.heading("Validation and Acceptance");
        let features = report.blocks.iter().filter_map(|block| block.feature.as_ref());
        let accept: Vec<(String, &str)> =
            features
                .filter_map(|feature| {
                    Some((format!("`{}` {}", feature.id, escape(&feature.title)), feature.accept.as_deref()?))
                })
                .chain(report.items().filter_map(|item| {
                    Some((format!("`{}` {}", item.id, escape(&item.title)), item.accept.as_deref()?))
                }))
                .collect();
        for (title, accept) in &accept {
            self.line(&format!("{title} is done when:\n"));
            self.quote(Some(accept));
        }
        for item in report.items() {
            if let Some((command, passed)) = &item.verified {
                let verdict = if *passed { "passed" } else { "failed" };
                let command = sanitize::line(command).replace('`', "'");
                self.line(&format!("- `{}`: `{command}` {verdict}", item.id));
            }
        }
        if accept.is_empty() && report.items().all(|item| item.verified.is_none()) {
            self.line("No task has acceptance criteria, and nothing was verified.");
        }
        self.line("");
    }

    fn recovery(&mut self, report: &Report) {
        self.heading("Idempotence and Recovery");
        self.line(
            "Every command can be run again. `git agent rollback <task>@<n>` restores a checkpoint, `git agent undo` undoes \
             the last operation, `git agent brief` summarizes the state.\n",
        );
        self.heading("Artifacts and Notes");
        let mut none = true;
        for item in report.items().filter(|item| !item.checkpoints.is_empty()) {
            none = false;
            let skipped = item.checkpoints.len().saturating_sub(CHECKPOINTS);
            if skipped > 0 {
                self.line(&format!("- `{0}@1` to `{0}@{skipped}`", item.id));
            }
            for checkpoint in item.checkpoints.iter().skip(skipped) {
                let verdict = match checkpoint.verified {
                    Some(true) => ", verified",
                    Some(false) => ", verification failed",
                    None => "",
                };
                let commit = oid(&checkpoint.commit);
                let subject = escape(&checkpoint.subject);
                self.line(&format!("- `{}@{}` {commit} {subject}{verdict}", item.id, checkpoint.number));
            }
        }
        if none {
            self.line("No commit belongs to these tasks.");
        }
        self.line("");
    }

    fn dependencies(&mut self, report: &Report) {
        let after: Vec<&Item> = report.items().filter(|item| !item.after.is_empty()).collect();
        self.heading("Interfaces and Dependencies");
        if after.is_empty() {
            self.line("There are no dependencies.");
        }
        for item in after {
            let ids: Vec<String> = item.after.iter().map(|id| format!("`{id}`")).collect();
            self.line(&format!("- `{}` comes after {}", item.id, ids.join(", ")));
        }
    }

    /// Quoted text: headings in them are not headings of the plan.
    fn quote(&mut self, text: Option<&str>) {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return };
        for line in sanitize::lines(text).lines() {
            self.line(format!("> {}", line.replace('<', "\\<")).trim_end());
        }
        self.line("");
    }
}

/// Open work: tasks in progress, then the rest.
fn open(report: &Report) -> impl Iterator<Item = &Item> {
    report.blocks.iter().flat_map(|block| block.in_progress.iter().chain(&block.remaining))
}

fn discoveries(block: &Block) -> Vec<String> {
    let failures = block.items().flat_map(|item| {
        let say = move |(at, by, why): &(Timestamp, crate::domain::actor::Actor, String)| {
            (
                *at,
                entry(
                    &format!("an attempt at “{}” failed: {}", words::one_line(&item.title), words::one_line(why)),
                    item.id.as_str(),
                    by.as_str(),
                    *at,
                ),
            )
        };
        item.failures.iter().map(say)
    });
    let notes = block
        .notes
        .iter()
        .map(|note| (note.at, entry(&words::one_line(&note.text), note.task.as_str(), note.by.as_str(), note.at)));
    let mut all: Vec<(Timestamp, String)> = failures.chain(notes).collect();
    all.sort();
    all.into_iter().map(|(_, text)| text).collect()
}

fn entry(text: &str, task: &str, by: &str, at: Timestamp) -> String {
    format!("- Observation: {}\n  Evidence: task `{task}`, {}, {}", escape(text), escape(by), minute(at))
}

fn decisions(block: &Block) -> Vec<String> {
    let say = |said: &crate::domain::report::Said| {
        let why = said.why.as_deref().map_or("not given".to_owned(), |why| escape(&words::one_line(why)));
        format!(
            "- Decision: {}\n  Rationale: {why}\n  Date/Author: {} / {} (`{}`)",
            escape(&words::one_line(&said.text)),
            words::day(said.at),
            escape(said.by.as_str()),
            said.task
        )
    };
    block.decisions.iter().map(say).collect()
}

/// `2026-01-02 03:04Z`.
fn minute(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d %H:%MZ").to_string()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
