//! How many paths are not committed, the first of them by name, and where the branch is in relation to its upstream.

use bstr::{BString, ByteSlice as _};
use gix::objs::tree::EntryKind;

use super::Record;
use crate::{
    error::Result,
    git::{
        index::entries::{Entries, Entry},
        names,
        repo::Repo,
        worktree,
    },
};

/// Paths that are not committed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DirtyCounts {
    /// Their index entry differs from HEAD.
    pub staged: usize,
    /// Their file differs from the index.
    pub unstaged: usize,
    /// They are not tracked.
    pub untracked: usize,
    /// They have conflicts.
    pub unmerged: usize,
    /// Their file differs from the index, and `assume-unchanged` or `skip-worktree` hides it from `git status`.
    pub hidden: usize,
}

/// A path that is not committed, and what about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted {
    /// From the top of the work tree; of a directory in which nothing is tracked, the directory with `/` at the end.
    pub path: BString,
    /// What about it.
    pub kind: PathStatus,
}

/// What about a path is not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStatus {
    /// The index has it as it is.
    Staged,
    /// Its file differs from the index.
    Unstaged,
    /// It is not tracked.
    Untracked,
    /// It has conflicts.
    Unmerged,
}

/// `git status --short --branch` as data.
#[derive(Clone, Debug, Default)]
pub struct StatusSummary {
    /// How many paths, by kind.
    pub counts: DirtyCounts,
    /// How many paths altogether, each once; without hidden ones.
    pub total: usize,
    /// The first of them, in git's order.
    pub first: Vec<Uncommitted>,
    /// The branch's upstream, as git names it: `origin/main`.
    pub upstream: Option<BString>,
    /// How many commits the branch is ahead and behind, if its upstream is here.
    pub ahead_behind: Option<(usize, usize)>,
}

/// How many paths differ between HEAD, index and work tree. None in a bare repository.
pub fn counts(repo: &Repo) -> Result<DirtyCounts> {
    Ok(ask(repo, None, 0)?.counts)
}

/// The state of this worktree, with at most `limit` paths by name. Nothing in a bare repository.
pub fn summary(repo: &Repo, limit: usize) -> Result<StatusSummary> {
    ask(repo, Some("--branch"), limit)
}

fn ask(repo: &Repo, branch: Option<&str>, limit: usize) -> Result<StatusSummary> {
    let mut summary = StatusSummary::default();
    if repo.work_dir().is_none() {
        return Ok(summary);
    }
    let words = ["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal"];
    let answer = repo.git().args(words).args(branch).args(worktree::without_those_inside(repo)).run()?;
    answer.split_str("\0").filter_map(Record::parse).for_each(|record| summary.add(record, limit));
    summary.counts.hidden = hidden(repo)?;
    Ok(summary)
}

impl StatusSummary {
    fn add(&mut self, record: Record<'_>, limit: usize) {
        let (path, kind) = match record {
            Record::Header(key, value) => {
                if key == "branch.upstream" {
                    self.upstream = Some(value.into());
                } else if key == "branch.ab" {
                    let mut counts = value.fields().map(|word| word[1..].to_str().ok()?.parse().ok());
                    self.ahead_behind = counts.next().flatten().zip(counts.next().flatten());
                }
                return;
            }
            Record::Tracked { xy: [_, b'.'], path, .. } => (path, PathStatus::Staged),
            Record::Tracked { path, .. } => (path, PathStatus::Unstaged),
            Record::Unmerged { path, .. } => (path, PathStatus::Unmerged),
            Record::Untracked(path) => (path, PathStatus::Untracked),
            Record::Ignored(_) => return,
        };
        if let Record::Tracked { xy: [staged, unstaged], .. } = record {
            self.counts.staged += usize::from(staged != b'.');
            self.counts.unstaged += usize::from(unstaged != b'.');
        }
        self.counts.untracked += usize::from(kind == PathStatus::Untracked);
        self.counts.unmerged += usize::from(kind == PathStatus::Unmerged);
        self.total += 1;
        if self.first.len() < limit {
            self.first.push(Uncommitted { path: path.into(), kind });
        }
    }
}

/// How many files differ from what the index has without `git status` showing it.
fn hidden(repo: &Repo) -> Result<usize> {
    let entries = Entries::read(repo)?;
    let is_hidden = |entry: &Entry<'_>| {
        let is_file = entry.leaf.is_file() || entry.leaf.kind == EntryKind::Link;
        is_file && entry.stage == 0 && entry.flags.hides()
    };
    let mut count = 0;
    let mut gone: Option<BString> = None;
    for entry in entries.all().filter(is_hidden) {
        let Some(place) = repo.in_work_dir(entry.path).filter(|place| !entries.is_proven(&entry, place)) else {
            continue;
        };
        // Outside of a sparse checkout whole directories are missing.
        if entry.flags.skip_worktree && gone.as_ref().is_some_and(|dir| names::is_below(entry.path, dir.as_bstr())) {
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
            Ok(bytes) => count += usize::from(repo.blob_id(&bytes)? != entry.leaf.id),
            Err(_) if entry.flags.skip_worktree => {
                let missing =
                    |end: &usize| repo.in_work_dir(entry.path[..*end].as_bstr()).is_some_and(|dir| !dir.exists());
                gone = entry.path.find_iter("/").find(missing).map(|end| entry.path[..end].into());
            }
            Err(_) => count += 1,
        }
    }
    Ok(count)
}
