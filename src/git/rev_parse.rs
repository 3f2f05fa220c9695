//! `git rev-parse`: what the revisions on a command line name, seen from the current directory.

use std::{ffi::OsStr, path::Path};

use bstr::{BStr, ByteSlice as _};
use gix::ObjectId;

use super::{
    cmd::{self, Git},
    repo::Repo,
};
use crate::error::Result;

/// The revisions that some words name: `A..B` includes B and excludes A.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    /// Objects whose history is asked for, in the order of the words.
    pub included: Vec<ObjectId>,
    /// Objects whose history is left out.
    pub excluded: Vec<ObjectId>,
}

/// The revisions among `words`; paths and options are passed over.
///
/// # Errors
///
/// `git-failed` when a range names no revision.
pub fn revisions<W: AsRef<OsStr>>(words: &[W]) -> Result<Revisions> {
    let mut revisions = Revisions::default();
    if words.is_empty() {
        return Ok(revisions);
    }
    let answer = Git::new(Path::new(".")).args(["rev-parse", "--revs-only", "--no-flags"]).args(words).run()?;
    for line in answer.lines() {
        let (list, hex) = match line.strip_prefix(b"^") {
            Some(hex) => (&mut revisions.excluded, hex),
            None => (&mut revisions.included, line),
        };
        list.extend(ObjectId::from_hex(hex).ok());
    }
    Ok(revisions)
}

/// Whether `words` are one revision that names an object.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn is_revision<W: AsRef<OsStr>>(words: &[W]) -> Result<bool> {
    Ok(verify().args(words).output()?.status.success())
}

/// The commit that `revision` names; of a tag, the tagged one.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn commit(revision: &str) -> Result<Option<ObjectId>> {
    let answer = verify().arg(format!("{revision}^{{commit}}")).output()?.stdout;
    Ok(ObjectId::from_hex(&cmd::line(&answer)).ok())
}

/// The object that `word` names in `repo`, by gix in this process: without what it does not know.
pub fn object(repo: &Repo, word: &BStr) -> Option<ObjectId> {
    repo.gix().rev_parse_single(word).ok().map(gix::Id::detach)
}

fn verify() -> Git {
    Git::new(Path::new(".")).args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
}
