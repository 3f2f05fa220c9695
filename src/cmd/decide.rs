//! `git agent decide`: a decision and its why.

use crate::{
    cmd::{
        context::{Ctx, many_lines},
        task_change,
    },
    domain::event::{Decide, Payload},
    error::{Result, exit},
};

/// Record a decision and its reason
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The decision; '-' reads standard input
    text: String,
    /// Reason
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let text = many_lines("decision", &args.text)?;
    let why = args.why.as_deref().map(|why| many_lines("why", why)).transpose()?;
    let changed = task_change::change(ctx, args.task.as_deref(), |_, _| {
        let decide = Decide { text: text.clone().into(), why: why.clone().map(Into::into) };
        Ok(vec![Payload::Decide(decide)])
    })?;
    task_change::answer(ctx, &changed.task, || {
        format!("Recorded a decision on {}.", task_change::name(&changed.task))
    })?;
    Ok(exit::OK)
}
