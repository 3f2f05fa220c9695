//! Operations of git that are in progress in a worktree: merge, rebase, cherry-pick, …
//!
//! git keeps them in files of the worktree's git directory. In a reftable those that name one commit (`CHERRY_PICK_HEAD`, …)
//! are refs instead, and only `MERGE_HEAD` is a file.

use std::{fs, io, path::Path};

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::{files, refs::Refs, repo::Repo};
use crate::error::{Context as _, Result};

/// An unfinished operation of git, and the commands that end it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InProgress {
    /// The operation with its article: `a merge`, `a rebase`, …
    pub what: &'static str,
    /// The command that finishes it.
    pub go_on: &'static str,
    /// The command that aborts it.
    pub abort: &'static str,
    /// Whether a snapshot of its state can be restored.
    pub steps: Steps,
}

/// How much an operation still has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// One commit of the index: its state can be saved and restored.
    One,
    /// A list of steps that only git can continue.
    Several,
}

/// File or directory in the git directory, and what its presence means. The first one found counts: a rebase leaves
/// `CHERRY_PICK_HEAD`, too.
const MARKS: [(&str, InProgress); 8] = [
    ("rebase-merge", operation("a rebase", "git rebase --continue", "git rebase --abort")),
    ("rebase-apply/applying", operation("an am session", "git am --continue", "git am --abort")),
    ("rebase-apply", operation("a rebase", "git rebase --continue", "git rebase --abort")),
    ("MERGE_HEAD", one_commit("a merge", "git merge --continue", "git merge --abort")),
    ("CHERRY_PICK_HEAD", one_commit("a cherry-pick", "git cherry-pick --continue", "git cherry-pick --abort")),
    ("REVERT_HEAD", one_commit("a revert", "git revert --continue", "git revert --abort")),
    ("sequencer", operation("a sequence of picks", "git cherry-pick --continue", "git cherry-pick --abort")),
    ("BISECT_LOG", operation("a bisection", "git bisect good|bad", "git bisect reset")),
];

const fn operation(what: &'static str, go_on: &'static str, abort: &'static str) -> InProgress {
    InProgress { what, go_on, abort, steps: Steps::Several }
}

const fn one_commit(what: &'static str, go_on: &'static str, abort: &'static str) -> InProgress {
    InProgress { what, go_on, abort, steps: Steps::One }
}

/// The operation in progress in this worktree, if any.
pub fn in_progress(repo: &Repo) -> Option<InProgress> {
    // A reftable that cannot be asked has no refs to act on either.
    let refs = root_refs(repo).unwrap_or_default();
    let is_there = |mark: &str| repo.git_dir().join(mark).exists() || refs.iter().any(|(name, _)| *name == mark);
    let mut there = MARKS.into_iter().filter(|(mark, _)| is_there(mark)).map(|(_, operation)| operation);
    let first = there.next()?;
    // A pick that stopped may be one of several, a merge a step of a bisection.
    let steps = if there.any(|other| other.steps == Steps::Several) { Steps::Several } else { first.steps };
    Some(InProgress { steps, ..first })
}

/// Those that say that an operation of one commit is in progress, and name the commit.
pub const ONE_COMMIT: [&str; 3] = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/// Files that belong to an unfinished operation.
const FILES: [&str; 16] = [
    "MERGE_HEAD",
    "MERGE_MSG",
    "MERGE_MODE",
    "MERGE_RR",
    "MERGE_AUTOSTASH",
    "SQUASH_MSG",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "AUTO_MERGE",
    "BISECT_LOG",
    "BISECT_NAMES",
    "BISECT_START",
    "BISECT_TERMS",
    "BISECT_EXPECTED_REV",
    "BISECT_ANCESTORS_OK",
];
/// Of little use without one of the others, but part of them.
const ORIG_HEAD: &str = "ORIG_HEAD";
const DIRECTORIES: [&str; 3] = ["rebase-merge", "rebase-apply", "sequencer"];
/// Those of the files that are refs in a reftable.
const ROOT_REFS: [&str; 6] =
    ["CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "AUTO_MERGE", "BISECT_EXPECTED_REV", ORIG_HEAD];
/// Files that name commits which nothing else may name: one a line, in front.
const NAMES_COMMITS: [&str; 10] = [
    "MERGE_HEAD",
    "MERGE_AUTOSTASH",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "rebase-merge/autostash",
    "rebase-merge/orig-head",
    "rebase-merge/onto",
    "rebase-apply/autostash",
    "rebase-apply/orig-head",
];

/// A part of the state of unfinished operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A file, by its path in the git directory of the worktree.
    File(BString),
    /// A ref, by its name, with the content of an equivalent file.
    Ref(BString, ObjectId),
}

/// Whether a file of this name in the git directory may belong to an unfinished operation: nothing else is ever written
/// there from a snapshot.
pub fn is_known(name: &BStr) -> bool {
    let is_plain = |part: &[u8]| {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        !part.starts_with(b".") && !part.is_empty() && part.iter().all(is_plain)
    };
    match name.split_once_str("/") {
        None => *name == ORIG_HEAD || FILES.iter().any(|known| name == known),
        Some((dir, rest)) => {
            DIRECTORIES.iter().any(|known| dir == known.as_bytes()) && rest.split_str("/").all(is_plain)
        }
    }
}

