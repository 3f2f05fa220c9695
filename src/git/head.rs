//! HEAD: which commit, on which branch.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{cmd, refs::Refs, repo::Repo};
use crate::error::{Context as _, Result};

/// What HEAD is at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The commit; `None` on an unborn branch.
    pub commit: Option<ObjectId>,
    /// The branch, full name (`refs/heads/main`); `None` when detached.
    pub branch: Option<BString>,
}

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

    /// The branch as people say it: `main`.
    pub fn branch_name(&self) -> Option<String> {
        let name = self.branch.as_ref()?;
        Some(name.strip_prefix(b"refs/heads/").unwrap_or(name).to_str_lossy().into_owned())
    }
}
