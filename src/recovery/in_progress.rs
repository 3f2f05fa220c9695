//! Merges, rebases and other operations of git that are not finished: rollback, squash, undo and restore refuse to run on top.

use crate::{
    error::{Error, codes},
    git::state::InProgress,
};

/// The refusal, while `found` is in progress, of what `cannot` names: `cannot squash t-1`.
pub fn refusal(cannot: &str, found: &InProgress) -> Error {
    Error::new(codes::OPERATION_IN_PROGRESS, format!("{cannot}: {} is in progress", found.what))
        .hint(format!("finish it with '{}' or abort it with '{}'", found.go_on, found.abort))
}
