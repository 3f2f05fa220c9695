//! `git agent status`: where this worktree and its tasks stand.

mod watch;

use std::collections::BTreeMap;

use crate::{
    cmd::{context::Ctx, task_change},
    domain::{active_time, id::TaskId, status::Status, task::Task, time::show_duration},
    error::{Result, exit},
    git::state::{self, InProgress},
    query::unstamped,
    recovery::{self, operation::Operation},
    store::active,
    view::{
        Row,
        json::{SCHEMA, StatusAnswer},
        mark, sanitize,
    },
};

/// Show the state of this worktree and its tasks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the active task for a shell prompt, followed by '!' if an operation was interrupted
    #[arg(long, conflicts_with_all = ["porcelain", "watch"])]
    prompt: bool,
    /// Print one stable 'key value' pair per line, for scripts
    #[arg(long)]
    porcelain: bool,
    /// Redraw on change until interrupted; poll every SECONDS
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = watch::seconds)]
    watch: Option<f64>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    if args.prompt {
        let segment = prompt(ctx)?;
        if !segment.is_empty() {
            ctx.out.print(&format!("{segment}\n"))?;
        }
        return Ok(exit::OK);
    }
    if let Some(seconds) = args.watch {
        return watch::watch(ctx, &args, seconds);
    }
    let found = Found::now(ctx)?;
    print(ctx, &args, &found)?;
    Ok(exit::OK)
}

/// What a prompt shows: `t-7k3fq`, `t-7k3fq+1` with another one active besides it, `t-7k3fq!` while an operation is half done.
/// A prompt has no room for errors: what cannot be read is left out, but for the active task.
fn prompt(ctx: &Ctx) -> Result<String> {
    let active = ctx.active()?;
    let mut segment = active.first().map(ToString::to_string).unwrap_or_default();
    if active.len() > 1 {
        segment.push_str(&format!("+{}", active.len() - 1));
    }
    if recovery::is_interrupted(ctx.repo()?).unwrap_or_default() {
        segment.push('!');
    }
    Ok(segment)
}

/// How everything stands.
struct Found {
    answer: StatusAnswer,
    interrupted: Option<Operation>,
    left_behind: Option<Operation>,
    in_progress: Option<InProgress>,
    /// The active tasks, with what the ledger has of them.
    active: Vec<(TaskId, Option<Task>)>,
}

impl Found {
    fn now(ctx: &Ctx) -> Result<Self> {
        let ids = ctx.active()?;
        let repo = ctx.repo()?;
        let view = ctx.view()?;
        let table = view.table()?;
        let mut numbers = Status::ALL.map(|status| (status, 0));
        for row in table.rows().filter(|row| row.exists()) {
            numbers.iter_mut().filter(|(status, _)| *status == row.status()).for_each(|(_, number)| *number += 1);
        }
        let counts: BTreeMap<String, usize> = numbers.map(|(status, number)| (status.to_string(), number)).into();
        let head = repo.head()?;
        let mut active = Vec::new();
        for id in ids {
            let task = view.task(&id)?;
            active.push((id, task));
        }
        let known: Vec<Task> = active.iter().filter_map(|(_, task)| task.clone()).collect();
        let unstamped = unstamped::find(repo, &known)?;
        // A log of operations that cannot be read is for 'doctor' to tell of.
        let interrupted = recovery::interrupted(repo).unwrap_or_default();
        let left_behind = recovery::left_behind(repo).unwrap_or_default().map(|recorded| recorded.operation);
        let answer = StatusAnswer {
            schema: SCHEMA,
            active: active.iter().map(|(id, _)| id.to_string()).collect(),
            actor: ctx.actor()?.to_string(),
            head: head.commit.map(|id| id.to_string()),
            branch: head.branch_name(),
            dirty: crate::git::status::counts(repo)?.into(),
            counts,
            unstamped: unstamped.iter().map(|one| one.commit.to_string()).collect(),
            interrupted: interrupted.as_ref().map(|operation| operation.id.to_string()),
            left_behind: left_behind.as_ref().map(|operation| operation.id.to_string()),
            foreign: active::foreign(repo)?.iter().map(ToString::to_string).collect(),
        };
        Ok(Found { answer, interrupted, left_behind, in_progress: state::in_progress(repo), active })
    }
}

fn print(ctx: &Ctx, args: &Args, found: &Found) -> Result<()> {
    match () {
        () if ctx.out.is_json() => ctx.out.json(&found.answer),
        () if args.porcelain => ctx.out.print(&porcelain(&found.answer)),
        () => ctx.out.print(&page(ctx, found)),
    }
}

