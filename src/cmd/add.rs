//! `git agent add`: a new task.

use super::{Ctx, paths, task_change, text_argument, text_file};
use crate::{
    domain::{task::LOWEST_PRIORITY, time::parse_duration},
    error::{Error, Result, codes},
    plans,
    verbs::add,
    view::sanitize,
};

/// Add a task
///
/// Prints the id of the new task, for use in scripts: `id=$(git agent add -q "Fix login")`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Title of the task, one line
    title: String,
    /// Use this id instead of generating one
    #[arg(long)]
    id: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Depend on this task (may be repeated)
    #[arg(long, value_name = "TASK", num_args = 1..)]
    after: Vec<String>,
    /// Make the new task a subtask of TASK, which becomes a feature
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
}

/// Fields that `add` and `edit` share.
#[derive(Debug, clap::Args)]
pub struct Fields {
    /// Description; '-' reads standard input
    #[arg(short = 'd', long, value_name = "TEXT", conflicts_with = "description_file")]
    description: Option<String>,
    /// Read the description from a file
    #[arg(long, value_name = "FILE")]
    description_file: Option<std::path::PathBuf>,
    /// Priority, from 0 (highest) to 4 (default: 2); also P1, or a word such as high or low
    #[arg(long, value_name = "N", value_parser = priority)]
    priority: Option<u8>,
    /// Path that the task is expected to change (may be repeated)
    #[arg(long = "file", value_name = "PATH", num_args = 1..)]
    files: Vec<String>,
    /// Acceptance criterion (may be repeated; 'edit --tick' ticks one)
    #[arg(long, value_name = "TEXT")]
    accept: Vec<String>,
    /// Estimated effort, such as 90s, 30min, 1.5h, 1d (24 hours) or 1w
    #[arg(long, value_name = "DURATION")]
    estimate: Option<String>,
    /// Label (may be repeated or comma-separated)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
    /// Reference: a URL, or the key of an issue in another tracker (may be repeated)
    #[arg(long = "ref", value_name = "URL|KEY")]
    refs: Vec<String>,
}

impl Fields {
    /// The fields of a request; reads standard input and files that are named.
    pub(super) fn read(&self, ctx: &Ctx) -> Result<add::Fields> {
        let description = match (&self.description, &self.description_file) {
            (Some(text), _) => Some(text_argument(text)?),
            (None, Some(file)) => Some(text_file("description", file)?),
            (None, None) => None,
        };
        let files = self.files.iter().map(|file| paths::in_repo(ctx.repo()?, file)).collect::<Result<_>>()?;
        Ok(add::Fields {
            description,
            priority: self.priority,
            files,
            accept: self.accept.iter().map(|text| text_argument(text)).collect::<Result<_>>()?,
            estimate: self.estimate.as_deref().map(duration).transpose()?,
            labels: self.labels.clone(),
            refs: self.refs.clone(),
        })
    }
}

/// A priority on the command line.
fn priority(word: &str) -> Result<u8, String> {
    plans::priority_called(word).ok_or_else(|| {
        format!("a priority is a number from 0 (highest) to {LOWEST_PRIORITY}, P0 to P{LOWEST_PRIORITY}, or one of critical, high, medium, low and lowest")
    })
}

/// A duration on the command line, in seconds.
pub(super) fn duration(text: &str) -> Result<u64> {
    parse_duration(text).ok_or_else(|| {
        Error::new(codes::BAD_DURATION, format!("'{}' is not a duration", text.escape_debug()))
            .hint("use 90s, 30min, 1.5h, 1d (24 hours) or 1w")
    })
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = add::Request {
        title: text_argument(&args.title)?,
        id: args.id,
        fields: args.fields.read(ctx)?,
        after: args.after,
        parent: args.parent,
    };
    let task = ctx.call(|caller| add::add(caller, &request))?;
    if ctx.out.is_json() {
        return task_change::answer(ctx, &task, String::new);
    }
    ctx.out.status(format!("Added {}: {}.", task.id, sanitize::line(task.title.trim_end_matches('.'))));
    ctx.out.print(&format!("{}\n", task.id))
}
