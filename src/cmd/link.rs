//! `git agent link`: commits belong to a task.

use std::ffi::OsString;

use super::Ctx;
use crate::{
    error::Result,
    verbs::link::{self, LinkAct, Linked, Tied},
    view::{
        NAMED, first_lines,
        json::LinkAnswer,
        list, oid,
        sanitize::{self, plural},
    },
};

/// Record that commits belong to a task
///
/// Commits are not changed: the ledger records the link, and every command follows it. Commits keep their other tasks
/// unless --move is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Move the last commit to t-2:  git agent link HEAD --move --task t-2
Link all commits since main:        git agent link main..HEAD --task t-2

'git agent unlink' is the reverse. Hooks preserve links when commits are amended, rebased or cherry-picked.")]
pub struct Args {
    #[command(flatten)]
    which: Which,
    /// Remove the commits from all other tasks
    #[arg(long = "move")]
    moves: bool,
}

/// Commits, and the task that they belong to, or do not.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Commits, ranges (A..B) and checkpoints (t-1@2)
    #[arg(required = true, value_name = "REV")]
    revisions: Vec<OsString>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
}

/// Do `act`, and print what was done.
pub(super) fn link(ctx: &Ctx, which: Which, act: LinkAct) -> Result<Linked> {
    let request = link::Request { revisions: which.revisions, task: which.task, act };
    let done = ctx.call(|caller| link::link(caller, &request))?;
    ctx.out.answer(|| LinkAnswer::new(&done), || page(&done, act))?;
    Ok(done)
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let act = if args.moves { LinkAct::Move } else { LinkAct::Link };
    let done = link(ctx, args.which, act)?;
    let shared = done.commits.iter().find(|tied| act == LinkAct::Link && tied.changed() && tied.after.len() > 1);
    if let Some(tied) = shared {
        let id = &done.task.id;
        let others = list(tied.after.iter().filter(|task| *task != id.as_str()));
        let commit = oid(tied.commit);
        ctx.out.hint(format!(
            "{commit} also belongs to {others}; to move it to {id}: git agent link {commit} --move --task {id}"
        ));
    }
    Ok(())
}

fn page(done: &Linked, act: LinkAct) -> String {
    let (verb, to, already) = match act {
        LinkAct::Link => ("Linked", "to", "already linked to it"),
        LinkAct::Move => ("Moved", "to", "already linked only to it"),
        LinkAct::Unlink => ("Unlinked", "from", "not linked to it before"),
    };
    let (changed, same): (Vec<&Tied>, Vec<&Tied>) = done.commits.iter().partition(|tied| tied.changed());
    let name = done.task.name();
    let one = |tied: &Tied| format!("{} ({})", oid(tied.commit), tied.subject);
    let mut page = match changed.as_slice() {
        [] => format!("Nothing to do for {name}: {} {already}.", plural(same.len(), "commit")),
        [tied] => format!("{verb} {} {to} {name}.", one(tied)),
        several => format!("{verb} {} {to} {name}:", plural(several.len(), "commit")),
    };
    page = format!("{}\n", sanitize::line(&page));
    if changed.len() > 1 {
        let line = |tied: &&Tied| sanitize::line(&one(tied)).into_owned();
        page.push_str(&first_lines(changed.iter().map(line), NAMED, ""));
    }
    if !changed.is_empty() && !same.is_empty() {
        page.push_str(&format!("{}: {already}.\n", plural(same.len(), "more commit")));
    }
    page
}
