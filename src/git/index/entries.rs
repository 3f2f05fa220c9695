//! What the index says of its entries beyond their content: conflicts, flags, submodules, and files that git does not examine.
//!
//! Read from the index file itself, in this process (split and sparse ones too). Nothing is written, no lock is taken.

use std::{path::Path, time::SystemTime};

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    index::{
        State,
        decode::Options,
        entry::{self, Mode, Stage, Stat, stat},
    },
    objs::tree::EntryKind,
};

use crate::{
    error::{Context as _, Result},
    git::{cmd, repo::Repo, tree},
};

/// An index of less than this many bytes, some ten thousand files, is read by one thread.
const SMALL: u64 = 1 << 20;

/// The entries of an index, including those that `git status` hides.
pub struct Entries {
    state: Option<gix::index::File>,
    options: stat::Options,
    identity: Identity,
}

/// Identifies a version of an index file, to detect that it was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(Option<(SystemTime, u64, u64)>);

#[derive(Clone, Copy)]
pub struct Entry<'i> {
    /// Where; a directory that is not checked out and not expanded has `/` at the end.
    pub path: &'i BStr,
    /// What, and the object.
    pub leaf: tree::Entry,
    /// 0, or 1 to 3 for a conflict.
    pub stage: u8,
    pub flags: Flags,
    stat: &'i Stat,
}

/// Flags of an index entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `git update-index --assume-unchanged`.
    pub assume_unchanged: bool,
    /// `git update-index --skip-worktree`, sparse checkouts.
    pub skip_worktree: bool,
    /// `git add --intent-to-add`.
    pub intent_to_add: bool,
}

impl Flags {
    /// Whether git does not examine the file.
    pub fn hides(self) -> bool {
        self.assume_unchanged || self.skip_worktree
    }
}

impl Entries {
    /// Read the index of the worktree, whatever `GIT_INDEX_FILE` says: a git that runs us from a hook may have another one.
    ///
    /// # Errors
    ///
    /// When the index is damaged.
    pub fn read(repo: &Repo) -> Result<Self> {
        let identity = identity(repo);
        match identity.0 {
            None => Self::none(repo),
            Some(_) => Ok(Entries { identity, ..Self::read_at(repo, &super::real(repo))? }),
        }
    }

    /// The entries of a missing index: none.
    ///
    /// # Errors
    ///
    /// When the settings of the repository cannot be read.
    pub fn none(repo: &Repo) -> Result<Self> {
        let options = repo.gix().stat_options().or_environment(|| "cannot read the index".to_owned())?;
        Ok(Entries { state: None, options, identity: Identity(None) })
    }

    /// Read another index file, such as the one that git prepares for a commit. As git does, without computing its checksum.
    ///
    /// # Errors
    ///
    /// When the index is damaged.
    pub fn read_at(repo: &Repo, path: &Path) -> Result<Self> {
        let failed = || format!("cannot read the index in '{}'", path.display());
        let gix = repo.gix();
        // Threads are started for nothing where so little is read.
        let is_small = path.metadata().is_ok_and(|meta| meta.len() < SMALL);
        let options = Options { thread_limit: is_small.then_some(1), ..Options::default() };
        let index = gix::index::File::at(path, gix.object_hash(), true, options);
        let state = Some(index.or_environment(failed)?);
        Ok(Entries { state, options: gix.stat_options().or_environment(failed)?, identity: Identity(None) })
    }

