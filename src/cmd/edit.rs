//! `git agent edit`: change what a task says.

use super::add::Fields;
use crate::{
    cmd::{
        context::{Ctx, one_line},
        task_change,
    },
    domain::{
        event::{Edit, Payload},
        id::TaskId,
        task::Task,
    },
    error::{Error, Result, codes, exit},
    store::ledger::View,
};

/// Change the title, description and other fields of a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    task: String,
    /// New title
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Make the task a subtask of this task
    #[arg(long, value_name = "TASK", conflicts_with = "no_parent")]
    parent: Option<String>,
    /// Make the task a top-level task
    #[arg(long)]
    no_parent: bool,
    /// Clear the list of expected paths
    #[arg(long, conflicts_with = "files")]
    no_files: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let files = args.fields.files(ctx)?;
    let edit = Edit {
        title: args.title.as_deref().map(|title| one_line("title", title)).transpose()?,
        description: args.fields.description()?.map(Into::into),
        priority: args.fields.priority,
        parent: args.no_parent.then_some(None),
        files: (args.no_files || !files.is_empty()).then_some(files),
        accept: args.fields.accept()?.map(Into::into),
        estimate: args.fields.estimate()?,
    };
    let changed = task_change::change(ctx, Some(&args.task), |view, task| {
        let mut edit = edit.clone();
        if let Some(word) = &args.parent {
            let parent = view.find(word)?;
            refuse_parent(view, task, &parent)?;
            edit.parent = Some(Some(parent.id));
        }
        if edit == Edit::default() {
            return Err(Error::new(codes::NOTHING_TO_EDIT, format!("nothing to change in {} was named", task.id))
                .hint("'git agent edit --help' lists what can be changed"));
        }
        Ok(vec![Payload::Edit(edit)])
    })?;
    task_change::answer(ctx, &changed.task, || format!("Edited {}.", task_change::name(&changed.task)))?;
    Ok(exit::OK)
}

/// Refuse a parent that is the task itself or one of its parts.
fn refuse_parent(view: &View<'_>, task: &Task, parent: &Task) -> Result<()> {
    let mut chain: Vec<TaskId> = vec![task.id.clone()];
    let mut at = Some(parent.clone());
    while let Some(ancestor) = at {
        chain.push(ancestor.id.clone());
        if ancestor.id == task.id {
            return Err(Error::new(
                codes::PARENT_CYCLE,
                format!("{} cannot be a part of {}: {}", task.id, parent.id, crate::domain::graph::show_cycle(&chain)),
            ));
        }
        // A circle among the ancestors themselves came by a merge; it ends the walk here.
        let next = ancestor.parent.filter(|next| !chain[1..].contains(next));
        at = next.map_or(Ok(None), |next| view.task(&next))?;
    }
    Ok(())
}
