//! `rollback`: restore a checkpoint of a task.

mod saved_state;

use super::Caller;
use crate::{
    domain::{id::TaskId, revision::Which, task::Task},
    error::{Error, Result, codes},
    git::ObjectId,
    query::revision::{self, Family},
    recovery::{
        Outcome,
        operation::OpLog,
        rollback::{self, RollbackPlan, RollbackTarget},
    },
    store::ledger::View,
};

pub use crate::recovery::rollback::Request;

/// What a rollback did, or with [`Request::dry_run`] would do.
#[derive(Debug)]
pub struct Answer {
    /// The checkpoint, the mode and the affected commits.
    pub plan: RollbackPlan,
    /// The outcome; with `dry_run`, what would happen to each path.
    pub outcome: Outcome,
}

/// Roll back as `request` says.
///
/// # Errors
///
/// `bare-repository`, `operation-interrupted`, those of [`Caller::task_and_checkpoint`], [`rollback::check`],
/// [`revision::find`], [`rollback::plan`] and [`rollback::carry_out`]. Nothing was changed then, unless the error is
/// `operation-interrupted`.
pub fn rollback(caller: &Caller, request: &Request) -> Result<Answer> {
    let repo = caller.repo();
    repo.require_work_dir("roll back")?;
    OpLog::of(repo)?.refuse_interrupted()?;
    let view = caller.view()?;
    let (task, which) = caller.task_and_checkpoint(&view, request.checkpoint.as_deref())?;
    if let Some(Which::Number(_)) = which {
        caller.warn_if_cut(revision::is_cut(&view, repo.head()?.commit, &task)?);
    }
    if let (Some(which), Some(_)) = (which, &request.to) {
        let why = format!("'{}@{which}' names a checkpoint, and --to another state", task.id);
        return Err(Error::new(codes::BAD_CHECKPOINT, why).hint("name only the task with --to"));
    }
    let family: Vec<TaskId> = Family::of(&view, &task)?.ids().cloned().collect();
    let head = rollback::check(&view, &task, &family, request)?;
    let to = match &request.to {
        Some(word) => saved_state::find(caller, &view, &task, &family, head, word)?,
        None => checkpoint(caller, &view, &task, which.unwrap_or(Which::Last), head)?,
    };
    let plan = rollback::plan(&view, &task, &family, to, head, request)?;
    let outcome = if request.dry_run {
        Outcome::Nothing(rollback::preview(repo, &plan)?)
    } else {
        caller.act(|author| rollback::carry_out(repo, author, &plan))?
    };
    Ok(Answer { plan, outcome })
}

/// The checkpoint `which` of `task` on the history of `head`.
fn checkpoint(caller: &Caller, view: &View<'_>, task: &Task, which: Which, head: ObjectId) -> Result<RollbackTarget> {
    let point = revision::find(view, task, which, head, caller.now())?;
    if point.cut && which == Which::Start {
        let id = &task.id;
        return Err(revision::refuse_cut(&format!("roll back {id} to {id}@{which}")));
    }
    let name = point.number.map_or_else(|| which.to_string(), |number| number.to_string());
    Ok(RollbackTarget { commit: point.commit, number: point.number, rule: point.rule, name, snapshot: None })
}
