//! Since when.

use crate::{
    domain::{revision::Which, task::Task, time::Timestamp},
    error::{Error, Result, codes},
    git::ObjectId,
    query::revision,
    store::ledger::View,
};

/// A state of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit; `None`: there was none, the empty tree.
    pub commit: Option<ObjectId>,
    /// How it was found.
    pub rule: Rule,
    /// The clone is shallow, and this may be another state than on the whole history.
    pub cut: bool,
}

/// How a state of the past was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It is where the task began.
    Start(revision::Rule),
    /// It is this one of the task's checkpoints.
    Checkpoint(Which, usize),
}

impl Rule {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Start(rule) => rule.as_str(),
            Rule::Checkpoint(..) => "checkpoint",
        }
    }
}

/// `which` of `task` on the history of `tip`.
pub(super) fn find(
    view: &View<'_>,
    task: &Task,
    which: Option<Which>,
    tip: Option<ObjectId>,
    now: Timestamp,
) -> Result<Base> {
    let which = match which {
        None | Some(Which::Start) => {
            let start = revision::start(view.repo(), task, tip)?;
            let cut = start.rule == revision::Rule::CutOff;
            return Ok(Base { commit: start.commit, rule: Rule::Start(start.rule), cut });
        }
        Some(which) => which,
    };
    let Some(tip) = tip else {
        let why = format!("there is no {}@{which}: the present branch has no commit yet", task.id);
        return Err(Error::new(codes::NO_SUCH_CHECKPOINT, why).hint("'git agent checkpoint' makes the first one"));
    };
    let point = revision::find(view, task, which, tip, now)?;
    let rule = Rule::Checkpoint(which, point.number.unwrap_or_default());
    Ok(Base { commit: point.commit, rule, cut: point.cut })
}
