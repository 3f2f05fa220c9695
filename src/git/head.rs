//! HEAD: which commit, on which branch.

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, head::Kind};

use super::{cmd, refs::Refs, repo::Repo};
use crate::error::{Context as _, Error, Result, codes};

/// The current state of HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The commit; `None` on an unborn branch.
    pub commit: Option<ObjectId>,
    /// The branch, full name (`refs/heads/main`); `None` when detached.
    pub branch: Option<BString>,
}

/// In the place of a branch.
const DETACHED: &[u8] = b"(detached)";
/// In the place of a commit.
const UNBORN: &[u8] = b"(unborn)";

impl Head {
    pub(super) fn read(repo: &Repo) -> Result<Self> {
        if repo.refs() == Refs::Files && !Self::is_link(repo) {
            let head = repo.gix().head().or_environment(|| "cannot read HEAD".to_owned())?;
            // A branch that is another name of one (`git symbolic-ref refs/heads/master refs/heads/main`) is followed by git.
            let is_alias = matches!(&head.kind, Kind::Symbolic(branch) if branch.target.try_name().is_some());
            if !is_alias {
                let branch = head.referent_name().map(|name| name.as_bstr().to_owned());
                return Ok(Head { commit: head.id().map(gix::Id::detach), branch });
            }
        }
        let ask = |words: &[&str]| -> Result<Option<BString>> {
            let output = repo.git().args(words).output()?;
            Ok(output.status.success().then(|| cmd::line(&output.stdout)))
        };
        let commit = ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
        let branch = ask(&["symbolic-ref", "--quiet", "HEAD"])?;
        Ok(Head { commit: commit.and_then(|hex| ObjectId::from_hex(&hex).ok()), branch })
    }

    /// Whether HEAD is a symbolic link to the file of a branch (`core.preferSymlinkRefs`), which gix takes for a detached HEAD.
    fn is_link(repo: &Repo) -> bool {
        repo.git_dir().join("HEAD").is_symlink()
    }

    /// Whether HEAD names its branch itself, in a file: not through a link, or another branch.
    pub(super) fn is_direct(&self, repo: &Repo) -> bool {
        let named = || Some(repo.gix().head().ok()?.referent_name().map(|name| name.as_bstr().to_owned()));
        !Self::is_link(repo) && named().is_some_and(|branch| branch == self.branch)
    }

    /// On one line: `refs/heads/main 9fceb02…`, `(detached) 9fceb02…`, `refs/heads/main (unborn)`. Names of branches have no spaces.
    pub fn to_line(&self) -> BString {
        let branch = self.branch.as_ref().map_or(DETACHED, |branch| branch.as_slice());
        let commit = self.commit.map_or(UNBORN.into(), |id| id.to_string().into_bytes());
        bstr::join(" ", [branch, &commit]).into()
    }

    /// The reverse of [`Head::to_line`].
    pub fn from_line(line: &[u8]) -> Option<Self> {
        let (branch, commit) = line.split_once_str(" ")?;
        let commit = if commit == UNBORN { None } else { Some(ObjectId::from_hex(commit).ok()?) };
        Some(Head { commit, branch: (branch != DETACHED).then(|| branch.into()) })
    }

    /// The commit, for what cannot be done without one: `cannot squash t-1`.
    ///
    /// # Errors
    ///
    /// `unborn-head`.
    pub fn born(&self, cannot: &str) -> Result<ObjectId> {
        self.commit.ok_or_else(|| {
            let branch = self.branch_name().unwrap_or_else(|| "HEAD".to_owned());
            Error::new(codes::UNBORN_HEAD, format!("{cannot}: '{branch}' has no commits yet"))
                .hint("'git switch <branch>' switches to a branch that has some")
        })
    }

    /// The branch as people say it: `main`.
    pub fn branch_name(&self) -> Option<String> {
        let name = self.branch.as_ref()?;
        Some(name.strip_prefix(b"refs/heads/").unwrap_or(name).to_str_lossy().into_owned())
    }
}
