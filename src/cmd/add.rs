//! `git agent add`: a new task.

use ulid::Ulid;

use super::paths;
use crate::{
    cmd::{
        context::{Ctx, many_lines, one_line, text_file},
        task_change,
    },
    domain::{
        event::{Create, Payload},
        graph::{Graph, show_cycle},
        id::TaskId,
        task::LOWEST_PRIORITY,
        time::parse_duration,
    },
    error::{Error, Result, codes, exit},
    store::ledger::{Draft, View, tree},
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
    /// Make the new task a subtask of this task, which becomes a feature
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
    /// Priority, from 0 (highest) to 4 (default: 2)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=i64::from(LOWEST_PRIORITY)))]
    pub(super) priority: Option<u8>,
    /// Path that the task is expected to change (may be repeated)
    #[arg(long = "file", value_name = "PATH", num_args = 1..)]
    pub(super) files: Vec<String>,
    /// Acceptance criterion
    #[arg(long, value_name = "TEXT")]
    accept: Option<String>,
    /// Estimated effort, such as 90s, 30m, 2h or 1d
    #[arg(long, value_name = "DURATION")]
    estimate: Option<String>,
}

impl Fields {
    /// The description, from wherever it comes.
    pub(super) fn description(&self) -> Result<Option<String>> {
        match (&self.description, &self.description_file) {
            (Some(text), _) => many_lines("description", text).map(Some),
            (None, Some(file)) => text_file("description", file).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// The acceptance text.
    pub(super) fn accept(&self) -> Result<Option<String>> {
        self.accept.as_deref().map(|text| many_lines("acceptance text", text)).transpose()
    }

    /// The paths, from the top of the work tree.
    pub(super) fn files(&self, ctx: &Ctx) -> Result<Vec<String>> {
        self.files.iter().map(|file| paths::in_repo(ctx.repo()?, file)).collect()
    }

    /// The estimate in seconds.
    pub(super) fn estimate(&self) -> Result<Option<u64>> {
        self.estimate.as_deref().map(duration).transpose()
    }
}

/// A duration on the command line.
pub(super) fn duration(text: &str) -> Result<u64> {
    parse_duration(text).ok_or_else(|| {
        Error::new(codes::BAD_DURATION, format!("'{}' is no duration", text.escape_debug()))
            .hint("write 90s, 30m, 2h or 1d")
    })
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let title = one_line("title", &args.title)?;
    let description = args.fields.description()?;
    let accept = args.fields.accept()?;
    let files = args.fields.files(ctx)?;
    let estimate = args.fields.estimate()?;
    let wanted = args.id.as_deref().map(parse_id).transpose()?;
    let (written, id) = ctx.write(|view| {
        let id = match &wanted {
            Some(id) => unused(view, id)?,
            None => generate(ctx, view)?,
        };
        let mut after = Vec::new();
        for word in &args.after {
            let task = view.find(word)?;
            if !after.contains(&task.id) {
                after.push(task.id);
            }
        }
        let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?;
        if wanted.is_some() {
            refuse_cycles(view, &id, &after)?;
        }
        let create = Create {
            title: title.clone(),
            description: description.clone().map(Into::into),
            after,
            parent: parent.map(|parent| parent.id),
            priority: args.fields.priority,
            files: files.clone(),
            accept: accept.clone().map(Into::into),
            estimate,
            plan: None,
        };
        Ok((Draft::one(&id, Payload::Create(create)), id))
    })?;
    if ctx.out.is_json() {
        let task = written.tasks.first().ok_or_else(|| Error::bug("nothing was added"))?;
        task_change::answer(ctx, task, String::new)?;
        return Ok(exit::OK);
    }
    ctx.out.status(format!("Added {id}: {}.", sanitize::line(title.trim_end_matches('.'))));
    ctx.out.print(&format!("{id}\n"))?;
    Ok(exit::OK)
}

fn parse_id(text: &str) -> Result<TaskId> {
    TaskId::parse(text)
        .map_err(|why| Error::new(codes::BAD_TASK_ID, format!("'{}' cannot be an id: {why}", text.escape_debug())))
}

/// `id`, unless a task has it.
fn unused(view: &View<'_>, id: &TaskId) -> Result<TaskId> {
    match view.task(id)? {
        None => Ok(id.clone()),
        Some(task) => {
            Err(Error::new(codes::TASK_EXISTS, format!("there is a task {} already", task_change::name(&task)))
                .hint(format!("'git agent edit {id}' changes it; without --id an id is made")))
        }
    }
}

/// An id that no task has.
fn generate(ctx: &Ctx, view: &View<'_>) -> Result<TaskId> {
    let prefix = ctx.repo()?.settings().id_prefix();
    let existing = view.root().map_or(Ok(0), |root| tree::estimate(view.repo(), root))?;
    for _ in 0..100 {
        let id = TaskId::generate(&prefix, existing, Ulid::generate().random())
            .map_err(|why| Error::new(codes::BAD_ID_PREFIX, format!("agent.idPrefix is '{prefix}': {why}")))?;
        if view.note(&id)?.is_empty() {
            return Ok(id);
        }
    }
    // Chance does not do that; a hostile tree that has every key there is does.
    Err(Error::new(codes::NO_FREE_ID, "a hundred generated ids were all in use")
        .hint("'git agent doctor' looks into the ledger; --id takes an id of your own"))
}

/// Refuse dependencies that would close a circle, with the circle spelled out.
pub(super) fn refuse_cycles(view: &View<'_>, id: &TaskId, after: &[TaskId]) -> Result<()> {
    if after.is_empty() {
        return Ok(());
    }
    let table = view.table()?;
    let graph = Graph::new(&table);
    match after.iter().find_map(|dependency| graph.would_close(id, dependency)) {
        None => Ok(()),
        Some(cycle) => Err(Error::new(
            codes::DEPENDENCY_CYCLE,
            format!("{id} cannot come after {}: that closes the circle {}", cycle[1], show_cycle(&cycle)),
        )
        .hint("'git agent dep remove <task> --after <task>' takes a dependency away")),
    }
}
