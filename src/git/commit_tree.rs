//! `git commit-tree`: a commit by the user, at git's time, signed if theirs are, without their hooks.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    cmd,
    commit::CommitAuthor,
    objects::{Apart, Batch},
    repo::Repo,
};
use crate::error::{Error, Result};

/// The content of a commit to create with `git commit-tree`.
pub struct CommitTree<'a> {
    pub tree: ObjectId,
    pub parents: &'a [ObjectId],
    /// The complete commit message.
    pub message: BString,
    /// The author; `None`: the committer.
    pub author: Option<&'a CommitAuthor>,
    pub signed: bool,
}

/// Whether `git commit` would do no more in `repo` than to make a commit with `message` and to move HEAD: nothing is signed or recoded, and
/// the reflogs say what they usually do. Hooks, and operations of git that end with a commit, are not considered.
pub fn is_enough(repo: &Repo, message: &[u8]) -> bool {
    let config = repo.config();
    let encoding = config.text("i18n.commitEncoding");
    let is_utf8 = encoding.is_none_or(|name| ["utf-8", "utf8"].iter().any(|utf8| name.eq_ignore_ascii_case(utf8)));
    is_utf8
        && message.to_str().is_ok_and(|text| !text.contains('\0'))
        && !config.flag("commit.gpgSign")
        // Where no reflog is created, git appends to those that exist.
        && !config.is_off("core.logAllRefUpdates")
        && std::env::var_os("GIT_REFLOG_ACTION").is_none()
}

impl CommitTree<'_> {
    /// Let git make the commit, and stage it in `batch`: in the repository a `git gc` could take it before a ref leads to it. The inner
    /// error is git's refusal: mostly because it cannot sign.
    ///
    /// # Errors
    ///
    /// When git cannot be run, or the object cannot be read.
    pub fn make(&self, repo: &Repo, batch: &mut Batch) -> Result<Result<ObjectId>> {
        let apart = Apart::new(repo)?;
        let mut git = apart.git(repo.git()).args(["-c", "i18n.commitEncoding=UTF-8", "commit-tree"]);
        git = git.args(self.signed.then_some("-S")).arg(self.tree.to_string());
        if let Some(author) = self.author {
            git = git.env("GIT_AUTHOR_NAME", OsStr::from_bytes(&author.name));
            git = git.env("GIT_AUTHOR_EMAIL", OsStr::from_bytes(&author.mail));
            git = git.env("GIT_AUTHOR_DATE", OsStr::from_bytes(&[b"@", author.date.as_slice()].concat()));
        }
        let parents = self.parents.iter().flat_map(|parent| ["-p".to_owned(), parent.to_string()]);
        let output = git.args(parents).args(["-F", "-"]).stdin(self.message.to_vec()).output()?;
        if !output.status.success() {
            return Ok(Err(output.into_error()));
        }
        let unexpected = || Error::bug("unexpected output from 'git commit-tree'");
        let id = cmd::id(&output.stdout).ok_or_else(unexpected)?;
        apart.take_in(batch)?;
        if batch.has(id) || repo.has(id) {
            Ok(Ok(id))
        } else {
            Err(Error::bug(format!("'git commit-tree' printed {id}, which does not exist")))
        }
    }
}
