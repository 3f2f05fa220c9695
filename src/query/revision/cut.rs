//! Whether a shallow clone is cut off where a task may have commits.

use crate::{
    domain::task::Task,
    error::{Error, Result, codes},
    git::{ObjectId, Repo, revwalk},
    store::history::{self, Past},
};

/// Whether commits of `task` may lie behind the end of this shallow clone, on the history of `tip`: then its checkpoints have other
/// numbers than here, and where it began is not known.
///
/// They do not if the task was begun once, on a commit that is here and comes after everything at which the clone ends.
///
/// # Errors
///
/// When the history cannot be read.
pub fn is_cut(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<bool> {
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
    let message = format!("cannot {what}: this clone is shallow, and older commits of the task may be behind its end");
    Error::new(codes::SHALLOW_HISTORY, message)
        .hint("'git fetch --unshallow' gets the rest of the history")
        .hint("or name the commit itself, for instance: git agent diff <commit>")
}
