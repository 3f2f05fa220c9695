//! `link` and `unlink`.

use super::json;
use crate::verbs::link::{Linked, Tied};

json! {
    /// The answer of `link` and `unlink`.
    pub struct LinkAnswer from done: &Linked {
        /// The id of the task.
        task: String = done.task.id.to_string(),
        /// The named commits, in that order.
        commits: Vec<TiedJson>,
    }

    /// A commit and its tasks.
    struct TiedJson from tied: &Tied {
        commit: String,
        subject: String,
        /// Ids of its tasks before.
        before: Vec<String>,
        /// Ids of its tasks now.
        tasks: Vec<String> = tied.after.clone(),
    }
}
