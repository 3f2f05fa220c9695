//! Files of the git directory that belong to an unfinished merge, cherry-pick or revert.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::{Direction, disk, index};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{ObjectId, RefChange, RefError, Refs, Repo, files},
    recovery::snapshot::WorktreeState,
};
use bstr::{BString, ByteSlice as _};

/// Where HEAD was before something that moved it far: of use, and no reason to stop.
const ORIG_HEAD: &str = "ORIG_HEAD";

/// Bring these files from what `from` or `to` says to what `to` says. Safe to be done again.
///
/// # Errors
///
/// `state-moved` if a file is neither, in forward direction: the user continues with the merge. In backward direction such a file is
/// kept, because rolling back must always be possible.
pub fn settle(repo: &Repo, from: &WorktreeState, to: &WorktreeState, direction: Direction) -> Result<()> {
    let names: BTreeSet<&BString> = from.in_progress.keys().chain(to.in_progress.keys()).collect();
    for name in names {
        let (old, new) = (from.in_progress.get(name).copied(), to.in_progress.get(name).copied());
        // It is only known while something is unfinished, and there at other times, too.
        if old == new || (name == ORIG_HEAD && new.is_none()) {
            continue;
        }
        let settled =
            if is_ref(repo, name) { settle_ref(repo, name, old, new) } else { settle_file(repo, name, old, new) };
        match settled? {
            Settled::AsItShallBe => {}
            Settled::Moved if direction == Direction::Backward => {}
            Settled::Moved => return Err(moved(name)),
        }
    }
    Ok(())
}

/// What a file or ref of git's state is after [`settle`].
enum Settled {
    AsItShallBe,
    /// What another process made of it.
    Moved,
}

/// Names like `CHERRY_PICK_HEAD` are refs where refs are not files; `MERGE_HEAD` never is, it may name several commits.
fn is_ref(repo: &Repo, name: &BString) -> bool {
    let is_name = name.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    let is_ref = is_name && (name.ends_with(b"_HEAD") || name == "AUTO_MERGE");
    repo.refs() == Refs::Binary && is_ref && name != "MERGE_HEAD"
}

fn settle_ref(repo: &Repo, name: &BString, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Settled> {
    let named = |blob: Option<ObjectId>| -> Result<Option<ObjectId>> {
        let Some(blob) = blob else { return Ok(None) };
        let text = repo.read(blob)?;
        let id = ObjectId::from_hex(text.trim()).or_environment(|| format!("the snapshot's {name} is damaged"))?;
        Ok(Some(id))
    };
    let (old, new) = (named(old)?, named(new)?);
    let now = repo.find_ref(&name.to_str_lossy())?;
    if now == new {
        return Ok(Settled::AsItShallBe);
    }
    if now != old && name != ORIG_HEAD {
        return Ok(Settled::Moved);
    }
    let change = RefChange { name: name.to_str_lossy().into_owned(), expected: now, new };
    match repo.refs().change(repo, &[change], "git-agent") {
        Ok(()) => Ok(Settled::AsItShallBe),
        Err(RefError::Moved) => Ok(Settled::Moved),
        Err(RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error)) => Err(error),
    }
}

fn settle_file(repo: &Repo, name: &BString, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<Settled> {
    let place = disk::place(repo.git_dir(), name.as_bstr())?;
    let now = match fs::read(&place) {
        Ok(bytes) => Some(repo.blob_id(&bytes)?),
        Err(error) if files::is_absent(&error) => None,
        Err(error) => return Err(error).or_environment(|| format!("cannot read '{}'", place.display())),
    };
    if now == new {
        return Ok(Settled::AsItShallBe);
    }
    if now.is_some() && now != old && name != ORIG_HEAD {
        return Ok(Settled::Moved);
    }
    match new {
        Some(blob) => {
            replace(repo, &place, &repo.read(blob)?)
                .or_environment(|| format!("cannot write '{}'", place.display()))?;
        }
        None => remove(repo, name, &place).or_environment(|| format!("cannot remove '{}'", place.display()))?,
    }
    Ok(Settled::AsItShallBe)
}

fn replace(repo: &Repo, place: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(dir) = place.parent() {
        repo.make_dir(dir)?;
    }
    let whole = repo.worktree_agent_dir().join(index::STATE);
    fs::write(&whole, bytes)?;
    repo.share(&whole)?;
    fs::rename(whole, place)
}

fn remove(repo: &Repo, name: &BString, place: &Path) -> io::Result<()> {
    fs::remove_file(place)?;
    for at in name.rfind_iter("/") {
        if let Ok(dir) = disk::place(repo.git_dir(), name[..at].as_bstr()) {
            // Others of the same directory may be still to come.
            drop(fs::remove_dir(dir));
        }
    }
    Ok(())
}

fn moved(name: &BString) -> Error {
    Error::new(codes::STATE_MOVED, format!("another process changed '{name}' in the git directory"))
        .hint("'git status' shows what is in progress: finish or abort it, then try again")
}
