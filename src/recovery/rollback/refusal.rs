//! Why a rollback is refused, in words.

use bstr::{BString, ByteSlice as _};

use super::{Conflicted, To};
use crate::{
    domain::{
        rollback::{self, Commit, Mode, Refusal, Skipped},
        task::Task,
    },
    error::{Error, codes},
    git::ObjectId,
};

/// How many paths or commits a refusal names.
const NAMED: usize = 10;

/// Why the mode cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// What the history says.
    History(Refusal),
    /// Only some paths are meant, but the mode is about whole commits.
    Paths(Mode),
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Self {
        Why::History(refusal)
    }
}

/// The refusal of a mode.
pub(super) fn of(why: Why, task: &Task, to: &To, range: &[Commit<ObjectId>]) -> Error {
    let (id, name) = (&task.id, &to.name);
    let which =
        |is: fn(&Commit<ObjectId>) -> bool| short(range.iter().filter(|commit| is(commit)).map(|commit| commit.id));
    match why {
        Why::History(Refusal::Foreign(mode)) => {
            let others = which(|commit| !commit.is_own());
            Error::new(
                codes::FOREIGN_COMMITS,
                format!("cannot {mode} to {id}@{name}: commits that are not of {id} came after it: {others}"),
            )
            .hint(format!("--mode revert takes back the commits of {id} alone"))
            .hint("--allow-foreign takes the others back, too; the snapshot keeps them")
        }
        Why::History(Refusal::Published) => {
            let published = which(|commit| commit.published);
            Error::new(
                codes::PUBLISHED_COMMITS,
                format!("cannot rewind to {id}@{name}: a remote branch or a tag has what came after it: {published}"),
            )
            .hint("--mode restore puts the old state into a new commit, and nobody's history changes")
            .hint("--allow-published rewinds this branch all the same; others keep what they have")
        }
        Why::History(Refusal::Elsewhere) => {
            Error::new(codes::OTHER_HISTORY, format!("cannot rewind to {id}@{name}: it is not on the history of HEAD"))
                .hint("--mode restore puts its state into a new commit")
        }
        Why::History(Refusal::Nowhere) => Error::new(
            codes::NOTHING_BEFORE,
            format!("cannot rewind to {id}@{name}: there was no commit then that a branch could be at"),
        )
        .hint("--mode restore removes the files in a new commit"),
        Why::History(Refusal::NothingToRevert) => {
            let error = Error::new(
                codes::NOTHING_TO_REVERT,
                format!("cannot roll back {id}: no commit of {id} came after {id}@{name}, only commits of others"),
            );
            match range.is_empty() {
                true => Error::new(
                    codes::NOTHING_TO_REVERT,
                    format!("cannot revert anything of {id}: no commit came after {id}@{name}"),
                )
                .hint("--mode files brings back its files"),
                false => error
                    .hint("--mode files -- <path>… brings back single files")
                    .hint(format!("'git agent log {id}' shows its checkpoints")),
            }
        }
        Why::Paths(mode) => Error::new(
            codes::PATHS_WITHOUT_COMMITS,
            format!("cannot {mode} only some paths of {id}: a branch has all of a commit or nothing"),
        )
        .hint("--mode files brings the paths back without a commit; --mode revert takes back what was done to them"),
    }
}

/// The task's commits that came after the checkpoint are all left alone.
pub(super) fn nothing_left(task: &Task, to: &To, skipped: &[Skipped<ObjectId>]) -> Error {
    let (id, name) = (&task.id, &to.name);
    let error = Error::new(
        codes::NOTHING_TO_REVERT,
        format!("cannot roll back {id}: of its commits after {id}@{name} there is none left to be reverted"),
    );
    error.hints(skipped.iter().take(NAMED).map(|skipped| left_alone(id.as_str(), skipped)))
}

/// Reverting the commits comes to no change.
pub(super) fn nothing_to_take_back(task: &Task, to: &To) -> Error {
    let (id, name) = (&task.id, &to.name);
    let why = format!("cannot roll back {id}: what its commits after {id}@{name} did is not there any more");
    Error::new(codes::NOTHING_TO_REVERT, why).hint(format!("'git agent log {id}' shows what became of them"))
}

/// Why a commit is left alone, as a sentence.
pub fn left_alone(id: &str, skipped: &Skipped<ObjectId>) -> String {
    let commit = skipped.commit.to_hex_with_len(12);
    match skipped.why {
        rollback::Why::Reverted => format!("{commit} is reverted already"),
        rollback::Why::Reverts => format!("{commit} only reverts others of {id}"),
        rollback::Why::Merge => format!("{commit} is a merge that brings in more than commits of {id}"),
        rollback::Why::Buried => format!("{commit} names {id}, but not in its final trailers"),
    }
}

/// The commits cannot be reverted.
pub(super) fn conflicts(conflicted: &Conflicted) -> Error {
    let id = &conflicted.plan.task.id;
    let conflicts = &conflicted.conflicts;
    let commit = conflicts.iter().find_map(|conflict| conflict.commits.first());
    let commit = commit.map(|commit| commit.to_hex_with_len(12).to_string()).unwrap_or_default();
    let paths = list(conflicts.iter().map(|conflict| &conflict.path));
    let error = Error::new(
        codes::REVERT_CONFLICT,
        format!("cannot roll back {id}: {commit} cannot be reverted, others built on what it did to {paths}"),
    );
    let mut hints = Vec::new();
    for conflict in conflicts.iter().take(NAMED) {
        if let [_, later @ ..] = conflict.commits.as_slice()
            && !later.is_empty()
        {
            let path = shown(&conflict.path);
            hints.push(format!("{path} was changed later by {}", short(later.iter().copied())));
        }
    }
    error
        .hints(hints)
        .hint("-- <path>… reverts only what was done to other paths; --mode files brings back single files")
}

/// `'a', 'b' and 3 more`
pub(super) fn list<'a>(paths: impl ExactSizeIterator<Item = &'a BString>) -> String {
    let more = paths.len().saturating_sub(NAMED);
    let named = paths.take(NAMED).map(shown).collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

fn shown(path: &BString) -> String {
    format!("'{}'", path.to_str_lossy().escape_debug())
}

/// `0123456789ab, 123456789abc and 3 more`
fn short(commits: impl Iterator<Item = ObjectId>) -> String {
    let commits: Vec<String> = commits.map(|commit| commit.to_hex_with_len(12).to_string()).collect();
    let named = commits.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match commits.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
