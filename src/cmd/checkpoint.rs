//! `git agent checkpoint`: save what was done as a commit of its task.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};

use super::{Ctx, text_argument, verify};
use crate::{
    domain::text::oid,
    error::{Context as _, Error, Result, codes, exit},
    verbs::{
        checkpoint::{self, Allow, GitOutput, What},
        complete::VerifyFirst,
    },
    view::{json::CheckpointAnswer, sanitize},
};

/// Commit all files that are not ignored, for the active task
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --verify, the exit code is 1 if the command fails; the checkpoint is kept.")]
pub struct Args {
    /// Commit message (default: generated from the task); '-' reads standard input
    #[arg(short, long, value_name = "MSG")]
    message: Option<String>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Commit only what is staged
    #[arg(long, conflicts_with = "only")]
    staged: bool,
    /// Commit only these paths, ignoring other staged changes
    #[arg(long, value_name = "PATH", num_args = 0..)]
    only: Option<Vec<PathBuf>>,
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
    /// Print the output of the verification
    #[arg(short, long)]
    verbose: bool,
    /// Paths of --only
    #[arg(last = true, value_name = "PATH", requires = "only", conflicts_with = "staged")]
    paths: Vec<PathBuf>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = checkpoint::Request {
        message: args.message.as_deref().map(text_argument).transpose()?,
        what: what(&args)?,
        allow: Allow { large: args.large, secrets: args.allow_secret, empty: args.allow_empty },
        output: if ctx.out.is_json() { GitOutput::Captured } else { GitOutput::Terminal },
        verify: args.verify.map(|command| VerifyFirst { command, output: verify::output(ctx, args.verbose) }),
        task: args.task,
    };
    let answer = ctx.call(|caller| checkpoint::checkpoint(caller, &request))?;
    let exit = exit_code(&answer, request.verify.is_some());
    if ctx.out.is_json() {
        ctx.out.json(&CheckpointAnswer::new(&ctx.view()?, answer))?;
    } else {
        show(ctx, &answer, args.verbose)?;
    }
    Ok(exit)
}

fn what(args: &Args) -> Result<What> {
    if args.staged {
        return Ok(What::Staged);
    }
    let Some(only) = &args.only else { return Ok(What::Everything) };
    if only.is_empty() && args.paths.is_empty() {
        return Err(Error::new(codes::USAGE, "--only needs paths"));
    }
    let absolute = only.iter().chain(&args.paths).map(std::path::absolute).collect::<std::io::Result<Vec<_>>>();
    Ok(What::Only(absolute.or_environment(|| "cannot find the paths of --only".to_owned())?))
}

/// 1 if the verification that was asked for did not pass; the checkpoint is there in any case.
fn exit_code(answer: &checkpoint::Answer, is_verified: bool) -> u8 {
    let passed = answer.verified.as_ref().is_some_and(|(_, verification)| verification.passed());
    if is_verified && !passed { exit::REFUSED } else { exit::OK }
}

fn show(ctx: &Ctx, answer: &checkpoint::Answer, verbose: bool) -> Result<()> {
    let id = &answer.task.id;
    if let Some(made) = answer.checkpoint.as_ref().filter(|_| ctx.out.is_quiet()) {
        ctx.out.print(&format!("{id}@{}\n", made.number))?;
    }
    if !ctx.out.is_quiet() {
        match &answer.checkpoint {
            Some(made) => {
                let saved = format!("Saved {id}@{} as {}: {}", made.number, oid(&made.commit), made.subject);
                ctx.out.print(&format!("{}\n  {}\n", sanitize::line(&saved), list(&made.paths)))?;
            }
            None => ctx.out.print(&format!("Nothing to commit for {id}: no checkpoint was needed.\n"))?,
        }
        if let Some((command, verification)) = &answer.verified {
            if !verbose {
                verify::show_output(ctx, verification)?;
            }
            ctx.out.print(&format!("{}\n", verify::said(id, command, verification)))?;
        }
    }
    if let Some(made) = &answer.checkpoint {
        ctx.out.hint(format!("to show it: git show {}", oid(&made.commit)));
        if made.operation.is_some() {
            ctx.out.hint("to undo it and keep the files: git agent undo");
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
