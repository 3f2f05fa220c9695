//! Commit messages as git cleans them up, and the programs that git shows text with.

use bstr::ByteSlice as _;

use super::{cmd, repo::Repo};
use crate::error::Result;

/// `message` without trailing space, and with one blank line at most between its paragraphs.
pub fn strip_space(repo: &Repo, message: Vec<u8>) -> Result<Vec<u8>> {
    repo.git().arg("stripspace").stdin(message).run()
}

/// The same, and without the lines that begin with `mark`.
pub fn strip_comments(repo: &Repo, message: Vec<u8>, mark: char) -> Result<Vec<u8>> {
    let setting = format!("core.commentChar={mark}");
    repo.git().args(["-c", &setting, "stripspace", "--strip-comments"]).stdin(message).run()
}

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
