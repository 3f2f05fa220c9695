//! Where our own refs were last moved to by git-agent in this repository, kept where no fetch can write.
//!
//! A pointer to an active task that is not the remembered one was set by another program, such as a fetch of every ref.
//!
//! `git fetch '+refs/*:refs/*'` replaces every ref of ours by the one of another repository, `--prune` deletes those that it lacks,
//! and refs under `refs/agent/` have no reflog. So the tips of the ledger and of the operation logs, the pointers to active tasks and the commits of
//! snapshots are also in `<common dir>/agent-id/tips/<ref>`, an object id a line. While an operation log is moved, the file names both the old and the
//! new tip. Of snapshots there are many, which never move: [`pack`] puts them into one file, `tips/packed`, an id and a name a line. A file of a
//! snapshot's own goes before that; an empty one means that it was deleted.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{RefChange, RefError, is_of_worktree};
use crate::{
    error::{Context as _, Result},
    git::{Repo, cmd, files, lock::Lock},
};

/// Each of these is remembered.
const LEDGER: &str = "refs/notes/agent-tasks";
/// A log that is shortened no longer contains its former tip, so the new one is remembered before the ref moves.
const OPERATIONS: &str = "refs/agent/ops/";
/// One that is deleted is forgotten before its ref goes: in between, it must not look like one that another program deleted.
const SNAPSHOTS: &str = "refs/agent/snap/";
/// The pointers to the active tasks of a worktree, each worktree's own.
const ACTIVE: &str = "refs/worktree/agent/";

/// The commits that git-agent last moved `name` to, in this repository: none if that is unknown, the newest first.
pub fn of(repo: &Repo, name: &str) -> Vec<ObjectId> {
    match fs::read(file(repo, name)) {
        Ok(text) => tips(&text),
        Err(_) => packed(repo, name).remove(name).into_iter().collect(),
    }
}

/// The refs below `prefix` that are remembered, by name, with [their commits](of).
pub fn below(repo: &Repo, prefix: &str) -> BTreeMap<String, Vec<ObjectId>> {
    let mut all: BTreeMap<String, Vec<ObjectId>> =
        packed(repo, prefix).into_iter().map(|(name, tip)| (name, vec![tip])).collect();
    all.extend(loose(repo, prefix).into_iter().map(|(name, path)| (name, tips(&fs::read(path).unwrap_or_default()))));
    all.retain(|_, tips| !tips.is_empty());
    all
}

fn tips(text: &[u8]) -> Vec<ObjectId> {
    cmd::ids(text).collect()
}

/// The files of refs below `prefix` that have one of their own.
fn loose(repo: &Repo, prefix: &str) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(directory(repo)).into_iter().flatten().flatten();
    let decoded =
        |entry: fs::DirEntry| Some((entry.file_name().to_str()?.replace("%2F", "/").replace("%25", "%"), entry.path()));
    entries.filter_map(decoded).filter(|(name, _)| name.starts_with(prefix)).collect()
}

/// What is remembered in one file, if refs that begin with `prefix` may be in it.
fn packed(repo: &Repo, prefix: &str) -> BTreeMap<String, ObjectId> {
    let text = if prefix.starts_with(SNAPSHOTS) { fs::read(packed_file(repo)).unwrap_or_default() } else { Vec::new() };
    let entry = |line: &[u8]| {
        let (tip, name) = line.split_once_str(b" ")?;
        Some((name.to_str().ok()?.to_owned(), ObjectId::from_hex(tip).ok()?))
    };
    text.lines().filter_map(entry).collect()
}

/// Remember snapshots in one file: what is saved again and again must not cost a file each time.
///
/// # Errors
///
/// Where nothing can be written; everything is remembered anyway.
pub(in crate::git) fn pack(repo: &Repo) -> Result<()> {
    let lock = lock(repo)?;
    let (mut all, loose) = (packed(repo, SNAPSHOTS), loose(repo, SNAPSHOTS));
    if loose.is_empty() || !lock.is_held() {
        return Ok(());
    }
    for (name, path) in &loose {
        match fs::read(path).map(|text| tips(&text).first().copied()) {
            Ok(Some(tip)) => drop(all.insert(name.clone(), tip)),
            Ok(None) => drop(all.remove(name)),
            // Forgotten meanwhile, and not in the other file.
            Err(_) => {}
        }
    }
    let (file, lines) =
        (packed_file(repo), all.iter().map(|(name, tip)| format!("{tip} {name}\n")).collect::<String>());
    repo.put(&file, lines.as_bytes()).or_environment(|| format!("cannot write '{}'", file.display()))?;
    loose.iter().try_for_each(|(_, path)| remove(path))
}

