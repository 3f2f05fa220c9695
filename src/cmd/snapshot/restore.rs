//! `git agent snapshot restore`.

use std::ffi::OsString;

use crate::{
    cmd::{Ctx, operation_output},
    error::Result,
    recovery::Outcome,
    verbs::{self, snapshot::Restore},
    view::json::OperationAnswer,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Snapshot id, unique prefix, or snap@{N}
    id: String,
    /// Restore a snapshot made in another repository: only its files, not the index, HEAD or other git state
    #[arg(long)]
    foreign: bool,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<()> {
    let request = Restore { id: args.id.clone(), foreign: args.foreign, paths: args.paths.clone() };
    let (snapshot, outcome) = ctx.call(|caller| verbs::snapshot::restore(caller, &request))?;
    if ctx.out.is_json() {
        ctx.out.json(&OperationAnswer::outcome(&outcome))?;
        operation_output::remarks_of(ctx, &outcome);
        return Ok(());
    }
    match outcome {
        Outcome::Nothing(plan) => {
            let name = format!("snapshot {}", snapshot.id);
            operation_output::say_nothing(ctx, &format!("the work tree already matches {name}"), &name, &plan)?;
        }
        Outcome::Done(done) => {
            operation_output::say(ctx, &format!("Restored snapshot {}", snapshot.id), &done)?;
            ctx.out.hint("to undo it: git agent undo");
        }
    }
    Ok(())
}
