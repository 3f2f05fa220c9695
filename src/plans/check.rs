//! What a task can hold, said with the place where a plan has something else.

use crate::{
    domain::{
        status::Status,
        text::{InvalidText, is_hostile, many_lines, one_line},
    },
    plans::position::Wrong,
};

pub(super) fn line(at: usize, name: &str, text: &str) -> Result<String, Wrong> {
    one_line(text).map_err(|why| Wrong::new(at, format!("invalid {name}: {why}")))
}

/// A word that `check` lets in.
pub(super) fn word(
    at: usize,
    name: &str,
    text: &str,
    check: fn(&str) -> Result<String, InvalidText>,
) -> Result<String, Wrong> {
    check(text).map_err(|why| Wrong::new(at, format!("invalid {name}: {why}")))
}

/// A text that may have several lines; `None` if there is nothing in it.
pub(super) fn lines(at: usize, name: &str, text: &str) -> Result<Option<String>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    many_lines(text).map(Some).map_err(|why| Wrong::new(at, format!("invalid {name}: {why}")))
}

/// A path from the top of the work tree.
pub(super) fn path(at: usize, text: &str) -> Result<String, Wrong> {
    let refuse = |why: &str| Wrong::new(at, format!("cannot use the path '{}': {why}", text.escape_debug()));
    if text.chars().any(is_hostile) {
        return Err(refuse("it has control characters"));
    }
    let mut path = text.trim();
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    match path {
        "" => Err(refuse("it is empty")),
        path if path.starts_with('/') => Err(refuse("it is not relative to the top of the work tree")),
        path if path.split('/').any(|part| part == "..") => Err(refuse("it is outside the repository")),
        path => Ok(path.to_owned()),
    }
}

/// A state, in our own words.
pub(super) fn status(at: usize, word: &str) -> Result<Status, Wrong> {
    Status::parse(word).ok_or_else(|| unknown_status(at, word, &Status::ALL.map(Status::as_str)))
}

/// The first `most` characters of `text`, fit to be printed.
pub(super) fn shown(text: &str, most: usize) -> String {
    text.chars().take(most).collect::<String>().escape_debug().to_string()
}

/// A state that there is not.
pub(super) fn unknown_status(at: usize, word: &str, known: &[&str]) -> Wrong {
    Wrong::new(at, format!("unknown status '{}'", shown(word, 40))).hint(format!("the states are {}", known.join(", ")))
}
