//! `git agent list`: the tasks, filtered and sorted.

use crate::{
    cmd::context::Ctx,
    domain::{graph::Graph, status::Status},
    error::{Result, exit},
    sync,
    verbs::list::{Listed, Request, list},
    view::{
        json::{ListAnswer, TaskJson},
        tasks::{Look, tree},
    },
};

/// List tasks, except completed and cancelled ones by default
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show only tasks in these states, separated by commas: pending, in_progress, completed, failed, cancelled
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = state)]
    status: Vec<Status>,
    /// Show only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// Show only tasks claimed or last worked on by this actor
    #[arg(long = "by", alias = "worker", value_name = "ACTOR")]
    by: Option<String>,
    /// Show only tasks whose id, title or description contains TEXT, ignoring case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Sort by id, title, status, priority, created or updated; a leading '-' reverses the order
    #[arg(long, value_name = "FIELD", default_value = "plan", allow_hyphen_values = true)]
    sort: String,
    /// Show at most N tasks
    #[arg(long, short = 'n', value_name = "N")]
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

/// A state on the command line.
pub(super) fn state(word: &str) -> Result<Status, String> {
    let words = Status::ALL.map(Status::as_str).join(", ");
    Status::parse(word).ok_or_else(|| format!("the states are {words}"))
}

/// Ask, and show the tasks.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = Request {
        states: args.status,
        all: args.all,
        parent: args.parent,
        by: args.by,
        search: args.search,
        sort: args.sort,
        limit: args.limit,
        progress: args.tree,
    };
    let (answer, now) = (ctx.call(|caller| list(caller, &request))?, ctx.now());
    let tasks = &answer.tasks;
    if args.jsonl || ctx.out.is_json() {
        let graph = Graph::new(&answer.table);
        let ids = tasks.iter().map(|listed| &listed.task.id);
        let tasks = TaskJson::several(&answer.view, &graph, ids, now)?;
        if !args.jsonl {
            ctx.out.json(&ListAnswer::new(tasks))?;
            return Ok(exit::OK);
        }
        tasks.iter().try_for_each(|task| ctx.out.json(task))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    let look = Look::new(ctx.style(), ctx.out.width(), tasks.iter().map(|listed| &listed.task));
    let line = |listed: &Listed| look.line(listed, 0, now);
    ctx.out.print(&if args.tree { tree(&look, tasks, now) } else { tasks.iter().map(line).collect() })?;
    match answer.matching {
        0 if answer.table.is_empty() => {
            ctx.out.status("There are no tasks.");
            if sync::default_remote(ctx.repo()?)?.is_some() {
                ctx.out.hint("if others have tasks, 'git agent sync' gets them; 'git agent add <title>' makes one");
            } else {
                ctx.out.hint("'git agent add <title>' makes one");
            }
        }
        0 => ctx.out.status("No task matches; 'git agent list --all' shows every task."),
        count if count > tasks.len() => ctx.out.status(format!("… and {} more", count - tasks.len())),
        _ => {}
    }
    Ok(exit::OK)
}
