//! What a new agent needs to know to continue.

use super::{Caller, setup};
use crate::{
    domain::{actor::Actor, graph::Graph, id::TaskId, task::Task},
    error::Result,
    query::brief::{self, Facts, Needs, Question},
    recovery::snapshot,
    store::ledger::View,
};

/// What a brief is about.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task; `None`: the active one, or else the whole plan.
    pub task: Option<String>,
}

/// The facts of a brief. Writes nothing.
///
/// # Errors
///
/// Those of [`View::now`], of [`View::find`] where a task is named, of [`Caller::active`] and of [`brief::gather`]; `bad-actor`.
pub fn brief<'a>(caller: &'a Caller, request: &Request) -> Result<Facts<'a>> {
    let view = caller.view()?;
    let task = request.task.as_deref().map(|word| view.find(word)).transpose()?;
    let (us, now, unstamping) = (caller.holder()?, caller.now(), setup::unstamping(caller)?);
    // Snapshots that cannot be read are for 'doctor' to report.
    let saved = |id: &TaskId| snapshot::saved(caller.repo()).ok()?.remove(id);
    let question = Question { task, active: caller.active()?, us, now, unstamping, saved: &saved };
    brief::gather(view, question)
}

/// A task, with its feature and the tasks before it.
pub struct Around<'v> {
    view: View<'v>,
    us: Actor,
    task: Task,
    feature: Option<Task>,
    before: Vec<Task>,
}

/// What an agent must know to work on `task`. Writes nothing.
///
/// # Errors
///
/// `bad-actor`; those of [`View::now`], of [`View::table`] and of [`View::note`].
pub fn around<'a>(caller: &'a Caller, task: &Task) -> Result<Around<'a>> {
    let view = caller.view()?;
    let (feature, before) = brief::around(&view, &Graph::new(&view.table()?), task)?;
    Ok(Around { us: caller.actor()?, task: task.clone(), feature, before, view })
}

impl Around<'_> {
    /// The facts that `start` and `next` print.
    pub fn needs(&self) -> Needs<'_> {
        let Around { view, us, task, feature, before } = self;
        Needs { view, us, task, feature: feature.as_ref(), before }
    }
}
