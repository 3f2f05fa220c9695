//! A commit that an operation puts on the user's branch: by them, at git's time, signed if theirs are, without their hooks.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use bstr::BString;

use crate::{
    error::{Context as _, Error, Result},
    git::{ObjectId, Repo, cmd, entry::Author, merge},
};

/// What is committed.
pub struct Commit<'a> {
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents.
    pub parents: &'a [ObjectId],
    /// The whole message.
    pub message: BString,
    /// Who wrote it, if not the one who commits.
    pub author: Option<&'a Author>,
    /// Whether it is signed.
    pub signed: bool,
}

impl Commit<'_> {
    /// Make it, durable, with nothing referring to it yet; `cannot` begins the sentence that says why not.
    ///
    /// # Errors
    ///
    /// `commit-refused` when git does not make it: mostly because it cannot be signed.
    pub fn write(&self, repo: &Repo, cannot: impl Fn() -> String) -> Result<ObjectId> {
        let mut git = merge::durable(repo.git()).args(["-c", "i18n.commitEncoding=UTF-8", "commit-tree"]);
        git = git.args(self.signed.then_some("-S")).arg(self.tree.to_string());
        if let Some(author) = self.author {
            git = git.env("GIT_AUTHOR_NAME", OsStr::from_bytes(&author.name));
            git = git.env("GIT_AUTHOR_EMAIL", OsStr::from_bytes(&author.mail));
            git = git.env("GIT_AUTHOR_DATE", OsStr::from_bytes(&[b"@", author.date.as_slice()].concat()));
        }
        let parents = self.parents.iter().flat_map(|parent| ["-p".to_owned(), parent.to_string()]);
        let output = git.args(parents).args(["-F", "-"]).stdin(self.message.to_vec()).output()?;
        if !output.status.success() {
            let why = format!("{}: git makes no commit", cannot());
            return Err(Error::refused("commit-refused", why).because(output.into_error()));
        }
        ObjectId::from_hex(&cmd::line(&output.stdout)).or_environment(|| "'git commit-tree' named no commit".to_owned())
    }
}
