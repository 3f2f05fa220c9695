//! What a worktree holds now, read without touching it: no lock, no write, no filter of the user's that does not work.
//!
//! git says which paths differ, the index file says what `git status` does not, and the bytes of every path that differs
//! are read here. So a clean file costs one `lstat`, made by git.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Conflict, Entry, Flags, SkipReason, SkippedPath, Submodule,
    disk::{Disk, Look, Raw},
};
use crate::{
    error::{Error, Result, codes},
    git::{
        EntryKind, Head, ObjectId, ObjectKind, Repo,
        ignore::{self, Rules},
        index::entries::{self, Entries},
        names,
        objects::{
            Batch, Content, Readers,
            trees::{self, Edits},
        },
        partial, revwalk,
        state::{self, Piece},
        status::{self, Status, Tracked},
    },
};
use bstr::{BStr, BString, ByteSlice as _};

/// How often everything is read again when another process commits or stages in the meantime.
const TRIES: usize = 3;

/// The state of a worktree at one moment, with the content that git does not have.
pub struct Captured<'r> {
    /// The repository of the worktree.
    pub repo: &'r Repo,
    pub(super) disk: Disk,
    pub(super) head: Head,
    pub(super) head_tree: Option<ObjectId>,
    /// Index entries that differ from HEAD, by path.
    pub(super) staged: Edits,
    /// The examined paths, and what they are.
    pub(super) found: BTreeMap<BString, Found>,
    pub(super) changed: BTreeSet<BString>,
    pub(super) untracked: BTreeSet<BString>,
    pub(super) unmerged: Vec<Conflict>,
    pub(super) flags: BTreeMap<BString, Flags>,
    pub(super) submodules: Vec<Submodule>,
    /// Paths whose content must be in the snapshot.
    pub(super) touched: BTreeSet<BString>,
    pub(super) dirs: BTreeMap<BString, u32>,
    pub(super) skipped: BTreeMap<BString, SkippedPath>,
    pub(super) state: BTreeMap<BString, ObjectId>,
    pub(super) merged: Option<ObjectId>,
    /// Ignore rules that are in none of the trees.
    pub(super) rules: Rules,
    /// Commits named by the state of unfinished operations.
    pub(super) named: Vec<ObjectId>,
    /// Skip-worktree entries without a file in the work tree.
    virtual_paths: BTreeSet<BString>,
    pub(super) batch: Batch,
}

/// The content of an examined path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    /// Neither a file nor a symbolic link.
    Nothing,
    /// A file or link that differs from the index, with its permission bits.
    Raw(Entry, u32),
    /// A submodule at this commit.
    Module(ObjectId),
}

/// Read the content of a snapshot, except for the paths passed to [`Captured::touch`] later.
///
/// # Errors
///
/// `bare-repository`; `git-failed` when git cannot say what differs.
pub fn capture(repo: &Repo) -> Result<Captured<'_>> {
    repo.require_work_dir("take a snapshot")?;
    let mut attempt = 1;
    loop {
        let head = repo.head()?;
        let running = status::start(repo)?;
        let entries = Entries::read(repo)?;
        let status = running.finish()?;
        let is_quiet = entries.identity() == entries::identity(repo) && repo.head()? == head;
        if is_quiet || attempt == TRIES {
            return Captured::new(repo, head, &entries, status);
        }
        attempt += 1;
    }
}

/// The tree that `AUTO_MERGE` names, whose bytes these are, if it is there.
pub fn merged(repo: &Repo, content: &[u8]) -> Option<ObjectId> {
    let is_tree = |id: &ObjectId| repo.header(*id).is_ok_and(|(kind, _)| kind == ObjectKind::Tree);
    ObjectId::from_hex(content.trim()).ok().filter(is_tree)
}

