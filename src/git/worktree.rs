//! What is not committed, as git itself counts it.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};
use gix::objs::tree::EntryKind;

use super::{
    entries::{self, Entries, Entry},
    repo::Repo,
};
use crate::error::Result;

/// Paths that are not committed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dirty {
    /// Their index entry differs from HEAD.
    pub staged: usize,
    /// Their file differs from the index.
    pub unstaged: usize,
    /// git does not know them.
    pub untracked: usize,
    /// Their file differs from the index, and `assume-unchanged` or `skip-worktree` hides it from `git status`.
    pub hidden: usize,
}

/// Count the paths that differ between HEAD, index and work tree. Nothing in a bare repository.
///
/// Git counts, not gix: the same answer on every ref storage, with sparse indexes and file system monitors.
pub fn dirty(repo: &Repo) -> Result<Dirty> {
    let mut dirty = Dirty::default();
    if repo.work_dir().is_none() {
        return Ok(dirty);
    }
    let answer =
        repo.git().args(["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal"]).run()?;
    for entry in answer.split_str("\0") {
        match entry {
            [b'1' | b'2' | b'u', b' ', staged, unstaged, ..] => {
                dirty.staged += usize::from(*staged != b'.');
                dirty.unstaged += usize::from(*unstaged != b'.');
            }
            [b'?', b' ', ..] => dirty.untracked += 1,
            _ => {}
        }
    }
    dirty.hidden = hidden(repo)?;
    Ok(dirty)
}

/// How many files differ from what the index has, with a flag that keeps git from looking at them.
fn hidden(repo: &Repo) -> Result<usize> {
    let entries = Entries::read(repo)?;
    let is_hidden = |entry: &Entry<'_>| {
        let is_file = matches!(entry.leaf.0, EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link);
        is_file && entry.stage == 0 && (entry.assume_unchanged || entry.skip_worktree)
    };
    let mut count = 0;
    let mut gone: Option<BString> = None;
    for entry in entries.all().filter(is_hidden) {
        let Some(place) = repo.in_work_dir(entry.path).filter(|place| !entries.is_proven(&entry, place)) else {
            continue;
        };
        // Outside of a sparse checkout whole directories are missing.
        if entry.skip_worktree && gone.as_ref().is_some_and(|dir| entries::is_below(entry.path, dir)) {
            continue;
        }
        let bytes = match place.symlink_metadata() {
            Ok(meta) if meta.is_symlink() => {
                std::fs::read_link(&place).map(|to| to.into_os_string().into_encoded_bytes())
            }
            Ok(_) => std::fs::read(&place),
            Err(error) => Err(error),
        };
        match bytes {
            Ok(bytes) => count += usize::from(repo.blob_id(&bytes)? != entry.leaf.1),
            Err(_) if entry.skip_worktree => {
                let missing =
                    |end: &usize| repo.in_work_dir(entry.path[..*end].as_bstr()).is_some_and(|dir| !dir.exists());
                gone = entry.path.find_iter("/").find(missing).map(|end| entry.path[..end].into());
            }
            Err(_) => count += 1,
        }
    }
    Ok(count)
}

/// A path that is not committed, and what about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted {
    /// From the top of the work tree; of a directory that git does not know at all, the directory with `/` at the end.
    pub path: BString,
    /// What about it.
    pub kind: Kind,
}

/// What about a path is not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The index has it as it is.
    Staged,
    /// Its file differs from the index.
    Unstaged,
    /// git does not know it.
    Untracked,
    /// It has conflicts.
    Unmerged,
}

/// How this worktree stands: what is not committed, and where its branch is in relation to its upstream.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// How many paths, by kind.
    pub dirty: Dirty,
    /// How many paths altogether, each once.
    pub count: usize,
    /// The first of them, in git's order.
    pub first: Vec<Uncommitted>,
    /// The branch's upstream, as git names it: `origin/main`.
    pub upstream: Option<BString>,
    /// How many commits the branch is ahead and behind, if its upstream is here.
    pub ahead_behind: Option<(usize, usize)>,
}

/// How this worktree stands, with at most `most` paths by name. One question to git; nothing in a bare repository.
pub fn standing(repo: &Repo, most: usize) -> Result<Standing> {
    let mut standing = Standing::default();
    if repo.work_dir().is_none() {
        return Ok(standing);
    }
    let words = ["status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--untracked-files=normal"];
    for entry in repo.git().args(words).run()?.split_str("\0") {
        standing.add(entry, most);
    }
    standing.dirty.hidden = hidden(repo)?;
    Ok(standing)
}

impl Standing {
    fn add(&mut self, entry: &[u8], most: usize) {
        if let Some(upstream) = entry.strip_prefix(b"# branch.upstream ") {
            self.upstream = Some(upstream.into());
        } else if let Some(counts) = entry.strip_prefix(b"# branch.ab ") {
            let mut counts = counts.fields().map(|word| word[1..].to_str().ok()?.parse().ok());
            self.ahead_behind = counts.next().flatten().zip(counts.next().flatten());
        }
        let (kind, fields) = match entry {
            [b'1', b' ', staged, unstaged, ..] => {
                self.dirty.staged += usize::from(*staged != b'.');
                self.dirty.unstaged += usize::from(*unstaged != b'.');
                (if *unstaged == b'.' { Kind::Staged } else { Kind::Unstaged }, 9)
            }
            [b'u', b' ', ..] => {
                self.dirty.staged += 1;
                self.dirty.unstaged += 1;
                (Kind::Unmerged, 11)
            }
            [b'?', b' ', ..] => {
                self.dirty.untracked += 1;
                (Kind::Untracked, 2)
            }
            _ => return,
        };
        self.count += 1;
        let path = entry.splitn_str(fields, " ").nth(fields - 1);
        if let Some(path) = path.filter(|_| self.first.len() < most) {
            self.first.push(Uncommitted { path: path.into(), kind });
        }
    }
}

/// The directories of all worktrees that are there, the main one first.
pub fn all(repo: &Repo) -> Result<Vec<PathBuf>> {
    let answer = repo.git().args(["worktree", "list", "--porcelain", "-z"]).run()?;
    let dirs = answer.split_str("\0").filter_map(|line| line.strip_prefix(b"worktree "));
    Ok(dirs.filter_map(|dir| gix::path::from_byte_slice(dir).ok()).filter(|dir| dir.is_dir()).map(Into::into).collect())
}
