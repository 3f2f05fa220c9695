//! What a rollback does, for people.

use std::fmt::Write as _;

use bstr::{BString, ByteSlice as _};

use super::super::list;
use crate::{
    cmd::{context::Ctx, task_change},
    domain::rollback::Mode,
    error::Result,
    git::ObjectId,
    recovery::{
        plan::{Change, Plan},
        rollback::{Goal, left_alone},
    },
    view::{
        Style,
        sanitize::{self, plural},
    },
};

/// How many items a list names.
const NAMED: usize = 10;

/// A goal on a page.
pub(super) struct Page<'a> {
    goal: &'a Goal,
    branch: Option<String>,
    style: Style,
}

impl<'a> Page<'a> {
    /// Of `goal`.
    pub fn new(ctx: &Ctx, goal: &'a Goal) -> Result<Self> {
        let branch = ctx.repo()?.head()?.branch_name();
        Ok(Page { goal, branch, style: list::style(ctx) })
    }

    /// What would happen to the branch, to commits and, as `plan` has it, to files, and whom it concerns.
    pub fn render(&self, plan: &Plan) -> String {
        let Goal { task, to, mode, .. } = self.goal;
        let wanted = self.style.id(&format!("{}@{}", task.id, to.name));
        let mut page = format!("Would roll back to {wanted} by {}.\n", self.way(*mode));
        line(&mut page, "drops", &commits(&self.goal.drop));
        line(&mut page, "takes back", &commits(&self.goal.revert));
        if let Some(operation) = self.goal.abandons {
            line(&mut page, "gives up", &format!("{} that is not finished", operation.what));
        }
        let shown = |path: &BString| sanitize::bytes(path.as_bstr());
        let of = |wanted: fn(&Change) -> bool| -> Vec<String> {
            plan.files.iter().filter(|(_, change)| wanted(change)).map(|(path, _)| shown(path)).collect()
        };
        line(&mut page, "writes", &paths(&of(|change| matches!(change, Change::Write(_)))));
        line(&mut page, "removes", &paths(&of(|change| matches!(change, Change::Remove(_)))));
        let staged = plan.staged.keys().filter(|path| !plan.files.contains_key(*path));
        line(&mut page, "stages", &paths(&staged.map(shown).collect::<Vec<_>>()));
        let kept = plan.kept.iter().map(|kept| format!("{} ({})", shown(&kept.path), kept.why.as_str()));
        line(&mut page, "keeps", &paths(&kept.collect::<Vec<_>>()));
        page + &self.consequences()
    }

    /// What is left alone, and whom it concerns.
    pub fn consequences(&self) -> String {
        let task = &self.goal.task;
        let mut page = String::new();
        for skipped in self.goal.skipped.iter().take(NAMED) {
            line(&mut page, "leaves", &left_alone(task.id.as_str(), skipped));
        }
        for other in &self.goal.other_tasks {
            let (title, status) = match &other.known {
                Some((title, status)) => (format!(" ({title})"), format!(", {}", task_change::say(*status))),
                None => (String::new(), String::new()),
            };
            let paths: Vec<String> = other.paths.iter().map(|path| sanitize::bytes(path.as_bstr())).collect();
            let same = match paths.is_empty() {
                true => String::new(),
                false => format!(", which changed the same paths: {}", some(&paths)),
            };
            let count = plural(other.commits.len(), "commit");
            line(&mut page, "concerns", &format!("{}{title}{status}: {count} after the checkpoint{same}", other.id));
        }
        for dependent in self.goal.dependents.iter().take(NAMED) {
            let status = task_change::say(dependent.status);
            let said = format!("{} ({}), {status}, comes after {}", dependent.id, dependent.title, task.id);
            line(&mut page, "builds on", &said);
        }
        page
    }

    /// What happens to HEAD.
    fn way(&self, mode: Mode) -> String {
        let branch =
            self.branch.as_deref().map_or_else(|| "HEAD".to_owned(), |branch| sanitize::line(branch).into_owned());
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
}

/// `  drops      1 commit: …`; nothing without a text.
fn line(page: &mut String, label: &str, text: &str) {
    if !text.is_empty() {
        writeln!(page, "  {label:<10} {}", sanitize::line(text)).unwrap_or_default();
    }
}

fn commits(commits: &[ObjectId]) -> String {
    let shown: Vec<String> = commits.iter().map(|commit| short(*commit)).collect();
    if shown.is_empty() { shown.concat() } else { format!("{}: {}", plural(shown.len(), "commit"), some(&shown)) }
}

fn paths(shown: &[String]) -> String {
    if shown.is_empty() { shown.concat() } else { format!("{}: {}", plural(shown.len(), "path"), some(shown)) }
}

fn short(commit: ObjectId) -> String {
    commit.to_hex_with_len(12).to_string()
}

/// `a, b … and 3 more`
fn some(items: &[String]) -> String {
    let named = items.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} … and {more} more"),
    }
}
