//! Which paths a pathspec means, as git itself reads it, in the directory of the user.

use std::{collections::BTreeSet, ffi::OsString};

use bstr::BString;
use gix::ObjectId;

use super::{
    cmd::{self, Git},
    diff::{self, Renames},
    repo::Repo,
};
use crate::error::{Error, Result, codes};

/// Pathspecs from the command line, relative to the current directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pathspecs(Vec<OsString>);

impl Pathspecs {
    /// Of these words; of none, everything is meant.
    pub fn new(words: Vec<OsString>) -> Self {
        Pathspecs(words)
    }

    /// Whether there are no pathspecs, so that all paths match.
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths that differ between two trees, from the top of the work tree.
    pub fn differing(&self, repo: &Repo, old: ObjectId, new: ObjectId) -> Result<Vec<BString>> {
        let (changes, _) = diff::trees(repo, None, Renames::Off, [old, new], self)?;
        Ok(changes.into_iter().map(|change| change.path).collect())
    }

    /// The paths that are in one of `trees`, in the index, or in the work tree without being ignored. Other repositories in
    /// the work tree are none of them.
    pub fn present(&self, repo: &Repo, trees: &[ObjectId]) -> Result<BTreeSet<BString>> {
        let mut paths = BTreeSet::new();
        for tree in trees {
            paths.extend(self.differing(repo, repo.empty_tree(), *tree)?);
        }
        let files = ["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard"];
        let output = self.git(repo).args(files).arg("--").args(&self.0).output()?;
        if !output.status.success() {
            return Err(Error::new(codes::BAD_PATH, format!("git rejects these paths: {}", output.said())));
        }
        paths.extend(cmd::nul_separated(&output.stdout).into_iter().filter(|path| !path.ends_with(b"/")));
        Ok(paths)
    }

    /// The pathspecs as given.
    pub fn words(&self) -> &[OsString] {
        &self.0
    }

    /// As `repo.git()`, but where the user is: that is what the paths are relative to.
    pub(super) fn git(&self, repo: &Repo) -> Git {
        if repo.work_dir().is_none() || self.is_everything() {
            return repo.git();
        }
        Git::here().with_pathspecs()
    }
}
