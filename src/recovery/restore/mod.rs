//! Moves the work tree, the index and HEAD from one side of an operation to the other. The only place that does.
//!
//! ```text
//!  index.lock ─▶ new index, out of the way ─▶ aside ─▶ prune ─▶ fill ─▶ verify ─▶ state ─▶ index ─▶ (ledger) ─▶ refs, done
//! ```
//!
//! Every step examines the current state and does what is missing, so that a killed restore can be completed or undone by
//! running it again: forward to the intended state, backward to the previous one. No file is overwritten:
//! it is renamed into [`quarantine`], and deleted there when its content is known to be stored. Unexpected content, written by
//! another process in the meantime, is stored first.

pub(crate) mod disk;
pub mod fault_points;
mod fill;
pub(crate) mod index;
pub(crate) mod quarantine;
pub(crate) mod reserve;
pub(crate) mod state;
pub(crate) mod state_view;

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use ulid::Ulid;

use self::disk::Found;
use super::operation::{Operation, Touched};
use crate::{
    domain::text::quoted_path,
    error::{Context as _, Error, Result, codes},
    git::{
        EntryKind, ObjectId, ObjectKind, Repo,
        index::entries::{self, Entries},
        index::{IndexLock, TempIndex, real},
        names,
        objects::{self, trees},
        state as git_state,
        tree::Entry,
    },
    recovery::{
        checkpoint::differing,
        restore::{
            fault_points::{FaultPoint, reached},
            quarantine::Quarantine,
            state_view::{StateView, Want},
        },
    },
};

/// The direction of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the intended state.
    Forward,
    /// Back to the previous state.
    Backward,
}

/// How closely files are compared with their intended content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Nothing was changed yet: files that need filters are still missing.
    Fresh,
    /// An earlier run may have changed some files.
    Resumed,
}

/// A restore of files and index, in either direction.
pub struct Restore<'a> {
    /// The repository of the worktree.
    pub repo: &'a Repo,
    /// The operation that it belongs to.
    pub operation: &'a Operation,
    /// The previous state.
    pub before: &'a StateView<'a>,
    /// The intended state.
    pub after: &'a StateView<'a>,
    /// The paths that may change.
    pub touched: &'a [Touched],
    /// A tree of what other processes wrote in the meantime, as far as it is recorded.
    pub late: Option<ObjectId>,
}

/// Files and index match the target, but refs do not yet. Holds the lock of the index.
#[derive(Debug)]
pub struct Settled {
    lock: IndexLock,
    /// Content that other processes wrote in the meantime and that is not stored yet.
    pub late: Vec<Late>,
}

/// Content that another process wrote during the restore.
#[derive(Debug)]
pub struct Late {
    /// Its original path, relative to the top of the work tree.
    pub path: BString,
    /// Its current place in the quarantine.
    pub file: PathBuf,
    /// File, executable or symbolic link.
    pub kind: EntryKind,
}

