//! What a check finds.

use std::fmt::Display;

use crate::{
    domain::text::list,
    error::{Hint, Result},
};

/// What was examined, and what was found.
#[derive(Clone, Debug)]
pub struct Check {
    /// The name of the check.
    pub name: &'static str,
    /// The finding.
    pub finding: Finding,
}

impl Check {
    /// What the check `name` has `found`. That it could not be run is a finding.
    pub(super) fn of(name: &'static str, found: Result<Finding>) -> Self {
        let finding = found.unwrap_or_else(|error| {
            let fix = error.hint_list().first().cloned();
            let fix = fix.unwrap_or_else(|| "check the file or object named in the message".into());
            Finding::error(error.to_string(), fix)
        });
        Check { name, finding }
    }
}

/// The result of a check.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The severity.
    pub level: Level,
    /// A sentence about what was found.
    pub message: String,
    /// How to fix it, if something has to be fixed.
    pub fix: Option<Hint>,
}

impl Finding {
    /// It is as it should be.
    pub(super) fn ok(message: impl Into<String>) -> Self {
        Finding { level: Level::Ok, message: message.into(), fix: None }
    }

    /// It works, with a warning.
    pub(super) fn warning(message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        Finding { level: Level::Warning, message: message.into(), fix: Some(fix.into()) }
    }

    /// It does not work.
    pub(super) fn error(message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        Finding { level: Level::Error, ..Finding::warning(message, fix) }
    }

    /// And `message`, which is as bad as `level`. The remedy is that of the first of the worst.
    #[must_use]
    pub(super) fn say(self, level: Level, message: impl Into<String>, fix: impl Into<Hint>) -> Self {
        let is_first = self.level == Level::Ok;
        let message = if is_first { message.into() } else { format!("{}; {}", self.message, message.into()) };
        let fix = if level > self.level { Some(fix.into()) } else { self.fix };
        Finding { message, level: level.max(self.level), fix }
    }

    /// [`Finding::say`] what is wrong with `items`, if there are some; `what` gets their number.
    #[must_use]
    pub(super) fn and<T: Display>(
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

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// No problem was found.
    Ok,
    /// A problem that prevents nothing.
    Warning,
    /// A problem that prevents something from working.
    Error,
}
