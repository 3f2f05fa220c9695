//! What a rollback does, for people.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use crate::{
    core::{rollback::Mode, status::Status},
    git::ObjectId,
    output::{
        Style,
        clean::{self, plural},
    },
    recovery::rollback::{Action, Goal, Planned, left_alone},
};

/// How many items a list names.
const NAMED: usize = 10;

/// A plan on a page.
pub struct Page<'a> {
    /// Where it leads.
    pub goal: &'a Goal,
    /// What happens to files.
    pub planned: &'a [Planned],
    /// The branch that HEAD is on.
    pub branch: Option<&'a str>,
    /// How it is painted.
    pub style: Style,
}

impl Page<'_> {
    /// The page: what happens to the branch, to commits and to files, and whom it concerns.
    pub fn render(&self) -> String {
        let Goal { task, to, mode, .. } = self.goal;
        let wanted = self.style.id(&format!("{}@{}", task.id, to.name));
        let mut page = format!("Would roll back to {wanted} by {}.\n", self.way(*mode));
        let mut line = |label: &str, text: String| {
            if !text.is_empty() {
                writeln!(page, "  {label:<10} {}", clean::line(&text)).unwrap_or_default();
            }
        };
        line("drops", self.commits(&self.goal.drop));
        line("takes back", self.commits(&self.goal.revert));
        for skipped in self.goal.skipped.iter().take(NAMED) {
            line("leaves", left_alone(task.id.as_str(), skipped));
        }
        if let Some(operation) = self.goal.abandons {
            line("gives up", format!("{} that is not finished", operation.what));
        }
        line("writes", self.files(Action::Write));
        line("removes", self.files(Action::Remove));
        line("keeps", self.files(Action::Keep));
        for other in &self.goal.other_tasks {
            let (title, status) = match &other.known {
                Some((title, status)) => (format!(" ({title})"), format!(", {}", say(*status))),
                None => (String::new(), String::new()),
            };
            let paths = list(other.paths.iter().map(|path| clean::bytes(path.as_bstr())));
            let same =
                if paths.is_empty() { String::new() } else { format!(", which changed the same paths: {paths}") };
            let count = plural(other.commits.len(), "commit");
            line("concerns", format!("{}{title}{status}: {count} after the checkpoint{same}", other.id));
        }
        for dependent in self.goal.dependents.iter().take(NAMED) {
            let status = say(dependent.status);
            line("builds on", format!("{} ({}), {status}, comes after {}", dependent.id, dependent.title, task.id));
        }
        page
    }

    /// What happens to HEAD.
    fn way(&self, mode: Mode) -> String {
        let branch = self.branch.map_or_else(|| "HEAD".to_owned(), |branch| clean::line(branch).into_owned());
        match mode {
            Mode::Files => format!("bringing files back; {branch} stays where it is"),
            Mode::Rewind => {
                let to = self.goal.to.commit.map(short).unwrap_or_default();
                format!("moving {branch} back to {to}")
            }
            Mode::Restore => format!("a new commit on {branch} that has its state"),
            Mode::Revert => format!("a new commit on {branch} that takes back what the task changed since"),
        }
    }

    fn commits(&self, commits: &[ObjectId]) -> String {
        if commits.is_empty() {
            return String::new();
        }
        format!("{}: {}", plural(commits.len(), "commit"), list(commits.iter().map(|commit| short(*commit))))
    }

    fn files(&self, action: Action) -> String {
        let files: Vec<&Planned> = self.planned.iter().filter(|planned| planned.action == action).collect();
        if files.is_empty() {
            return String::new();
        }
        let said = |planned: &&Planned| {
            let path = clean::bytes(planned.path.as_bstr());
            // Of what stays, everybody wants to know why.
            if action == Action::Keep { format!("{path} ({})", planned.reason) } else { path }
        };
        format!("{}: {}", plural(files.len(), "path"), list(files.iter().map(said)))
    }
}

fn short(commit: ObjectId) -> String {
    commit.to_hex_with_len(12).to_string()
}

fn say(status: Status) -> &'static str {
    super::super::change::say(status)
}

/// `a, b … and 3 more`
fn list(items: impl ExactSizeIterator<Item = String>) -> String {
    let more = items.len().saturating_sub(NAMED);
    let named = items.take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} … and {more} more") }
}
