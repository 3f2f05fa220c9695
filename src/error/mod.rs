//! The one error type that reaches a person: what was tried, on what, why not, and what to do next.
//!
//! The *code* is a stable kebab-case word for programs (`--json`) out of one table, [`codes`]; it has one *kind*, which decides the
//! exit code. The *hints* name the next command. A refusal never carries a hint that destroys something: agents paste what they read.

use std::{borrow::Cow, fmt};

pub mod codes;
pub(crate) mod exit;
mod hint;

pub use codes::Code;
pub use hint::{Advice, Hint, Remedy, RollbackAdvice, TaskAdvice};

/// The result of everything that can fail towards a person.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Define an error that tells its callers some reasons apart; each of them holds the [`Error`] for a person.
macro_rules! reasons {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident { $( $(#[$doc:meta])* $reason:ident, )+ }) => {
        $(#[$attribute])*
        #[derive(Debug)]
        $vis enum $name {
            $( $(#[$doc])* $reason($crate::error::Error), )+
            /// Any other error.
            Failed($crate::error::Error),
        }

        impl From<$crate::error::Error> for $name {
            fn from(error: $crate::error::Error) -> Self {
                $name::Failed(error)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $( $name::$reason(error) )|+ | $name::Failed(error) => error.fmt(f),
                }
            }
        }

        impl From<$name> for $crate::error::Error {
            fn from(error: $name) -> Self {
                match error {
                    $( $name::$reason(error) )|+ | $name::Failed(error) => error,
                }
            }
        }
    };
}

pub(crate) use reasons;

/// What sort of failure it was; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A safety rule said no; nothing was changed.
    Refused,
    /// The command line or a value on it cannot be used.
    Usage,
    /// In conflict with the present state; nothing was changed.
    Conflict,
    /// A lock is held for too long.
    Busy,
    /// Not a repository, git too old, read-only directory, …
    Environment,
    /// An interrupted operation blocks it.
    Interrupted,
    /// A violated invariant; should be reported.
    Bug,
}

impl Kind {
    /// The process exit code for this kind, see [`crate::error::exit`].
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Refused => exit::REFUSED,
            Kind::Usage => exit::USAGE,
            Kind::Conflict => exit::CONFLICT,
            Kind::Busy => exit::BUSY,
            Kind::Environment => exit::ENVIRONMENT,
            Kind::Interrupted => exit::INTERRUPTED,
            Kind::Bug => exit::BUG,
        }
    }

    /// The word for the kind in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Refused => "refused",
            Kind::Usage => "usage",
            Kind::Conflict => "conflict",
            Kind::Busy => "busy",
            Kind::Environment => "environment",
            Kind::Interrupted => "interrupted",
            Kind::Bug => "bug",
        }
    }

    /// True when the same call may succeed a moment later without a change by the caller.
    pub fn is_retryable(self) -> bool {
        self == Kind::Busy
    }
}

/// Details that few failures have.
#[derive(Debug, Default)]
struct More {
    exception: Option<Cow<'static, str>>,
    excerpt: Option<String>,
    argument: Option<String>,
}

/// A failure with everything its reader needs to continue.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    hints: Vec<Hint>,
    more: Option<Box<More>>,
    source: Option<anyhow::Error>,
}

impl Error {
    /// What `code` says, in a sentence: `cannot roll back t-7: a rebase is in progress`. With a code whose kind is
    /// [`Kind::Refused`] or [`Kind::Conflict`] the caller must have changed nothing.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), hints: Vec::new(), more: None, source: None }
    }

    /// An invariant of git-agent does not hold.
    pub fn bug(message: impl Into<String>) -> Self {
        let report =
            format!("this is a bug in git-agent {}: please report it with this message", env!("CARGO_PKG_VERSION"));
        let place = match env!("CARGO_PKG_REPOSITORY") {
            "" => "see 'Reporting a bug' in CONTRIBUTING.md",
            url => url,
        };
        Self::new(codes::BUG, message).hint(report).hint(place)
    }

    /// Add a hint: the next command to run, or where to look.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Hint>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Add hints at the end.
    #[must_use]
    pub fn hints(mut self, hints: impl IntoIterator<Item = impl Into<Hint>>) -> Self {
        self.hints.extend(hints.into_iter().map(Into::into));
        self
    }

    /// The one thing that a refusal did change: `the outcome is recorded`.
    #[must_use]
    pub fn but(mut self, exception: impl Into<Cow<'static, str>>) -> Self {
        self.more.get_or_insert_default().exception = Some(exception.into());
        self
    }

    /// The end of what a command printed, which shows why it failed.
    #[must_use]
    pub fn excerpt(mut self, excerpt: Option<String>) -> Self {
        if excerpt.is_some() {
            self.more.get_or_insert_default().excerpt = excerpt;
        }
        self
    }

    /// The argument of the command line that cannot be used, as its help names it: `--priority <N>`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.more.get_or_insert_default().argument = Some(argument.into());
        self
    }

    /// Attach the cause, printed after the message as `: cause: deeper cause`.
    #[must_use]
    pub fn because(mut self, source: impl Into<anyhow::Error>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The kind, which decides the exit code.
    pub fn kind(&self) -> Kind {
        self.code.kind
    }

    /// The code, which programs can match on.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What to do next; `view::hint` has the words.
    pub fn hint_list(&self) -> &[Hint] {
        &self.hints
    }

    /// What a refusal did change after all.
    pub fn exception(&self) -> Option<&str> {
        self.more.as_ref()?.exception.as_deref()
    }

    /// The end of what a command printed.
    pub fn excerpt_lines(&self) -> Option<&str> {
        self.more.as_ref()?.excerpt.as_deref()
    }

    /// The argument that cannot be used.
    pub fn argument_name(&self) -> Option<&str> {
        self.more.as_ref()?.argument.as_deref()
    }

    /// True when the same call may succeed a moment later without anyone doing anything.
    pub fn is_retryable(&self) -> bool {
        self.code.kind.is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(f, ": {source:#}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// An unforeseen error of a library: an environment error unless proven otherwise.
impl From<anyhow::Error> for Error {
    fn from(source: anyhow::Error) -> Self {
        match source.downcast::<Error>() {
            Ok(error) => error,
            Err(source) => Error::new(codes::ENVIRONMENT, format!("{source:#}")),
        }
    }
}

/// Give a foreign error the sentence that says what was tried.
pub trait Context<T> {
    /// `environment` error saying `message: cause`.
    fn or_environment(self, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Context<T> for std::result::Result<T, E> {
    fn or_environment(self, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::new(codes::ENVIRONMENT, message()).because(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_documented_exit_code() {
        let kinds = [
            (Kind::Refused, 1),
            (Kind::Usage, 2),
            (Kind::Conflict, 3),
            (Kind::Busy, 4),
            (Kind::Environment, 5),
            (Kind::Interrupted, 6),
            (Kind::Bug, 70),
        ];
        for (kind, code) in kinds {
            assert_eq!(kind.exit_code(), code);
            assert!(exit::ALL.iter().any(|(known, _)| *known == code), "{kind:?} is published");
        }
    }

    #[test]
    fn the_cause_follows_the_message() {
        let error = Error::new(codes::ENVIRONMENT, "cannot read the ledger").because(anyhow::anyhow!("disk on fire"));
        assert_eq!(error.to_string(), "cannot read the ledger: disk on fire");
    }
}