    /// Which file was read.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// All entries, in git's order.
    pub fn all(&self) -> impl Iterator<Item = Entry<'_>> {
        let state: Option<&State> = self.state.as_deref();
        state.into_iter().flat_map(|state| entries(state, state.entries()))
    }

    /// The entries of `path`, at all stages.
    pub fn at(&self, path: &BStr) -> impl Iterator<Item = Entry<'_>> {
        let state: Option<&State> = self.state.as_deref();
        let found = state.and_then(|state| Some((state, state.entry_range(path)?)));
        found.into_iter().flat_map(|(state, range)| entries(state, &state.entries()[range]))
    }

    /// What the index has at stage 0 of `path`, intent-to-add omitted.
    pub fn find(&self, path: &BStr) -> Option<tree::Entry> {
        let state = self.state.as_deref()?;
        let entry = state.entry_by_path_and_stage(path, Stage::Unconflicted)?;
        let is_real = !entry.flags.contains(entry::Flags::INTENT_TO_ADD);
        let kind = entry.mode.to_tree_entry_mode().map(|mode| mode.kind())?;
        is_real.then_some(tree::Entry { kind, id: entry.id })
    }

    /// Whether there is a submodule.
    pub fn has_submodules(&self) -> bool {
        self.all().any(|entry| entry.leaf.is_submodule())
    }

    /// Whether there is an entry for `path`, of whatever stage, or for a directory above it.
    pub fn knows(&self, path: &BStr) -> bool {
        let Some(state) = self.state.as_deref() else { return false };
        let stages = [Stage::Unconflicted, Stage::Base, Stage::Ours, Stage::Theirs];
        stages.into_iter().any(|stage| state.entry_by_path_and_stage(path, stage).is_some())
            || self.collapsed(path).is_some()
    }

    /// The directory above `path` that stands in the index as one entry (of a sparse checkout): its tree, and `path` in it.
    pub fn collapsed<'p>(&self, path: &'p BStr) -> Option<(ObjectId, &'p BStr)> {
        let state = self.state.as_deref()?;
        path.find_iter(b"/").find_map(|slash| {
            let (dir, rest) = path.split_at(slash + 1);
            let entry = state.entry_by_path_and_stage(dir.as_bstr(), Stage::Unconflicted)?;
            (entry.mode == Mode::DIR).then_some((entry.id, rest.as_bstr()))
        })
    }

    /// Whether the stat data of the file at `path` prove that it is what `entry`, which git does not examine, says.
    ///
    /// git compares whole seconds, and is right to: when it writes the index, it examines the entries that are as new as the
    /// index was. It leaves those out that are assumed to be unchanged (`ce_mark_uptodate` in `refresh_cache_ent`,
    /// `read-cache.c`), so that a file which was edited in the second of its `git add` looks the same ever after. Here the
    /// nanoseconds have to be equal, too; where there are none, nothing is proven.
    pub fn is_proven(&self, entry: &Entry<'_>, path: &Path) -> bool {
        let Some(state) = &self.state else { return false };
        let exact = gix::index::entry::stat::Options { use_nsec: true, ..self.options };
        if !exact.check_stat || entry.stat.mtime.nsecs == 0 {
            return false;
        }
        let Ok(meta) = gix::index::fs::Metadata::from_path_no_follow(path) else { return false };
        let kind_matches = match entry.leaf.kind {
            EntryKind::Link => meta.is_symlink(),
            EntryKind::Blob => meta.is_file() && !meta.is_executable(),
            EntryKind::BlobExecutable => meta.is_file() && meta.is_executable(),
            EntryKind::Tree | EntryKind::Commit => false,
        };
        let Ok(stat) = Stat::from_fs(&meta) else { return false };
        kind_matches && entry.stat.matches(&stat, exact) && !entry.stat.is_racy(state.timestamp(), self.options)
    }
}

/// Some entries of `state`.
fn entries<'i>(state: &'i State, some: &'i [gix::index::Entry]) -> impl Iterator<Item = Entry<'i>> {
    let backing = state.path_backing();
    some.iter().filter_map(move |entry| {
        Some(Entry {
            path: entry.path_in(backing),
            leaf: tree::Entry { kind: entry.mode.to_tree_entry_mode()?.kind(), id: entry.id },
            stage: match entry.stage() {
                Stage::Unconflicted => 0,
                Stage::Base => 1,
                Stage::Ours => 2,
                Stage::Theirs => 3,
            },
            flags: Flags {
                assume_unchanged: entry.flags.contains(entry::Flags::ASSUME_VALID),
                skip_worktree: entry.flags.contains(entry::Flags::SKIP_WORKTREE),
                intent_to_add: entry.flags.contains(entry::Flags::INTENT_TO_ADD),
            },
            stat: &entry.stat,
        })
    })
}

/// The current version of the index file.
pub fn identity(repo: &Repo) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    let meta = super::real(repo).metadata();
    Identity(meta.ok().and_then(|meta| Some((meta.modified().ok()?, meta.len(), meta.ino()))))
}

/// What is checked out in the submodule at `path`; `None` also when its ids are not of the sort that this repository's are: a
/// tree cannot list it then.
///
/// # Errors
///
/// When git cannot be started.
pub fn submodule_head(repo: &Repo, path: &BStr) -> Result<Option<ObjectId>> {
    let Some(dir) = repo.in_work_dir(path) else { return Ok(None) };
    let git_dir = dir.join(".git");
    if !git_dir.exists() {
        return Ok(None);
    }
    let git = repo.git().without("GIT_DIR").without("GIT_WORK_TREE").without("GIT_COMMON_DIR");
    let git = git.without("GIT_OBJECT_DIRECTORY").arg("--git-dir").arg(&git_dir);
    let answer = git.args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).output()?;
    Ok(cmd::id(&answer.stdout).filter(|id| repo.names(*id)))
}

/// Whether the submodule at `path` is checked out.
pub fn is_populated(repo: &Repo, path: &BStr) -> bool {
    repo.in_work_dir(path).is_some_and(|dir| dir.join(".git").exists())
}
