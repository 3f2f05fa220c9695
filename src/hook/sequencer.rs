//! Which operation git has in progress, according to its state files.
//!
//! A commit that is replayed keeps its message: it was made before, maybe by another person, for another task.

use crate::git::{ObjectId, Refs, Repo};
use bstr::ByteSlice;

/// Whose commit this is going to be, from the point of view of a sequence of replayed commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// No sequence, or one that has stopped for the user (`edit`, `exec`, `break`).
    UserCommits,
    /// As above, inside a rebase: what is amended here is a commit that is being replayed.
    UserCommitsInRebase,
    /// The user commits the resolution of a conflict; the message should name what this commit names.
    Resolves(ObjectId),
    /// `squash` and `fixup`: several become one. The commits other than HEAD.
    Melts(Vec<ObjectId>),
    /// Git itself replays a commit: this one, where it says which.
    Replays(Option<ObjectId>),
}

/// Which environment git gave to the hook.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// `GIT_AUTHOR_DATE`: set by `git commit`, not by a pick that needs no other process.
    pub author_date: Option<String>,
    /// `GIT_REFLOG_ACTION`: set where the sequencer runs `git commit`.
    pub reflog_action: Option<String>,
}

impl Sequence {
    /// Read the state files of this worktree.
    pub fn read(repo: &Repo, environment: &Environment) -> Self {
        let git_dir = repo.git_dir();
        let rebase = git_dir.join("rebase-merge");
        let in_rebase = rebase.is_dir();
        if in_rebase && let Ok(fixups) = std::fs::read(rebase.join("current-fixups")) {
            return Sequence::Melts(fixups.lines().filter_map(|line| id(line.fields().nth(1)?)).collect());
        }
        let named_by = |name: &str| match repo.refs() {
            Refs::Files => std::fs::read(git_dir.join(name)).ok().and_then(|text| id(text.trim())),
            Refs::Binary => repo.find_ref(name).ok().flatten(),
        };
        if let Some(picked) = named_by("CHERRY_PICK_HEAD") {
            return match environment.author_date {
                Some(_) => Sequence::Resolves(picked),
                None => Sequence::Replays(Some(picked)),
            };
        }
        if git_dir.join("rebase-apply").is_dir() {
            return Sequence::Replays(None);
        }
        if !in_rebase {
            return Sequence::UserCommits;
        }
        let by_user = environment.author_date.is_some() && environment.reflog_action.is_none();
        // A pick that stopped at a conflict leaves its message for the commit of the resolution.
        let unresolved = git_dir.join("MERGE_MSG").exists() && !git_dir.join("MERGE_HEAD").exists();
        if by_user
            && unresolved
            && let Some(picked) = named_by("REBASE_HEAD")
        {
            return Sequence::Resolves(picked);
        }
        let stopped = std::fs::read(rebase.join("done")).is_ok_and(|done| stops(&done));
        if stopped || by_user { Sequence::UserCommitsInRebase } else { Sequence::Replays(None) }
    }
}

/// True if the last command that was done is one that hands over to the user.
fn stops(done: &[u8]) -> bool {
    let last = done.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let word = last.fields().next().unwrap_or_default();
    matches!(word, b"edit" | b"e" | b"break" | b"b" | b"exec" | b"x" | b"reword" | b"r")
}

fn id(hex: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(hex).ok()
}
