//! How the commands that change one task answer.

use crate::{
    cmd::context::Ctx,
    domain::{claim::Holder, graph::Graph, task::Task},
    error::Result,
    view::{
        json::{TaskAnswer, TaskJson},
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

/// `task` as JSON, in the ledger as it is now.
pub(super) fn task_json(ctx: &Ctx, task: &Task) -> Result<TaskJson> {
    let view = ctx.view()?;
    let table = view.table()?;
    Ok(TaskJson::new(&view, task, &Graph::new(&table), ctx.now()))
}
