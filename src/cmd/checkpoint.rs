//! `git agent checkpoint`: save what was done as a commit of its task.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};

use super::verify;
use crate::{
    cmd::context::{Ctx, text_argument},
    domain::text::oid,
    error::{Context as _, Result, exit},
    verbs::{
        checkpoint::{self, Allow, Answer, GitOutput, Request, What},
        complete::Verify,
    },
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

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = Request {
        message: args.message.as_deref().map(text_argument).transpose()?,
        what: what(&args)?,
        allow: Allow { large: args.large, secrets: args.allow_secret, empty: args.allow_empty },
        output: if ctx.out.is_json() { GitOutput::Captured } else { GitOutput::Terminal },
        verify: args.verify.map(|command| Verify { command, output: verify::output(ctx) }),
        task: args.task,
    };
    let answer = ctx.call(|caller| checkpoint::checkpoint(caller, &request))?;
    if ctx.out.is_json() {
        show_json(ctx, answer)?;
    } else {
        show(ctx, &answer)?;
    }
    Ok(exit::OK)
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

fn show_json(ctx: &Ctx, answer: Answer) -> Result<()> {
    let view = ctx.view()?;
    let verified = answer.verified.as_ref().map(|(_, verification)| verification);
    let shown = verified.map(|verification| VerificationJson::new(&view, verification));
    let operation = answer.checkpoint.as_ref().and_then(|made| made.operation.clone());
    let checkpoint = answer.checkpoint.map(|made| CheckpointJson {
        verification: shown.clone().filter(|_| verified.is_some_and(|verification| verification.tree == made.tree)),
        task: answer.task.id.to_string(),
        number: made.number,
        commit: made.commit,
        tree: made.tree,
        subject: made.subject,
        paths: made.paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
    });
    ctx.out.json(&CheckpointAnswer::new(checkpoint, operation, shown))
}

fn show(ctx: &Ctx, answer: &Answer) -> Result<()> {
    let id = &answer.task.id;
    if !ctx.out.is_quiet() {
        match &answer.checkpoint {
            Some(made) => {
                let saved = format!("Saved {id}@{} as {}: {}", made.number, oid(&made.commit), made.subject);
                ctx.out.print(&format!("{}\n  {}\n", sanitize::line(&saved), list(&made.paths)))?;
            }
            None => ctx.out.print(&format!("Nothing to commit for {id}: no checkpoint was needed.\n"))?,
        }
        if let Some((command, verification)) = &answer.verified {
            ctx.out.print(&format!("{}\n", verify::said(id, command, verification)))?;
        }
    }
    if let Some(made) = &answer.checkpoint {
        ctx.out.hint(format!("look at it with 'git show {}'", oid(&made.commit)));
        if made.operation.is_some() {
            ctx.out.hint("to undo it and keep the files as they are: git agent undo");
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
