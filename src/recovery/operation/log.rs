//! The chain of operations of one worktree: read, and staged to be moved on in a transaction.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

use super::{Operation, REFS, Recorded, State, Touched, message};
use crate::{
    error::{Error, Result, codes},
    git::{
        EntryKind, ObjectId, ObjectKind, RefChange, RefError, Repo, Tree, TreeEntry as Entry,
        commit::Commit,
        names,
        objects::trees,
        objects::{Batch, Identity, NewCommit},
        refs::remembered,
    },
};

/// The operations of a worktree.
pub struct OpLog<'r> {
    repo: &'r Repo,
    name: String,
    tip: Option<ObjectId>,
}

/// What became of a log that another program may have replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutBack {
    /// It was not replaced.
    Unneeded,
    /// It is at its last operation again.
    Done,
    /// Its last operation, this commit, no longer exists.
    Gone(ObjectId),
}

/// What goes into the commit of an operation beside its message.
#[derive(Clone, Debug)]
pub struct Contents {
    /// What the worktree holds before.
    pub before: ObjectId,
    /// What it shall hold afterwards.
    pub after: ObjectId,
    /// What is touched.
    pub touched: Vec<Touched>,
    /// What others wrote in the meantime: a tree.
    pub late: Option<ObjectId>,
}

impl<'r> OpLog<'r> {
    /// The chain of the worktree that `repo` is seen from.
    pub fn of(repo: &'r Repo) -> Result<Self> {
        let name = if repo.git_dir() == repo.common_dir() {
            format!("{REFS}main")
        } else {
            format!("{REFS}worktrees/{}", repo.worktree_name())
        };
        let tip = repo.find_ref(&name)?;
        Ok(OpLog { repo, name, tip })
    }

    /// The chains of all worktrees, also of those that are gone.
    pub fn all(repo: &'r Repo) -> Result<Vec<Self>> {
        let refs = repo.refs().list(repo, REFS)?;
        Ok(refs.into_iter().map(|(name, tip)| OpLog { repo, name, tip: Some(tip) }).collect())
    }

    /// [`OpLog::all`], and those whose ref another program has deleted.
    pub fn all_remembered(repo: &'r Repo) -> Result<Vec<Self>> {
        let mut logs = Self::all(repo)?;
        for name in remembered::names(repo, REFS) {
            if !logs.iter().any(|log| log.name == name) {
                logs.push(OpLog { repo, name, tip: None });
            }
        }
        Ok(logs)
    }

    /// The name of the worktree: `main`, or that of a linked one.
    pub fn worktree(&self) -> &str {
        let name = self.name.strip_prefix(REFS).unwrap_or(&self.name);
        name.strip_prefix("worktrees/").unwrap_or(name)
    }

    /// What tells the worktree from all others of this repository: `main`, `worktrees/<name>`.
    pub fn place(&self) -> &str {
        self.name.strip_prefix(REFS).unwrap_or(&self.name)
    }

    /// Whether it is the chain of the main worktree.
    pub fn is_main(&self) -> bool {
        self.name.strip_prefix(REFS) == Some("main")
    }

    /// The name of its ref.
    pub fn ref_name(&self) -> &str {
        &self.name
    }

    /// The commit of the newest operation.
    pub fn tip(&self) -> Option<ObjectId> {
        self.tip
    }

    /// The newest operation.
    pub fn last(&self) -> Result<Option<Recorded>> {
        self.tip.map(|tip| self.read(tip)).transpose()
    }

