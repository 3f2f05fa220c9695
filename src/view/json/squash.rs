//! `squash`.

use bstr::{BString, ByteSlice as _};

use super::{DoneJson, HeadsJson, JsonForm as _, json};
use crate::{
    domain::{
        message::subject,
        squash::{SquashObstacle, Stop},
    },
    git::{ObjectId, commit::Commit},
    recovery::{Done, squash::SquashPlan},
};

json! {
    /// The answer of `squash`, also with `--dry-run`.
    pub struct SquashAnswer from plan: &SquashPlan, message: Option<&BString>, done: Option<&Done> {
        plan: SquashJson = SquashJson::new(plan, message, done),
        /// The operation; null with `--dry-run`, and if there was nothing to do.
        operation: Option<DoneJson> = done.map(|done| done.operation.to_json()),
    }

    /// The plan of a squash.
    struct SquashJson from plan: &SquashPlan, text: Option<&BString>, done: Option<&Done> {
        /// The id of the task.
        task: String = plan.task.id.to_string(),
        /// The parent of the new commit; null if it becomes the first commit.
        onto: Option<String>,
        /// The squashed commits, newest first.
        commits: Vec<CollapsedJson> = plan.commits.iter().rev().map(|entry| CollapsedJson::new(entry, plan)).collect(),
        /// The complete commit message; null if there is nothing to squash.
        message: Option<String> = text.map(|text| text.to_str_lossy().into_owned()),
        /// Ids of the tasks that the new commit names.
        tasks: Vec<String> = plan.tasks.iter().map(|trailer| trailer.value.to_string()).collect(),
        /// `after` is null while the new commit does not exist.
        head: HeadsJson = match done {
            Some(done) => HeadsJson::of(&done.operation),
            None => HeadsJson { before: Some(plan.tip.to_string()), after: None },
        },
        /// Why the squash stops where it does; null at the beginning of the history, and with `--onto`.
        stop: Option<StopJson>,
    }

    struct CollapsedJson from entry: &Commit, plan: &SquashPlan {
        commit: String = entry.id.to_string(),
        subject: String = subject(&entry.message).to_string(),
        /// Ids of the tasks that its final trailers name.
        tasks: Vec<String> = plan.tasks_of(entry).iter().map(ToString::to_string).collect(),
    }

    struct StopJson from stop: &Stop<ObjectId> {
        /// The full id of the commit, which is kept.
        commit: String,
        /// `foreign`, `buried` (it names the task, but not in its final trailers), `published`, `shallow`.
        reason: &'static str = match stop.why {
            SquashObstacle::Foreign(_) => "foreign",
            SquashObstacle::Buried => "buried",
            SquashObstacle::Published => "published",
            SquashObstacle::CutOff => "shallow",
        },
        /// The full id of the merge that brings it in.
        merge: Option<String>,
    }
}
