//! `git agent host run`: a host with a task in its environment, which reaches its shell, its hooks and its servers of tools.

use std::ffi::OsString;

use crate::{
    cmd::Ctx,
    error::Result,
    git::agent_host::TASK_VARIABLE,
    hosts::Host,
    verbs::start::{self, Activate},
    verify::replace_this_process_with,
    view::{ColorChoice, Out},
};

/// Which host, and what it works on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Host: claude, codex, gemini, copilot, opencode or cursor
    #[arg(value_parser = super::install::host)]
    host: Host,
    /// Start this task first, and stamp the host's commits with it
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Arguments for the host
    #[arg(last = true, value_name = "ARGS")]
    arguments: Vec<OsString>,
}

/// Replace this process with the host.
pub(super) fn run(args: Args) -> Result<()> {
    let mut environment = vec![("GIT_AGENT_ACTOR", args.host.as_str().to_owned())];
    if let Some(word) = args.task {
        let request = start::Request { task: word, activate: Activate::No, force: false, take_over: false };
        let ctx_of_host = Ctx::new(Out::new(false, true, ColorChoice::Auto), Some(args.host.as_str().to_owned()));
        let started = ctx_of_host.call(|caller| start::start(caller, &request))?;
        environment.push((TASK_VARIABLE, started.changed.task.id.to_string()));
    }
    let words: Vec<OsString> = [OsString::from(args.host.program())].into_iter().chain(args.arguments).collect();
    Err(replace_this_process_with(&words, &environment))
}
