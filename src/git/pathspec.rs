//! Which paths a pathspec means, as git itself reads it, in the directory of the user.

use std::{collections::BTreeSet, ffi::OsString, path::Path};

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

    /// Whether everything is meant.
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
        let empty = ObjectId::empty_tree(repo.gix().object_hash());
        let mut paths = BTreeSet::new();
        for tree in trees {
            paths.extend(self.differing(repo, empty, *tree)?);
        }
        let files = ["ls-files", "-z", "--full-name", "--cached", "--others", "--exclude-standard"];
        let output = self.git(repo).args(files).arg("--").args(&self.0).output()?;
        if !output.status.success() {
            let complaint = output.complaint();
            let said = complaint.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
            return Err(Error::new(codes::BAD_PATH, format!("git rejects these paths: {said}")));
        }
        paths.extend(cmd::nul_separated(&output.stdout).into_iter().filter(|path| !path.ends_with(b"/")));
        Ok(paths)
    }

    /// As they were given.
    pub fn words(&self) -> &[OsString] {
        &self.0
    }

    /// As `repo.git()`, but where the user is: that is what the paths are relative to.
    pub(super) fn git(&self, repo: &Repo) -> Git {
        if repo.work_dir().is_none() || self.is_everything() {
            return repo.git();
        }
        let git = Git::new(Path::new("."));
        match std::env::var_os("GIT_LITERAL_PATHSPECS") {
            Some(literal) => git.env("GIT_LITERAL_PATHSPECS", literal),
            None => git,
        }
    }
}
