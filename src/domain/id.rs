//! Task ids: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`, no `..`, no trailing `.` or `.lock`.
//!
//! The grammar keeps an id usable as a trailer value, a ref component, a shell word and a file name, and never as an
//! option (`-x`) or a path (`../x`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest id, in bytes.
pub const MAX_LEN: usize = 64;

/// A valid task id. Compared with case, whole: `T-1` is neither `t-1` nor `T-10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskId(String);

/// Why a text is not a task id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The text is empty.
    #[error("an id cannot be empty")]
    Empty,
    /// The text is longer than [`MAX_LEN`]; contains its length.
    #[error("an id can have at most {MAX_LEN} characters, this one has {0}")]
    TooLong(usize),
    /// The first character is neither a letter nor a digit.
    #[error("an id must start with a letter or digit")]
    Start,
    /// A character is not in the grammar; contains it.
    #[error("an id can contain only letters, digits, '.', '_' and '-', not {0:?}")]
    Character(char),
    /// The text contains `..`, or ends with `.` or `.lock`, which git does not allow in ref names.
    #[error("an id cannot contain '..' or end in '.' or '.lock'")]
    RefName,
}

impl TaskId {
    /// Check `text` against the grammar.
    ///
    /// # Errors
    ///
    /// The [`InvalidId`] that names the rule which `text` breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let first = text.chars().next().ok_or(InvalidId::Empty)?;
        if let Some(odd) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))) {
            return Err(InvalidId::Character(odd));
        }
        if !first.is_ascii_alphanumeric() {
            return Err(InvalidId::Start);
        }
        if text.len() > MAX_LEN {
            return Err(InvalidId::TooLong(text.len()));
        }
        if text.contains("..") || text.ends_with('.') || text.ends_with(".lock") {
            return Err(InvalidId::RefName);
        }
        Ok(TaskId(text.to_owned()))
    }

    /// `text`, which was an id when it was put where it comes from (the derived index, under a checksum).
    pub(super) fn known(text: &str) -> Self {
        debug_assert!(TaskId::parse(text).is_ok(), "invariant: {text:?} is an id");
        TaskId(text.to_owned())
    }

    /// `text` as commits name it: an id of another tracker, which may break the grammar. It must not become the id of a task in a ledger.
    pub fn as_named(text: &str) -> Self {
        TaskId(text.to_owned())
    }

    /// The id as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A fresh id `<prefix><random>` from `random` bits.
    ///
    /// Without a counter two clones may draw the same id; the more `existing` tasks, the more characters, so that it
    /// stays below one in a thousand for a ledger's worth of tasks created apart.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] if no id can begin with `prefix`.
    pub fn generate(prefix: &str, existing: usize, random: u128) -> Result<Self, InvalidId> {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let digits = match existing {
            0..300 => 5,
            300..3_000 => 6,
            3_000..30_000 => 7,
            _ => 8,
        };
        let tail = (0..digits).map(|i| char::from(ALPHABET[((random >> (5 * i)) & 31) as usize]));
        TaskId::parse(&prefix.chars().chain(tail).collect::<String>())
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for TaskId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for TaskId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TaskId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        TaskId::parse(&text)
    }
}

impl From<TaskId> for String {
    fn from(id: TaskId) -> String {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_people_use() {
        for id in ["t-7k3fq", "auth-login", "T-1", "1.2.3", "JIRA_9", "a", &"x".repeat(64)] {
            assert_eq!(TaskId::parse(id).map(|id| id.to_string()), Ok(id.to_owned()));
        }
    }

    #[test]
    fn refuses_options_paths_and_control_bytes() {
        for id in [
            "",
            "-rf",
            ".hidden",
            "../x",
            "a..b",
            "a.lock",
            "a.",
            "a b",
            "a\nb",
            "a/b",
            "é",
            "\u{1b}[31m",
            &"x".repeat(65),
        ] {
            assert!(TaskId::parse(id).is_err(), "{id:?}");
        }
    }

    #[test]
    fn generated_ids_grow_with_the_ledger_and_keep_the_prefix() {
        let id = |existing| TaskId::generate("t-", existing, 0x1234_5678_9abc_def0).unwrap().to_string();
        assert_eq!(id(0).len(), 7);
        assert_eq!(id(1_000_000).len(), 10);
        assert!(id(0).starts_with("t-"));
    }
}
