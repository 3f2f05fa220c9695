//! Attributes of paths (`.gitattributes`).

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};

use super::{cmd, repo::Repo};
use crate::error::Result;

/// Those of `paths` that no filter changes on the way into the repository.
///
/// # Errors
///
/// `git-failed`.
pub fn unfiltered(repo: &Repo, paths: &[&BString]) -> Result<HashSet<BString>> {
    let git = repo.git().args(["check-attr", "-z", "--stdin", "filter"]);
    let answer = git.stdin(cmd::nul_ended(paths.iter().map(|path| path.as_slice()))).run()?;
    // Path, attribute and value of each.
    let fields: Vec<&[u8]> = answer.split_str("\0").collect();
    let plain = fields.chunks_exact(3).filter(|row| matches!(row[2], b"unspecified" | b"unset"));
    Ok(plain.map(|row| row[0].into()).collect())
}
