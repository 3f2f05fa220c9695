//! The chain of operations of one worktree: read, and staged to be moved on in a transaction.

use std::collections::{HashMap, HashSet};

use ulid::Ulid;

use super::{
    Operation, OperationState, REFS, Recorded, Touched, message,
    page::{self, Draft, Page, Slot, Staged},
};
use crate::{
    error::{Advice, Error, Result, codes, reasons},
    git::{
        ObjectId, RefChange, Repo,
        objects::{Batch, Identity, NewCommit},
        refs::remembered,
    },
};

/// The operation log of a worktree: a ref, and the commits behind it.
pub struct OpLog<'r> {
    repo: &'r Repo,
    name: String,
    tip: Option<ObjectId>,
}

/// The result of [`OpLog::put_back`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutBack {
    /// The log was not replaced.
    Unneeded,
    /// The log was restored to its last operation.
    Done,
    /// The log cannot be restored: the commit of its last operation no longer exists.
    Gone(ObjectId),
}

reasons! {
    /// Why an operation cannot be read.
    pub enum ReadError {
        /// It was not made in this repository (`operation-foreign`).
        Foreign,
        /// What is there is no operation that this version knows (`operation-unreadable`).
        Unreadable,
    }
}

/// The trees of an operation, for its commit.
#[derive(Clone, Debug)]
pub struct Contents {
    /// The state before the operation: a tree in the format of a snapshot.
    pub before: ObjectId,
    /// The intended state after it.
    pub after: ObjectId,
    /// The paths that it changes, sorted.
    pub touched: Vec<Touched>,
    /// A tree of what other processes wrote in the meantime.
    pub late: Option<ObjectId>,
}

impl Contents {
    /// The trees of the operation `recorded`.
    pub fn of(recorded: &Recorded) -> Self {
        let Recorded { before, after, late, .. } = *recorded;
        Contents { before, after, touched: recorded.touched.clone(), late }
    }
}

/// The ref of the operation log of the current worktree of `repo`.
pub fn name_of(repo: &Repo) -> String {
    if repo.git_dir() == repo.common_dir() {
        format!("{REFS}main")
    } else {
        format!("{REFS}worktrees/{}", repo.worktree_name())
    }
}

impl<'r> OpLog<'r> {
    /// The operation log of the current worktree of `repo`.
    ///
    /// # Errors
    ///
    /// `symbolic-ref` when another program made the ref of the log symbolic; `environment` when it cannot be read.
    pub fn of(repo: &'r Repo) -> Result<Self> {
        let name = name_of(repo);
        let tip = repo.find_ref(&name)?;
        Ok(OpLog { repo, name, tip })
    }

    /// The chains of all worktrees, also of those that are gone.
    pub(crate) fn all(repo: &'r Repo) -> Result<Vec<Self>> {
        let refs = repo.refs().list(repo, REFS)?;
        Ok(refs.into_iter().map(|(name, tip)| OpLog { repo, name, tip: Some(tip) }).collect())
    }

    /// [`OpLog::all`], and those whose ref another program has deleted.
    pub(crate) fn all_remembered(repo: &'r Repo) -> Result<Vec<Self>> {
        let mut logs = Self::all(repo)?;
        for name in remembered::below(repo, REFS).into_keys() {
            if !logs.iter().any(|log| log.name == name) {
                logs.push(OpLog { repo, name, tip: None });
            }
        }
        Ok(logs)
    }

    /// The name of the worktree: `main`, or the name of a linked one.
    pub fn worktree(&self) -> &str {
        let name = self.name.strip_prefix(REFS).unwrap_or(&self.name);
        name.strip_prefix("worktrees/").unwrap_or(name)
    }

    /// The worktree as a path component: `main`, `worktrees/<name>`.
    pub fn place(&self) -> &str {
        self.name.strip_prefix(REFS).unwrap_or(&self.name)
    }

    /// Whether it is the log of the main worktree.
    pub fn is_main(&self) -> bool {
        self.name.strip_prefix(REFS) == Some("main")
    }

    /// The full name of the ref of the log.
    pub fn ref_name(&self) -> &str {
        &self.name
    }