impl<'r> Captured<'r> {
    fn new(repo: &'r Repo, head: Head, entries: &Entries, status: Status) -> Result<Self> {
        let head_tree = head.commit.map(|commit| revwalk::tree(repo, commit)).transpose()?;
        let mut captured = Captured {
            repo,
            disk: Disk::new(repo, repo.require_work_dir("take a snapshot")?),
            head,
            head_tree,
            staged: Edits::new(),
            found: BTreeMap::new(),
            changed: BTreeSet::new(),
            untracked: BTreeSet::new(),
            unmerged: Vec::new(),
            flags: BTreeMap::new(),
            submodules: Vec::new(),
            touched: BTreeSet::new(),
            dirs: BTreeMap::new(),
            skipped: BTreeMap::new(),
            state: BTreeMap::new(),
            merged: None,
            rules: ignore::rules(repo, status.rules.iter().map(|path| path.as_bstr()))?,
            named: Vec::new(),
            virtual_paths: BTreeSet::new(),
            batch: Batch::default(),
        };
        status.unreadable.into_iter().for_each(|path| captured.skip(path, SkipReason::Unreadable, 0));
        for path in &status.unseen {
            captured.changed.insert(path.clone());
            captured.look(path, None, None)?;
        }
        for tracked in &status.tracked {
            captured.add_tracked(tracked)?;
        }
        for path in &status.unmerged {
            captured.changed.insert(path.clone());
            if captured.head_tree_has(path.as_bstr())? {
                captured.staged.insert(path.clone(), None);
            }
            captured.look(path, None, None)?;
        }
        for path in status.untracked {
            captured.add_untracked(path)?;
        }
        captured.read_index(entries, &status.tracked)?;
        captured.read_state()?;
        Ok(captured)
    }

    fn add_tracked(&mut self, tracked: &Tracked) -> Result<()> {
        let path = &tracked.path;
        self.changed.insert(path.clone());
        if let Some(staged) = tracked.staged {
            let is_there = staged.is_none_or(|entry| entry.is_submodule() || self.has(entry.id));
            if is_there {
                self.staged.insert(path.clone(), staged);
            } else {
                self.skip(path.clone(), SkipReason::MissingObject, 0);
            }
        }
        match tracked.submodule {
            _ if !tracked.is_dirty => {}
            Some(_) => {
                if let Some(head) = entries::submodule_head(self.repo, path.as_bstr())? {
                    self.found.insert(path.clone(), Found::Module(head));
                }
            }
            None => self.look(path, tracked.kind, None)?,
        }
        Ok(())
    }

    /// Whether the object is here; in a partial clone, whether git can get it.
    fn has(&self, id: ObjectId) -> bool {
        self.repo.has(id) || partial::is_partial(self.repo)
    }

    fn add_untracked(&mut self, path: BString) -> Result<()> {
        if let Some(dir) = path.strip_suffix(b"/") {
            self.skip(dir.into(), SkipReason::NestedRepository, 0);
            return Ok(());
        }
        self.changed.insert(path.clone());
        self.untracked.insert(path.clone());
        self.look(&path, None, Some(self.repo.settings().max_file_size()))
    }

    /// Look at `path` and remember what stands there, or why that cannot be stored.
    pub(super) fn look(&mut self, path: &BString, tracked: Option<EntryKind>, limit: Option<u64>) -> Result<()> {
        match self.disk.look(self.repo, path.as_bstr(), tracked, limit)? {
            Look::Absent | Look::Directory(_) => drop(self.found.insert(path.clone(), Found::Nothing)),
            Look::Stopped(why, bytes) => self.skip(path.clone(), why, bytes),
            Look::Leaf(raw) if !names::is_allowed(path.as_bstr(), raw.entry.kind) => {
                self.skip(path.clone(), SkipReason::Name, raw.content.size());
            }
            Look::Leaf(raw) if tracked.is_none() && self.disk.is_secret(self.repo, path, &raw) => {
                self.skip(path.clone(), SkipReason::Private, raw.content.size());
            }
            Look::Leaf(raw) => self.keep(path, raw, tracked.is_some()),
        }
        Ok(())
    }

