//! A commit that an operation puts on the user's branch: by them, at git's time, signed if theirs are, without their hooks.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use bstr::BString;

use crate::{
    error::{Context as _, Error, Result, codes},
    git::{
        ObjectId, Repo, cmd,
        entry::Author,
        objects::{Apart, Batch},
    },
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
    /// Let git make it, and stage it in `batch`: in the repository it would be anybody's garbage. `cannot` begins the sentence that
    /// says why not.
    ///
    /// # Errors
    ///
    /// `commit-refused` when git does not make it: mostly because it cannot be signed.
    pub fn make(&self, repo: &Repo, batch: &mut Batch, cannot: impl Fn() -> String) -> Result<ObjectId> {
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
            let why = format!("{}: git makes no commit", cannot());
            return Err(Error::new(codes::COMMIT_REFUSED, why).because(output.into_error()));
        }
        let id = ObjectId::from_hex(&cmd::line(&output.stdout));
        let id = id.or_environment(|| "'git commit-tree' named no commit".to_owned())?;
        apart.take_in(batch)?;
        match batch.has(id) || repo.has(id) {
            true => Ok(id),
            false => Err(Error::bug(format!("'git commit-tree' made {id}, which is nowhere"))),
        }
    }
}
