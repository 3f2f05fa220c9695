//! Where in a plan something is wrong, and what.

use std::fmt;

/// What is wrong with a plan, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Wrong {
    /// The byte of the text at which it is.
    pub at: usize,
    /// The kind of error.
    pub kind: WrongKind,
    /// The error as a clause: `it has no title`.
    pub what: String,
    /// Another place that has to do with it.
    pub also: Option<usize>,
    /// How to fix it.
    pub hint: Option<String>,
}

/// What sort of fault a plan has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongKind {
    /// It says what a plan cannot say.
    Meaning,
    /// It is not in the syntax of its format.
    Syntax,
    /// The plan was made by a later version.
    Version,
    /// It names a task that is not there.
    UnknownTask,
    /// A task would be a part of itself.
    ParentCycle,
    /// A task would wait for itself.
    DependencyCycle,
}

impl Wrong {
    /// Something that a plan cannot say.
    pub fn new(at: usize, what: impl Into<String>) -> Self {
        Wrong { at, kind: WrongKind::Meaning, what: what.into(), also: None, hint: None }
    }

    /// Text that is not what its format is made of.
    pub fn syntax(at: usize, what: impl Into<String>) -> Self {
        Wrong { kind: WrongKind::Syntax, ..Wrong::new(at, what) }
    }

    /// The same error with another kind.
    #[must_use]
    pub fn of_kind(self, kind: WrongKind) -> Self {
        Wrong { kind, ..self }
    }

    /// With another place that has to do with it.
    #[must_use]
    pub fn also(self, at: usize) -> Self {
        Wrong { also: Some(at), ..self }
    }

    /// The same error with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Wrong { hint: Some(hint.into()), ..self }
    }
}

/// A place in a text as editors count: from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextPlace {
    /// The line number, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl TextPlace {
    /// The place of byte `at` of `text`, which may end before it and need not be UTF-8.
    pub fn of(text: &[u8], at: usize) -> Self {
        let before = &text[..at.min(text.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        // A byte that continues a character is not a column of its own.
        let column = 1 + before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        TextPlace { line, column }
    }
}

impl fmt::Display for TextPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
