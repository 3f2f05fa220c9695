//! `git commit-tree`: a commit by the user, at git's time, signed if theirs are, without their hooks.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    cmd::{self, Git},
    commit::CommitAuthor,
    config_parameters,
    head::Head,
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

/// Whether `git commit` would do no more in `repo` than to make a commit with `message` and to move HEAD, which is at `head` and does not
/// need git to move: nothing is signed or recoded, no setting of the command line or for the disk matters, and the reflogs say what they
/// usually do. Hooks, and operations of git that end with a commit, are not considered.
pub fn is_enough(repo: &Repo, head: &Head, message: &[u8]) -> bool {
    let config = repo.config();
    let encoding = config.text("i18n.commitEncoding");
    let is_utf8 = encoding.is_none_or(|name| ["utf-8", "utf8"].iter().any(|utf8| name.eq_ignore_ascii_case(utf8)));
    is_utf8
        && message.to_str().is_ok_and(|text| !text.contains('\0'))
        && !config.flag("commit.gpgSign")
        // `git -c commit.gpgSign=true agent checkpoint`, `git -c core.hooksPath=…`
        && !config_parameters::has_others()
        && !["core.fsync", "core.fsyncMethod"].iter().any(|key| config.is_set(key))
        // Where no reflog is created, git appends to those that exist.
        && !config.is_off("core.logAllRefUpdates")
        && std::env::var_os("GIT_REFLOG_ACTION").is_none()
        && repo.refs().can_advance_head(repo, head)
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
        let made = self.run(apart.git(repo.git()))?;
        apart.take_in(batch)?;
        match made {
            Ok(id) if !batch.has(id) && !repo.has(id) => Err(lost(id)),
            made => Ok(made),
        }
    }

    /// Let git make the commit in the repository, as `git commit` does: [`gc::keep_commit`](super::objects::gc::keep_commit) keeps it once
    /// a ref leads to it. The inner error is git's refusal.
    ///
    /// # Errors
    ///
    /// When git cannot be run.
    pub fn make_here(&self, repo: &Repo) -> Result<Result<ObjectId>> {
        match self.run(repo.git())? {
            Ok(id) if !repo.has(id) => Err(lost(id)),
            made => Ok(made),
        }
    }

    fn run(&self, git: Git) -> Result<Result<ObjectId>> {
        let mut git = git.args(["-c", "i18n.commitEncoding=UTF-8", "commit-tree"]);
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
        cmd::id(&output.stdout).ok_or_else(unexpected).map(Ok)
    }
}

fn lost(id: ObjectId) -> Error {
    Error::bug(format!("'git commit-tree' printed {id}, which does not exist"))
}
