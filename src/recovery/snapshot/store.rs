//! From what was captured to a commit with a ref, on the disk.

use std::collections::BTreeMap;

use bstr::ByteSlice as _;
use ulid::Ulid;

use super::{Captured, Entry, FORMAT, Metadata, SkipReason, Snapshot, WorktreeState, capture::Found, ref_name};
use crate::{
    error::{Error, Result, codes},
    git::{
        EntryKind, ObjectId, RefChange, RefError, Repo, TreeEntry, ignore,
        objects::{
            Batch, Identity, NewCommit, WriteError,
            trees::{self, Edits, blob_entry, directory_entry},
        },
    },
    recovery::snapshot::codec,
    store::new_id,
};

/// How often files that change while they are stored are read again.
const TRIES: usize = 5;
/// How often a locked ref is tried.
const REF_TRIES: usize = 3;
/// Where the refs that `refs.lst` describes are.
const LISTED_REFS: [&str; 2] = ["refs/heads/", "refs/notes/agent"];

/// The list of refs, which is not compared: another branch that moves changes nothing here.
pub(super) const REFS_LIST: &str = "refs.lst";

/// The staged trees and lists of a snapshot, not written yet.
pub(super) struct Built {
    /// How many objects were staged before.
    mark: usize,
    pub state: WorktreeState,
    /// The top-level entries of its tree, without [`REFS_LIST`].
    pub entries: Vec<TreeEntry>,
}

/// A snapshot whose objects are written, but that has no ref yet.
#[derive(Debug)]
pub struct Unpublished {
    /// The snapshot that it will be.
    pub snapshot: Snapshot,
    /// Its content.
    pub state: WorktreeState,
    batch: Batch,
}

