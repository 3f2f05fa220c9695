//! `git agent verify`: run a command on the work tree, and record its result.

use super::Ctx;
use crate::{
    domain::{id::TaskId, task::Verification, text::shell_word},
    error::{Error, Result, exit},
    verbs::verify,
    verify::Output,
    view::{
        hint,
        json::{VerificationJson, VerifyAnswer},
    },
};

/// Run a command on the work tree and record its result for this exact content
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The exit code is 0 only if the command succeeded.")]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Print the output of the command as it runs (default: only its last lines, if it fails)
    #[arg(short, long)]
    verbose: bool,
    /// Command, run by sh at the top of the work tree (default: 'agent.verify')
    #[arg(last = true, value_name = "CMD")]
    command: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let command = (!args.command.is_empty()).then(|| join(&args.command));
    let request = verify::Request { task: args.task, command, output: output(ctx, args.verbose) };
    let answer = ctx.call(|caller| verify::verify(caller, &request))?;
    let verification = match answer.outcome {
        Ok(verification) => verification,
        Err(void) => {
            let void = Error::from(void);
            if ctx.out.is_json() {
                ctx.out.error(&void);
            } else {
                ctx.out.warn(void.to_string());
                hint::lines(&void).iter().for_each(|hint| ctx.out.hint(hint));
            }
            return Ok(exit::REFUSED);
        }
    };
    if ctx.out.is_json() {
        let verification = VerificationJson::new(&verification, &ctx.view()?);
        ctx.out.json(&VerifyAnswer { verification })?;
    } else if !ctx.out.is_quiet() {
        if !args.verbose {
            show_output(ctx, &verification)?;
        }
        ctx.out.print(&format!("{}\n", said(&answer.task, &answer.command, &verification)))?;
    }
    Ok(if verification.passed() { exit::OK } else { exit::REFUSED })
}

/// Where the output of a command goes: nowhere if it is not asked for; with --json, standard output is for our answer.
pub(super) fn output(ctx: &Ctx, is_wanted: bool) -> Output {
    match (is_wanted, ctx.out.is_json()) {
        (false, _) => Output::Discard,
        (true, true) => Output::ToStderr,
        (true, false) => Output::Inherit,
    }
}

/// Show the last lines of a command that failed.
pub(super) fn show_output(ctx: &Ctx, verification: &Verification) -> Result<()> {
    if let Some(output) = verification.output.as_ref().filter(|_| !ctx.out.is_quiet() && !ctx.out.is_json()) {
        ctx.out.excerpt(&ctx.view()?.text(output));
    }
    Ok(())
}

/// `Verified t-1: 'cargo test' passed in 1.2 s on tree 4b825dc642cb.`
pub(super) fn said(id: &TaskId, command: &str, verification: &Verification) -> String {
    format!("Verified {id}: {}.", verify::outcome(command, verification))
}

/// One word is a shell command as it is; several are a command and its arguments.
pub(super) fn join(words: &[String]) -> String {
    if let [command] = words {
        return command.clone();
    }
    words.iter().map(|word| shell_word(word).to_string()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn several_words_reach_the_shell_as_they_were_given() {
        let join = |words: &[&str]| super::join(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        assert_eq!(join(&["cargo test && echo ok"]), "cargo test && echo ok");
        assert_eq!(join(&["test", "a b", "it's", ""]), r"test 'a b' 'it'\''s' ''");
    }
}
