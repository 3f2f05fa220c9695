//! `diff`.

use bstr::{BString, ByteSlice as _};

use super::json;
use crate::{git::raw::RawChange, verbs::diff::Diff};

json! {
    /// The answer of `diff`.
    pub struct DiffAnswer from diff: &Diff {
        /// The old side: the full id of a commit, a tree or a blob, or `index`; null for the state before the first commit.
        from: Option<String>,
        /// The new side: likewise, or `worktree`.
        to: Option<String>,
        /// The changed paths, in git's order.
        changes: Vec<DiffChange>,
    }

    /// A path that differs between the two sides.
    struct DiffChange from change: &RawChange {
        /// The path; absent if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        path: Option<String> = text_or_hex(Some(&change.path)).0,
        /// The bytes of the path in hex, if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        path_hex: Option<String> = text_or_hex(Some(&change.path)).1,
        /// The old path of a rename or copy; null if there is none or it is not UTF-8.
        old_path: Option<String> = text_or_hex(change.old_path.as_ref()).0,
        /// The bytes of the old path in hex, if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        old_path_hex: Option<String> = text_or_hex(change.old_path.as_ref()).1,
        /// `A`, `M`, `D`, `R`, `C`, `T`; `U` for a conflict.
        status: char,
        /// The octal mode; `000000` if the path did not exist.
        old_mode: String,
        /// The octal mode; `000000` if the path does not exist.
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
