//! `git agent list`: the tasks, filtered and sorted.

use super::Ctx;
use crate::{
    domain::{id::TaskId, status::Status, table::Row},
    error::Result,
    plans,
    verbs::list::{self, ListedTask, list},
    view::{
        json::{ListAnswer, Selection},
        tasks::{Look, tree},
    },
};

/// List tasks; completed and cancelled ones are omitted by default
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show only tasks in these states, separated by commas: pending, in_progress, completed, failed, cancelled; also open,
    /// closed, and words such as done, todo and wip
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = states)]
    status: Vec<States>,
    /// Show only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// Show only tasks claimed or last worked on by this actor
    #[arg(long = "by", alias = "worker", value_name = "ACTOR")]
    by: Option<String>,
    /// Show only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
    /// Show only tasks that contain TEXT, ignoring case: in the id, title, description, acceptance criteria,
    /// labels, references, blockers, failures, notes or decisions
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Sort by id, title, status, priority, created or updated; a leading '-' reverses the order
    #[arg(long, value_name = "FIELD", default_value = "plan", allow_hyphen_values = true)]
    sort: String,
    /// Show at most N tasks (default: all; with --brief: 50)
    #[arg(long, short = 'n', value_name = "N", value_parser = super::count)]
    limit: Option<usize>,
    /// Show features and their subtasks as a tree
    #[arg(long)]
    tree: bool,
    /// Show tasks in all states
    #[arg(long, short = 'a', conflicts_with = "status")]
    all: bool,
    /// Print one JSON object per line, one per task
    #[arg(long)]
    jsonl: bool,
}

/// What a word for a state means: one state, or several.
#[derive(Clone, Debug)]
pub(super) struct States(Vec<Status>);

impl States {
    /// The states of all of `words`.
    pub(super) fn all(words: Vec<States>) -> Vec<Status> {
        words.into_iter().flat_map(|states| states.0).collect()
    }
}

/// A state on the command line.
pub(super) fn states(word: &str) -> Result<States, String> {
    let several = |is_wanted: fn(&Status) -> bool| States(Status::ALL.into_iter().filter(is_wanted).collect());
    match word {
        "open" => Ok(several(|status| !status.is_closed())),
        "closed" => Ok(several(|status| status.is_closed())),
        "ready" | "blocked" => {
            Err("not a state; 'git agent ready --explain' explains which tasks are ready and why".into())
        }
        _ => Status::parse(word).or_else(|| plans::status_called(word)).map(|status| States(vec![status])).ok_or_else(
            || {
                let words = Status::ALL.map(Status::as_str).join(", ");
                format!("the states are {words}; open and closed include several of them")
            },
        ),
    }
}

pub(super) fn ids<'t>(ctx: &Ctx, ids: impl Iterator<Item = &'t TaskId>) -> Result<()> {
    ctx.out.print(&ids.map(|id| format!("{id}\n")).collect::<String>())
}

/// With `--brief`, no more tasks than this if no limit is given.
const BRIEF: usize = 50;

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let is_brief = ctx.out.selection().is_some_and(Selection::is_brief);
    let request = list::Request {
        states: States::all(args.status),
        all: args.all,
        parent: args.parent,
        by: args.by,
        labels: args.labels,
        search: args.search,
        sort: args.sort,
        limit: args.limit.or(is_brief.then_some(BRIEF)),
        progress: args.tree,
    };
    let (answer, now) = (ctx.call(|caller| list(caller, &request))?, ctx.now());
    let tasks = &answer.tasks;
    if args.jsonl || ctx.out.is_json() {
        if !args.jsonl {
            return ctx.out.json(&ListAnswer::new(&answer, now)?);
        }
        ListAnswer::tasks(&answer, now)?.iter().try_for_each(|task| ctx.out.json_line(task))?;
        return Ok(());
    }
    if ctx.out.is_quiet() {
        return ids(ctx, tasks.iter().map(|listed| &listed.task.id));
    }
    ctx.page()?;
    let look = Look::new(ctx.style(), ctx.out.width(), tasks.iter().map(|listed| &listed.task));
    let line = |listed: &ListedTask| look.line(listed, 0, now);
    ctx.out.print(&if args.tree { tree(&look, tasks, now) } else { tasks.iter().map(line).collect() })?;
    match answer.matching {
        0 if !answer.table.rows().any(Row::exists) => ctx.say_no_tasks()?,
        0 => ctx.out.status("No task matches; 'git agent list --all' shows every task."),
        count if count > tasks.len() => ctx.out.status(format!("… and {} more", count - tasks.len())),
        _ => {}
    }
    Ok(())
}
