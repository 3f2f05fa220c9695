//! Completing only what was verified: `--verify`, `agent.requireVerify`.

use serde_json::Value;

use super::{Args, is_same, refuse_obstacles};
use crate::{
    cmd::{context::Ctx, task_change, verify},
    domain::{
        graph::Graph,
        status::{Status, Verb},
        task::{Task, Verification},
    },
    error::{Error, Result, codes},
};

/// Verify if that was asked for, and refuse what is not verified but must be.
pub(super) fn require(ctx: &Ctx, args: &Args, result: Option<&Value>) -> Result<()> {
    let required = ctx.repo()?.settings().require_verify() && !args.force;
    if args.verify.is_none() && !required {
        return Ok(());
    }
    let view = ctx.view()?;
    let task = ctx.task(&view, args.task.as_deref())?;
    if task.status == Status::Completed && is_same(&view, &task, result) {
        return Ok(());
    }
    // What is refused anyway is refused before a long test run.
    task_change::step(&task, Verb::Complete)?;
    if !args.force {
        refuse_obstacles(&Graph::new(&view.table()?), &task, ctx.now())?;
    }
    match &args.verify {
        Some(given) => run(ctx, args, &task, given.as_deref()),
        None => refuse_unverified(ctx, &task),
    }
}

fn run(ctx: &Ctx, args: &Args, task: &Task, given: Option<&str>) -> Result<()> {
    let command = verify::command(ctx, given)?;
    let (complaint, error) = match verify::verify(ctx, &task.id, &command)? {
        Ok(verification) => {
            let outcome = verify::outcome(&command, &verification);
            if verification.passed() {
                ctx.out.status(format!("Verified {}: {outcome}", task.id));
                return Ok(());
            }
            let message = format!("cannot complete {}: {}", task.id, outcome.trim_end_matches('.'));
            let error = Error::new(codes::VERIFY_FAILED, message);
            (outcome, error.but("the outcome is recorded").hint("put it right and complete it again"))
        }
        Err(void) => {
            let message = format!("cannot complete {}: {void}", task.id);
            (void.to_string(), Error::new(codes::TREE_CHANGED, message).hints(void.hint_lines().to_vec()))
        }
    };
    if args.force {
        ctx.out.warn(format!("completing {} all the same: {complaint}", task.id));
        return Ok(());
    }
    Err(error.hint(format!("to complete it all the same: git agent complete {} --force", task.id)))
}

/// `agent.requireVerify`: the present content must have passed.
fn refuse_unverified(ctx: &Ctx, task: &Task) -> Result<()> {
    let tree = verify::present_tree(ctx)?;
    let known = task.verification_of(&tree);
    if known.is_some_and(Verification::passed) {
        return Ok(());
    }
    let (id, short) = (&task.id, verify::short(&tree));
    let why = match (known, task.verification()) {
        (Some(failed), _) => format!("its verification failed with exit code {}", failed.exit),
        (None, Some(last)) => {
            let verdict = if last.passed() { "passed" } else { "failed" };
            format!("it was not verified; last verified was tree {}, which {verdict}", verify::short(&last.tree))
        }
        (None, None) => "it was not verified, and nothing ever was for this task".to_owned(),
    };
    let message = format!("cannot complete {id}: the present content is tree {short}; {why} (agent.requireVerify)");
    Err(Error::new(codes::NOT_VERIFIED, message)
        .hint(format!("verify it: git agent verify {id}; or both at once: git agent complete {id} --verify"))
        .hint(format!("to complete it all the same: git agent complete {id} --force")))
}
