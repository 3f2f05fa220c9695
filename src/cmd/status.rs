//! `git agent status`: where this worktree and its tasks stand.

use std::collections::BTreeMap;

use super::{change, list};
use crate::{
    context::Ctx,
    core::{status::Status, task::Task, time::show_duration},
    error::Result,
    exit,
    git::state,
    output::{
        Row, clean,
        json::{SCHEMA, StatusAnswer},
        mark,
    },
    recovery, unstamped,
};

/// Show where this worktree and its tasks stand
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One line for a shell prompt; nothing when no task is active
    #[arg(long, conflicts_with = "porcelain")]
    prompt: bool,
    /// For scripts: one 'key value' a line, stable
    #[arg(long)]
    porcelain: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let active = ctx.active()?;
    if args.prompt {
        if let Some(id) = active.first() {
            ctx.out.print(&format!("{id}\n"))?;
        }
        return Ok(exit::OK);
    }
    let repo = ctx.repo()?;
    let view = ctx.view()?;
    let table = view.table()?;
    let mut numbers = Status::ALL.map(|status| (status, 0));
    for row in table.rows().filter(|row| row.exists()) {
        numbers.iter_mut().filter(|(status, _)| *status == row.status()).for_each(|(_, number)| *number += 1);
    }
    let counts: BTreeMap<String, usize> = numbers.map(|(status, number)| (status.to_string(), number)).into();
    let head = repo.head()?;
    let mut tasks = Vec::new();
    for id in &active {
        tasks.push(view.task(id)?);
    }
    let known: Vec<Task> = tasks.iter().flatten().cloned().collect();
    let unstamped = unstamped::find(repo, &known)?;
    // A log of operations that cannot be read is for 'doctor' to tell of.
    let interrupted = recovery::interrupted(repo).unwrap_or_default();
    let answer = StatusAnswer {
        schema: SCHEMA,
        active: active.iter().map(ToString::to_string).collect(),
        actor: ctx.actor()?.to_string(),
        head: head.commit.map(|id| id.to_string()),
        branch: head.branch_name(),
        dirty: crate::git::worktree::dirty(repo)?.into(),
        counts,
        unstamped: unstamped.iter().map(|one| one.commit.to_string()).collect(),
        interrupted: interrupted.as_ref().map(|operation| operation.id.to_string()),
    };
    if ctx.out.is_json() {
        ctx.out.json(&answer)?;
    } else if args.porcelain {
        ctx.out.print(&porcelain(&answer))?;
    } else {
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
        page.push_str(&format!("{}\n", clean::line(&place)));
        if let Some(operation) = &interrupted {
            let title = clean::line(&operation.title);
            page.push_str(&format!(
                "Interrupted: {title}: 'git agent undo' brings everything back, 'git agent resume' finishes it\n"
            ));
        }
        if let Some(operation) = state::in_progress(repo) {
            page.push_str(&format!(
                "In the middle of {}: '{}' or '{}'\n",
                operation.what, operation.go_on, operation.abort
            ));
        }
        for (id, task) in active.iter().zip(&tasks) {
            match task {
                Some(task) => page.push_str(&working_on(ctx, task)),
                None => {
                    let id = list::style(ctx).id(id.as_str());
                    page.push_str(&format!("Active task {id} is not in this ledger; 'git agent sync' may get it\n"));
                }
            }
        }
        if active.is_empty() {
            page.push_str("No task is active: commits made here are not stamped\n");
        }
        page.push_str(&dirt(&answer));
        page.push_str(&lost(&answer));
        let counts = Status::ALL.iter().map(|status| (change::say(*status), answer.counts[status.as_str()]));
        let counts: Vec<String> =
            counts.filter(|(_, count)| *count > 0).map(|(word, count)| format!("{count} {word}")).collect();
        page.push_str(&format!("Tasks: {}\n", if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }));
        ctx.out.print(&page)?;
    }
    Ok(exit::OK)
}

fn working_on(ctx: &Ctx, task: &Task) -> String {
    let style = list::style(ctx);
    let time = show_duration(task.active_seconds(ctx.now()));
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
    let kinds = [(dirty.staged, "staged"), (dirty.unstaged, "not staged"), (dirty.untracked, "untracked")];
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
    let (count, newest) = (clean::plural(answer.unstamped.len(), "commit"), &newest[..12]);
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
    lines.iter().map(|line| format!("{}\n", clean::line(line))).collect()
}