impl Captured<'_> {
    /// What was captured, and the objects that have to be written for it. Nothing is written.
    pub(crate) fn finish(mut self) -> Result<(WorktreeState, Batch)> {
        let built = self.build()?;
        Ok((built.state, self.batch))
    }

    /// Make a snapshot of it, durably, with a ref of its own; the refs `and` move in the same transaction.
    ///
    /// # Errors
    ///
    /// `file-changed` when a file does not hold still; `snapshot-raced` when one of `and` is not what was expected;
    /// `ref-locked`; `object-not-written`. Then there is no snapshot.
    pub fn store(self, about: Metadata, and: &[RefChange]) -> Result<(Snapshot, WorktreeState)> {
        let repo = self.repo;
        let (written, ()) = self.write(about, |_, _, _| Ok(()))?;
        written.publish(repo, and)
    }

    /// Write all of it, durably, and what `more` stages that depends on the snapshot and its content: both are staged, and written after that.
    /// It is a snapshot when it is [published](Unpublished::publish). Answers what `more` said last: it is called again when a file changed
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// `file-changed` when a file does not hold still; `object-not-written`; those of `more`.
    pub fn write<T>(
        mut self,
        about: Metadata,
        more: impl FnMut(&mut Batch, &Snapshot, &WorktreeState) -> Result<T>,
    ) -> Result<(Unpublished, T)> {
        let built = self.build()?;
        self.write_built(about, built, more)
    }

    pub(super) fn write_built<T>(
        mut self,
        about: Metadata,
        mut built: Built,
        mut more: impl FnMut(&mut Batch, &Snapshot, &WorktreeState) -> Result<T>,
    ) -> Result<(Unpublished, T)> {
        let id = new_id(about.at);
        let mut attempt = 1;
        loop {
            let mut entries = built.entries;
            entries.push(self.refs_list()?);
            let tree = trees::directory(self.repo, &mut self.batch, entries)?;
            let commit = self.commit(id, &about, tree)?;
            let snapshot = Snapshot { id, commit, tree, about: about.clone(), format: FORMAT, is_foreign: false };
            let said = more(&mut self.batch, &snapshot, &built.state)?;
            match self.batch.write_durable(self.repo) {
                Err(WriteError::FileChanged(_)) if attempt < TRIES => {
                    attempt += 1;
                    self.batch.back_to(built.mark);
                    self.batch.forget_files();
                    self.look_again(if attempt == 2 { Changed::Once } else { Changed::Twice })?;
                    built = self.build()?;
                }
                Err(error) => return Err(error.into()),
                Ok(()) => return Ok((Unpublished { snapshot, state: built.state, batch: self.batch }, said)),
            }
        }
    }

    /// The trees and lists, staged.
    pub(super) fn build(&mut self) -> Result<Built> {
        let mark = self.batch.len();
        let staged = trees::edit(self.repo, &mut self.batch, self.head_tree, &self.staged)?;
        let mut edits = self.staged.clone();
        let mut raw = BTreeMap::new();
        for (path, found) in &self.found {
            let leaf = match found {
                Found::Nothing => None,
                Found::Module(commit) => Some(Entry { kind: EntryKind::Commit, id: *commit }),
                Found::Raw(entry, permissions) => {
                    raw.insert(path.clone(), *permissions);
                    Some(*entry)
                }
            };
            edits.insert(path.clone(), leaf);
        }
        let worktree = trees::edit(self.repo, &mut self.batch, self.head_tree, &edits)?;
        let state = WorktreeState {
            head: self.head.clone(),
            worktree,
            staged,
            unmerged: self.unmerged.clone(),
            flags: self.flags.clone(),
            raw,
            dirs: self.dirs.clone(),
            skipped: self.skipped.values().cloned().collect(),
            submodules: self.submodules.clone(),
            merged: self.merged,
            rules: Some(ignore::store(self.repo, &mut self.batch, &self.rules)?),
            in_progress: self.state.clone(),
        };
        let staged = self.staged.values().flatten().filter(|entry| !entry.is_submodule()).map(|entry| entry.id);
        let unmerged = state.unmerged.iter().map(|conflict| conflict.entry.id);
        self.batch.rely_on(staged.chain(unmerged));
        let entries = top(self.repo, &mut self.batch, &state)?;
        Ok(Built { mark, state, entries })
    }

    /// `refs.lst`.
    fn refs_list(&mut self) -> Result<TreeEntry> {
        let mut list = Vec::new();
        for prefix in LISTED_REFS {
            // For people: refs that cannot be listed are for 'doctor' to report.
            for (name, id) in self.repo.refs().list(self.repo, prefix).unwrap_or_default() {
                list.extend(codec::record(id.to_string(), b' ', name.as_bytes()));
            }
        }
        Ok(blob_entry(REFS_LIST, self.batch.blob(self.repo, list)?))
    }

    fn commit(&mut self, id: Ulid, about: &Metadata, tree: ObjectId) -> Result<ObjectId> {
        let mut parents: Vec<ObjectId> = self.head.commit.into_iter().collect();
        parents.extend(self.named.iter().filter(|named| Some(**named) != self.head.commit));
        let identity = Identity::ours();
        let message = about.to_message(id);
        let commit = NewCommit { tree, parents: &parents, message: &message, at: about.at, identity: Some(identity) };
        self.batch.sealed_commit(self.repo, &commit, &ref_name(id))
    }

    /// Read those files again that are not held in memory, and omit those that changed `before`, too: a log that is
    /// written all the time must not keep everything else from being saved.
    fn look_again(&mut self, before: Changed) -> Result<()> {
        let mut lost = Vec::new();
        for (path, found) in &self.found {
            match found {
                Found::Raw(entry, _) if !self.batch.has(entry.id) => lost.push((path.clone(), *entry)),
                _ => {}
            }
        }
        for (path, old) in lost {
            if self.touched.contains(&path) {
                self.touch(&[path])?;
                continue;
            }
            self.found.remove(&path);
            let limit = self.untracked.contains(&path).then(|| self.repo.settings().max_file_size());
            self.look(&path, Some(old.kind), limit)?;
            let is_new = matches!(self.found.get(&path), Some(Found::Raw(entry, _)) if *entry != old);
            if is_new && before == Changed::Twice {
                self.found.remove(&path);
                let bytes = self.disk.place(path.as_bstr()).symlink_metadata().map_or(0, |meta| meta.len());
                self.skip(path, SkipReason::Unstable, bytes);
            }
        }
        self.read_state()
    }
}

