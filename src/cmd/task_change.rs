//! How the commands that change one task answer.

use crate::{
    cmd::context::Ctx,
    domain::{claim::Holder, graph::Graph, task::Task},
    error::Result,
    verbs,
    view::{
        brief::{decided_before, needs},
        json::{BriefDecisionJson, TaskAnswer, TaskJson},
        sanitize,
    },
};

/// Answer with the task: as JSON, or `said` in one line.
pub(super) fn answer(ctx: &Ctx, task: &Task, said: impl FnOnce() -> String) -> Result<()> {
    match ctx.out.is_json() {
        true => ctx.out.json(&TaskAnswer::new(task_json(ctx, task)?)),
        false if ctx.out.is_quiet() => Ok(()),
        false => ctx.out.print(&format!("{}\n", sanitize::line(&said()))),
    }
}

/// From whom `us` took the claim of `task`, as one more sentence; empty if no other actor held it `before`.
pub(super) fn taken_over(before: &Task, task: &Task, us: &Holder) -> String {
    let lost = before.claim.as_ref().filter(|claim| !claim.is_of(us));
    match (lost, task.claim.as_ref().is_some_and(|claim| claim.is_of(us))) {
        (Some(lost), true) => {
            format!(" Until now it was held by {}, with a claim to {}.", lost.holder_for(us), lost.until.to_minute())
        }
        _ => String::new(),
    }
}

/// What `task` needs, in a few lines; nothing if no more than the task is asked for.
pub(super) fn show_needs(ctx: &Ctx, task: &Task) -> Result<()> {
    if ctx.out.is_quiet() {
        return Ok(());
    }
    let around = ctx.call(|caller| verbs::brief::around(caller, task))?;
    ctx.out.print(&needs::render(around.needs()))
}

/// `task` as JSON, with the decisions that bear on it.
pub(super) fn with_needs(ctx: &Ctx, task: &Task) -> Result<(TaskJson, Vec<BriefDecisionJson>)> {
    let around = ctx.call(|caller| verbs::brief::around(caller, task))?;
    Ok((task_json(ctx, task)?, decided_before(around.needs())))
}

/// `task` as JSON, in the ledger as it is now.
pub(super) fn task_json(ctx: &Ctx, task: &Task) -> Result<TaskJson> {
    let view = ctx.view()?;
    let table = view.table()?;
    Ok(TaskJson::new(&view, task, &Graph::new(&table), ctx.now()))
}
