//! `squash`.

use bstr::{BString, ByteSlice as _};

use super::{DoneJson, HeadsJson, JsonForm as _, json};
use crate::{
    domain::{
        message::subject,
        squash::{Obstacle, Stop},
    },
    git::{ObjectId, commit::Commit},
    recovery::{Done, squash::SquashPlan},
};

json! {
    /// `squash`, also with `--dry-run`.
    pub struct SquashAnswer from plan: &SquashPlan, message: Option<&BString>, done: Option<&Done> {
        plan: SquashJson = SquashJson::new(plan, message, done),
        /// The id for `undo`; null with `--dry-run`, and if there was nothing to do.
        operation: Option<DoneJson> = done.map(|done| done.operation.to_json()),
    }

    /// The plan of a squash.
    struct SquashJson from plan: &SquashPlan, text: Option<&BString>, done: Option<&Done> {
        /// The task.
        task: String = plan.task.id.to_string(),
        /// The parent of the new commit; null when it begins the history.
        onto: Option<String>,
        /// The squashed commits, newest first.
        commits: Vec<CollapsedJson> = plan.commits.iter().rev().map(|entry| CollapsedJson::new(entry, plan)).collect(),
        /// The whole message; null when there is nothing to collapse.
        message: Option<String> = text.map(|text| text.to_str_lossy().into_owned()),
        /// The tasks that the new commit names.
        tasks: Vec<String> = plan.tasks.iter().map(|trailer| trailer.value.to_string()).collect(),
        /// `after` is null while the commit is not made.
        head: HeadsJson = match done {
            Some(done) => HeadsJson::of(&done.operation),
            None => HeadsJson { before: Some(plan.tip.to_string()), after: None },
        },
        /// Why it ends where it ends; null at the beginning of the history, and with `--onto`.
        stop: Option<StopJson>,
    }

    struct CollapsedJson from entry: &Commit, plan: &SquashPlan {
        commit: String = entry.id.to_string(),
        subject: String = subject(&entry.message).to_string(),
        /// The tasks that its final trailers name.
        tasks: Vec<String> = plan.tasks_of(entry).iter().map(ToString::to_string).collect(),
    }

    struct StopJson from stop: &Stop<ObjectId> {
        /// The commit that stays.
        commit: String,
        /// `foreign`, `buried` (it names the task, but not in its final trailers), `published`, `shallow`.
        reason: &'static str = match stop.why {
            Obstacle::Foreign(_) => "foreign",
            Obstacle::Buried => "buried",
            Obstacle::Published => "published",
            Obstacle::CutOff => "shallow",
        },
        /// The merge that brings it in.
        merge: Option<String>,
    }
}