    /// The operations that were made in this repository, the newest first: those that may be acted on. What came from elsewhere
    /// is passed over, and so is whatever cannot be read behind it.
    pub fn own(&self) -> impl Iterator<Item = Result<Recorded>> + '_ {
        let mut is_foreign = false;
        self.entries().filter(move |entry| {
            is_foreign |= match entry {
                Ok(recorded) => recorded.is_foreign,
                Err(error) => error.code() == codes::OPERATION_FOREIGN,
            };
            entry.as_ref().map_or(!is_foreign, |recorded| !recorded.is_foreign)
        })
    }

    /// Whether something in the chain was not made in this repository.
    pub fn has_foreign(&self) -> bool {
        let is_foreign = |entry: Result<Recorded>| {
            entry.map_or_else(|error| error.code() == codes::OPERATION_FOREIGN, |recorded| recorded.is_foreign)
        };
        self.entries().any(is_foreign)
    }

    /// All operations, the newest first, also those that are not ours. Ends early at one that this version cannot read.
    pub fn entries(&self) -> impl Iterator<Item = Result<Recorded>> + '_ {
        let mut next = self.tip;
        let mut seen = HashSet::new();
        std::iter::from_fn(move || {
            let commit = next.take().filter(|commit| seen.insert(*commit))?;
            let read = self.read(commit);
            next = read.as_ref().ok().and_then(|recorded| recorded.previous);
            Some(read)
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
                Err(error) if error.code() == codes::OPERATION_FOREIGN => break,
                recorded => recorded?,
            };
            if !recorded.operation.id.to_string().starts_with(&word) || word.is_empty() {
                continue;
            }
            if let Some(found) = found {
                let message = format!(
                    "'{word}' is the beginning of several operations: {}, {}",
                    recorded.operation.id, found.operation.id
                );
                return Err(Error::new(codes::AMBIGUOUS_OPERATION, message).hint("give more letters of it"));
            }
            found = Some(recorded);
        }
        found.ok_or_else(|| {
            let message = format!("no operation of this worktree begins with '{}'", word.escape_debug());
            Error::new(codes::OPERATION_NOT_FOUND, message).hint("'git agent ops' lists them")
        })
    }

    /// The commit that git-agent last moved the log to in this repository, if the log does not have it any more: another program moved or
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
            if known.contains(&recorded?.commit) {
                return Ok(None);
            }
        }
        let is_ours = |commit: &&ObjectId| self.read(**commit).is_ok_and(|recorded| !recorded.is_foreign);
        Ok(Some(*known.iter().find(is_ours).unwrap_or(newest)))
    }

    /// Take the log as it is for the one that git-agent left.
    ///
    /// # Errors
    ///
    /// Where nothing can be written.
    pub fn remember(&self) -> Result<()> {
        remembered::set(self.repo, &self.name, self.tip)
    }

    /// Move the log back to where git-agent last moved it, if another program has [`replaced`](Self::replaced) it.
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
        let moved = self.repo.refs().change_durably(self.repo, &[change], "git-agent: put back the log of operations");
        moved.map_err(|error| match error {
            RefError::Moved => Error::new(codes::OPERATION_BUSY, "an operation came in the meantime").hint("try again"),
            RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => error,
        })?;
        self.tip = Some(last);
        Ok(PutBack::Done)
    }

    /// Refuse while an operation is interrupted: nothing may be done on top of half of something.
    pub fn refuse_interrupted(&self) -> Result<()> {
        match self.interrupted()? {
            None => Ok(()),
            Some(recorded) => Err(interrupted(&recorded.operation)),
        }
    }

    /// The newest operation of ours, if it was begun and is not at its end.
    pub fn interrupted(&self) -> Result<Option<Recorded>> {
        Ok(self.own().next().transpose()?.filter(|recorded| recorded.operation.state == State::Begun))
    }

    /// Stage the commit of `operation` behind `previous`; the change moves the chain to it, from where it is now.
    pub fn stage(
        &self,
        batch: &mut Batch,
        operation: &Operation,
        contents: &Contents,
        previous: Option<ObjectId>,
    ) -> Result<RefChange> {
        let new = self.commit(batch, operation, contents, previous)?;
        Ok(RefChange { name: self.name.clone(), expected: self.tip, new: Some(new) })
    }

    /// Stage a chain of `kept` alone (newest first); the change moves the chain to it.
    pub fn shorten(&self, batch: &mut Batch, kept: &[Recorded]) -> Result<RefChange> {
        let mut previous = None;
        for recorded in kept.iter().rev() {
            let contents = Contents {
                before: recorded.before,
                after: recorded.after,
                touched: recorded.touched.clone(),
                late: recorded.late,
            };
            previous = Some(self.commit(batch, &recorded.operation, &contents, previous)?);
        }
        Ok(RefChange { name: self.name.clone(), expected: self.tip, new: previous })
    }

    fn commit(
        &self,
        batch: &mut Batch,
        operation: &Operation,
        contents: &Contents,
        previous: Option<ObjectId>,
    ) -> Result<ObjectId> {
        let mut tree = Tree { entries: Vec::new() };
        let mut add = |kind: EntryKind, name: &str, oid| {
            tree.entries.push(Entry { mode: kind.into(), filename: name.into(), oid });
        };
        add(EntryKind::Tree, "before", contents.before);
        add(EntryKind::Tree, "after", contents.after);
        if let Some(late) = contents.late {
            add(EntryKind::Tree, "late", late);
        }
        add(EntryKind::Blob, "paths.lst", batch.blob(self.repo, write_paths(&contents.touched))?);
        tree.entries.sort();
        let tree = batch.tree(self.repo, &tree)?;
        let mut parents: Vec<ObjectId> = Vec::new();
        for parent in [previous, operation.before.commit, operation.after.commit].into_iter().flatten() {
            // One that a gc took must not be named: no gc of git would end again.
            if !parents.contains(&parent) && (batch.has(parent) || self.repo.has(parent)) {
                parents.push(parent);
            }
        }
        let message = message::write(operation, previous);
        let identity = Identity::ours();
        let commit =
            NewCommit { tree, parents: &parents, message: &message, at: operation.at, identity: Some(identity) };
        batch.sealed_commit(self.repo, &commit, &self.name)
    }

    /// Take note that the chain was moved on.
    pub fn moved(&mut self, change: &RefChange) {
        self.tip = change.new;
    }

    fn read(&self, commit: ObjectId) -> Result<Recorded> {
        let raw = self.repo.read_own(commit, ObjectKind::Commit)?;
        let is_foreign = !self.repo.is_made_here(&self.name, commit, &raw);
        self.parse(commit, &raw, is_foreign).map_err(|error| match is_foreign {
            true => Error::new(
                codes::OPERATION_FOREIGN,
                format!("what {} leads to was not made in this repository", self.name),
            )
            .because(error),
            false => error,
        })
    }

    fn parse(&self, commit: ObjectId, raw: &[u8], is_foreign: bool) -> Result<Recorded> {
        let damaged = || {
            Error::new(codes::OPERATION_UNREADABLE, format!("the operation {commit} ({}) cannot be read", self.name))
                .hint("a newer git-agent may have written it; 'git agent doctor' tells more")
        };
        let header = Commit::parse(self.repo, commit, raw).map_err(|_| damaged())?;
        let (operation, previous) = message::read(header.message.as_ref()).ok_or_else(damaged)?;
        let tree = self.repo.read_own(header.tree, ObjectKind::Tree)?;
        let tree = trees::decode(self.repo, header.tree, &tree).map_err(|_| damaged())?;
        let entry =
            |name: &str| tree.entries.iter().find(|entry| entry.filename == name).map(|entry| entry.oid.to_owned());
        let paths = self.repo.read_own(entry("paths.lst").ok_or_else(damaged)?, ObjectKind::Blob)?;
        Ok(Recorded {
            operation,
            commit,
            previous,
            before: entry("before").ok_or_else(damaged)?,
            after: entry("after").ok_or_else(damaged)?,
            touched: read_paths(&paths).ok_or_else(damaged)?,
            late: entry("late"),
            is_foreign,
        })
    }
}

