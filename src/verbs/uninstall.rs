//! Remove what `init` set up.

use super::{Caller, init::SetupChanges};
use crate::{
    commit_notes,
    error::{Error, Result, codes},
    git::{RefChange, Repo, files, worktree},
    hook::install,
    recovery::{operation, snapshot},
    store::{active, ledger},
};

/// The result of [`uninstall`].
#[derive(Clone, Debug)]
pub struct Uninstalled {
    /// The removed hooks and settings.
    pub changes: SetupChanges,
    /// A sentence about snapshots and operations that remain; `None` if there are none.
    pub left: Option<String>,
    /// Whether the repository still has tasks.
    pub has_tasks: bool,
}

/// What to do with the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    /// Keep the ledger.
    Keep,
    /// Remove the ledger; the answer names the command that restores it.
    Purge,
}

/// Remove hooks and settings: the repository is as it was before [`init`](super::init::init).
///
/// # Errors
///
/// `ledger-busy` while another process writes to the ledger that is removed; where something cannot be removed.
pub fn uninstall(caller: &Caller, tasks: Tasks) -> Result<Uninstalled> {
    let repo = caller.repo();
    let report = install::uninstall(repo)?;
    let warnings: Vec<String> = report.unfinished().map(ToString::to_string).collect();
    let unfinished: Vec<_> = report.unfinished().collect();
    let mut done: Vec<String> =
        report.steps.iter().filter(|step| !unfinished.contains(step)).map(ToString::to_string).collect();
    done.extend(report.settings);
    let worktrees = worktree::all(repo)?.iter().map(|dir| Repo::discover(dir)).collect::<Result<Vec<_>, _>>()?;
    for there in &worktrees {
        done.extend(deactivate(there)?);
    }
    if tasks == Tasks::Purge {
        done.extend(purge(repo)?);
    }
    for there in worktrees.iter().filter(|there| there.git_dir() != there.common_dir()) {
        files::remove_dir(&there.worktree_agent_dir())?;
    }
    let left = left(repo)?;
    files::remove_dir(&repo.agent_dir())?;
    // It tells that the snapshots which stay are ours.
    if left.is_none() {
        files::remove_dir(&repo.id_dir())?;
    }
    let has_tasks = repo.find_ref(ledger::REF)?.is_some();
    Ok(Uninstalled { changes: SetupChanges { done, warnings }, left, has_tasks })
}

/// End the activity of a worktree: its pointers keep nothing from a gc of another worktree once the ledger is gone.
fn deactivate(there: &Repo) -> Result<Vec<String>> {
    let place = there.dir().display();
    let mut done = Vec::new();
    for id in active::pointed(there)? {
        active::clear(there, &id)?;
        done.push(format!("{id} is no longer the active task of '{place}'."));
    }
    Ok(done)
}

/// What of the work of users stays, and who may see it now.
fn left(repo: &Repo) -> Result<Option<String>> {
    let count = |prefix: &str| repo.refs().list(repo, prefix).map(|refs| refs.len());
    let (snapshots, logs) = (count(snapshot::REFS)?, count(operation::REFS)?);
    let what = [(snapshots, "snapshot"), (logs, "operation log")];
    let what: Vec<String> = what
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| {
            if count == 1 {
                format!("1 {what}")
            } else {
                format!("{count} {}", what.replacen("log of", "logs of", 1).replacen("snapshot", "snapshots", 1))
            }
        })
        .collect();
    Ok((!what.is_empty()).then(|| {
        format!(
            "{} in refs/agent/ stay, with '.git/agent-id', which proves that they were made here; clones, fetches of \
             refs/* and 'git push --mirror' copy them; 'git agent uninstall --purge' removes them",
            what.join(" and ")
        )
    }))
}

/// Delete our refs, in one transaction.
fn purge(repo: &Repo) -> Result<Vec<String>> {
    let mut refs = Vec::new();
    for name in [ledger::REF, commit_notes::REF] {
        refs.extend(repo.find_ref(name)?.map(|tip| (name.to_owned(), tip)));
    }
    refs.extend(repo.refs().list(repo, "refs/agent/")?);
    let changes: Vec<RefChange> =
        refs.iter().map(|(name, id)| RefChange { name: name.clone(), expected: Some(*id), new: None }).collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    repo.refs().change(repo, &changes, "git-agent: purge").map_err(|error| {
        error.or(|| {
            Error::new(codes::LEDGER_BUSY, "another process is writing to the ledger; it was not removed")
                .hint("try again")
        })
    })?;
    let back = |(name, id): &(String, _)| {
        format!("Removed {name}; to restore it before git prunes it: git update-ref {name} {id}")
    };
    Ok(refs.iter().map(back).collect())
}
