//! The ignore rules that are not in the work tree: `info/exclude`, and the file that `core.excludesFile` names.

use std::{fs, path::PathBuf};

use gix::ObjectId;

use super::repo::Repo;
use crate::error::Result;

/// Tells whether these rules are the same as at another time: a hash of them.
///
/// # Errors
///
/// Only if hashing fails; a file that cannot be read is one that git does not read either.
pub fn print(repo: &Repo) -> Result<ObjectId> {
    let configured = repo.gix().config_snapshot().trusted_path("core.excludesFile").ok().flatten();
    let places = [Some(repo.common_dir().join("info/exclude")), configured.or_else(usual)];
    let read = |place: Option<PathBuf>| place.and_then(|place| fs::read(place).ok()).unwrap_or_default();
    let mut bytes = Vec::new();
    for rules in places.map(read) {
        bytes.extend_from_slice(&(rules.len() as u64).to_be_bytes());
        bytes.extend_from_slice(&rules);
    }
    repo.blob_id(&bytes)
}

/// Where git looks when nothing is configured.
fn usual() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let config = set("XDG_CONFIG_HOME").or_else(|| set("HOME").map(|home| home.join(".config")))?;
    Some(config.join("git/ignore"))
}
