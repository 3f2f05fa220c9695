//! `git agent init`: make a repository ready for agents.

use super::setup;
use crate::{
    cmd::context::Ctx,
    domain::id::TaskId,
    error::{Error, Result, codes, exit},
    git::{
        Repo,
        config_block::{Setting, Unless, Wish},
    },
    hook::install::{self, InstallOptions},
    sync::{self, Direction},
};

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
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    if let Some(prefix) = &args.id_prefix {
        check_prefix(prefix)?;
    }
    let remote = args.remote.map_or_else(|| sync::default_remote(repo), |remote| Ok(Some(remote)))?;
    let (mut done, mut warnings) = (Vec::new(), Vec::new());
    let mut wishes = sync::settings(repo, remote.as_deref())?;
    wishes.extend(args.id_prefix.map(|prefix| Wish {
        setting: Setting::new("agent", None, "idPrefix", prefix.as_bytes()),
        key: "agent.idPrefix".to_owned(),
        said: format!("Set the prefix of generated ids to '{prefix}'."),
        value: prefix,
        unless: Unless::Is,
    }));
    if args.no_hooks {
        done.extend(install::configure(repo, &wishes)?);
    } else {
        let report = install::install(repo, &InstallOptions::for_this_program(), &wishes)?;
        warnings.extend(report.unfinished().map(ToString::to_string));
        let unfinished: Vec<_> = report.unfinished().collect();
        let news =
            report.steps.iter().filter(|step| !unfinished.contains(step) && !matches!(step, install::Step::Already(_)));
        done.extend(news.map(ToString::to_string));
        done.extend(report.settings);
    }
    if let Some(remote) = &remote {
        match sync::sync(repo, remote, Direction::Fetch, &ctx.actor()?) {
            Ok(synced) if synced.merged_events > 0 => {
                done.push(format!(
                    "Fetched {} from '{remote}'.",
                    crate::view::sanitize::plural(synced.tasks_changed.len(), "task")
                ));
            }
            Ok(_) => {}
            // Offline is no reason not to begin.
            Err(error) => warnings
                .push(format!("the tasks of '{remote}' were not fetched, 'git agent sync' tries again: {error}")),
        }
    }
    say(ctx, repo, done, warnings)
}

fn say(ctx: &Ctx, repo: &Repo, done: Vec<String>, warnings: Vec<String>) -> Result<u8> {
    let is_unchanged = done.is_empty();
    setup::answer(ctx, done, warnings, || {
        let place = repo.work_dir().unwrap_or(repo.git_dir());
        let place = place.canonicalize().unwrap_or_else(|_| place.to_owned());
        let place = place.display();
        ctx.out.print(&match is_unchanged {
            true => format!("Ready, as it was before: '{place}'.\n"),
            false => format!("Ready: '{place}'.\n"),
        })?;
        ctx.out.hint("plan with 'git agent add <title>', begin with 'git agent next --start'");
        Ok(())
    })?;
    Ok(exit::OK)
}

/// Refuse a prefix that no id can begin with.
fn check_prefix(prefix: &str) -> Result<()> {
    TaskId::parse(&format!("{prefix}0")).map(drop).map_err(|why| {
        Error::new(codes::BAD_ID_PREFIX, format!("no id can begin with '{}': {why}", prefix.escape_debug()))
    })
}