    /// The commit of the newest operation.
    pub fn tip(&self) -> Option<ObjectId> {
        self.tip
    }

    /// The newest operation.
    ///
    /// # Errors
    ///
    /// `operation-foreign`, `operation-unreadable`; when an object is missing.
    pub fn last(&self) -> Result<Option<Recorded>> {
        Ok(self.tip.map(|tip| self.read(tip)).transpose()?)
    }

    /// The operations that were made in this repository, the newest first: those that may be acted on. What came from elsewhere
    /// is skipped, and so is everything unreadable behind it.
    pub fn own(&self) -> impl Iterator<Item = Result<Recorded, ReadError>> + '_ {
        let mut is_foreign = false;
        self.entries().filter(move |entry| {
            is_foreign |= match entry {
                Ok(recorded) => recorded.is_foreign,
                Err(error) => matches!(error, ReadError::Foreign(_)),
            };
            entry.as_ref().map_or(!is_foreign, |recorded| !recorded.is_foreign)
        })
    }

    /// Whether the log contains operations of another repository.
    pub fn has_foreign(&self) -> bool {
        let is_foreign = |entry: Result<Recorded, ReadError>| {
            entry.map_or_else(|error| matches!(error, ReadError::Foreign(_)), |recorded| recorded.is_foreign)
        };
        self.entries().any(is_foreign)
    }

    /// All operations, newest first, including foreign ones. Ends at the first one that this version cannot read.
    pub fn entries(&self) -> impl Iterator<Item = Result<Recorded, ReadError>> + '_ {
        let mut next = self.tip;
        let mut seen = HashSet::new();
        let mut page: Option<Page> = None;
        std::iter::from_fn(move || {
            if let Some(page) = &mut page
                && let Some(slot) = page.earlier.pop()
            {
                let read = self.slot(page.newest.commit, &slot, page.newest.is_foreign);
                if page.earlier.is_empty() {
                    next = read.as_ref().ok().and_then(|oldest| oldest.previous);
                }
                return Some(read);
            }
            let commit = next.take().filter(|commit| seen.insert(*commit))?;
            Some(self.page(commit).map(|read| {
                let newest = read.newest.clone();
                next = newest.previous.filter(|_| read.earlier.is_empty());
                page = Some(read);
                newest
            }))
        })
    }

    /// The operation that `word` names: its id or the beginning of it, in any case.
    ///
    /// # Errors
    ///
    /// `operation-not-found`, `ambiguous-operation`.
    pub fn find(&self, word: &str) -> Result<Recorded> {
        let word = word.to_ascii_uppercase();
        let mut found: Option<Recorded> = None;
        for recorded in self.entries() {
            let recorded = match recorded {
                Err(ReadError::Foreign(_)) => break,
                recorded => recorded?,
            };
            let id = recorded.operation.id.to_string();
            // There is one of a whole id: what came before it is not read.
            if id == word {
                return Ok(recorded);
            }
            if !id.starts_with(&word) || word.is_empty() {
                continue;
            }
            if let Some(found) = found {
                let message =
                    format!("'{word}' matches several operations: {}, {}", recorded.operation.id, found.operation.id);
                return Err(Error::new(codes::AMBIGUOUS_OPERATION, message).hint("use a longer prefix"));
            }
            found = Some(recorded);
        }
        found.ok_or_else(|| {
            let message = format!("no operation of this worktree matches '{}'", word.escape_debug());
            Error::new(codes::OPERATION_NOT_FOUND, message).hint(Advice::ListOperations)
        })
    }

    /// The commit that git-agent last moved the log to in this repository, if the log no longer has it: another program moved or
    /// deleted the ref.
    ///
    /// # Errors
    ///
    /// When the log ends at something that cannot be read: what is behind it is unknown.
    pub fn replaced(&self) -> Result<Option<ObjectId>> {
        let known = remembered::of(self.repo, &self.name);
        let Some(newest) = known.first() else { return Ok(None) };
        if self.tip.is_some_and(|tip| known.contains(&tip)) {
            return Ok(None);
        }
        // A version that does not remember may have added to it, and a process that died may have remembered too much.
        for recorded in self.own() {
            let recorded = recorded?;
            // The commit before an operation is named by it, also where its operations are in this one now.
            if known.contains(&recorded.commit) || recorded.previous.is_some_and(|commit| known.contains(&commit)) {
                return Ok(None);
            }
        }
        let is_ours = |commit: &&ObjectId| self.read(**commit).is_ok_and(|recorded| !recorded.is_foreign);
        Ok(Some(*known.iter().find(is_ours).unwrap_or(newest)))
    }

    /// Accept the current log as the one that git-agent wrote last.
    ///
    /// # Errors
    ///
    /// Where nothing can be written.
    pub fn remember(&self) -> Result<()> {
        remembered::set(self.repo, &self.name, self.tip)
    }

    /// Restore the log to where git-agent last moved it, if another program has [`replaced`](Self::replaced) it.
    ///
    /// # Errors
    ///
    /// `operation-busy` when an operation comes in the meantime; where the ref cannot be moved.
    pub fn put_back(&mut self) -> Result<PutBack> {
        let Some(last) = self.replaced()? else { return Ok(PutBack::Unneeded) };
        if !self.repo.has(last) {
            remembered::set(self.repo, &self.name, self.tip)?;
            return Ok(PutBack::Gone(last));
        }
        let change = RefChange { name: self.name.clone(), expected: self.tip, new: Some(last) };
        let moved = self.repo.refs().change_durably(self.repo, &[change], "git-agent: restore the operation log");
        moved.map_err(|error| error.or(came_in_between))?;
        self.tip = Some(last);
        Ok(PutBack::Done)
    }

    /// Refuse while an operation is interrupted: nothing may be done on top of half of something.
    pub(crate) fn refuse_interrupted(&self) -> Result<()> {
        match self.interrupted()? {
            None => Ok(()),
            Some(recorded) => Err(interrupted(&recorded.operation)),
        }
    }

    /// The newest operation of this repository, if it is unfinished.
    ///
    /// # Errors
    ///
    /// Those of [`OpLog::last`].
    pub fn interrupted(&self) -> Result<Option<Recorded>> {
        Ok(self.own().next().transpose()?.filter(|recorded| recorded.operation.state == OperationState::Begun))
    }

    /// Stage a commit in which `operation` follows what is in the log, or replaces its newest operation if that is the same one; the
    /// change moves the log to it, from where it is now. `previous` is the commit of the log before the operation.
    ///
    /// # Errors
    ///
    /// When what is in the log cannot be staged again.
    pub fn stage(
        &self,
        batch: &mut Batch,
        operation: &Operation,
        contents: &Contents,
        previous: Option<ObjectId>,
    ) -> Result<RefChange> {
        let draft = match self.tip.map(|tip| self.draft(batch, tip, operation)) {
            None => Draft::default(),
            Some(draft) => draft?,
        };
        let new = self.commit(batch, draft, operation, contents, previous)?;
        Ok(RefChange { name: self.name.clone(), expected: self.tip, new: Some(new) })
    }

    fn draft(&self, batch: &mut Batch, tip: ObjectId, operation: &Operation) -> Result<Draft> {
        // What is not ours, or cannot be read, stays unchanged.
        let Some(page) = self.page(tip).ok().filter(|page| !page.newest.is_foreign) else {
            return Ok(Draft::after(Some(tip)));
        };
        let oldest = match page.earlier.first() {
            None => page.newest.clone(),
            Some(slot) => match self.slot(tip, slot, false) {
                Ok(oldest) => oldest,
                Err(_) => return Ok(Draft::after(Some(tip))),
            },
        };
        Draft::on(self.repo, batch, page, &oldest, operation)
    }

    /// Stage a log of `kept` alone (newest first); the change moves the log to it.
    pub(crate) fn shorten(&self, batch: &mut Batch, kept: &[Recorded]) -> Result<RefChange> {
        let mut tip = None;
        let mut draft = Draft::default();
        let mut rest = kept.iter().rev().peekable();
        let mut is_first = true;
        while let Some(recorded) = rest.next() {
            let previous = if is_first { tip } else { recorded.previous };
            is_first = draft.is_full() || rest.peek().is_none();
            if is_first {
                let full = std::mem::take(&mut draft);
                tip = Some(self.commit(batch, full, &recorded.operation, &Contents::of(recorded), previous)?);
                draft = Draft::after(tip);
            } else {
                draft.push(self.repo, batch, recorded, previous)?;
            }
        }
        Ok(RefChange { name: self.name.clone(), expected: self.tip, new: tip })
    }

    fn commit(
        &self,
        batch: &mut Batch,
        draft: Draft,
        operation: &Operation,
        contents: &Contents,
        previous: Option<ObjectId>,
    ) -> Result<ObjectId> {
        let Staged { tree, parents } = draft.finish(self.repo, batch, operation, contents)?;
        let message = message::write(operation, previous);
        let identity = Identity::ours();
        let commit =
            NewCommit { tree, parents: &parents, message: &message, at: operation.at, identity: Some(identity) };
        batch.sealed_commit(self.repo, &commit, &self.name)
    }

    /// Remember where the log points to now.
    pub fn moved(&mut self, change: &RefChange) {
        self.tip = change.new;
    }

    fn read(&self, commit: ObjectId) -> Result<Recorded, ReadError> {
        self.page(commit).map(|page| page.newest)
    }

    fn page(&self, commit: ObjectId) -> Result<Page, ReadError> {
        let raw = page::raw(self.repo, commit)?;
        let is_foreign = !self.repo.is_made_here(&self.name, commit, &raw);
        let page = Page::parse(self.repo, commit, &raw, is_foreign, &|| self.damaged(commit));
        page.map_err(|error| self.foreign_or(error, is_foreign))
    }

    fn slot(&self, commit: ObjectId, slot: &Slot, is_foreign: bool) -> Result<Recorded, ReadError> {
        let read = Page::read(self.repo, commit, slot, is_foreign, &|| self.damaged(commit));
        read.map_err(|error| self.foreign_or(error, is_foreign))
    }

    fn foreign_or(&self, error: ReadError, is_foreign: bool) -> ReadError {
        if !is_foreign {
            return error;
        }
        let message = format!("the operations in {} were not made in this repository", self.name);
        ReadError::Foreign(Error::new(codes::OPERATION_FOREIGN, message).because(Error::from(error)))
    }

    fn damaged(&self, commit: ObjectId) -> ReadError {
        let message = format!("operation {commit} ({}) cannot be read", self.name);
        ReadError::Unreadable(Error::new(codes::OPERATION_UNREADABLE, message).hint(Advice::UnreadableOperation))
    }
}

