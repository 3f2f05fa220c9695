//! `git agent undo`: take an operation back.

use crate::{
    cmd::{context::Ctx, operation_output},
    error::{Result, exit},
    git::{ObjectId, revwalk},
    recovery::{
        self, Outcome,
        operation::{Kind, OpLog, Operation, Recorded},
        undo,
    },
    view::{
        json::{DoneJson, OperationAnswer, planned},
        sanitize,
    },
};

/// Undo the last operation, or a given one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Operations are rollback, undo, redo, snapshot restore, checkpoint and squash: 'git agent ops' lists them. Only the \
paths that the operation touched are changed, and their current state is saved in a snapshot first. An interrupted \
operation is undone before any other.")]
pub struct Args {
    /// Operation id or unique prefix (default: the last operation)
    op: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("undo")?;
    let log = OpLog::of(repo)?;
    if let Some(recorded) = log.interrupted()? {
        return match &args.op {
            Some(word) if log.find(word)?.operation.id != recorded.operation.id => {
                log.refuse_interrupted().map(|()| exit::OK)
            }
            _ => take_back(ctx),
        };
    }
    recovery::clear_up(repo)?;
    let log = OpLog::of(repo)?;
    let recorded = match &args.op {
        Some(word) => log.find(word)?,
        None => undo::next(&log)?,
    };
    carry_out(ctx, &recorded, Kind::Undo)
}

/// Take back what is half done.
fn take_back(ctx: &Ctx) -> Result<u8> {
    let (recorded, late) = recovery::take_back(ctx.repo()?)?;
    let operation = &recorded.operation;
    if ctx.out.is_json() {
        ctx.out.json(&OperationAnswer::ended(operation, Kind::Undo.as_str(), Some(operation.id), &late))?;
    } else if !ctx.out.is_quiet() {
        ctx.out.print(&format!("Took back what was done of: {}\n", sanitize::line(&operation.title)))?;
    }
    operation_output::remarks(ctx, operation, &late, &[]);
    Ok(exit::OK)
}

/// What others have stays theirs: say so.
fn pushed(ctx: &Ctx, operation: &Operation) {
    let published = || -> Result<Option<ObjectId>> {
        let (Some(before), Some(after)) = (operation.before.commit, operation.after.commit) else { return Ok(None) };
        let repo = ctx.repo()?;
        let left = revwalk::between(repo, Some(after), before)?;
        let own = revwalk::unpublished(repo, Some(after), before)?;
        Ok(left.into_iter().map(|link| link.commit).find(|commit| !own.contains(commit)))
    };
    if let Ok(Some(commit)) = published() {
        let short = commit.to_hex_with_len(12);
        ctx.out.warn(format!(
            "a remote branch or a tag has {short}, which this branch has left: a push is not taken back"
        ));
    }
}

/// Take `recorded` back, and say so.
pub(super) fn carry_out(ctx: &Ctx, recorded: &Recorded, kind: Kind) -> Result<u8> {
    let repo = ctx.repo()?;
    let outcome = operation_output::acting(ctx, |author, record| undo::undo(repo, author, recorded, kind, record))?;
    let title = sanitize::line(&recorded.operation.title).into_owned();
    let said = match (kind, title.strip_prefix("undo ")) {
        (Kind::Redo, Some(again)) => format!("Did again: {again}"),
        _ => format!("Took back: {title}"),
    };
    match outcome {
        Outcome::Nothing(plan) if ctx.out.is_json() => {
            ctx.out.json(&OperationAnswer::new(None, planned(&plan), &[]))?;
        }
        Outcome::Nothing(plan) => {
            let as_it_was = format!("everything is as it was before: {title}");
            operation_output::say_nothing(ctx, &as_it_was, "what was there before", &plan)?;
        }
        Outcome::Done(done) if ctx.out.is_json() => {
            let operation = DoneJson::new(&done.operation);
            ctx.out.json(&OperationAnswer::new(Some(operation), planned(&done.plan), &done.late))?;
            operation_output::remarks(ctx, &done.operation, &done.late, &done.remarks);
            pushed(ctx, &done.operation);
        }
        Outcome::Done(done) => {
            operation_output::say(ctx, &said, &done)?;
            pushed(ctx, &done.operation);
            let again = if kind == Kind::Undo { "git agent redo".to_owned() } else { "git agent undo".to_owned() };
            ctx.out.hint(format!("to take that back: {again}"));
        }
    }
    Ok(exit::OK)
}
