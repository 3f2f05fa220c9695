//! What a check finds.

use crate::error::Hint;

/// A finding.
#[derive(Clone, Debug)]
pub struct Check {
    /// The name of the check.
    pub name: String,
    /// How bad it is.
    pub level: Level,
    /// The finding.
    pub message: String,
    /// The remedy.
    pub fix: Option<Hint>,
}

impl Check {
    /// It is as it should be.
    pub fn ok(name: &str, message: impl Into<String>) -> Self {
        Check { name: name.to_owned(), level: Level::Ok, message: message.into(), fix: None }
    }

    /// It works, with a warning.
    pub fn warning(name: &str, message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        Check { name: name.to_owned(), level: Level::Warning, message: message.into(), fix: Some(fix.into()) }
    }

    /// It does not work.
    pub fn error(name: &str, message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        Check { level: Level::Error, ..Check::warning(name, message, fix) }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, with a warning.
    Warning,
    /// Something does not work.
    Error,
}