/// The refusal to do anything on top of half of `operation`.
pub fn interrupted(operation: &Operation) -> Error {
    let message = format!("the operation {} ({}) was interrupted and is half done", operation.id, operation.title);
    Error::new(codes::OPERATION_INTERRUPTED, message)
        .hint("to bring everything back as it was before: git agent undo")
        .hint("to finish it: git agent resume")
}

fn write_paths(touched: &[Touched]) -> Vec<u8> {
    let mut list = Vec::new();
    for touched in touched {
        list.extend_from_slice(match (touched.on_disk, touched.in_index) {
            (true, true) => b"di ",
            (true, false) => b"d ",
            (false, _) => b"i ",
        });
        list.extend_from_slice(&touched.path);
        list.push(0);
    }
    list
}

/// `None`: the list is damaged, or names a path that git would not write.
fn read_paths(list: &[u8]) -> Option<Vec<Touched>> {
    let list = if list.is_empty() { return Some(Vec::new()) } else { list.strip_suffix(b"\0")? };
    let read = |line: &[u8]| {
        let (marks, path) = line.split_once_str(" ")?;
        let (on_disk, in_index) = match marks {
            b"di" => (true, true),
            b"d" => (true, false),
            b"i" => (false, true),
            _ => return None,
        };
        let is_allowed = names::is_allowed(path.as_bstr(), EntryKind::Blob);
        is_allowed.then(|| Touched { path: BString::from(path), on_disk, in_index })
    };
    list.split_str("\0").map(read).collect()
}

/// Which of `entries`, newest first, are undone, each with the operation that undid it.
pub fn undone(entries: &[Recorded]) -> HashMap<Ulid, Ulid> {
    let (mut undone, mut decided) = (HashMap::new(), HashSet::new());
    for recorded in entries.iter().filter(|entry| !entry.is_foreign && entry.operation.state == State::Done) {
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

/// The operation that undid `id`: see [`undone`].
pub fn undone_by(entries: &[Recorded], id: Ulid) -> Option<Ulid> {
    undone(entries).get(&id).copied()
}
