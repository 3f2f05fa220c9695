//! What can be refused before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    path_plan::{PathChange, PathPlan},
    restore::disk::{self, Found},
};
use crate::{
    domain::text::quoted_path,
    error::{Advice, Error, Result, codes},
    git::Repo,
};

/// Refuse a plan that cannot be carried out on this file system.
///
/// # Errors
///
/// `names-collide`, `not-writable`, `directory-in-use`.
pub fn check(repo: &Repo, plan: &PathPlan) -> Result<()> {
    names(repo, plan)?;
    in_use(repo, plan)?;
    directories(repo, plan)
}

/// On a file system that does not tell `a` from `A`, both cannot be written.
fn names(repo: &Repo, plan: &PathPlan) -> Result<()> {
    if !repo.config().flag("core.ignoreCase") {
        return Ok(());
    }
    let mut folded: BTreeMap<String, &BString> = BTreeMap::new();
    for (path, _) in plan.files.iter().filter(|(_, change)| matches!(change, PathChange::Write(_))) {
        if let Some(other) = folded.insert(path.to_str_lossy().to_lowercase(), path) {
            let message =
                format!("{} and {} name the same file on this file system", quoted_path(other), quoted_path(path));
            return Err(Error::new(codes::NAMES_COLLIDE, message).hint(Advice::LimitPaths));
        }
    }
    Ok(())
}

/// A directory that becomes a file must not be under the feet of those who asked for it.
fn in_use(repo: &Repo, plan: &PathPlan) -> Result<()> {
    let top = repo.require_work_dir("restore files")?;
    for (path, change) in &plan.files {
        let becomes_file = matches!(change, PathChange::Write(want) if !want.entry.is_submodule());
        if becomes_file && disk::look(top, path.as_bstr())? == Found::Directory {
            disk::refuse_in_use(top, path.as_bstr())?;
        }
    }
    Ok(())
}

/// Every directory in which something is to be made or removed must let us; it is tried.
fn directories(repo: &Repo, plan: &PathPlan) -> Result<()> {
    let top = repo.require_work_dir("restore files")?;
    let mut directories: BTreeSet<BString> = BTreeSet::new();
    for path in plan.files.keys() {
        directories.insert(existing_parent(repo, path.as_bstr())?);
    }
    for directory in directories {
        let place = if directory.is_empty() { top.to_owned() } else { disk::place(top, directory.as_bstr())? };
        disk::probe(&place).map_err(|error| {
            let shown = quoted_path(if directory.is_empty() { b"." } else { directory.as_slice() });
            Error::new(codes::NOT_WRITABLE, format!("cannot change files in {shown}"))
                .because(error)
                .hint("make the directory writable, or free disk space, then try again")
        })?;
    }
    Ok(())
}

/// The nearest directory above `path` that is there.
fn existing_parent(repo: &Repo, path: &BStr) -> Result<BString> {
    let top = repo.require_work_dir("restore files")?;
    for at in path.rfind_iter("/") {
        let parent = path[..at].as_bstr();
        if disk::look(top, parent)? == Found::Directory {
            return Ok(parent.to_owned());
        }
    }
    Ok(BString::default())
}
