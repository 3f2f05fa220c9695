//! `link` and `unlink`.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::verbs::link::{Done, Tied};

/// `link`, `unlink`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LinkAnswer {
    schema: u32,
    /// The task.
    task: String,
    /// The commits that were named, in that order.
    commits: Vec<TiedJson>,
}

/// A commit and its tasks.
#[derive(Debug, Serialize, JsonSchema)]
struct TiedJson {
    commit: String,
    subject: String,
    /// The tasks that it belonged to before.
    before: Vec<String>,
    /// The tasks that it belongs to now.
    tasks: Vec<String>,
}

impl LinkAnswer {
    /// The answer with what was done.
    pub fn new(done: &Done) -> Self {
        let tied = |one: &Tied| TiedJson {
            commit: one.commit.to_string(),
            subject: one.subject.clone(),
            before: one.before.clone(),
            tasks: one.after.clone(),
        };
        LinkAnswer { schema: SCHEMA, task: done.task.id.to_string(), commits: done.commits.iter().map(tied).collect() }
    }
}
