//! Refs: read, and change in one transaction with the expected old value of each.
//!
//! Two back-ends: gix for refs in files; the git binary for everything else. gix does not know reftables, and worse, writes
//! loose refs into such a repository that git never sees (`docs/decisions.md`).

mod binary;
mod files;
pub(crate) mod remembered;

pub(super) use files::is_of_worktree;

use std::path::Path;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{blocking_lock, claims::Claim, head::Head, repo::Repo};
use crate::error::{Advice, Error, Result, codes};

/// Where the refs of a repository are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refs {
    /// Loose and packed files: gix.
    Files,
    /// A reftable, or something newer: the git binary.
    Binary,
}

/// One ref to move, with what it must be now. There is no "any".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefChange {
    /// The full name.
    pub name: String,
    /// What it must be now; `None`: it must not exist.
    pub expected: Option<ObjectId>,
    /// The new value; `None`: delete it.
    pub new: Option<ObjectId>,
}

/// Why refs were not moved. Nothing was.
#[derive(Debug)]
pub enum RefError {
    /// A ref is not what was expected: another process was faster. Read again and retry.
    Moved,
    /// A lock is held. Retry a little later.
    Locked(Error),
    /// What a ref shall point to is not there: a gc that ran in between took it. Write it again and retry.
    Vanished(Error),
    /// It cannot be done.
    Failed(Error),
}

impl RefError {
    /// The error for a person; `moved` is the one for a ref that is not what was expected.
    pub fn or(self, moved: impl FnOnce() -> Error) -> Error {
        match self {
            RefError::Moved => moved(),
            RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => error,
        }
    }
}

/// The refs that only git-agent moves begin with these. None of them is ever symbolic: a write to one must not move another ref.
const OURS: [&str; 3] = ["refs/agent/", "refs/worktree/agent/", "refs/notes/agent"];

fn is_ours(name: &str) -> bool {
    OURS.iter().any(|prefix| name.starts_with(prefix))
}

/// The refusal to create `name` because of `other`, whose name is a directory of it or below it.
fn blocked(name: &str, other: &str) -> Error {
    let message = format!("cannot create {name}: another program created {other}, and git allows only one of them");
    Error::new(codes::REF_BLOCKED, message).hint(format!("if {other} is not needed: git update-ref -d {other}"))
}

/// The refusal of the symbolic ref `name`, which is one of ours.
fn symbolic(name: &str, target: impl std::fmt::Display) -> Error {
    let message = format!("{name} is a symbolic ref to {target}; git-agent neither creates nor follows symbolic refs");
    Error::new(codes::SYMBOLIC_REF, message).hint(Advice::FixSymbolicRef)
}

/// Whether the user's `reference-transaction` hooks see a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hooks {
    /// They do, and may refuse it: refs of the user's move.
    Run,
    /// They do not: all of the refs are ours, and are moved without hooks where refs are files, too.
    Skip,
}

impl Hooks {
    /// A hook that allows only branches must not make going back impossible, so each kind moves in a separate transaction.
    fn of(changes: &[RefChange]) -> Self {
        // `CHERRY_PICK_HEAD` and its like are files elsewhere.
        let is_of_state = |name: &str| !name.contains('/') && name != "HEAD";
        match changes.iter().all(|change| is_ours(&change.name) || is_of_state(&change.name)) {
            true => Hooks::Skip,
            false => Hooks::Run,
        }
    }
}

/// The refusal of `what` because a lock that moving `changes` needs is held.
fn locked(repo: &Repo, changes: &[RefChange], what: &str, cause: anyhow::Error) -> Error {
    match blocking_lock::of_refs(repo, changes.iter().map(|change| change.name.as_str())) {
        Some(path) => blocking_lock::error(codes::REF_LOCKED, what, &path),
        // It is gone by now.
        None => Error::new(codes::REF_LOCKED, format!("{what}: a lock was held")).because(cause).hint("try again"),
    }
}

/// Remember what became of `changes`.
fn settle(repo: &Repo, changes: &[RefChange], changed: Result<(), RefError>) -> Result<(), RefError> {
    match &changed {
        Ok(()) => remembered::settle(repo, changes),
        Err(_) => remembered::withdraw(repo, changes),
    }
    changed
}

impl Refs {
    /// The object that `name` points to.
    ///
    /// # Errors
    ///
    /// `symbolic-ref` for a symbolic ref of ours; when the ref cannot be read.
    pub fn find(self, repo: &Repo, name: &str) -> Result<Option<ObjectId>> {
        match self {
            Refs::Files => files::find(repo, name),
            Refs::Binary => binary::find(repo, name),
        }
    }

    /// The refs under `prefix` (`refs/agent/`), sorted by name, without symbolic ones.
    ///
    /// # Errors
    ///
    /// When the refs cannot be read.
    pub fn list(self, repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
        match self {
            Refs::Files => files::list(repo, prefix),
            Refs::Binary => binary::list(repo, prefix),
        }
    }