/// The refusal to move a log that another process moved.
pub(in crate::recovery) fn came_in_between() -> Error {
    Error::new(codes::OPERATION_BUSY, "another operation was recorded in the meantime").hint("try again")
}

/// The error for any operation while `operation` is unfinished.
pub fn interrupted(operation: &Operation) -> Error {
    let message = format!("operation {} ({}) was interrupted and is incomplete", operation.id, operation.title);
    Error::new(codes::OPERATION_INTERRUPTED, message).hint(Advice::UndoInterrupted).hint(Advice::ResumeInterrupted)
}

/// Which of `entries`, newest first, are undone, each with the operation that undid it.
pub fn undone(entries: &[Recorded]) -> HashMap<Ulid, Ulid> {
    let (mut undone, mut decided) = (HashMap::new(), HashSet::new());
    for recorded in entries.iter().filter(|entry| !entry.is_foreign && entry.operation.state == OperationState::Done) {
        let id = recorded.operation.id;
        // The newest word counts: an undo may be undone itself, by one that was seen before it.
        if let Some(of) = recorded.operation.undoes.filter(|of| decided.insert(*of))
            && !undone.contains_key(&id)
        {
            undone.insert(of, id);
        }
    }
    undone
}

/// The operation that undid `id`: see [`undone`]. `entries` need not include what came before `id`.
pub fn undone_by(entries: &[Recorded], id: Ulid) -> Option<Ulid> {
    undone(entries).get(&id).copied()
}
