//! The plan of a rollback, for people.

use bstr::{BString, ByteSlice as _};

use crate::{
    cmd::{Ctx, operation_output::effects},
    domain::rollback::Mode,
    error::Result,
    git::ObjectId,
    recovery::{
        path_plan::PathPlan,
        rollback::{RollbackPlan, skip_reason},
    },
    view::{
        NAMED, Style, list, oid,
        sanitize::{self, plural},
    },
};

/// A plan on a page.
pub(super) struct Page<'a> {
    plan: &'a RollbackPlan,
    branch: Option<String>,
    style: Style,
}

impl<'a> Page<'a> {
    pub(crate) fn new(ctx: &Ctx, plan: &'a RollbackPlan) -> Result<Self> {
        let branch = ctx.repo()?.head()?.branch_name();
        Ok(Page { plan, branch, style: ctx.style() })
    }

    /// The effects on the branch, on commits and on files (`files`), and the affected tasks.
    pub fn render(&self, files: &PathPlan) -> String {
        let RollbackPlan { mode, .. } = self.plan;
        let wanted = self.style.id(&self.plan.name());
        let mut page = format!("Would roll back to {wanted} by {}.\n", self.way(*mode));
        line(&mut page, "drops", &commits(&self.plan.drop));
        line(&mut page, "reverts", &commits(&self.plan.revert));
        if let Some(operation) = self.plan.abandons {
            line(&mut page, "abandons", &format!("{}, which is unfinished", operation.what));
        }
        let shown = |path: &BString| sanitize::bytes(path.as_bstr());
        for (what, changed) in ["writes", "removes", "stages"].into_iter().zip(effects(files)) {
            line(&mut page, what, &paths(&changed));
        }
        let kept = files.kept.iter().map(|kept| format!("{} ({})", shown(&kept.path), kept.why.as_str()));
        line(&mut page, "keeps", &paths(&kept.collect::<Vec<_>>()));
        page + &self.impact()
    }

    /// What is skipped, and the affected tasks.
    pub fn impact(&self) -> String {
        let task = &self.plan.task;
        let mut page = String::new();
        for skipped in self.plan.skipped.iter().take(NAMED) {
            line(&mut page, "skips", &skip_reason(task.id.as_str(), skipped));
        }
        for other in &self.plan.other_tasks {
            let (title, status) = match &other.known {
                Some((title, status)) => (format!(" ({title})"), format!(", {}", status.in_words())),
                None => (String::new(), String::new()),
            };
            let paths: Vec<String> = other.paths.iter().map(|path| sanitize::bytes(path.as_bstr())).collect();
            let same = match paths.is_empty() {
                true => String::new(),
                false => format!(", which changed the same paths: {}", list(&paths)),
            };
            let count = plural(other.commits.len(), "commit");
            line(&mut page, "affects", &format!("{}{title}{status}: {count} after the checkpoint{same}", other.id));
        }
        for dependent in self.plan.dependents.iter().take(NAMED) {
            let status = dependent.status.in_words();
            let said = format!("{} ({}), {status}, depends on {}", dependent.id, dependent.title, task.id);
            line(&mut page, "dependent", &said);
        }
        page
    }

    fn way(&self, mode: Mode) -> String {
        let branch =
            self.branch.as_deref().map_or_else(|| "HEAD".to_owned(), |branch| sanitize::line(branch).into_owned());
        match mode {
            Mode::Files => format!("restoring files; {branch} does not move"),
            Mode::Rewind => {
                let to = self.plan.to.commit.map(oid).unwrap_or_default();
                format!("moving {branch} back to {to}")
            }
            Mode::Restore => format!("a new commit on {branch} with its state"),
            Mode::Revert => format!("a new commit on {branch} that reverts the task's commits"),
        }
    }
}

/// `  drops      1 commit: …`; nothing without a text.
fn line(page: &mut String, label: &str, text: &str) {
    if !text.is_empty() {
        page.push_str(&format!("  {label:<10} {}\n", sanitize::line(text)));
    }
}

fn commits(commits: &[ObjectId]) -> String {
    if commits.is_empty() {
        return String::new();
    }
    format!("{}: {}", plural(commits.len(), "commit"), list(commits.iter().map(oid)))
}

fn paths(shown: &[String]) -> String {
    if shown.is_empty() { String::new() } else { format!("{}: {}", plural(shown.len(), "path"), list(shown)) }
}
