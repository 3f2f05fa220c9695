//! What the commands that change tasks take and answer.

use super::{Ctx, text_argument};
use crate::{
    domain::{claim::Holder, id::TaskId, summary::Summary, task::Task, text::list},
    error::{Error, Result, codes},
    git::state,
    store::ledger::Lookup,
    verbs::{
        self,
        feature::Features,
        task::{self, Act, ChangedTask},
        uncommitted::Uncommitted,
    },
    view::{
        brief::needs,
        json::{EndAnswer, TaskAnswer, TasksAnswer},
        sanitize,
    },
};

/// Answer with the task: as JSON, its id alone, or `said` in one line.
pub(super) fn answer(ctx: &Ctx, task: &Task, said: impl FnOnce() -> String) -> Result<()> {
    match ctx.out.is_json() {
        true => ctx.out.json(&ctx.call(|caller| TaskAnswer::now(caller, task))?),
        false if ctx.out.is_quiet() => ctx.out.print(&format!("{}\n", task.id)),
        false => ctx.out.print(&format!("{}\n", sanitize::line(&said()))),
    }
}

/// Answer with the tasks that were changed: a list where several were named, otherwise as [`answer`].
pub(super) fn answer_each(ctx: &Ctx, changed: &[ChangedTask], said: impl Fn(&ChangedTask) -> String) -> Result<()> {
    if let [only] = changed {
        return answer(ctx, &only.task, || said(only));
    }
    if ctx.out.is_json() {
        return ctx.out.json(&several(ctx, changed)?);
    }
    changed.iter().try_for_each(|changed| answer(ctx, &changed.task, || said(changed)))
}

/// The tasks that were changed, as they are now.
fn several(ctx: &Ctx, changed: &[ChangedTask]) -> Result<TasksAnswer> {
    ctx.call(|caller| TasksAnswer::now(caller, changed.iter().map(|changed| &changed.task)))
}

/// The ids of `changed`, as arguments of a command.
pub(super) fn ids(changed: &[ChangedTask]) -> String {
    changed.iter().map(|changed| changed.task.id.as_str()).collect::<Vec<_>>().join(" ")
}

/// The tasks and the text of `command`: the last of `words` is the text, unless an option has it (`given`). `option` is that
/// option.
///
/// # Errors
///
/// `usage` where there is no text; those of [`text_argument`].
pub(super) fn tasks_and_text(
    ctx: &Ctx,
    mut words: Vec<String>,
    given: Option<&str>,
    option: &str,
) -> Result<(Vec<String>, String)> {
    if let Some(text) = given {
        return Ok((words, text_argument(text)?));
    }
    let is_task = |word: &str| -> Result<bool> {
        let id = TaskId::parse(word).ok();
        Ok(id.map(|id| ctx.view()?.task(&id)).transpose()?.flatten().is_some())
    };
    match words.pop() {
        // An id where the text was forgotten is no text.
        Some(text) if !words.is_empty() || !is_task(&text)? => Ok((words, text_argument(&text)?)),
        _ => {
            Err(Error::new(codes::USAGE, "no text is given")
                .hint(format!("use {option}, or add the text after the task")))
        }
    }
}

/// What to say when a word is not a task: with several `words`, one of them may be meant as a text, which is written as `text` says.
pub(super) fn not_a_task(ctx: &Ctx, words: &[String], text: &str) -> impl FnOnce(Error) -> Error {
    move |error| match words.len() > 1 && has_unknown(ctx, words) {
        true => error.hint(format!("every argument must be a task; {text}")),
        false => error,
    }
}

/// Whether one of `words` names no task.
fn has_unknown(ctx: &Ctx, words: &[String]) -> bool {
    let view = ctx.view();
    words.iter().any(|word| matches!(view.as_ref().map(|view| view.lookup(word)), Ok(Ok(Lookup::Unknown(_)))))
}

/// Do `act` on the tasks `words`; `text` as for [`not_a_task`].
pub(super) fn act(ctx: &Ctx, words: &[String], act: &Act, text: &str) -> Result<Vec<ChangedTask>> {
    ctx.call(|caller| task::act_on(caller, words, act)).map_err(not_a_task(ctx, words, text))
}

