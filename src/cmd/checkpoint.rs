//! `git agent checkpoint`: save what was done as a commit of its task.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};

use super::verify;
use crate::{
    cmd::context::{Ctx, many_lines},
    domain::{
        event::{Commit, Link, Payload},
        id::TaskId,
        message::subject,
        task::{Task, Verification},
        trailer::block::{self, Syntax},
    },
    error::{Context as _, Error, Result, codes, exit},
    query::revision,
    recovery::checkpoint::{self, Allow, GitOutput, Label, Made, Request, What, message},
    store::{active, ledger::Draft},
    view::{
        json::{CheckpointAnswer, CheckpointJson, PathJson, VerificationJson},
        sanitize,
    },
};

/// Commit all files that are not ignored, for the active task
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code reports whether a checkpoint was created, not the result of --verify; use 'git agent verify' or 'git \
agent complete --verify' for that.")]
pub struct Args {
    /// Commit message (default: generated from the task); '-' reads standard input
    #[arg(short, long, value_name = "MSG")]
    message: Option<String>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Commit the index as it is
    #[arg(long, conflicts_with = "only")]
    staged: bool,
    /// Commit only these paths, ignoring other staged changes
    #[arg(long, value_name = "PATH", num_args = 1..)]
    only: Vec<PathBuf>,
    /// Include new files larger than 'agent.maxFileSize'
    #[arg(long)]
    large: bool,
    /// Include content that looks like a private key or a token
    #[arg(long)]
    allow_secret: bool,
    /// Create a checkpoint even if nothing has changed
    #[arg(long)]
    allow_empty: bool,
    /// Run CMD (default: 'agent.verify') on the committed tree and record its result
    #[arg(long, value_name = "CMD", num_args = 0..=1)]
    verify: Option<Option<String>>,
}

/// Whose checkpoint it is.
struct Owner {
    /// The task.
    task: Task,
    /// All tasks that the commit names, `task` last.
    named: Vec<TaskId>,
    /// It was named here, not found by the worktree.
    given: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("make a checkpoint")?;
    let owner = owner(ctx, args.task.as_deref())?;
    let id = &owner.task.id;
    let command = args.verify.as_ref().map(|given| verify::command(ctx, given.as_deref())).transpose()?;
    let rules = repo.settings().trailer_rules();
    let number = revision::count(repo, repo.head()?.commit, &owner.task)? + 1;
    let text = match &args.message {
        Some(text) => many_lines("message", text)?,
        None => message::default(&owner.task.title, number, &rules),
    };
    let label = Label { task: id.clone(), name: format!("{id}@{number}"), at: ctx.now(), by: ctx.actor()?.to_string() };
    let request = Request {
        label,
        allow: Allow { large: args.large, secrets: args.allow_secret, empty: args.allow_empty },
        message: message::compose(&text, &repo.settings().subject_prefix(), &owner.named, &rules),
        task: owner.given.then_some(id),
        output: if ctx.out.is_json() { GitOutput::Captured } else { GitOutput::Terminal },
        whole: command.is_some(),
        what: what(&args)?,
    };
    let lock = checkpoint::begin(repo)?;
    if lock.finished_checkpoint {
        ctx.out.warn(checkpoint::COMPLETE_NOW);
    }
    let outcome = checkpoint::make(repo, &lock, &request)?;
    outcome.remarks.iter().for_each(|remark| ctx.out.warn(remark));
    let made = outcome.made.map(|made| describe(ctx, &owner, made, number)).transpose()?;
    drop(lock);
    let verification = command.map(|command| run_verification(ctx, id, &command)).transpose()?.flatten();
    if made.is_some() {
        ctx.display(&owner.named);
    }
    answer(ctx, &owner.task, made, verification)?;
    Ok(exit::OK)
}

/// The named task; else the active ones, all of which the commit names, as the hooks would.
fn owner(ctx: &Ctx, word: Option<&str>) -> Result<Owner> {
    let view = ctx.view()?;
    let active = if word.is_some() { Vec::new() } else { ctx.active()? };
    if word.is_none() && active.is_empty() {
        return Err(Error::new(codes::NO_ACTIVE_TASK, "cannot make a checkpoint: no task is active in this worktree")
            .hint("begin one: git agent start <task>; 'git agent next' finds one")
            .hint("or name it: git agent checkpoint --task <task>"));
    }
    let task = ctx.task(&view, word)?;
    let mut named = if active.is_empty() { vec![task.id.clone()] } else { active };
    named.reverse();
    let given = word.is_some() || std::env::var_os(active::VARIABLE).is_some_and(|set| !set.is_empty());
    Ok(Owner { task, named, given })
}

fn what(args: &Args) -> Result<What> {
    if args.staged {
        return Ok(What::Staged);
    }
    if args.only.is_empty() {
        return Ok(What::Everything);
    }
    let absolute = args.only.iter().map(std::path::absolute).collect::<std::io::Result<Vec<_>>>();
    Ok(What::Only(absolute.or_environment(|| "cannot find the paths of --only".to_owned())?))
}

