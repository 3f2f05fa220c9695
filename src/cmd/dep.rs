//! `git agent dep`: what comes after what.

use super::add::refuse_cycles;
use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        event::{Dep, Payload},
        id::TaskId,
    },
    error::{Error, Result, codes, exit},
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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let (pair, adding) = match args.action {
        Action::Add(pair) => (pair, true),
        Action::Remove(pair) => (pair, false),
    };
    let changed = task_change::change(ctx, Some(&pair.task), |view, task| {
        let mut named: Vec<TaskId> = Vec::new();
        for word in &pair.after {
            // A dependency on a task that is not here can still be removed.
            let unseen = task.after.iter().find(|id| !adding && id.as_str() == word).cloned();
            let id = unseen.map_or_else(|| view.find(word).map(|task| task.id), Ok)?;
            if !adding && !task.after.contains(&id) {
                return Err(Error::new(codes::NO_SUCH_DEPENDENCY, format!("{} does not come after {id}", task.id))
                    .hint(format!("'git agent show {}' lists what it comes after", task.id)));
            }
            if adding != task.after.contains(&id) && !named.contains(&id) {
                named.push(id);
            }
        }
        if adding {
            refuse_cycles(view, &task.id, &named)?;
        }
        Ok(match (named.is_empty(), adding) {
            (true, _) => Vec::new(),
            (false, true) => vec![Payload::Dep(Dep { add: named, remove: Vec::new() })],
            (false, false) => vec![Payload::Dep(Dep { add: Vec::new(), remove: named })],
        })
    })?;
    let task = &changed.task;
    task_change::answer(ctx, task, || {
        let before = task.after.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", ");
        match task.after.len() {
            0 => format!("{} comes after nothing.", task_change::name(task)),
            count => format!("{} comes after {}: {before}", task_change::name(task), plural(count, "task")),
        }
    })?;
    Ok(exit::OK)
}
