//! `git agent uninstall`: take back what `init` did.

use std::path::Path;

use super::setup;
use crate::{
    cmd::context::Ctx,
    commit_notes,
    error::{Context as _, Error, Result, codes, exit},
    git::{RefChange, RefError, Repo, worktree},
    hook::install,
    recovery::{operation, snapshot},
    store::{active, ledger},
};

/// Remove hooks and settings, restoring the repository to its state before 'git agent init'
///
/// Tasks are kept in refs/notes/agent-tasks unless --purge is given.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also remove the tasks, and print how to restore them
    #[arg(long)]
    purge: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    let report = install::uninstall(repo)?;
    let warnings: Vec<String> = report.unfinished().map(ToString::to_string).collect();
    let unfinished: Vec<_> = report.unfinished().collect();
    let mut done: Vec<String> =
        report.steps.iter().filter(|step| !unfinished.contains(step)).map(ToString::to_string).collect();
    done.extend(report.settings);
    let worktrees = worktree::all(repo)?.iter().map(|dir| Repo::discover(dir)).collect::<Result<Vec<_>>>()?;
    for there in &worktrees {
        done.extend(deactivate(there)?);
    }
    if args.purge {
        done.extend(purge(repo)?);
    }
    for there in worktrees.iter().filter(|there| there.git_dir() != there.common_dir()) {
        remove_directory(&there.worktree_agent_dir())?;
    }
    let left = left(repo)?;
    remove_directory(&repo.agent_dir())?;
    // It tells that the snapshots which stay are ours.
    if left.is_none() {
        remove_directory(&repo.id_dir())?;
    }
    setup::answer(ctx, done, warnings, || {
        let tip = repo.find_ref(ledger::REF)?;
        ctx.out.print("git-agent is out of this repository.\n")?;
        if let Some(left) = left {
            ctx.out.hint(left);
        }
        if tip.is_some() {
            ctx.out.hint(format!(
                "the tasks are still in {}; 'git agent uninstall --purge' removes them, too",
                ledger::REF
            ));
        }
        Ok(())
    })?;
    Ok(exit::OK)
}

/// End the activity of a worktree: its pointers keep nothing from a gc of another worktree once the ledger is gone.
fn deactivate(there: &Repo) -> Result<Vec<String>> {
    let place = there.work_dir().unwrap_or(there.git_dir()).display();
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
    let what = [(snapshots, "snapshot"), (logs, "log of operations")];
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
            "{} in refs/agent/ stay, with '.git/agent-id', which tells that they were made here; a clone, a fetch of refs/* and \
             'git push --mirror' take them along; 'git agent uninstall --purge' removes them",
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
    repo.refs().change(repo, &changes, "git-agent: purge").map_err(|error| match error {
        RefError::Moved => {
            Error::new(codes::LEDGER_BUSY, "somebody writes to the ledger at this moment; it was not removed")
                .hint("try again")
        }
        RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => error,
    })?;
    let back = |(name, id): &(String, _)| {
        format!("Removed {name}; until git collects garbage, 'git update-ref {name} {id}' brings it back.")
    };
    Ok(refs.iter().map(back).collect())
}

/// Remove what is disposable.
fn remove_directory(dir: &Path) -> Result<()> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).or_environment(|| format!("cannot remove '{}'", dir.display()))
        }
        _ => Ok(()),
    }
}
