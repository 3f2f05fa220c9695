//! HEAD: which commit, on which branch.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

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
        match repo.refs() {
            Refs::Files => {
                let head = repo.gix().head().or_environment(|| "cannot read HEAD".to_owned())?;
                let branch = head.referent_name().map(|name| name.as_bstr().to_owned());
                Ok(Head { commit: head.id().map(gix::Id::detach), branch })
            }
            Refs::Binary => {
                let ask = |words: &[&str]| -> Result<Option<BString>> {
                    let output = repo.git().args(words).output()?;
                    Ok(output.status.success().then(|| cmd::line(&output.stdout)))
                };
                let commit = ask(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
                let branch = ask(&["symbolic-ref", "--quiet", "HEAD"])?;
                Ok(Head { commit: commit.and_then(|hex| ObjectId::from_hex(&hex).ok()), branch })
            }
        }
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
