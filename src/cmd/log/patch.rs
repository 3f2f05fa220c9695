//! What `-p`, `--stat` and their kin show below a commit: git's own words, in git's colours.

use bstr::ByteSlice as _;

use crate::{
    error::Result,
    git::{
        Repo,
        relay::{self, Color},
    },
    view::{Style, sanitize},
};

use super::request::Request;

/// The changes of `commit` as `request` asks for them.
pub(super) fn changes(_repo: &Repo, request: &Request, commit: &str, style: Style) -> Result<String> {
    let color = if style.is_on() { Color::Always } else { Color::Never };
    let answer = relay::patch(color, &request.diff, commit, &request.paths)?;
    Ok(sanitize::painted(&answer.to_str_lossy()).trim_matches('\n').to_owned())
}
