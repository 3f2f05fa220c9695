//! `git agent repair`: bring back the link between commits and tasks where it was lost.

use crate::{
    context::Ctx,
    core::event::{Link, Payload},
    error::Result,
    exit,
    ledger::{Draft, View},
    output::{
        clean,
        json::{LinkJson, RepairAnswer},
    },
    unstamped::{self, Unstamped},
};

use super::verify::short;

/// How the link is known.
const BY: &str = "reflog";

/// Link commits that were made while a task was active, but do not name it, to the task
///
/// The commits stay as they are; the link is an event in the ledger.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let found = match args.dry_run {
        true => missing(ctx, &ctx.view()?)?,
        false => {
            let (_, found) = ctx.write(|view| {
                let found = missing(ctx, view)?;
                let mut draft = Draft::nothing();
                for Unstamped { commit, task } in &found {
                    draft.and(task, Payload::Link(Link { commit: commit.to_string(), by: BY.to_owned() }));
                }
                Ok((draft, found))
            })?;
            found
        }
    };
    if ctx.out.is_json() {
        let link = |one: &Unstamped| LinkJson { commit: one.commit.to_string(), task: one.task.to_string(), by: BY };
        ctx.out.json(&RepairAnswer::new(found.iter().map(link).collect(), args.dry_run))?;
        return Ok(exit::OK);
    }
    if ctx.out.is_quiet() {
        return Ok(exit::OK);
    }
    if found.is_empty() {
        ctx.out.print("Nothing to repair: every commit since the active task was started names a task.\n")?;
        return Ok(exit::OK);
    }
    let verb = if args.dry_run { "Would link" } else { "Linked" };
    let mut page = String::new();
    for Unstamped { commit, task } in &found {
        let raw = ctx.repo()?.read(*commit)?;
        let subject = crate::checkpoint::message::subject(crate::checkpoint::message::of_commit(&raw));
        let line = format!("{verb} {} to {task}: {subject}", short(&commit.to_string()));
        page.push_str(&format!("{}\n", clean::line(&line)));
    }
    ctx.out.print(&page)?;
    Ok(exit::OK)
}

/// The commits that no trailer and no event ties to a task.
fn missing(ctx: &Ctx, view: &View<'_>) -> Result<Vec<Unstamped>> {
    let mut active = Vec::new();
    for id in ctx.active()? {
        active.extend(view.task(&id)?);
    }
    unstamped::find(ctx.repo()?, &active)
}
