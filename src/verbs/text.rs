//! Texts of a request, checked: what the ledger takes, and the refusal that names what it does not.

use crate::{
    domain::text::{self, InvalidText},
    error::{Error, codes},
};

/// `text` as one line; `what` names it in the refusal.
///
/// # Errors
///
/// `bad-text`.
pub fn line(what: &str, text: &str) -> Result<String, Error> {
    text::one_line(text).map_err(|why| bad(what, &why))
}

/// [`line()`], where there is one.
///
/// # Errors
///
/// `bad-text`.
pub fn optional_line(what: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    text.map(|text| line(what, text)).transpose()
}

/// `text` as a word that `check` lets in; `what` names it in the refusal.
///
/// # Errors
///
/// `bad-text`.
pub fn word(what: &str, text: &str, check: fn(&str) -> Result<String, InvalidText>) -> Result<String, Error> {
    check(text).map_err(|why| bad(what, &why))
}

/// `text`, which may have several lines.
///
/// # Errors
///
/// `bad-text`.
pub fn lines(what: &str, text: &str) -> Result<String, Error> {
    text::many_lines(text).map_err(|why| bad(what, &why))
}

/// [`lines`], where there are some.
///
/// # Errors
///
/// `bad-text`.
pub fn optional_lines(what: &str, text: Option<&str>) -> Result<Option<String>, Error> {
    text.map(|text| lines(what, text)).transpose()
}

/// The error for an invalid text: `what` names the argument, `why` the reason.
pub fn bad(what: &str, why: &InvalidText) -> Error {
    Error::new(codes::BAD_TEXT, format!("invalid {what}: {why}"))
}
