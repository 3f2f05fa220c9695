//! Whether git knows who commits. git is asked: it decides what it makes up and what it refuses.

use bstr::{BString, ByteSlice as _};

use super::{Repo, cmd};
use crate::error::{Error, Result, codes};

/// The committer as `Name <address>`; `None` if git does not know an author or a committer.
pub fn committer(repo: &Repo) -> Result<Option<BString>> {
    let mut last = BString::default();
    for variable in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
        let output = repo.git().args(["var", variable]).output()?;
        if !output.status.success() {
            return Ok(None);
        }
        last = cmd::line(&output.stdout);
    }
    let end = last.rfind_byte(b'>').map_or(last.len(), |at| at + 1);
    last.truncate(end);
    Ok(Some(last))
}

/// That git knows who commits; `cannot` begins the sentence that says why not.
///
/// # Errors
///
/// `no-identity`.
pub fn require(repo: &Repo, cannot: impl Fn() -> String) -> Result<()> {
    match committer(repo)? {
        Some(_) => Ok(()),
        None => Err(Error::new(codes::NO_IDENTITY, format!("{}: git does not know your name and email", cannot()))
            .hint("nothing was changed; to set them: git config user.name <name> && git config user.email <address>")),
    }
}