    /// Remember the bytes of `path`. What git does not track may be for fewer to read than the repository is.
    pub(super) fn keep(&mut self, path: &BString, raw: Raw, is_tracked: bool) {
        let is_open = is_tracked || raw.entry.kind == EntryKind::Link;
        let readers = if is_open { Readers::All } else { self.disk.readers(self.repo, path, &raw) };
        self.batch.private_blob(raw.entry.id, raw.content, readers);
        self.found.insert(path.clone(), Found::Raw(raw.entry, raw.permissions));
        self.skipped.remove(path);
        self.virtual_paths.remove(path);
    }

    pub(super) fn skip(&mut self, path: BString, why: SkipReason, bytes: u64) {
        self.skipped.insert(path.clone(), SkippedPath { path, why, bytes });
    }

    /// What only the index file says: conflicts, flags, submodules, files that git does not examine.
    fn read_index(&mut self, entries: &Entries, tracked: &[Tracked]) -> Result<()> {
        let dirty: BTreeMap<&BStr, bool> =
            tracked.iter().filter_map(|tracked| Some((tracked.path.as_bstr(), tracked.submodule?))).collect();
        let mut gone: Option<BString> = None;
        for entry in entries.all() {
            let path = entry.path;
            if entry.stage > 0 {
                self.unmerged.push(Conflict { stage: entry.stage, entry: entry.leaf, path: path.to_owned() });
                continue;
            }
            if entry.leaf.is_submodule() {
                self.add_submodule(path, entry.leaf.id, dirty.get(path).copied())?;
            }
            if entry.flags == Flags::default() {
                continue;
            }
            self.flags.insert(path.to_owned(), entry.flags);
            if entry.flags.hides() && !matches!(entry.leaf.kind, EntryKind::Commit | EntryKind::Tree) {
                self.hidden(entries, &entry, &mut gone)?;
            }
        }
        Ok(())
    }

    fn add_submodule(&mut self, path: &BStr, id: ObjectId, dirty: Option<bool>) -> Result<()> {
        let head = match self.found.get(path) {
            Some(Found::Module(head)) => Some(*head),
            Some(_) => None,
            None => entries::is_populated(self.repo, path).then_some(id),
        };
        self.submodules.push(Submodule { path: path.to_owned(), head, is_dirty: dirty.unwrap_or(false) });
        Ok(())
    }

    /// An entry whose file git does not examine: it may be missing, or edited. `gone` is a directory that is not there.
    fn hidden(&mut self, entries: &Entries, entry: &entries::Entry<'_>, gone: &mut Option<BString>) -> Result<()> {
        let path = entry.path;
        if self.found.contains_key(path) || self.skipped.contains_key(path) {
            return Ok(());
        }
        let is_gone = gone.as_ref().is_some_and(|dir| names::is_below(path, dir.as_bstr()));
        if !is_gone {
            *gone = self.first_missing_directory(path);
        }
        if gone.is_some() {
            return self.absent(entry);
        }
        // One that skip-worktree is set for is on the disk only if its bytes are stored: else it would be omitted.
        if !entry.flags.skip_worktree && entries.is_proven(entry, &self.disk.place(path)) {
            return Ok(());
        }
        match self.disk.look(self.repo, path, Some(entry.leaf.kind), None)? {
            Look::Absent | Look::Directory(_) => self.absent(entry)?,
            Look::Stopped(why, bytes) => self.skip(path.to_owned(), why, bytes),
            Look::Leaf(raw) if raw.entry == entry.leaf && !entry.flags.skip_worktree => {}
            Look::Leaf(raw) => {
                self.changed.insert(path.to_owned());
                self.keep(&path.to_owned(), raw, true);
            }
        }
        Ok(())
    }

    fn absent(&mut self, entry: &entries::Entry<'_>) -> Result<()> {
        if entry.flags.skip_worktree {
            self.virtual_paths.insert(entry.path.to_owned());
        } else {
            self.changed.insert(entry.path.to_owned());
            self.found.insert(entry.path.to_owned(), Found::Nothing);
        }
        Ok(())
    }

