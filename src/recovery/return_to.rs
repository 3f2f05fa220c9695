//! Returning to a snapshot: its files and its index, on the HEAD of today.

use super::{
    act::{self, Author, Order, Outcome, Record},
    operation::{Kind, Touched},
    plan::{Destination, Flagging, Scope, Untracked},
    snapshot::{self, Captured, Snapshot},
};
use crate::{
    error::{Error, Result},
    git::{Repo, pathspec::Pathspecs, sparse::Sparse, state},
};

/// Bring `paths`, or everything, back to what `snapshot` holds. HEAD stays. An unfinished merge, cherry-pick or revert comes
/// back, too, when HEAD is what it was then, nothing else is under way, and everything is meant.
///
/// Files that are younger than the snapshot go into the snapshot that is taken first, unless they are, or were, ignored.
///
/// # Errors
///
/// `operation-in-progress`, and all that [`act::carry_out`] refuses.
pub fn return_to(
    repo: &Repo,
    author: &Author<'_>,
    snapshot: &Snapshot,
    paths: &Pathspecs,
    record: &Record<'_>,
) -> Result<Outcome> {
    let held = snapshot::load(repo, snapshot)?;
    refuse_in_progress(repo, snapshot)?;
    let scope = match paths.is_everything() {
        true => Scope::Everything,
        false => {
            let present = paths.present(repo, &[held.worktree, held.staged])?;
            if present.is_empty() {
                let why = format!(
                    "cannot restore from snapshot {}: neither it nor the work tree has such a path",
                    snapshot.id
                );
                return Err(Error::usage("no-such-path", why)
                    .hint("paths are relative to the current directory, as in 'git add'")
                    .hint(format!("what is in it: git agent snapshot show {}", snapshot.id)));
            }
            Scope::Paths(present.into_iter().map(|path| Touched { path, on_disk: true, in_index: true }).collect())
        }
    };
    let destination = |captured: &Captured<'_>| {
        let mut moment = held.clone();
        let is_same_head = moment.head == *captured.head();
        moment.head = captured.head().clone();
        if !is_same_head || !captured.state().is_empty() || scope != Scope::Everything || has_steps(&held) {
            moment.state = captured.state().clone();
        }
        let (scope, sparse, rules) = (scope.clone(), Sparse::of(repo)?, moment.rules);
        // Without the rules nothing proves that what is not ignored now was not there, ignored.
        let untracked = if rules.is_some() { Untracked::BornLater } else { Untracked::MayBeOlder };
        Ok(Destination { moment, scope, flags: Flagging::Exact, untracked, rules, sparse })
    };
    act::carry_out(
        repo,
        author,
        &Order {
            kind: Kind::Restore,
            title: format!("restore snapshot {}", snapshot.id),
            task: None,
            undoes: None,
            more: Vec::new(),
            destination: &destination,
            commit: None,
            record,
        },
    )
}

/// A rebase, an am session, a sequence of picks or a bisection is git's own to go on with: half of it is in refs and reflogs.
fn has_steps(moment: &snapshot::Moment) -> bool {
    let is_step = |name: &bstr::BString| {
        ["rebase-", "sequencer/", "BISECT_"].iter().any(|prefix| name.starts_with(prefix.as_bytes()))
    };
    moment.state.keys().any(is_step)
}

fn refuse_in_progress(repo: &Repo, snapshot: &Snapshot) -> Result<()> {
    let Some(operation) = state::in_progress(repo) else { return Ok(()) };
    let why = format!("cannot restore snapshot {}: {} is in progress", snapshot.id, operation.what);
    let error = match operation.steps {
        state::Steps::One => Error::refused("operation-in-progress", why),
        state::Steps::Several => Error::busy("operation-in-progress", format!("{why}; nothing was changed")),
    };
    Err(error
        .hint(format!("finish it with '{}' or stop it with '{}'", operation.go_on, operation.abort))
        .hint(format!("a single file of it: git show {}:worktree/<path>", snapshot.ref_name())))
}
