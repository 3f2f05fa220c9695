//! `git agent decide`: a decision and its why.

use super::{Ctx, task_change, text_argument};
use crate::{error::Result, verbs::task::Act};

/// Record a decision and its reason
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Decision, optionally preceded by the tasks it concerns; '-' reads standard input
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Reason for the decision
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Task id or unique prefix (default: the active task; may be repeated)
    #[arg(long = "task", value_name = "TASK")]
    tasks: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    task_change::record(ctx, ("decide", "decision"), args.words, args.tasks, |text| {
        Ok(Act::Decide { text, why: args.why.as_deref().map(text_argument).transpose()? })
    })
}
