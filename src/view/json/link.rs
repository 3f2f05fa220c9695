//! `link` and `unlink`.

use super::json;
use crate::verbs::link::{Linked, Tied};

json! {
    /// `link`, `unlink`.
    pub struct LinkAnswer from done: &Linked {
        /// The task.
        task: String = done.task.id.to_string(),
        /// The commits that were named, in that order.
        commits: Vec<TiedJson>,
    }

    /// A commit and its tasks.
    struct TiedJson from tied: &Tied {
        commit: String,
        subject: String,
        /// The tasks that it belonged to before.
        before: Vec<String>,
        /// The tasks that it belongs to now.
        tasks: Vec<String> = tied.after.clone(),
    }
}
