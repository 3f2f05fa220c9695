//! What a word is after expansion, as far as that can be determined.

use bstr::BString;

use crate::domain::text::file_name;

/// A word as a command gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// The word, or what is known of it.
    pub text: BString,
    /// How much of the value is known.
    pub sort: Sort,
}

/// How much is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// The whole value.
    Known,
    /// It is a pattern, and stands for the files that match.
    Pattern,
    /// A path below the value.
    Below,
    /// Paths below a directory with a name like this: `dir/**/name`.
    Deep,
    /// All there is at this path, whatever it is.
    Whole,
    /// Only that it begins like this.
    Open,
}

impl Value {
    /// A word that is what it says.
    pub fn known(text: impl Into<BString>) -> Self {
        Value { text: text.into(), sort: Sort::Known }
    }

    /// A word with an unknown value.
    pub fn unknown() -> Self {
        Value { text: BString::default(), sort: Sort::Open }
    }

    /// A path somewhere below `dir`.
    pub fn below(dir: &Value) -> Self {
        match dir.sort {
            Sort::Known | Sort::Below => Value { text: dir.text.clone(), sort: Sort::Below },
            Sort::Whole | Sort::Deep | Sort::Pattern | Sort::Open => Value::unknown(),
        }
    }

    /// Paths below `dir` whose names match `name`.
    pub fn deep(dir: &Value, name: &[u8]) -> Self {
        match dir.sort {
            Sort::Known => Value { text: [&dir.text, &b"/**/"[..], name].concat().into(), sort: Sort::Deep },
            _ => Value::below(dir),
        }
    }

    /// All paths in `dir`.
    pub fn whole(dir: &Value) -> Self {
        match dir.sort {
            Sort::Known => Value { text: dir.text.clone(), sort: Sort::Whole },
            _ => dir.clone(),
        }
    }

    /// The value, if all of it is known.
    pub fn get(&self) -> Option<&[u8]> {
        (self.sort == Sort::Known).then_some(self.text.as_slice())
    }

    /// Whether it is known to be `text`.
    pub fn is(&self, text: &str) -> bool {
        self.get() == Some(text.as_bytes())
    }

    /// True if it may be an option although it does not look like one.
    pub fn may_be_anything(&self) -> bool {
        self.sort == Sort::Open && self.text.is_empty()
    }

    /// The name of the program that this path leads to, if it can be determined.
    pub fn program(&self) -> Option<&[u8]> {
        let name = file_name(&self.text);
        (self.sort == Sort::Known && !name.is_empty()).then_some(name)
    }
}
