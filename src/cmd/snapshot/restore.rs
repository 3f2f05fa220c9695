//! `git agent snapshot restore`.

use std::ffi::OsString;

use crate::{
    cmd::{context::Ctx, operation_output},
    error::{Result, exit},
    git::pathspec::Pathspecs,
    recovery::{
        Outcome,
        snapshot::{
            self,
            restore::{Trust, return_to},
        },
    },
    view::json::{DoneJson, OperationAnswer, planned},
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Snapshot id or unique prefix
    id: String,
    /// Restore a snapshot made in another repository: only its files, not the index, HEAD or other git state
    #[arg(long)]
    foreign: bool,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("restore a snapshot")?;
    let snapshot = snapshot::find(repo, &args.id)?;
    let paths = Pathspecs::new(args.paths.clone());
    let trust = if args.foreign { Trust::Foreign } else { Trust::Own };
    let outcome = operation_output::acting(ctx, |author| return_to(repo, author, &snapshot, &paths, trust))?;
    match outcome {
        Outcome::Nothing(plan) if ctx.out.is_json() => {
            ctx.out.json(&OperationAnswer::new(None, planned(&plan), &[]))?;
        }
        Outcome::Nothing(plan) => {
            let name = format!("snapshot {}", snapshot.id);
            operation_output::say_nothing(ctx, &format!("the work tree is as in {name}"), &name, &plan)?;
        }
        Outcome::Done(done) if ctx.out.is_json() => {
            let operation = DoneJson::new(&done.operation);
            ctx.out.json(&OperationAnswer::new(Some(operation), planned(&done.plan), &done.late))?;
            operation_output::remarks(ctx, &done.operation, &done.late, &done.remarks);
        }
        Outcome::Done(done) => {
            operation_output::say(ctx, &format!("Restored snapshot {}", snapshot.id), &done)?;
            ctx.out.hint("to undo it: git agent undo");
        }
    }
    Ok(exit::OK)
}
