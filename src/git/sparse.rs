//! Which paths a sparse checkout has in the work tree.
//!
//! The patterns are those of `.gitignore` with the opposite meaning (`git help read-tree`, "Sparse checkout"); what cone mode
//! writes has the same meaning when it is read that way.

use std::fs;

use bstr::{BStr, ByteSlice as _};
use gix::{
    glob::{Pattern, pattern::Case, wildmatch},
    ignore::parse,
};

use super::repo::Repo;
use crate::error::{Context as _, Result};

/// The sparse-checkout patterns of a worktree; none if the checkout is not sparse.
#[derive(Clone, Debug, Default)]
pub struct Sparse(Option<Vec<Pattern>>);

impl Sparse {
    /// The patterns of the current worktree of `repo`.
    ///
    /// # Errors
    ///
    /// When the patterns of the sparse checkout cannot be read.
    pub fn of(repo: &Repo) -> Result<Self> {
        if !repo.config().flag("core.sparseCheckout") {
            return Ok(Sparse(None));
        }
        let file = repo.git_dir().join("info/sparse-checkout");
        match fs::read(&file) {
            // As git: without the file, everything is there.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Sparse(None)),
            read => Ok(Sparse::from_patterns(&read.or_environment(|| format!("cannot read '{}'", file.display()))?)),
        }
    }

    /// The patterns in the content of a `sparse-checkout` file.
    pub fn from_patterns(text: &[u8]) -> Self {
        Sparse(Some(parse(text, false).map(|(pattern, ..)| pattern).collect()))
    }

    /// Whether the file at `path` is in the sparse checkout.
    pub fn contains(&self, path: &BStr) -> bool {
        let Some(patterns) = &self.0 else { return true };
        let mut at = path;
        let mut is_dir = false;
        loop {
            let base = at.rfind_byte(b'/').map(|slash| slash + 1);
            let matches = |pattern: &&Pattern| {
                let mode = wildmatch::Mode::NO_MATCH_SLASH_LITERAL;
                pattern.matches_repo_relative_path(at, base, Some(is_dir), Case::Sensitive, mode)
            };
            if let Some(last) = patterns.iter().rev().find(matches) {
                return !last.is_negative();
            }
            // Nothing says anything about it: its directory decides.
            let Some(slash) = at.rfind_byte(b'/') else { return false };
            at = at[..slash].as_bstr();
            is_dir = true;
        }
    }
}
