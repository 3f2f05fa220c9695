//! `git agent edit`: change the fields of a task.

use super::{Ctx, add::Fields, editor, task_change, text_argument};
use crate::{
    domain::task::Task,
    error::{Error, Result, codes},
    verbs::{
        add::{self, EditRequest},
        split,
    },
    view::{
        json::{SplitAnswer, TaskJson, TasksAnswer},
        sanitize,
    },
};

/// Change the title, description and other fields of a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// New title
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Edit the title and the description in an editor
    #[arg(long, short, conflicts_with_all = ["title", "description", "description_file"])]
    edit: bool,
    /// Make the task a subtask of TASK
    #[arg(long, value_name = "TASK", conflicts_with = "no_parent")]
    parent: Option<String>,
    /// Make the task a top-level task
    #[arg(long)]
    no_parent: bool,
    /// Clear the list of expected paths
    #[arg(long, conflicts_with = "files")]
    no_files: bool,
    /// Tick an acceptance criterion: its number, the beginning of its words, or 'all' (may be repeated)
    #[arg(long, value_name = "N|TEXT")]
    tick: Vec<String>,
    /// Untick an acceptance criterion (may be repeated)
    #[arg(long, value_name = "N|TEXT")]
    untick: Vec<String>,
    /// Remove this label (may be repeated or comma-separated)
    #[arg(long = "no-label", value_name = "LABEL", value_delimiter = ',')]
    no_labels: Vec<String>,
    /// Remove this reference (may be repeated)
    #[arg(long = "no-ref", value_name = "URL|KEY")]
    no_refs: Vec<String>,
    /// Separate tasks that were added with the same id in different clones: give the other one a new id
    #[arg(long, conflicts_with_all = ["title", "parent", "no_parent", "no_files"])]
    split: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    if args.split {
        return split(ctx, &args.tasks);
    }
    let mut request = EditRequest {
        title: args.title.as_deref().map(text_argument).transpose()?,
        fields: args.fields.read(ctx)?,
        no_files: args.no_files,
        tick: args.tick,
        untick: args.untick,
        no_labels: args.no_labels,
        no_refs: args.no_refs,
        parent: args.parent.map(Some).or(args.no_parent.then_some(None)),
    };
    if args.edit {
        let edited = in_editor(ctx, &args.tasks)?;
        if edited == (None, None) && request == EditRequest::default() {
            ctx.out.status("Nothing was changed.");
            return Ok(());
        }
        (request.title, request.fields.description) = edited;
    }
    let changed = ctx.call(|caller| add::edit(caller, &args.tasks, &request));
    let changed = changed.map_err(task_change::not_a_task(ctx, &args.tasks, "give the new title with --title"))?;
    task_change::answer_each(ctx, &changed, |changed| match (changed.wrote, changed.task.name()) {
        (true, name) => format!("Edited {name}."),
        (false, name) => format!("{name} is unchanged: it already has these values."),
    })
}

/// What the editor shows below the text.
const ABOUT: &str = "The first line is the title of the task, the rest is its description.
Lines that begin with '#' are ignored. An empty text changes nothing.";

/// How to edit without an editor.
const ESCAPE: editor::Escape = editor::Escape {
    what: "edit the task",
    hint: "--title <title> and -d <description> change the task without an editor",
};

/// The title and the description of the one task that `words` name as they are after an editor; `None` where they did not change.
fn in_editor(ctx: &Ctx, words: &[String]) -> Result<(Option<String>, Option<String>)> {
    let [word] = words else {
        return Err(Error::new(codes::BAD_OPTION, "the editor edits one task")
            .hint("to change several tasks alike, use --title or -d"));
    };
    let view = ctx.view()?;
    let task = ctx.task(&view, Some(word))?;
    let (title, description) = (&task.title, task.description.as_ref().map(|text| view.text(text)).unwrap_or_default());
    let text = format!("{title}\n\n{description}");
    let edited = editor::edit(ctx.repo()?, text.trim_end().into(), &format!("\n{ABOUT}"), ESCAPE)?;
    let edited = String::from_utf8(edited.into()).map_err(|_| Error::new(codes::BAD_TEXT, "the text is not UTF-8"))?;
    let (first, rest) = edited.trim().split_once('\n').unwrap_or((edited.trim(), ""));
    if first.is_empty() {
        return Ok((None, None));
    }
    let (first, rest) = (first.trim_end().to_owned(), rest.trim().to_owned());
    Ok((Some(first).filter(|first| first != title), Some(rest).filter(|rest| *rest != description.trim())))
}

/// Separate tasks that were added with the same id.
fn split(ctx: &Ctx, words: &[String]) -> Result<()> {
    let [word] = words else {
        return Err(Error::new(codes::BAD_OPTION, "--split takes one task"));
    };
    let done = ctx.call(|caller| split::split(caller, word))?;
    let task = ctx.call(|caller| TaskJson::now(caller, &done.task))?;
    let split = ctx.call(|caller| TasksAnswer::now(caller, done.split.iter()))?.tasks;
    let text = || {
        let line = |task: &Task| format!("Split {}: {} has its own id.\n", done.task.name(), task.name());
        done.split.iter().map(|task| sanitize::line(line(task).trim_end()).into_owned() + "\n").collect()
    };
    ctx.out.answer(|| SplitAnswer { task, split }, text)?;
    if let Some(first) = done.split.first() {
        ctx.out.hint(format!(
            "to continue it: git agent start {}; tasks that depend on {} still do",
            first.id, done.task.id
        ));
    }
    Ok(())
}
