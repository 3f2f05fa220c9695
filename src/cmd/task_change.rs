//! What the commands that change one task have in common: find it, decide, write, answer.

use crate::{
    cmd::context::Ctx,
    domain::{
        claim::Holder,
        event::Payload,
        graph::Graph,
        id::TaskId,
        status::{Status, Verb},
        task::Task,
    },
    error::{Error, Result, codes},
    store::ledger::{Draft, View},
    view::{
        json::{TaskAnswer, TaskJson},
        sanitize,
    },
};

/// A task after a change, and whether anything was written.
pub(super) struct Changed {
    /// As it stands now.
    pub task: Task,
    /// As it stood before.
    pub before: Task,
    /// False when it was so already.
    pub wrote: bool,
}

/// Let `decide` say which events the named (or active) task gets; none is success without a change.
pub(super) fn change(
    ctx: &Ctx,
    word: Option<&str>,
    mut decide: impl FnMut(&View<'_>, &Task) -> Result<Vec<Payload>>,
) -> Result<Changed> {
    let (mut written, before) = ctx.write(|view| {
        let task = ctx.task(view, word)?;
        let mut draft = Draft::nothing();
        for payload in decide(view, &task)? {
            draft.and(&task.id, payload);
        }
        Ok((draft, task))
    })?;
    let wrote = written.commit.is_some();
    let task = if wrote { written.tasks.swap_remove(0) } else { before.clone() };
    Ok(Changed { task, before, wrote })
}

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

/// The state after `verb`, or the refusal that says why not and what else to do.
pub(super) fn step(task: &Task, verb: Verb) -> Result<Status> {
    task.status.after(verb).ok_or_else(|| {
        let id = &task.id;
        let error = Error::new(codes::ILLEGAL_TRANSITION, format!("cannot {verb} {id}: it is {}", say(task.status)));
        match (task.status, verb) {
            (Status::Pending, Verb::Pause) => error.hint(format!("'git agent start {id}' begins it")),
            (Status::Pending | Status::InProgress, _) => error.hint("it is open already"),
            _ => error.hint(format!("'git agent reopen {id}' takes it up again")),
        }
    })
}

/// A state in a sentence.
pub(super) fn say(status: Status) -> &'static str {
    match status {
        Status::InProgress => "in progress",
        other => other.as_str(),
    }
}

/// `t-1 (Fix login)`.
pub(super) fn name(task: &Task) -> String {
    named(&task.id, &task.title)
}

/// `t-1 (Fix login)`.
pub(super) fn named(id: &TaskId, title: &str) -> String {
    format!("{id} ({title})")
}