/// For people.
fn page(ctx: &Ctx, found: &Found) -> String {
    let answer = &found.answer;
    let mut page = String::new();
    let place = answer.branch.clone().map_or_else(
        || {
            answer
                .head
                .as_deref()
                .map_or("No commits yet".to_owned(), |head| format!("HEAD detached at {}", &head[..12]))
        },
        |branch| format!("On branch {branch}"),
    );
    page.push_str(&format!("{}\n", sanitize::line(&place)));
    if let Some(operation) = &found.interrupted {
        let title = sanitize::line(&operation.title);
        page.push_str(&format!(
            "Interrupted: {title}: 'git agent undo' brings everything back, 'git agent resume' finishes it\n"
        ));
    }
    if let Some(operation) = &found.left_behind {
        let title = sanitize::line(&operation.title);
        page.push_str(&format!("Killed while it cleared up: {title}: 'git agent resume' removes what it left\n"));
    }
    if let Some(operation) = &found.in_progress {
        page.push_str(&format!(
            "In the middle of {}: '{}' or '{}'\n",
            operation.what, operation.go_on, operation.abort
        ));
    }
    for (id, task) in &found.active {
        match task {
            Some(task) => page.push_str(&working_on(ctx, task)),
            None => {
                let id = ctx.style().id(id.as_str());
                page.push_str(&format!("Active task {id} is not in this ledger; 'git agent sync' may get it\n"));
            }
        }
    }
    for id in &answer.foreign {
        page.push_str(&format!(
            "{id} is not active: a fetch set {}, not this repository; 'git agent start {id}' makes it so\n",
            active::REF
        ));
    }
    if found.active.is_empty() {
        page.push_str("No task is active: commits made here are not stamped\n");
    }
    page.push_str(&dirt(answer));
    page.push_str(&lost(answer));
    let counts = Status::ALL.iter().map(|status| (task_change::say(*status), answer.counts[status.as_str()]));
    let counts: Vec<String> =
        counts.filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
    page.push_str(&format!("Tasks: {}\n", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }));
    page
}

fn working_on(ctx: &Ctx, task: &Task) -> String {
    let style = ctx.style();
    let gap = ctx.repo().map_or(active_time::DEFAULT_GAP, |repo| repo.settings().idle_gap());
    let time = show_duration(active_time::active(task, gap, ctx.now()));
    Row::new()
        .left(mark(task.status), |text: &str| style.status(task.status, text))
        .left(" Working on ", style)
        .left(task.id.as_str(), |text: &str| style.id(text))
        .left(" ", style)
        .middle(&task.title)
        .right(&format!("  ({time})"), |text: &str| style.faint(text))
        .render(ctx.out.width())
}

fn dirt(answer: &StatusAnswer) -> String {
    let dirty = answer.dirty;
    let kinds = [
        (dirty.staged, "staged"),
        (dirty.unstaged, "not staged"),
        (dirty.untracked, "untracked"),
        (dirty.hidden, "hidden from git status"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
    match kinds.is_empty() {
        true => "Nothing uncommitted\n".to_owned(),
        false => format!("Uncommitted paths: {}\n", kinds.join(", ")),
    }
}

/// Commits that should name a task and do not.
fn lost(answer: &StatusAnswer) -> String {
    let Some(newest) = answer.unstamped.last() else { return String::new() };
    let (count, newest) = (sanitize::plural(answer.unstamped.len(), "commit"), &newest[..12]);
    let what = if answer.unstamped.len() == 1 { "does not name it" } else { "do not name it" };
    format!("{count} made while the task was active {what} ({newest}): 'git agent repair' links what is missing\n")
}

fn porcelain(answer: &StatusAnswer) -> String {
    let mut lines = vec![
        format!("actor {}", answer.actor),
        format!("head {}", answer.head.as_deref().unwrap_or("-")),
        format!("branch {}", answer.branch.as_deref().unwrap_or("-")),
        format!("dirty {} {} {}", answer.dirty.staged, answer.dirty.unstaged, answer.dirty.untracked),
    ];
    lines.extend(answer.active.iter().map(|id| format!("active {id}")));
    lines.extend(answer.counts.iter().map(|(status, count)| format!("count {status} {count}")));
    lines.extend(answer.unstamped.iter().map(|id| format!("unstamped {id}")));
    lines.extend(answer.interrupted.iter().map(|id| format!("interrupted {id}")));
    lines.extend(answer.left_behind.iter().map(|id| format!("left-behind {id}")));
    lines.iter().map(|line| format!("{}\n", sanitize::line(line))).collect()
}
