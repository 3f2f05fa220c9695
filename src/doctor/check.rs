//! What a check finds.

use std::fmt::Display;

use crate::{domain::text::list, error::Hint};

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

    /// And `message`, which is as bad as `level`. The remedy is that of the first of the worst.
    #[must_use]
    pub fn say(self, level: Level, message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        let is_first = self.level == Level::Ok;
        let message = if is_first { message.into() } else { format!("{}; {}", self.message, message.into()) };
        let fix = if level > self.level { Some(fix.into()) } else { self.fix };
        Check { message, level: level.max(self.level), fix, ..self }
    }

    /// [`Check::say`] what is wrong with `items`, if there are some; `what` gets their number.
    #[must_use]
    pub fn and<T: Display>(
        self,
        level: Level,
        items: impl IntoIterator<Item = T>,
        what: impl FnOnce(usize) -> String,
        fix: impl Into<Hint>,
    ) -> Self {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        if items.is_empty() { self } else { self.say(level, format!("{}: {}", what(items.len()), list(&items)), fix) }
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