/// Run `git agent <command> <words>`: record `what`, the last of the words, on `tasks` and on those that the other words name.
pub(super) fn record(
    ctx: &Ctx,
    (command, what): (&str, &str),
    words: Vec<String>,
    tasks: Vec<String>,
    act: impl FnOnce(String) -> Result<Act>,
) -> Result<()> {
    let (mut on, text) = tasks_and_text(ctx, words, None, "the text in quotes")?;
    on.extend(tasks);
    let hint = format!("quote text that contains spaces: git agent {command} \"<text>\"");
    let act = act(text)?;
    let changed = ctx.call(|caller| task::act_on(caller, &on, &act));
    let changed = changed.map_err(|error| match has_unknown(ctx, &on) {
        true => error.hint(hint),
        false => error,
    })?;
    answer_each(ctx, &changed, |changed| format!("Recorded a {what} on {}.", changed.task.name()))
}

/// Answer with ended tasks and the consequences; `dependents` wait for one of them.
pub(super) fn ended(
    ctx: &Ctx,
    changed: &[ChangedTask],
    dependents: &[Summary],
    said: impl Fn(&ChangedTask) -> String,
) -> Result<()> {
    if ctx.out.is_json() {
        if let [only] = changed {
            let task = ctx.call(|caller| TaskAnswer::now(caller, &only.task))?;
            return ctx.out.json(&EndAnswer::new(task, changed, dependents));
        }
        return ctx.out.json(&EndAnswer::new(several(ctx, changed)?, changed, dependents));
    }
    for changed in changed {
        answer(ctx, &changed.task, || said(changed))?;
        show_features(ctx, &changed.features)?;
    }
    if !dependents.is_empty() {
        let names = list(dependents.iter().map(Summary::name));
        ctx.out.status(format!("Waiting for it: {names}."));
        ctx.out.hint(format!("to remove the dependency: git agent dep remove <task> --after {}", ids(changed)));
    }
    for changed in changed {
        show_uncommitted(ctx, changed.uncommitted.as_ref());
    }
    Ok(())
}

/// Print which features were completed with their last subtask.
pub(super) fn show_features(ctx: &Ctx, features: &Features) -> Result<()> {
    if ctx.out.is_quiet() {
        return Ok(());
    }
    for feature in &features.completed {
        let line = format!("Completed {}: its subtasks are completed.", feature.name());
        ctx.out.print(&format!("{}\n", sanitize::line(&line)))?;
    }
    for feature in &features.reopened {
        ctx.out.print(&format!("{}\n", sanitize::line(&format!("Also reopened {}.", feature.name()))))?;
    }
    if let Some(feature) = &features.left {
        let what = format!("every subtask of {} is completed", feature.name());
        ctx.out.hint(format!("{what}; to complete it as a whole: git agent complete {}", feature.id));
    }
    Ok(())
}

/// Say what is not committed although another task was active before, to which task it goes, and how it is committed for the one before.
pub(super) fn show_uncommitted(ctx: &Ctx, left: Option<&Uncommitted>) {
    let Some(Uncommitted { task, goes_to, summary }) = left else { return };
    let paths = summary.first.iter().map(|one| sanitize::bytes(one.path.as_ref())).collect::<Vec<_>>();
    let more = match summary.total - paths.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (verb, them) = if summary.total == 1 { ("is", "it") } else { ("are", "them") };
    let total = sanitize::plural(summary.total, "path");
    let paths = paths.join(", ");
    let goes_to = goes_to.as_ref().map(|next| format!("; from now on, a checkpoint commits {them} for {next}"));
    ctx.out.warn(format!("{total} {verb} not committed: {paths}{more}{}", goes_to.unwrap_or_default()));
    let commit = format!("to commit what belongs to {task}: git agent checkpoint --task {task} -m '…'");
    ctx.out.hint(match ctx.repo().ok().and_then(state::in_progress) {
        // A checkpoint would be refused.
        Some(operation) => {
            format!("{} is in progress, first finish it with '{}'; {commit}", operation.what, operation.go_on)
        }
        None => commit,
    });
}

/// From whom `us` took the claim of `task`, as one more sentence; empty if no other actor held it `before`.
pub(super) fn taken_over(before: &Task, task: &Task, us: &Holder) -> String {
    let lost = before.claim.as_ref().filter(|claim| !claim.is_of(us));
    match (lost, task.claim.as_ref().is_some_and(|claim| claim.is_of(us))) {
        (Some(lost), true) => {
            format!(" It was held by {}, with a claim until {}.", lost.holder_for(us), lost.until.to_minute())
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
