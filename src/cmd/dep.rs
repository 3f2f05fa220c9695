//! `git agent dep`: the dependencies of tasks.

use super::{Ctx, task_change};
use crate::{
    domain::id::TaskId,
    error::Result,
    verbs::task::{self, Act, ChangedTask},
    view::sanitize::plural,
};

/// Add or remove dependencies between tasks
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make tasks depend on others
    Add(Pair),
    /// Remove dependencies of tasks
    Remove(Pair),
}

#[derive(Debug, clap::Args)]
struct Pair {
    /// Task ids or unique prefixes
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// Task that they depend on (may be repeated)
    #[arg(long, value_name = "TASK", num_args = 1.., required = true)]
    after: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let (tasks, act) = match args.action {
        Action::Add(Pair { tasks, after }) => (tasks, Act::Depend(after)),
        Action::Remove(Pair { tasks, after }) => (tasks, Act::Undepend(after)),
    };
    let changed = ctx.call(|caller| task::act_on(caller, &tasks, &act))?;
    task_change::answer_each(ctx, &changed, |ChangedTask { task, .. }| {
        let before = task.after.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", ");
        match task.after.len() {
            0 => format!("{} has no dependencies.", task.name()),
            count => format!("{} depends on {}: {before}", task.name(), plural(count, "task")),
        }
    })
}