    /// The first directory on the way to `path` that is not there (or is not a directory).
    fn first_missing_directory(&self, path: &BStr) -> Option<BString> {
        let parents = path.find_iter("/").map(|end| path[..end].as_bstr());
        let is_dir = |parent: &BStr| self.disk.place(parent).symlink_metadata().is_ok_and(|meta| meta.is_dir());
        parents.into_iter().find(|parent| !is_dir(parent)).map(ToOwned::to_owned)
    }

    /// Files of git's about unfinished operations.
    pub(super) fn read_state(&mut self) -> Result<()> {
        self.state.clear();
        self.merged = None;
        let pieces = state::pieces(self.repo)?;
        let mut git_dir = Disk::new(self.repo, self.repo.git_dir());
        for piece in pieces {
            let (name, content) = match piece {
                Piece::Ref(name, id) => {
                    let text = format!("{id}\n").into_bytes();
                    let blob = self.batch.blob(self.repo, text.clone())?;
                    self.state.insert(name.clone(), blob);
                    (name, text)
                }
                Piece::File(name) => match git_dir.look(self.repo, name.as_bstr(), None, None)? {
                    Look::Leaf(raw) => {
                        let text = match &raw.content {
                            Content::Held(bytes) => bytes.clone(),
                            Content::File { .. } => Vec::new(),
                        };
                        self.batch.known_blob(raw.entry.id, raw.content);
                        self.state.insert(name.clone(), raw.entry.id);
                        (name, text)
                    }
                    // Finished in the meantime.
                    Look::Absent | Look::Directory(_) => continue,
                    Look::Stopped(why, _) => {
                        let message = format!("cannot save '{name}' from the git directory: {}", why.reason());
                        return Err(Error::new(codes::ENVIRONMENT, message));
                    }
                },
            };
            if name == "AUTO_MERGE" {
                self.merged = merged(self.repo, &content);
            }
            for commit in state::commits_named(&name, &content) {
                if !self.named.contains(&commit) && self.repo.is_commit(commit) {
                    self.named.push(commit);
                }
            }
        }
        Ok(())
    }

    fn head_tree_has(&self, path: &BStr) -> Result<bool> {
        Ok(self.in_head(path)?.is_some())
    }

    fn in_head(&self, path: &BStr) -> Result<Option<Entry>> {
        let Some(tree) = self.head_tree else { return Ok(None) };
        let found = trees::find(self.repo, tree, path)?;
        Ok(found.filter(|entry| entry.kind != EntryKind::Tree))
    }

    /// Whether HEAD's tree is all there is: the index and every file are as it has them, nothing is in progress, nothing is
    /// [skipped](Self::skipped). Files that the index hides from `git status` count, too.
    pub(crate) fn is_all_committed(&self) -> Result<bool> {
        let is_dirty = |submodule: &Submodule| submodule.is_dirty;
        let rest = self.staged.is_empty() && self.skipped.is_empty() && self.unmerged.is_empty();
        if !rest || !self.state.is_empty() || self.submodules.iter().any(is_dirty) {
            return Ok(false);
        }
        Ok(self.uncommitted()?.is_empty())
    }

    /// The [changed](Self::changed) paths whose index entry or file is not as HEAD has it, by their bytes; of submodules
    /// those with another commit.
    pub(crate) fn uncommitted(&self) -> Result<Vec<BString>> {
        let mut paths = Vec::new();
        for path in &self.changed {
            let is_known =
                !self.staged.contains_key(path) && !self.flags.get(path).is_some_and(|flags| flags.intent_to_add);
            if !is_known || self.on_disk(path.as_bstr())? != self.in_head(path.as_bstr())? {
                paths.push(path.clone());
            }
        }
        Ok(paths)
    }

    /// HEAD at the time of the capture.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The tree of HEAD; `None` on an unborn branch.
    pub fn head_tree(&self) -> Option<ObjectId> {
        self.head_tree
    }

