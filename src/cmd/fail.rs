//! `git agent fail`: an attempt did not work out.

use crate::{
    cmd::{
        context::{Ctx, bad_text, many_lines},
        task_change,
    },
    domain::{
        event::{Fail, Payload},
        status::{Status, Verb},
        text::InvalidText,
    },
    error::{Error, Result, codes, exit},
    store::active,
};

/// Mark a task as failed; the reason is shown when it is started again
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Reason for the failure; '-' reads standard input
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Kind of failure, one word: tests, environment, unclear, …
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let reason = many_lines("reason", &args.reason)?;
    let kind = args.kind.as_deref().map(word).transpose()?;
    let changed = task_change::change(ctx, args.task.as_deref(), |view, task| {
        let same = task.failure().is_some_and(|failure| view.text(&failure.reason) == reason && failure.kind == kind);
        if task.status == Status::Failed && same {
            return Ok(Vec::new());
        }
        task_change::step(task, Verb::Fail)?;
        Ok(vec![Payload::Fail(Fail { reason: reason.clone().into(), kind: kind.clone() })])
    })?;
    let task = &changed.task;
    active::clear(ctx.repo()?, &task.id)?;
    task_change::answer(ctx, task, || format!("Attempt {} of {} failed.", task.attempts, task_change::name(task)))?;
    ctx.out.hint(format!("'git agent start {}' begins attempt {}", task.id, task.attempts + 1));
    Ok(exit::OK)
}

/// One word of a kind: it goes into filters and reports.
fn word(text: &str) -> Result<String> {
    match text.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
        Some(odd) if odd.is_control() => Err(bad_text("kind", &InvalidText::Control(odd.escape_default().to_string()))),
        Some(odd) => Err(Error::new(codes::BAD_KIND, format!("a kind is one word, without {odd:?}"))),
        None if text.is_empty() => Err(bad_text("kind", &InvalidText::Empty)),
        None => Ok(text.to_owned()),
    }
}
