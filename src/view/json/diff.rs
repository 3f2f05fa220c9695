//! `diff`.

use bstr::{BString, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::git::raw::Change;

/// `diff`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffAnswer {
    schema: u32,
    /// What is compared: the full id of a commit, a tree or a file, or `index`; null for the empty state before all commits.
    from: Option<String>,
    /// With what: the same, or `worktree`.
    to: Option<String>,
    /// In git's order.
    changes: Vec<DiffChange>,
}

/// A path that is not the same on both sides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffChange {
    /// Its current name. Absent if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Its bytes in hex, when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    /// Its previous name, if it was renamed or copied. Null also if that is not UTF-8.
    old_path: Option<String>,
    /// The bytes of that in hex, when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_path_hex: Option<String>,
    /// `A`, `M`, `D`, `R`, `C`, `T`; `U` for a conflict.
    status: char,
    /// Octal; `000000` when it was not there.
    old_mode: String,
    /// Octal; `000000` when it is not there.
    new_mode: String,
}

impl DiffAnswer {
    /// The answer with `changes` between `from` and `to`.
    pub fn new(from: Option<String>, to: Option<String>, changes: &[Change]) -> Self {
        DiffAnswer { schema: SCHEMA, from, to, changes: changes.iter().map(DiffChange::new).collect() }
    }
}

impl DiffChange {
    fn new(change: &Change) -> Self {
        let (path, path_hex) = text_or_hex(Some(&change.path));
        let (old_path, old_path_hex) = text_or_hex(change.old_path.as_ref());
        let (old_mode, new_mode) = (change.old_mode.clone(), change.new_mode.clone());
        DiffChange { path, path_hex, old_path, old_path_hex, status: change.status, old_mode, new_mode }
    }
}

/// `bytes` as a text, or, if they are none, in hex.
pub(crate) fn text_or_hex(bytes: Option<&BString>) -> (Option<String>, Option<String>) {
    match bytes.map(|bytes| (bytes, bytes.to_str())) {
        None => (None, None),
        Some((_, Ok(text))) => (Some(text.to_owned()), None),
        Some((bytes, Err(_))) => (None, Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())),
    }
}