    /// Paths whose file or index entry differs from HEAD's tree: staged, edited, deleted, untracked, in conflict,
    /// intended to be added. Also those that are [skipped](Self::skipped), but for nested repositories.
    pub fn changed(&self) -> impl Iterator<Item = &BStr> {
        self.changed.iter().map(|path| path.as_bstr())
    }

    /// Whether the [changed](Self::changed) `path` is untracked.
    pub fn is_untracked(&self, path: &BStr) -> bool {
        self.untracked.contains(path)
    }

    /// What file or link is at `path`: raw bytes where it was read, the index's or HEAD's entry where git calls it clean.
    ///
    /// Of a path that is [skipped](Self::skipped) this is only what git thinks. Ignored files are not known, unless
    /// [touched](Self::touch).
    pub(crate) fn on_disk(&self, path: &BStr) -> Result<Option<Entry>> {
        match self.found.get(path) {
            Some(Found::Nothing) => Ok(None),
            Some(Found::Raw(entry, _)) => Ok(Some(*entry)),
            Some(Found::Module(id)) => Ok(Some(Entry { kind: EntryKind::Commit, id: *id })),
            None => self.staged(path),
        }
    }

    /// Whether [`Self::on_disk`] is stored byte for byte, with these permissions; otherwise git's filters produce the file.
    pub fn raw(&self, path: &BStr) -> Option<u32> {
        match self.found.get(path) {
            Some(Found::Raw(_, permissions)) => Some(*permissions),
            _ => None,
        }
    }

    /// The paths whose bytes were read.
    pub fn raw_paths(&self) -> impl Iterator<Item = &BStr> {
        let raw = self.found.iter().filter(|(_, found)| matches!(found, Found::Raw(..)));
        raw.map(|(path, _)| path.as_bstr())
    }

    /// Whether `path` has no file because it is outside the sparse checkout (skip-worktree).
    pub fn is_virtual(&self, path: &BStr) -> bool {
        let is_sparse_directory = || {
            let dirs = path.find_iter("/").map(|end| path[..=end].as_bstr());
            dirs.into_iter().any(|dir| self.flags.contains_key(dir)) && !self.found.contains_key(path)
        };
        self.virtual_paths.contains(path) || is_sparse_directory()
    }

    /// What the index has at `path`: stage 0, without intent-to-add.
    pub(crate) fn staged(&self, path: &BStr) -> Result<Option<Entry>> {
        match self.staged.get(path) {
            Some(entry) => Ok(*entry),
            None => self.in_head(path),
        }
    }

    /// Entries in conflict, in the order of the index.
    pub fn unmerged(&self) -> &[Conflict] {
        &self.unmerged
    }

    /// Entries with flags. In a sparse index, a collapsed directory ends with `/`.
    pub fn flags(&self) -> &BTreeMap<BString, Flags> {
        &self.flags
    }

    /// Paths that cannot be stored, with the reasons.
    pub fn skipped(&self) -> impl Iterator<Item = &SkippedPath> {
        self.skipped.values()
    }

    /// Why `path`, or a directory above it, is not stored.
    pub fn why_skipped(&self, path: &BStr) -> Option<SkipReason> {
        let parents = path.find_iter("/").map(|end| path[..end].as_bstr());
        parents.into_iter().chain([path]).find_map(|path| self.skipped.get(path)).map(|skipped| skipped.why)
    }

    /// The submodules of the index.
    pub fn submodules(&self) -> &[Submodule] {
        &self.submodules
    }

    /// Whether the submodule at `path` differs from `commit` or has uncommitted changes.
    pub fn is_other_submodule(&self, path: &BStr, commit: ObjectId) -> bool {
        let is_other = |module: &Submodule| module.is_dirty || module.head.is_some_and(|head| head != commit);
        self.submodules.iter().any(|module| module.path == path && is_other(module))
    }

    /// Files of unfinished operations, by their path in the git directory.
    pub fn state(&self) -> &BTreeMap<BString, ObjectId> {
        &self.state
    }
}
