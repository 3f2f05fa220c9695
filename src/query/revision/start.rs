//! `T@start`: the state before a task began, also after the history was rewritten.

use super::Family;
use crate::{
    domain::{revision::Rule, task::Task},
    error::{Advice, Error, Result, TaskAdvice, codes},
    git::{ObjectId, revwalk},
    store::{
        history::{self, Past},
        ledger::View,
    },
};

/// Where a task was started on a history, and how that was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The commit; `None`: the empty tree, before the first commit.
    pub commit: Option<ObjectId>,
    /// The rule that determined it.
    pub rule: Rule,
}

/// Where `task` began, on the history of `tip`.
///
/// # Errors
///
/// `not-started` when nothing tells; `shallow-history` when the answer is behind the end of a shallow clone.
pub fn start(view: &View<'_>, task: &Task, tip: Option<ObjectId>) -> Result<Start> {
    let repo = view.repo();
    let family = Family::of(view, task)?;
    let parts = family.ids().skip(1).map(|id| view.task(id)).collect::<Result<Vec<_>>>()?;
    let bases = std::iter::once(task).chain(parts.iter().flatten()).filter_map(|task| task.base.as_ref());
    let mut known = Vec::new();
    for base in bases {
        let Some(hex) = base.commit.as_deref() else { return Ok(Start { commit: None, rule: Rule::Unborn }) };
        // One that was replaced may be gone itself.
        let commit = ObjectId::from_hex(hex.as_bytes()).ok();
        known.extend(commit.filter(|commit| repo.is_commit(*commit)));
    }
    let Some(tip) = tip else { return Err(nowhere(task)) };
    // A feature begins with the first of its parts.
    if let Some(commit) = history::ask(repo, tip, |past| past.sorted(&known))?.first() {
        return Ok(Start { commit: Some(*commit), rule: Rule::Recorded });
    }
    let cut = is_cut(view, Some(tip), task)?;
    if let Some(oldest) = history::ask(repo, tip, |past| family.on(past))?.first() {
        if revwalk::shallow(repo)?.contains(oldest) {
            return Err(shallow(task, &format!("ends at {oldest}")));
        }
        let rule = if cut { Rule::CutOff } else { Rule::Rewritten };
        return Ok(Start { commit: revwalk::parents(repo, *oldest)?.first().copied(), rule });
    }
    if cut {
        return Err(shallow(task, "has no commits of it"));
    }
    let base = known.first().map(|commit| revwalk::merge_base(repo, *commit, tip)).transpose()?.flatten();
    base.map(|base| Start { commit: Some(base), rule: Rule::MergeBase }).ok_or_else(|| nowhere(task))
}

/// Whether commits of `task` may lie behind the end of this shallow clone, on the history of `tip`: then its checkpoints have other
/// numbers than here, and where it began is not known.
///
/// They do not if the task was begun once, on a commit that is here and comes after everything at which the clone ends.
///
/// # Errors
///
/// As [`history::ask`].
pub fn is_cut(view: &View<'_>, tip: Option<ObjectId>, task: &Task) -> Result<bool> {
    let repo = view.repo();
    let Some(tip) = tip.filter(|_| revwalk::shallow(repo).is_ok_and(|shallow| !shallow.is_empty())) else {
        return Ok(false);
    };
    let cut = history::ask(repo, tip, Past::cut)?;
    if cut.is_empty() {
        return Ok(false);
    }
    let base = task.base.as_ref().filter(|_| task.attempts <= 1).and_then(|base| base.commit.as_deref());
    let base = base.and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok()).filter(|base| repo.has(*base));
    let Some(base) = base else { return Ok(true) };
    let is_here = history::ask(repo, tip, |past| past.contains(base))?;
    Ok(!is_here || history::ask(repo, base, Past::cut)?.len() < cut.len())
}

/// The refusal of what must not be done from a start that may be wrong: `what` is `roll back t-1 to t-1@2`.
pub fn refuse_cut(what: &str) -> Error {
    let message = format!("cannot {what}: this clone is shallow, and may lack older commits of the task");
    Error::new(codes::SHALLOW_HISTORY, message)
        .hint("'git fetch --unshallow' fetches the rest of the history")
        .hint(Advice::DiffCommit)
}

fn shallow(task: &Task, why: &str) -> Error {
    let message = format!("cannot determine where {} began: this clone is shallow and {why}", task.id);
    Error::new(codes::SHALLOW_HISTORY, message).hint("'git fetch --unshallow' fetches the rest of the history")
}

fn nowhere(task: &Task) -> Error {
    let id = &task.id;
    let error = match task.base {
        None => Error::new(codes::NOT_STARTED, format!("cannot determine where {id} began: it was never started")),
        Some(_) => Error::new(
            codes::NOT_STARTED,
            format!("cannot determine where {id} began: it has no commits on this history"),
        ),
    };
    error.hint(TaskAdvice::Show.about(id))
}
