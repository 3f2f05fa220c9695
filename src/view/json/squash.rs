//! `squash`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{DoneJson, HeadsJson, SCHEMA};
use crate::{
    domain::{message::subject, squash::Obstacle},
    git::commit::Commit,
    recovery::{Done, squash::SquashPlan},
};

/// `squash`, also with `--dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SquashAnswer {
    schema: u32,
    plan: SquashJson,
    /// The id for `undo`; null with `--dry-run`, and if there was nothing to do.
    operation: Option<DoneJson>,
}

/// The plan of a squash.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SquashJson {
    /// The task.
    task: String,
    /// The parent of the new commit; null when it begins the history.
    onto: Option<String>,
    /// The squashed commits, newest first.
    commits: Vec<CollapsedJson>,
    /// The whole message; null when there is nothing to collapse.
    message: Option<String>,
    /// The tasks that the new commit names.
    tasks: Vec<String>,
    /// `after` is null while the commit is not made.
    head: HeadsJson,
    /// Why it ends where it ends; null at the beginning of the history, and with `--onto`.
    stop: Option<StopJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct CollapsedJson {
    commit: String,
    subject: String,
    /// The tasks that its final trailers name.
    tasks: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StopJson {
    /// The commit that stays.
    commit: String,
    /// `foreign`, `buried` (it names the task, but not in its final trailers), `published`, `shallow`.
    reason: &'static str,
    /// The merge that brings it in.
    merge: Option<String>,
}

impl SquashAnswer {
    /// The plan.
    pub fn planned(plan: &SquashPlan, message: Option<&bstr::BString>) -> Self {
        SquashAnswer {
            schema: SCHEMA,
            plan: SquashJson::new(plan, message.map(|text| text.as_bstr())),
            operation: None,
        }
    }

    /// The result.
    pub fn done(plan: &SquashPlan, message: &bstr::BString, done: &Done) -> Self {
        let mut answer = SquashJson::new(plan, Some(message.as_bstr()));
        answer.head = HeadsJson::new(&done.operation.before, &done.operation.after);
        SquashAnswer { schema: SCHEMA, plan: answer, operation: Some(DoneJson::new(&done.operation)) }
    }
}

impl SquashJson {
    fn new(plan: &SquashPlan, message: Option<&BStr>) -> Self {
        let stop = plan.stop.as_ref().map(|stop| StopJson {
            commit: stop.commit.to_string(),
            reason: match stop.why {
                Obstacle::Foreign(_) => "foreign",
                Obstacle::Buried => "buried",
                Obstacle::Published => "published",
                Obstacle::CutOff => "shallow",
            },
            merge: stop.merge.map(|merge| merge.to_string()),
        });
        SquashJson {
            task: plan.task.id.to_string(),
            onto: plan.onto.map(|commit| commit.to_string()),
            commits: plan.commits.iter().rev().map(|entry| collapsed(plan, entry)).collect(),
            message: message.map(|text| text.to_str_lossy().into_owned()),
            tasks: plan.tasks.iter().map(|trailer| trailer.value.to_string()).collect(),
            head: HeadsJson { before: Some(plan.tip.to_string()), after: None },
            stop,
        }
    }
}

fn collapsed(plan: &SquashPlan, entry: &Commit) -> CollapsedJson {
    let tasks = plan.tasks_of(entry).iter().map(ToString::to_string).collect();
    CollapsedJson { commit: entry.id.to_string(), subject: subject(&entry.message).to_string(), tasks }
}
