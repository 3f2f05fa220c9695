//! `git agent dep`: what comes after what.

use crate::{
    cmd::{context::Ctx, task_change},
    domain::id::TaskId,
    error::{Result, exit},
    verbs::task::{self, Act},
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
    /// Make a task depend on others
    Add(Pair),
    /// Remove dependencies of a task
    Remove(Pair),
}

#[derive(Debug, clap::Args)]
struct Pair {
    /// Task id or unique prefix
    task: String,
    /// Task that it depends on (may be repeated)
    #[arg(long, value_name = "TASK", num_args = 1.., required = true)]
    after: Vec<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let (word, act) = match args.action {
        Action::Add(Pair { task, after }) => (task, Act::Depend { after }),
        Action::Remove(Pair { task, after }) => (task, Act::Undepend { after }),
    };
    let changed = ctx.call(|caller| task::act(caller, Some(&word), &act))?;
    let task = &changed.task;
    task_change::answer(ctx, task, || {
        let before = task.after.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", ");
        match task.after.len() {
            0 => format!("{} comes after nothing.", task.name()),
            count => format!("{} comes after {}: {before}", task.name(), plural(count, "task")),
        }
    })?;
    Ok(exit::OK)
}