/// What was committed; recorded in the ledger, unless a hook did that already.
fn describe(ctx: &Ctx, owner: &Owner, made: Made, number: usize) -> Result<Described> {
    let repo = ctx.repo()?;
    let (tree, message) = checkpoint::read(repo, made.commit)?;
    let subject = subject(&message).to_string();
    let stamped = block::ids(&message, &repo.settings().trailer_rules(), &Syntax::default());
    let commit = made.commit.to_string();
    let event = |id: &TaskId| match stamped.iter().any(|named| *named == id.as_str()) {
        true => {
            let (tree, subject) = (Some(tree.to_string()), Some(subject.clone()));
            Payload::Commit(Commit { commit: commit.clone(), tree, subject })
        }
        // A hook of the user's took the trailer out.
        false => Payload::Link(Link { commit: commit.clone(), by: "checkpoint".to_owned() }),
    };
    let recorded = ctx.write(|view| {
        let mut draft = Draft::nothing();
        for id in &owner.named {
            let task = view.task(id)?;
            if task.is_some_and(|task| task.commits.iter().all(|known| known.commit != commit)) {
                draft.and(id, event(id));
            }
        }
        Ok((draft, ()))
    });
    if let Err(error) = recorded {
        ctx.out.warn(format!("the ledger does not list the checkpoint, its trailer does: {error}"));
    }
    if !stamped.iter().any(|named| *named == owner.task.id.as_str()) {
        ctx.out.warn(format!(
            "a hook took the trailer of {} out of the message; the ledger links the commit",
            owner.task.id
        ));
    }
    let operation = made.operation.map(|id| id.to_string());
    let paths = made.paths;
    Ok(Described { task: owner.task.id.clone(), number, commit, tree: tree.to_string(), subject, paths, operation })
}

/// A checkpoint in words.
struct Described {
    task: TaskId,
    number: usize,
    commit: String,
    tree: String,
    subject: String,
    paths: Vec<BString>,
    operation: Option<String>,
}

/// Run the command and say on the way why it may prove nothing.
fn run_verification(ctx: &Ctx, id: &TaskId, command: &str) -> Result<Option<Verification>> {
    match verify::verify(ctx, id, command) {
        Ok(Ok(verification)) => Ok(Some(verification)),
        Ok(Err(void)) | Err(void) => {
            ctx.out.warn(format!("not verified: {void}"));
            Ok(None)
        }
    }
}

fn answer(ctx: &Ctx, task: &Task, made: Option<Described>, verification: Option<Verification>) -> Result<()> {
    if ctx.out.is_json() {
        let view = ctx.view()?;
        let shown = verification.as_ref().map(|verification| VerificationJson::new(&view, verification));
        let operation = made.as_ref().and_then(|made| made.operation.clone());
        let checkpoint = made.map(|made| CheckpointJson {
            verification: shown.clone().filter(|_| verification.as_ref().is_some_and(|v| v.tree == made.tree)),
            task: made.task.to_string(),
            number: made.number,
            commit: made.commit,
            tree: made.tree,
            subject: made.subject,
            paths: made.paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
        });
        return ctx.out.json(&CheckpointAnswer::new(checkpoint, operation, shown));
    }
    if !ctx.out.is_quiet() {
        match &made {
            Some(made) => {
                let short = verify::short(&made.commit);
                let saved = format!("Saved {}@{} as {short}: {}", made.task, made.number, made.subject);
                ctx.out.print(&format!("{}\n  {}\n", sanitize::line(&saved), list(&made.paths)))?;
            }
            None => ctx.out.print(&format!("Nothing to commit for {}: no checkpoint was needed.\n", task.id))?,
        }
        if let Some(verification) = &verification {
            let command = ctx.view()?.text(&verification.command);
            ctx.out.print(&format!("{}\n", verify::said(&task.id, &command, verification)))?;
        }
    }
    if let Some((made, verification)) = made.as_ref().zip(verification.as_ref())
        && made.tree != verification.tree
    {
        ctx.out.warn("what was verified is not what was committed: a hook changed one of them");
    }
    if let Some(made) = &made {
        ctx.out.hint(format!("look at it with 'git show {}'", verify::short(&made.commit)));
        if made.operation.is_some() {
            ctx.out.hint("to take it back, files untouched: git agent undo");
        }
    }
    Ok(())
}

/// `3 paths: a, b, c`
fn list(paths: &[BString]) -> String {
    if paths.is_empty() {
        return "no paths".to_owned();
    }
    let named: Vec<String> = paths.iter().take(10).map(|path| sanitize::bytes(path.as_bstr())).collect();
    let more = paths.len() - named.len();
    let more = if more == 0 { String::new() } else { format!(" … and {more} more") };
    format!("{}: {}{more}", sanitize::plural(paths.len(), "path"), named.join(", "))
}
