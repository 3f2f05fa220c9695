//! Submodules: which paths `.gitmodules` names.

use bstr::BString;
use gix::ObjectId;

use super::{config, repo::Repo};
use crate::error::Result;

/// The paths of the submodules that `.gitmodules` in `tree` declares.
pub fn declared(repo: &Repo, tree: ObjectId) -> Result<Vec<BString>> {
    let found = config::matching(repo, Some(&format!("{tree}:.gitmodules")), r"^submodule\..*\.path$")?;
    Ok(found.into_iter().map(|(_, path)| path).collect())
}