    /// The refs of other programs that keep one of `names` from being created, each with that name.
    ///
    /// # Errors
    ///
    /// Where refs cannot be listed.
    pub fn blocking(self, repo: &Repo, names: &[String]) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        for name in names {
            let dirs = name.match_indices('/').map(|(end, _)| &name[..end]).skip(1);
            for dir in dirs {
                found.extend(self.find(repo, dir)?.map(|_| (dir.to_owned(), name.clone())));
            }
            found.extend(self.list(repo, &format!("{name}/"))?.into_iter().map(|(below, _)| (below, name.clone())));
        }
        Ok(found)
    }

    /// The refs of ours that another program made symbolic, each with its target.
    ///
    /// # Errors
    ///
    /// Where refs cannot be listed.
    pub fn symbolic(self, repo: &Repo) -> Result<Vec<(String, String)>> {
        match self {
            Refs::Files => files::symbolic(repo),
            // One that leads nowhere is not listed; the next change replaces it.
            Refs::Binary => binary::symbolic(repo),
        }
    }

    /// Delete the symbolic ref `name`, not what it points to.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn delete_symbolic(self, repo: &Repo, name: &str) -> Result<()> {
        repo.git().args(["symbolic-ref", "--delete", name]).run().map(drop)
    }

    /// Move all of `changes`, or none of them. The user's hooks see those of refs that are not ours.
    ///
    /// # Errors
    ///
    /// Each case of [`RefError`]; no ref has moved then.
    pub fn change(self, repo: &Repo, changes: &[RefChange], reflog: &str) -> Result<(), RefError> {
        remembered::announce(repo, changes)?;
        let changed = match self {
            // git alone gives the files and directories of refs the modes that those who share the repository need.
            Refs::Files if !repo.is_shared() => {
                let _claim = Claim::to_refs(repo, changes);
                files::change(repo, changes, reflog)
            }
            Refs::Files | Refs::Binary => None,
        };
        let by_git = || binary::change(repo, changes, reflog, binary::Durability::AsConfigured);
        settle(repo, changes, changed.unwrap_or_else(by_git))
    }

    /// Whether [`Refs::advance_head`] can move HEAD, which is at `from`; otherwise git has to do it.
    pub fn can_advance_head(self, repo: &Repo, from: &Head) -> bool {
        self == Refs::Files && !repo.is_shared() && files::can_advance_head(repo, from)
    }

    /// Move HEAD, and the branch that it is on, from `from` to `commit`, with the entries of reflogs that `git commit` writes; no hook sees it.
    /// [`Refs::can_advance_head`] must hold.
    ///
    /// # Errors
    ///
    /// Each case of [`RefError`]; nothing has moved then.
    pub fn advance_head(repo: &Repo, from: &Head, commit: ObjectId) -> Result<(), RefError> {
        files::advance_head(repo, from, commit)
    }

    /// Move all of `changes`, or none of them; when this returns they are on the disk (git 2.36 or newer).
    ///
    /// `HEAD` among them is moved itself: a commit there means that it is detached afterwards.
    ///
    /// # Errors
    ///
    /// Each case of [`RefError`]; no ref has moved then, except where only the last step, writing to the disk, fails.
    pub fn change_durably(self, repo: &Repo, changes: &[RefChange], reflog: &str) -> Result<(), RefError> {
        remembered::announce(repo, changes)?;
        let changed = match files::change_ours(repo, self, changes, reflog) {
            Some(changed) => changed,
            None => binary::change(repo, changes, reflog, binary::Durability::Synced),
        };
        settle(repo, changes, changed)?;
        match self {
            Refs::Files => files::sync(repo, changes).map_err(RefError::Failed),
            Refs::Binary => Ok(()),
        }
    }
}

/// The commits that refs matching `patterns` point to; tags and other objects are omitted.
///
/// # Errors
///
/// `git-failed`.
pub fn commits(repo: &Repo, patterns: &[&str]) -> Result<Vec<ObjectId>> {
    let answer = repo.git().args(["for-each-ref", "--format=%(objecttype) %(objectname)"]).args(patterns).run()?;
    Ok(answer.lines().filter_map(|line| ObjectId::from_hex(line.strip_prefix(b"commit ")?).ok()).collect())
}

/// The refs that HEAD does not contain, or all of them where it has no commits yet; each with its object and, of a tag, the tagged one.
///
/// # Errors
///
/// `git-failed`.
pub fn not_merged(repo: &Repo) -> Result<Vec<(BString, Vec<ObjectId>)>> {
    let git = || repo.git().args(["for-each-ref", "--format=%(refname) %(objectname) %(*objectname)"]);
    let output = git().args(["--no-merged=HEAD", "refs"]).output()?;
    let answer = if output.status.success() { output.stdout } else { git().arg("refs").run()? };
    let parse = |line: &[u8]| {
        let (name, ids) = line.split_once_str(" ")?;
        Some((name.into(), ids.fields().filter_map(|id| ObjectId::from_hex(id).ok()).collect()))
    };
    Ok(answer.lines().filter_map(parse).collect())
}

/// Every ref with its object, as text that is another one when a ref moves; empty without refs.
///
/// # Errors
///
/// `git-failed`.
pub fn listing(repo: &Repo) -> Result<Vec<u8>> {
    repo.git().args(["for-each-ref", "--format=%(objectname) %(refname)"]).run()
}

/// Write a bundle of all refs to `file`.
///
/// # Errors
///
/// `git-failed`.
pub fn bundle(repo: &Repo, file: &Path) -> Result<()> {
    repo.git().args(["bundle", "create", "--quiet"]).arg(file).arg("--all").run().map(drop)
}
