//! What `-p`, `--stat` and their kin show below a commit: git's own words, in git's colours.

use bstr::ByteSlice as _;
use std::path::Path;

use crate::{
    error::Result,
    git::{Repo, cmd::Git},
    view::{Style, sanitize},
};

use super::request::Request;

/// The changes of `commit` as `request` asks for them.
pub(super) fn changes(_repo: &Repo, request: &Request, commit: &str, style: Style) -> Result<String> {
    let mut git = Git::new(Path::new(".")).for_the_user();
    git = git.args(["-c", "log.showSignature=false", "log", "--no-walk", "--format=tformat:", "--encoding=UTF-8"]);
    git = git.arg(if style.is_on() { "--color=always" } else { "--no-color" }).args(&request.diff).arg(commit);
    if !request.paths.is_empty() {
        git = git.arg("--").args(&request.paths);
    }
    let answer = git.run()?;
    Ok(sanitize::painted(&answer.to_str_lossy()).trim_matches('\n').to_owned())
}
