//! What happens to the work tree and the history.

use std::{ffi::OsString, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Effect, Tool};
use crate::{
    domain::rollback::Mode,
    error::{Context as _, Result},
    mcp::reply::Reply,
    recovery::{Outcome, operation::OperationKind},
    verbs::{
        Caller,
        checkpoint::{self, Allow, GitOutput, What},
        rollback, undo, verify,
    },
    verify::Output,
    view::json::{CheckpointAnswer, OperationAnswer, RollbackAnswer, VerificationJson, VerifyAnswer},
};

pub(super) fn tools() -> [Tool; 4] {
    [
        Tool::new(
            "checkpoint",
            Effect::Adds,
            "Commit all changes for the active task, as its next checkpoint T@n",
            checkpoint,
        ),
        Tool::new(
            "verify",
            Effect::Runs,
            "Run the command that 'agent.verify' configures and record its result for this content",
            verify,
        ),
        Tool::new(
            "rollback",
            Effect::Replaces,
            "Restore a checkpoint or snapshot of a task. What is replaced is saved first: 'undo' restores it",
            rollback,
        ),
        Tool::new(
            "undo",
            Effect::Replaces,
            "Undo the last command: what it wrote to tasks, and to files, index and branch",
            undo,
        ),
    ]
}

arguments! {
    struct Checkpoint {
        task: Option<String>,
        /// Commit message
        message: Option<String>,
        /// Commit only these paths
        #[serde(default)]
        paths: Vec<PathBuf>,
    }

    struct Verify {
        task: Option<String>,
    }

    struct Rollback {
        /// T, T@2, T@green, T@start; default: the last checkpoint of the active task
        task: Option<String>,
        /// A snapshot of the task T, or its state at a time ('10 minutes ago'), instead of a checkpoint
        to: Option<String>,
        /// Show what would change, and change nothing
        #[serde(default)]
        dry_run: bool,
        /// Default: by the history
        #[schemars(with = "Option<String>", extend("enum" = Mode::ALL.map(Mode::as_str)))]
        mode: Option<Mode>,
        /// Only these pathspecs
        #[serde(default)]
        paths: Vec<String>,
        /// Proceed despite commits of other tasks, published commits, another active task, an unfinished merge
        #[serde(default)]
        allow: Vec<Despite>,
    }

    struct Undo {
        /// Operation id; default: the last one
        operation: Option<String>,
    }
}

fn checkpoint(caller: &Caller, Checkpoint { task, message, paths }: Checkpoint) -> Result<Reply<CheckpointAnswer>> {
    let paths = paths.iter().map(std::path::absolute).collect::<std::io::Result<Vec<_>>>();
    let paths = paths.or_environment(|| "cannot find the paths".to_owned())?;
    let request = checkpoint::Request {
        task,
        message,
        what: if paths.is_empty() { What::Everything } else { What::Only(paths) },
        allow: Allow::default(),
        output: GitOutput::Captured,
        verify: None,
    };
    let answer = checkpoint::checkpoint(caller, &request)?;
    Ok(CheckpointAnswer::new(&caller.view()?, answer).into())
}

fn verify(caller: &Caller, Verify { task }: Verify) -> Result<Reply<VerifyAnswer>> {
    // Never a command of the client's: hosts that keep an agent in a sandbox run this server outside of it.
    let request = verify::Request { task, command: None, output: Output::Discard };
    let verification = verify::verify(caller, &request)?.outcome?;
    let verification = VerificationJson::new(&verification, &caller.view()?);
    Ok(VerifyAnswer { verification }.into())
}

#[derive(Deserialize, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
enum Despite {
    Foreign,
    Published,
    Shared,
    Merge,
}

fn rollback(caller: &Caller, arguments: Rollback) -> Result<Reply<RollbackAnswer>> {
    let allows = |despite| arguments.allow.contains(&despite);
    let request = rollback::Request {
        checkpoint: arguments.task,
        to: arguments.to,
        mode: arguments.mode,
        dry_run: arguments.dry_run,
        keep_untracked: false,
        allow_foreign: allows(Despite::Foreign),
        allow_published: allows(Despite::Published),
        shared: allows(Despite::Shared),
        abandon_merge: allows(Despite::Merge),
        paths: arguments.paths.into_iter().map(OsString::from).collect(),
    };
    let rollback::Answer { plan, outcome } = rollback::rollback(caller, &request)?;
    remark(caller, &outcome);
    Ok(Reply::from(RollbackAnswer::new(&plan, &outcome)).refused_if(!plan.conflicts.is_empty()))
}

fn undo(caller: &Caller, Undo { operation }: Undo) -> Result<Reply<OperationAnswer>> {
    Ok(match undo::undo(caller, operation.as_deref())? {
        undo::Answer::Undone(undone) => {
            undone.outcome.iter().for_each(|outcome| remark(caller, outcome));
            OperationAnswer::undone(&undone, OperationKind::Undo, &caller.repo().head()?).into()
        }
        undo::Answer::Interrupted(ended) => {
            ended.remarks.iter().for_each(|remark| caller.warn(remark));
            OperationAnswer::interrupted(&ended).into()
        }
    })
}

/// Print warnings about an operation.
fn remark(caller: &Caller, outcome: &Outcome) {
    outcome.done().into_iter().flat_map(|done| &done.remarks).for_each(|remark| caller.warn(remark));
}
