//! `git agent cancel`: a task that is not wanted any more.

use super::{Ctx, task_change, text_argument};
use crate::{
    domain::{graph::Graph, summary::Summary, table::Row, text::list},
    error::Result,
    verbs::task::Act,
};

/// Cancel a task that is no longer wanted
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// Reason for cancelling the task
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Task that this one duplicates; tasks that depend on this one will depend on TASK instead
    #[arg(long, value_name = "TASK")]
    duplicate_of: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let reason = args.reason.as_deref().map(text_argument).transpose()?;
    let has_reason = reason.is_some();
    let act = Act::Cancel { reason, duplicate_of: args.duplicate_of };
    let changed = task_change::act(ctx, &args.tasks, &act, "give the reason with --reason")?;
    let view = ctx.view()?;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let ids = changed.iter().map(|changed| &changed.task.id);
    let mut dependents: Vec<Summary> = ids.flat_map(|id| graph.dependents(id)).map(Row::summary).collect();
    dependents.sort_by(|a, b| a.id.cmp(&b.id));
    dependents.dedup_by(|a, b| a.id == b.id);
    task_change::ended(ctx, &changed, &dependents, |changed| match (changed.wrote, changed.task.name()) {
        (true, name) => match &changed.task.duplicate_of {
            Some(original) => format!("Cancelled {name}, a duplicate of {original}."),
            None => format!("Cancelled {name}."),
        },
        (false, name) if has_reason => format!("{name} is already cancelled; the reason was not recorded."),
        (false, name) => format!("{name} is already cancelled."),
    })?;
    for changed in changed.iter().filter(|changed| changed.wrote) {
        let parts = graph.get(&changed.task.id).into_iter().flat_map(|row| graph.below(row));
        let mut open: Vec<String> =
            parts.filter(|row| !row.status().is_closed()).map(|row| row.summary().name()).collect();
        open.sort_unstable();
        if !open.is_empty() {
            ctx.out.status(format!("Cancelled with it: {}.", list(open)));
        }
    }
    ctx.out.hint(format!("to reopen it: git agent reopen {}", task_change::ids(&changed)));
    Ok(())
}
