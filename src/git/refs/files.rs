//! Refs in files, through gix.

use std::{collections::BTreeSet, os::unix::fs::MetadataExt as _, path::PathBuf, time::Duration};

use bstr::ByteSlice as _;
use gix::{
    ObjectId,
    refs::{
        FullName, Target,
        transaction::{PreviousValue, RefEdit},
    },
};

use super::{RefChange, RefError};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::repo::Repo,
};

pub(super) fn find(repo: &Repo, name: &str) -> Result<Option<ObjectId>> {
    let found = repo.gix().try_find_reference(name).or_environment(|| format!("cannot read {name}"))?;
    Ok(found.and_then(|found| found.target().try_id().map(ToOwned::to_owned)))
}

/// How often refs are listed again when they are packed meanwhile.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// A ref that is packed while they are listed is neither among the packed ones that were read nor a file any more: then
/// they are listed again.
pub(super) fn list(repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
    let packed = || {
        let meta = repo.common_dir().join("packed-refs").metadata().ok()?;
        Some((meta.ino(), meta.len(), meta.modified().ok()))
    };
    let mut attempt = 1;
    loop {
        let before = packed();
        let listed = list_once(repo, prefix);
        if attempt == TRIES || listed.is_ok() && packed() == before {
            return listed;
        }
        attempt += 1;
        std::thread::sleep(PAUSE);
    }
}

fn list_once(repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
    let gix = repo.gix();
    let failed = || format!("cannot list {prefix}*");
    let refs = gix.references().or_environment(failed)?;
    let mut list = Vec::new();
    for reference in refs.prefixed(prefix).or_environment(failed)? {
        // One that a crash left empty must not hide the others; 'doctor' tells of it.
        let Ok(reference) = reference else { continue };
        if let Some(id) = reference.target().try_id() {
            list.push((reference.name().as_bstr().to_str_lossy().into_owned(), id.to_owned()));
        }
    }
    Ok(list)
}

pub(super) fn change(repo: &Repo, changes: &[RefChange], reflog: &str) -> Result<(), RefError> {
    let edits =
        changes.iter().map(|change| edit(change, reflog)).collect::<Result<Vec<_>>>().map_err(RefError::Failed)?;
    let who = crate::git::objects::committer(repo);
    let mut time = gix::date::parse::TimeBuf::default();
    let changed = repo.gix().edit_references_as(edits, Some(who.to_ref(&mut time)));
    changed.map(|_| ()).map_err(|error| {
        let names = changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>().join(", ");
        let (moved, locked) = (error.is_conflict(), error.can_retry());
        let what = format!("cannot update {names}");
        match () {
            () if moved => RefError::Moved,
            () if locked => RefError::Locked(super::locked(repo, changes, &what, error.into())),
            () => RefError::Failed(Error::new(codes::REF_UPDATE_FAILED, what).because(error)),
        }
    })
}

fn edit(change: &RefChange, reflog: &str) -> Result<RefEdit> {
    let name =
        FullName::try_from(change.name.as_str()).or_environment(|| format!("{} is not a ref name", change.name))?;
    let expected = change.expected.map(|id| PreviousValue::MustExistAndMatch(Target::Object(id)));
    Ok(match change.new {
        Some(new) => RefEdit::update(name, new, expected.unwrap_or(PreviousValue::MustNotExist), reflog),
        None => RefEdit::delete(name, expected.unwrap_or(PreviousValue::MustExist)),
    })
}

/// Sync the directories that the files of `changes` are in: git syncs the files, not their names.
pub(super) fn sync(repo: &Repo, changes: &[RefChange]) -> Result<()> {
    let file = |change: &RefChange| match is_of_worktree(&change.name) {
        true => repo.git_dir().join(&change.name),
        false => repo.common_dir().join(&change.name),
    };
    let dirs: BTreeSet<PathBuf> = changes.iter().filter_map(|change| Some(file(change).parent()?.to_owned())).collect();
    dirs.iter().try_for_each(|dir| crate::git::objects::sync_dir(dir))
}

/// Whether the ref `name` is one of each worktree.
pub fn is_of_worktree(name: &str) -> bool {
    let prefixes = ["refs/worktree/", "refs/bisect/", "refs/rewritten/"];
    !name.starts_with("refs/") || prefixes.iter().any(|prefix| name.starts_with(prefix))
}
