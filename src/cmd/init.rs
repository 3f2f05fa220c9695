//! `git agent init`: set up a repository.

use super::{Ctx, host, setup};
use crate::{error::Result, verbs::init, view::list};

/// Set up a repository: install hooks that stamp commits, and fetch the tasks of its remote
///
/// Running it again is safe. 'git agent uninstall' removes everything.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remote to share tasks with (default: the upstream's, or origin)
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Do not install hooks
    #[arg(long)]
    no_hooks: bool,
    /// Prefix of generated task ids
    #[arg(long, value_name = "PREFIX")]
    id_prefix: Option<String>,
    /// Also install the agent hosts of this machine, as 'git agent host install' does
    #[arg(long)]
    hosts: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = init::Request { remote: args.remote, hooks: !args.no_hooks, id_prefix: args.id_prefix };
    let mut changes = ctx.call(|caller| init::init(caller, &request))?;
    if args.hosts {
        changes.done.extend(host::install::install_detected(ctx)?);
    }
    let is_unchanged = changes.done.is_empty();
    setup::answer(ctx, changes, || {
        let repo = ctx.repo()?;
        let place = repo.dir();
        let place = place.canonicalize().unwrap_or_else(|_| place.to_owned());
        let as_before = if is_unchanged { ", unchanged" } else { "" };
        ctx.out.print(&format!("Ready{as_before}: '{}'.\n", place.display()))?;
        let hosts = if args.hosts { Vec::new() } else { host::install::not_installed(ctx) };
        if !hosts.is_empty() {
            let names = list(hosts.iter().map(|host| host.title()));
            ctx.out.hint(format!("to record the sessions of {names}: git agent host install"));
        }
        ctx.out.hint("to add a task: git agent add <title>; to start one: git agent next --start");
        Ok(())
    })
}