/// How often files were found to change while they are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Changed {
    Once,
    Twice,
}

/// The tree of `state`, as at the top of a snapshot, staged. Its files are in the repository.
///
/// # Errors
///
/// When a tree cannot be staged.
pub fn tree(repo: &Repo, batch: &mut Batch, state: &WorktreeState) -> Result<ObjectId> {
    let entries = top(repo, batch, state)?;
    trees::directory(repo, batch, entries)
}

/// What is at the top of the tree of a snapshot.
fn top(repo: &Repo, batch: &mut Batch, state: &WorktreeState) -> Result<Vec<TreeEntry>> {
    let mut entries = vec![directory_entry("worktree", state.worktree), directory_entry("staged", state.staged)];
    if state.worktree.is_empty_tree() || state.staged.is_empty_tree() {
        trees::directory(repo, batch, Vec::new())?;
    }
    let in_progress: Edits = state
        .in_progress
        .iter()
        .map(|(path, id)| (path.clone(), Some(Entry { kind: EntryKind::Blob, id: *id })))
        .collect();
    if !in_progress.is_empty() {
        entries.push(directory_entry("state", trees::edit(repo, batch, None, &in_progress)?));
    }
    entries.extend(state.merged.map(|merged| directory_entry("merged", merged)));
    entries.extend(state.rules.map(|rules| directory_entry("rules", rules)));
    if !state.unmerged.is_empty() {
        entries.push(directory_entry("unmerged", unmerged(repo, batch, state)?));
    }
    for (name, bytes) in codec::write(state) {
        entries.push(blob_entry(name, batch.blob(repo, bytes)?));
    }
    Ok(entries)
}

/// The blobs of conflicts, by stage, so that they stay alive.
fn unmerged(repo: &Repo, batch: &mut Batch, state: &WorktreeState) -> Result<ObjectId> {
    let mut stages = Edits::new();
    for conflict in &state.unmerged {
        let path = [conflict.stage.to_string().as_bytes(), b"/", conflict.path.as_slice()].concat();
        if conflict.entry.is_submodule() || repo.has(conflict.entry.id) {
            stages.insert(path.into(), Some(conflict.entry));
        }
    }
    trees::edit(repo, batch, None, &stages)
}

impl Unpublished {
    /// Give the snapshot its ref; the refs `and`, which lead to what was written with it, move in the same transaction.
    ///
    /// # Errors
    ///
    /// `snapshot-raced` when one of `and` is not what was expected; `ref-locked`. Then there is no snapshot.
    pub fn publish(self, repo: &Repo, and: &[RefChange]) -> Result<(Snapshot, WorktreeState)> {
        let snapshot = &self.snapshot;
        let own = RefChange { name: snapshot.ref_name(), expected: None, new: Some(snapshot.commit) };
        let changes: Vec<RefChange> = std::iter::once(own).chain(and.iter().cloned()).collect();
        // A whole gc may have gone by in between.
        if !self.batch.is_there(repo) {
            self.batch.keep_durable(repo)?;
        }
        let mut attempt = 1;
        loop {
            match repo.refs().change_durably(repo, &changes, "git-agent: snapshot") {
                Ok(()) => break,
                Err(RefError::Vanished(error) | RefError::Locked(error)) if attempt == REF_TRIES => return Err(error),
                // It began after we looked, and may begin again: kept objects are safe from every gc.
                Err(RefError::Vanished(_)) => self.batch.keep_durable(repo)?,
                Err(RefError::Locked(_)) => {}
                Err(RefError::Failed(error)) => return Err(error),
                Err(RefError::Moved) => {
                    let what = and.first().map_or_else(|| snapshot.ref_name(), |change| change.name.clone());
                    let message = format!("cannot take a snapshot: another process moved {what}");
                    return Err(Error::new(codes::SNAPSHOT_RACED, message).hint("try again"));
                }
            }
            attempt += 1;
        }
        self.batch.secure(repo)?;
        Ok((self.snapshot, self.state))
    }
}