impl Restore<'_> {
    fn top(&self) -> Result<&Path> {
        self.repo.require_work_dir("restore files")
    }

    /// Bring files, state and index where `direction` leads. `seen` is the index that the plan was made for, if it must
    /// still be that.
    ///
    /// # Errors
    ///
    /// Any error. Files may be partly changed then; a second call, in either direction, continues.
    pub fn settle(&self, direction: Direction, trust: Trust, seen: Option<&IndexFingerprint>) -> Result<Settled> {
        let (from, to) = match direction {
            Direction::Forward => (self.before, self.after),
            Direction::Backward => (self.after, self.before),
        };
        self.check(to)?;
        let lock = IndexLock::take_marked(self.repo, &mark(self.operation.id))?;
        reached(FaultPoint::Locked)?;
        if let Some(seen) = seen
            && !seen.is_still(self.repo)?
        {
            return Err(
                Error::new(codes::INDEX_MOVED, "another process changed the index in the meantime").hint("try again")
            );
        }
        index::sweep(self.repo)?;
        let private = TempIndex::copy(self.repo, &real(self.repo), index::place(self.repo)?)?;
        // They are the same yet, and a split index is found next to the one that is in its place.
        let live = Entries::read(self.repo)?;
        let changed = index::change(self.repo, (&private, &live), to, self.touched)?;
        reached(FaultPoint::Prepared)?;
        let missing = self.clear(to, trust)?;
        self.prune(to, &missing)?;
        let filled = self.fill((&private, &live), to, &missing)?;
        let late = self.verify()?;
        reached(FaultPoint::Verified)?;
        state::settle(self.repo, &from.state, &to.state, direction)?;
        reached(FaultPoint::StateWritten)?;
        if changed || filled {
            lock.install(self.repo, &private)?;
        } else {
            fs::remove_file(private.path()).unwrap_or_default();
        }
        reached(FaultPoint::Indexed)?;
        Ok(Settled { lock, late })
    }

    /// Nothing is ever written outside of the work tree, or as a file of git's that is none of an unfinished operation.
    fn check(&self, to: &StateView<'_>) -> Result<()> {
        for touched in self.touched {
            let kind = to.file(touched.path.as_bstr())?.map_or(EntryKind::Blob, |want| want.entry.kind);
            names::check(touched.path.as_bstr(), kind)?;
        }
        to.state.dirs.keys().try_for_each(|path| names::check(path.as_bstr(), EntryKind::Tree))?;
        match to.state.in_progress.keys().find(|name| !git_state::is_known(name.as_bstr())) {
            Some(name) => Err(Error::bug(format!("'{name}' is not part of an unfinished operation"))),
            None => Ok(()),
        }
    }

    /// Move files that differ from the target to the quarantine; answers which must be written.
    fn clear(&self, to: &StateView<'_>, trust: Trust) -> Result<BTreeMap<&BStr, Option<Want>>> {
        let top = self.top()?;
        let mut wrong: BTreeMap<&BStr, Option<Want>> = BTreeMap::new();
        let mut going: Vec<BString> = Vec::new();
        for touched in self.touched.iter().filter(|touched| touched.on_disk) {
            let path = touched.path.as_bstr();
            let want = if to.is_left_out(path) { None } else { to.file(path)? };
            let found = disk::look(top, path)?;
            let is_right = self.is_right(path, found, want, trust)?;
            if is_right && !(want.is_none() && found == Found::Directory && self.is_submodule(path)?) {
                continue;
            }
            wrong.insert(path, want);
            match found {
                Found::File(_) | Found::Link => going.push(touched.path.clone()),
                Found::Directory if want.is_some_and(|want| !want.entry.is_submodule()) => {
                    disk::refuse_in_use(top, path)?;
                }
                Found::Special => {
                    let message = format!("{} is no longer a regular file or a symbolic link", quoted_path(path));
                    return Err(Error::new(codes::IN_THE_WAY, message).hint("move it away, then try again"));
                }
                Found::Nothing | Found::Directory => {}
            }
        }
        if !going.is_empty() {
            let aside = Quarantine::begin(self.repo, self.operation.id, going.clone())?;
            // What is below comes before what it is in.
            for path in going.iter().rev() {
                aside.take(top, path.as_bstr())?;
                reached(FaultPoint::MovedAside)?;
            }
        }
        reached(FaultPoint::Cleared)?;
        Ok(wrong)
    }

    /// Whether `path` is a submodule in the previous or the intended state.
    fn is_submodule(&self, path: &BStr) -> Result<bool> {
        let is_one = |side: &StateView<'_>| -> Result<bool> {
            Ok(side.file(path)?.is_some_and(|want| want.entry.is_submodule()))
        };
        Ok(is_one(self.before)? || is_one(self.after)?)
    }

    /// Whether what was found at `path` is what is wanted there.
    fn is_right(&self, path: &BStr, found: Found, want: Option<Want>, trust: Trust) -> Result<bool> {
        let Some(want) = want else { return Ok(matches!(found, Found::Nothing | Found::Directory | Found::Special)) };
        let file = disk::place(self.top()?, path)?;
        Ok(match (want.entry.kind, found) {
            (EntryKind::Commit, Found::Directory) => true,
            (EntryKind::Link, Found::Link) => disk::blob_id(self.repo, &file, found)? == want.entry.id,
            (EntryKind::Blob | EntryKind::BlobExecutable, Found::File(permissions)) => match want.raw {
                Some(raw) => permissions == raw && disk::blob_id(self.repo, &file, found)? == want.entry.id,
                None if trust == Trust::Fresh => false,
                None => {
                    let is_executable = permissions & 0o100 != 0;
                    is_executable == (want.entry.kind == EntryKind::BlobExecutable)
                        && objects::filtered_id(self.repo, &file, path)? == Some(want.entry.id)
                }
            },
            _ => false,
        })
    }

    /// Remove the directories that are empty now and shall not be there, the deepest first.
    fn prune(&self, to: &StateView<'_>, missing: &BTreeMap<&BStr, Option<Want>>) -> Result<()> {
        let top = self.top()?;
        let mut directories: BTreeSet<&BStr> = BTreeSet::new();
        // Also around what is gone already: a process that died may have come that far.
        for touched in self.touched.iter().filter(|touched| touched.on_disk) {
            let path = touched.path.as_bstr();
            if to.is_left_out(path) || to.file(path)?.is_none() {
                directories.extend(path.find_iter("/").map(|at| path[..at].as_bstr()));
            }
        }
        for (path, want) in missing {
            if want.is_none() {
                directories.extend(self.is_submodule(path)?.then_some(*path));
            } else if disk::look(top, path)? == Found::Directory {
                directories.insert(path);
            }
        }
        let is_inside = |directory: &BStr| directories.iter().any(|outer| names::is_below(directory, outer));
        let known = self.before.state.dirs.keys().chain(self.after.state.dirs.keys()).map(|path| path.as_bstr());
        let inside: Vec<&BStr> = known.filter(|directory| is_inside(directory)).collect();
        directories.extend(inside);
        for directory in directories.into_iter().rev().filter(|path| !to.state.dirs.contains_key(*path)) {
            if disk::look(top, directory)? == Found::Directory {
                disk::remove_if_empty(top, directory)?;
            }
        }
        reached(FaultPoint::Pruned)
    }

    /// Those of the files aside whose bytes are stored nowhere.
    fn verify(&self) -> Result<Vec<Late>> {
        let mut late = Vec::new();
        let mut recorded = HashSet::new();
        if let Some(tree) = self.late {
            trees::leaves(self.repo, tree, &mut |_, entry| {
                recorded.insert(entry.id);
                Ok(())
            })?;
        }
        for aside in Quarantine::left(self.repo, self.operation.id)? {
            for (file, path) in aside.files() {
                let found = found(&file)?;
                let kind = match found {
                    Found::Link => EntryKind::Link,
                    Found::File(bits) if bits & 0o100 != 0 => EntryKind::BlobExecutable,
                    _ => EntryKind::Blob,
                };
                let id = disk::blob_id(self.repo, &file, found)?;
                if !recorded.contains(&id) && !self.is_stored(path.as_bstr(), &file, id)? {
                    late.push(Late { path: path.clone(), file, kind });
                }
            }
        }
        Ok(late)
    }

    /// Whether these bytes, which were at `path`, are on one of the sides: all that is wanted there, or the beginning of it, which
    /// is how far a process came that died.
    fn is_stored(&self, path: &BStr, file: &Path, id: ObjectId) -> Result<bool> {
        let mut filtered: Option<Option<ObjectId>> = None;
        for side in [self.before, self.after] {
            match side.file(path)? {
                Some(Want { entry, .. }) if entry.id == id => return Ok(true),
                Some(Want { entry: Entry { kind, id }, raw: Some(_) })
                    if kind != EntryKind::Link && self.is_begun(file, id)? =>
                {
                    return Ok(true);
                }
                Some(Want { entry: Entry { kind, id }, raw: None }) if kind != EntryKind::Link => {
                    // What git could not write to its end.
                    if self.is_begun(file, id)? {
                        return Ok(true);
                    }
                    if filtered.is_none() {
                        filtered = Some(objects::filtered_id(self.repo, file, path)?);
                    }
                    if filtered.flatten() == Some(id) {
                        return Ok(true);
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    /// Delete those of the files aside that are stored; what is not stays where it is.
    pub(crate) fn drop_stored(&self) -> Result<()> {
        let late = self.verify()?;
        for aside in Quarantine::left(self.repo, self.operation.id)? {
            for (file, _) in aside.files().filter(|(file, _)| late.iter().all(|late| late.file != *file)) {
                fs::remove_file(&file).or_environment(|| format!("cannot remove '{}'", file.display()))?;
            }
        }
        if late.is_empty() { Quarantine::finish(self.repo, self.operation.id) } else { Ok(()) }
    }

    /// Whether `file` is the beginning of the blob `id`.
    fn is_begun(&self, file: &Path, id: ObjectId) -> Result<bool> {
        let failed = || format!("cannot read '{}'", file.display());
        let meta = fs::symlink_metadata(file).or_environment(failed)?;
        if !meta.is_file() || meta.len() >= self.repo.header(id)?.1 {
            return Ok(false);
        }
        let begun = fs::read(file).or_environment(failed)?;
        Ok(self.repo.read_as(id, ObjectKind::Blob)?.starts_with(&begun))
    }

    /// The index is free for others again; then delete what is aside: all of it is stored by now.
    pub(crate) fn finish(&self, settled: Settled) -> Result<()> {
        drop(settled.lock);
        reached(FaultPoint::Unlocked)?;
        for aside in Quarantine::left(self.repo, self.operation.id)? {
            for (file, _) in aside.files() {
                fs::remove_file(&file).or_environment(|| format!("cannot remove '{}'", file.display()))?;
            }
        }
        Quarantine::finish(self.repo, self.operation.id)?;
        reached(FaultPoint::Dropped)
    }
}

/// The content of an `index.lock` created by operation `id`.
pub fn mark(id: Ulid) -> String {
    format!("git-agent operation {id}\n")
}

/// The operation that created `index.lock`, if one did.
pub fn id_of_mark(mark: &str) -> Option<Ulid> {
    Ulid::from_string(mark.strip_prefix("git-agent operation ")?.trim_end()).ok()
}

/// What a file aside is.
fn found(file: &Path) -> Result<Found> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = fs::symlink_metadata(file).or_environment(|| format!("cannot stat '{}'", file.display()))?;
    Ok(if meta.is_symlink() { Found::Link } else { Found::File(meta.permissions().mode() & 0o7777) })
}

/// The entries of the index at one time, to detect changes.
pub struct IndexFingerprint(Entries);

impl IndexFingerprint {
    /// The current entries of the index.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn of(repo: &Repo) -> Result<Self> {
        Entries::read(repo).map(IndexFingerprint)
    }

    /// Whether it still lists the same. The file may be another one: any `git status` writes what it learnt about files.
    fn is_still(&self, repo: &Repo) -> Result<bool> {
        let same_file = self.0.identity() == entries::identity(repo);
        Ok(same_file || differing(repo, &self.0, &Entries::read(repo)?)?.is_empty())
    }
}