/// The parts of the current state; empty if nothing is in progress.
pub fn pieces(repo: &Repo) -> Result<Vec<Piece>> {
    let dir = repo.git_dir();
    let is_file = |name: &str| dir.join(name).symlink_metadata().is_ok_and(|meta| meta.is_file());
    let mut pieces: Vec<Piece> =
        FILES.into_iter().filter(|name| is_file(name)).map(|name| Piece::File(name.into())).collect();
    for name in DIRECTORIES {
        files_below(dir, name.into(), &mut pieces).or_environment(|| format!("cannot read git's '{name}'"))?;
    }
    let refs = root_refs(repo)?;
    pieces.extend(refs.iter().filter(|(name, _)| *name != ORIG_HEAD).map(|(name, id)| Piece::Ref(name.clone(), *id)));
    if !pieces.is_empty() {
        pieces.extend(is_file(ORIG_HEAD).then(|| Piece::File(ORIG_HEAD.into())));
        pieces.extend(refs.into_iter().filter(|(name, _)| *name == ORIG_HEAD).map(|(name, id)| Piece::Ref(name, id)));
    }
    Ok(pieces)
}

/// A part of the state, with its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its path in the git directory of the worktree, or its ref name.
    pub name: BString,
    /// Its content; for a ref, that of an equivalent file.
    pub bytes: Vec<u8>,
}

/// The parts of the current state with their contents. Parts that disappear in the meantime are omitted.
pub fn held(repo: &Repo) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for piece in pieces(repo)? {
        match piece {
            Piece::Ref(name, id) => held.push(Held { name, bytes: format!("{id}\n").into_bytes() }),
            Piece::File(name) => {
                let place = gix::path::from_bstr(name.as_bstr()).or_environment(|| format!("cannot read '{name}'"))?;
                match fs::read(repo.git_dir().join(place)) {
                    Ok(bytes) => held.push(Held { name, bytes }),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error).or_environment(|| format!("cannot read git's '{name}'")),
                }
            }
        }
    }
    Ok(held)
}

/// The commits that the piece called `name` with this content wants to stay alive.
pub fn commits_named(name: &[u8], content: &[u8]) -> Vec<ObjectId> {
    if !NAMES_COMMITS.iter().any(|known| known.as_bytes() == name) {
        return Vec::new();
    }
    let first_word = |line: &[u8]| ObjectId::from_hex(line.fields().next()?).ok();
    content.lines().filter_map(first_word).collect()
}

fn root_refs(repo: &Repo) -> Result<Vec<(BString, ObjectId)>> {
    if repo.refs() == Refs::Files {
        return Ok(Vec::new());
    }
    let words = ["for-each-ref", "--include-root-refs", "--format=%(objectname) %(refname)"];
    let answer = repo.git().args(words).args(ROOT_REFS).run()?;
    let parse = |line: &[u8]| {
        let (id, name) = line.split_once_str(" ")?;
        Some((BString::from(name), ObjectId::from_hex(id).ok()?))
    };
    Ok(answer.lines().filter_map(parse).filter(|(name, _)| ROOT_REFS.iter().any(|root| *name == *root)).collect())
}

/// Every file below `dir`/`path`, sorted.
fn files_below(dir: &Path, path: BString, pieces: &mut Vec<Piece>) -> io::Result<()> {
    let here = dir.join(gix::path::from_bstr(path.as_bstr()).map_err(io::Error::other)?);
    let listed = match fs::read_dir(here) {
        Err(error) if files::is_absent(&error) => return Ok(()),
        other => other?,
    };
    let mut listed = listed.collect::<io::Result<Vec<_>>>()?;
    listed.sort_by_key(fs::DirEntry::file_name);
    for entry in listed {
        let path: BString = [path.as_slice(), b"/", entry.file_name().as_encoded_bytes()].concat().into();
        match entry.file_type()? {
            kind if kind.is_dir() => files_below(dir, path, pieces)?,
            kind if kind.is_file() => pieces.push(Piece::File(path)),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_unfinished_operations_have_known_names() {
        for name in ["MERGE_HEAD", "ORIG_HEAD", "rebase-merge/git-rebase-todo", "rebase-apply/0001", "sequencer/todo"] {
            assert!(is_known(name.into()), "{name}");
        }
        let others = [
            "config",
            "hooks/pre-commit",
            "HEAD",
            "index",
            "rebase-merge",
            "rebase-merge/",
            "rebase-merge/../config",
            "rebase-merge/./x",
            "merge_head",
            "sequencer//x",
            "/MERGE_HEAD",
            "",
            "rebase-merge/.git/x",
            "rebase-merge/a\0b",
        ];
        for name in others {
            assert!(!is_known(name.into()), "{name}");
        }
    }
}