/// What keeps [`pack`] from taking up what is forgotten at the same time.
fn lock(repo: &Repo) -> Result<Lock> {
    let dir = repo.id_dir();
    repo.make_dir(&dir).or_environment(|| format!("cannot make '{}'", dir.display()))?;
    Lock::acquire(repo, &dir.join("tips.lock"))
}

/// Remember that `name` is at `tip` now, no matter who moved it there; `None`: that it does not exist.
pub fn set(repo: &Repo, name: &str, tip: Option<ObjectId>) -> Result<()> {
    put(repo, name, tip.as_slice())
}

/// `changes` are about to be made.
pub(super) fn announce(repo: &Repo, changes: &[RefChange]) -> Result<(), RefError> {
    for change in changes {
        let tips: Vec<ObjectId> = match change.name.as_str() {
            name if name.starts_with(OPERATIONS) => [change.new, change.expected].into_iter().flatten().collect(),
            name if name.starts_with(SNAPSHOTS) && change.new.is_none() => Vec::new(),
            // Where it is now stays true if it does not move.
            name if name.starts_with(ACTIVE) && change.new.is_some() => {
                let known = of(repo, name);
                change.new.into_iter().chain(change.expected.filter(|tip| known.contains(tip))).collect()
            }
            _ => continue,
        };
        put(repo, &change.name, &tips).map_err(RefError::Failed)?;
    }
    Ok(())
}

/// `changes` were announced and not made.
pub(super) fn withdraw(repo: &Repo, changes: &[RefChange]) {
    for change in changes.iter().filter(|change| change.name.starts_with(SNAPSHOTS) && change.new.is_none()) {
        // It is not remembered then, and there anyway.
        if let Ok(Some(tip)) = repo.find_ref(&change.name) {
            set(repo, &change.name, Some(tip)).unwrap_or_default();
        }
    }
}

/// `changes` were made.
pub(super) fn settle(repo: &Repo, changes: &[RefChange]) {
    let is_due = |change: &&RefChange| match change.name.as_str() {
        // What another program took out of the ledger before is still to be noticed.
        LEDGER => {
            let known = of(repo, LEDGER);
            change.new.is_none() || known.is_empty() || change.expected.is_some_and(|old| known.contains(&old))
        }
        name => [OPERATIONS, SNAPSHOTS, ACTIVE].iter().any(|prefix| name.starts_with(prefix)),
    };
    for change in changes.iter().filter(is_due) {
        // What is remembered stays true without it: the ledger only grows, and a log was announced.
        set(repo, &change.name, change.new).unwrap_or_default();
    }
}

fn put(repo: &Repo, name: &str, tips: &[ObjectId]) -> Result<()> {
    let file = file(repo, name);
    let failed = || format!("cannot write '{}'", file.display());
    if !tips.is_empty() {
        let lines: String = tips.iter().map(|tip| format!("{tip}\n")).collect();
        return repo.put(&file, lines.as_bytes()).or_environment(failed);
    }
    if !name.starts_with(SNAPSHOTS) {
        return remove(&file);
    }
    let _lock = lock(repo)?;
    match packed(repo, name).contains_key(name) {
        true => repo.put(&file, b"").or_environment(failed),
        false => remove(&file),
    }
}

fn remove(file: &Path) -> Result<()> {
    files::remove(file).or_environment(|| format!("cannot remove '{}'", file.display()))
}

fn packed_file(repo: &Repo) -> PathBuf {
    directory(repo).join("packed")
}

fn directory(repo: &Repo) -> PathBuf {
    repo.id_dir().join("tips")
}

fn file(repo: &Repo, name: &str) -> PathBuf {
    let is_linked = is_of_worktree(name) && repo.git_dir() != repo.common_dir();
    let place = if is_linked { format!("worktrees/{}/", repo.worktree_name()) } else { String::new() };
    directory(repo).join(format!("{place}{name}").replace('%', "%25").replace('/', "%2F"))
}
