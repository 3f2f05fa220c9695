//! The programs that git shows text with: its editor and its pager.

use bstr::ByteSlice as _;

use super::{cmd, repo::Repo};
use crate::error::Result;

/// The command line of the editor that git would open; `:` is none.
///
/// # Errors
///
/// `git-failed` where git finds none: the terminal is dumb and nothing is configured.
pub fn editor(repo: &Repo) -> Result<String> {
    let answer = repo.git().for_the_user().args(["var", "GIT_EDITOR"]).run()?;
    // It may have several lines: it is a script.
    Ok(answer.trim_end().to_str_lossy().into_owned())
}

/// The command line of the pager that git would use; `cat` or an empty one is none.
pub fn pager(repo: &Repo) -> Result<String> {
    Ok(cmd::line(&repo.git().args(["var", "GIT_PAGER"]).run()?).to_string())
}
