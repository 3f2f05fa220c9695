//! `diff`.

use bstr::{BString, ByteSlice as _};

use super::json;
use crate::{git::raw::Change, verbs::diff::Diff};

json! {
    /// `diff`.
    pub struct DiffAnswer from diff: &Diff {
        /// What is compared: the full id of a commit, a tree or a file, or `index`; null for the empty state before all commits.
        from: Option<String>,
        /// With what: the same, or `worktree`.
        to: Option<String>,
        /// In git's order.
        changes: Vec<DiffChange>,
    }

    /// A path that is not the same on both sides.
    struct DiffChange from change: &Change {
        /// Its current name. Absent if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String> = text_or_hex(Some(&change.path)).0,
        /// Its bytes in hex, when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        path_hex: Option<String> = text_or_hex(Some(&change.path)).1,
        /// Its previous name, if it was renamed or copied. Null also if that is not UTF-8.
        old_path: Option<String> = text_or_hex(change.old_path.as_ref()).0,
        /// The bytes of that in hex, when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        old_path_hex: Option<String> = text_or_hex(change.old_path.as_ref()).1,
        /// `A`, `M`, `D`, `R`, `C`, `T`; `U` for a conflict.
        status: char,
        /// Octal; `000000` when it was not there.
        old_mode: String,
        /// Octal; `000000` when it is not there.
        new_mode: String,
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
