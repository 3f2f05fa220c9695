//! What a new agent needs to know to continue.

use super::Caller;
use crate::{
    error::Result,
    query::brief::{self, Facts, Question},
};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task; the active one, if any, where none is named.
    pub task: Option<String>,
}

/// The facts of a brief. Writes nothing.
///
/// # Errors
///
/// `task-not-found`, `task-ambiguous`.
pub fn brief<'a>(caller: &'a Caller, request: &Request) -> Result<Facts<'a>> {
    let view = caller.view()?;
    let task = request.task.as_deref().map(|word| view.find(word)).transpose()?;
    let question = Question { task, active: caller.active()?, us: caller.holder()?, now: caller.now() };
    brief::gather(view, question)
}
