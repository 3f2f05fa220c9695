//! `git agent host install|uninstall|status`.

use std::path::PathBuf;

use crate::{
    cmd::Ctx,
    error::{Error, Result, codes},
    git::config_block,
    hosts::{
        Host,
        config::{Places, Scope},
        install::{self, FileChange, InstallAction},
    },
    verbs::host::installed::{self, HostStatus},
    view::{
        host,
        json::{HostJson, HostsAnswer, JsonForm as _},
        sanitize::{self, plural},
    },
};

/// Which hosts, and whose configuration.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Hosts: claude, codex, gemini, copilot, opencode, cursor (default: those found on this machine)
    #[arg(value_name = "HOST", value_parser = host)]
    hosts: Vec<Host>,
    /// Change the configuration of this repository instead of the user's
    #[arg(long)]
    project: bool,
    /// Show what would change as a diff, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// Whose status.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// Hosts: claude, codex, gemini, copilot, opencode, cursor (default: those found on this machine)
    #[arg(value_name = "HOST", value_parser = host)]
    hosts: Vec<Host>,
}

/// The host that `word` names.
pub(super) fn host(word: &str) -> Result<Host, String> {
    let known = || Host::ALL.map(Host::as_str).join(", ");
    Host::from_word(word).ok_or_else(|| format!("not a host; the hosts are {}", known()))
}

fn state_dir(places: &Places) -> PathBuf {
    let named = std::env::var_os("XDG_STATE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| places.home.join(".local/state")).join("git-agent")
}

pub(super) fn run(ctx: &Ctx, action: InstallAction, args: Args) -> Result<()> {
    let places = installed::places(ctx.repo().ok())?;
    let scope = if args.project { Scope::Project } else { Scope::User };
    if scope == Scope::Project {
        ctx.repo()?.require_work_dir("change the configuration of hosts in a repository")?;
    }
    let hosts = match (args.hosts.is_empty(), action) {
        (false, _) => args.hosts,
        (true, InstallAction::Install) if scope == Scope::User => wanted(ctx, &places),
        (true, InstallAction::Install) => detected(&places),
        (true, InstallAction::Uninstall) => {
            Host::ALL.into_iter().filter(|host| install::is_installed(*host, scope, &places)).collect()
        }
    };
    let is_planned = !hosts.is_empty();
    // Those that are left out have the plugin.
    let hosts = if is_planned || action == InstallAction::Uninstall { hosts } else { detected(&places) };
    if hosts.is_empty() && action == InstallAction::Install {
        return Err(Error::new(codes::NO_HOST_FOUND, "no agent host was found on this machine")
            .hint(format!("name one: git agent host install {}", Host::ALL.map(Host::as_str).join("|"))));
    }
    let state_dir = state_dir(&places);
    let planned: &[Host] = if is_planned { &hosts } else { &[] };
    let changes = install::plan(action, planned, scope, &places, &state_dir)?;
    if !args.dry_run {
        install::apply(action, &changes, &state_dir)?;
    }
    ctx.out.answer(
        || HostsAnswer {
            hosts: hosts
                .iter()
                .map(|host| HostJson::new(&installed::status(ctx.repo().ok(), *host, &places)))
                .collect(),
            changes: changes.to_json(),
            dry_run: args.dry_run,
        },
        || if args.dry_run { changes.iter().map(diff).collect() } else { said(action, &hosts, &changes) },
    )?;
    if action == InstallAction::Install && !args.dry_run {
        hints(ctx, &hosts, scope);
    }
    Ok(())
}

fn said(action: InstallAction, hosts: &[Host], changes: &[FileChange]) -> String {
    let names = hosts.iter().map(|host| host.title()).collect::<Vec<_>>().join(", ");
    let mut text = match (action, changes.is_empty()) {
        (InstallAction::Install, true) => format!("Already installed for {names}.\n"),
        (InstallAction::Install, false) => {
            format!("Installed for {names}: {} changed.\n", plural(changes.len(), "file"))
        }
        (InstallAction::Uninstall, true) => "Nothing is installed.\n".to_owned(),
        (InstallAction::Uninstall, false) => {
            format!("Uninstalled for {names}: {} changed.\n", plural(changes.len(), "file"))
        }
    };
    for change in changes {
        let what = match (&change.before, &change.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "changed",
        };
        text.push_str(&format!("  {what}: {}\n", sanitize::line(&change.path.display().to_string())));
    }
    text
}

/// A change as a unified diff without context: lines of other programs are not printed.
fn diff(change: &FileChange) -> String {
    let lines = |text: &Option<String>| -> Vec<String> {
        text.iter().flat_map(|text| text.lines()).map(|line| sanitize::line(line).into_owned()).collect()
    };
    let (before, after) = (lines(&change.before), lines(&change.after));
    let same_head = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
    let rest = before.len().min(after.len()) - same_head;
    let same_tail =
        before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(one, other)| one == other).count();
    let path = sanitize::line(&change.path.display().to_string()).into_owned();
    let (gone, new) = (&before[same_head..before.len() - same_tail], &after[same_head..after.len() - same_tail]);
    let mut text =
        format!("--- {path}\n+++ {path}\n@@ -{},{} +{},{} @@\n", same_head + 1, gone.len(), same_head + 1, new.len());
    text.extend(gone.iter().map(|line| format!("-{line}\n")));
    text.extend(new.iter().map(|line| format!("+{line}\n")));
    text
}

/// Steps for the user: hosts ask before they run hooks.
fn hints(ctx: &Ctx, hosts: &[Host], scope: Scope) {
    for host in hosts {
        ctx.out.hint(match host {
            Host::Codex => "Codex: trust the hooks once with /hooks; until then it silently skips them",
            Host::Copilot if scope == Scope::Project => {
                "Copilot CLI: hooks of a repository need --trust-folder or your consent"
            }
            Host::Gemini if scope == Scope::Project => "Gemini CLI: hooks of a repository run in trusted folders only",
            _ => continue,
        });
    }
    if scope == Scope::Project && hosts.iter().any(|host| matches!(host, Host::Claude | Host::Gemini | Host::Copilot)) {
        ctx.out
            .hint("Claude Code, Gemini CLI and Copilot CLI read hooks of a repository only when they start at its top");
    }
    if let Ok(repo) = ctx.repo()
        && config_block::read(repo).is_empty()
    {
        ctx.out.hint("to record sessions in this repository: git agent init");
    }
}

/// The hosts on this machine that have nothing of ours, neither for the user, nor in this repository, nor as a plugin.
pub(in crate::cmd) fn not_installed(ctx: &Ctx) -> Vec<Host> {
    let repo = ctx.repo().ok();
    let Ok(places) = installed::places(repo) else { return Vec::new() };
    let found = installed::found(repo, &places).into_iter();
    found.filter(|known| known.installed.is_empty()).map(|known| known.host).collect()
}

fn detected(places: &Places) -> Vec<Host> {
    Host::ALL.into_iter().filter(|host| places.has(*host)).collect()
}

/// The hosts on this machine that are installed if none is named: a plugin is enough.
fn wanted(ctx: &Ctx, places: &Places) -> Vec<Host> {
    let found = installed::found(ctx.repo().ok(), places).into_iter();
    found.filter(|known| !known.is_plugin_only()).map(|known| known.host).collect()
}

/// Install the hosts on this machine for the user (`init --hosts`); answers what was done, a sentence each.
pub(in crate::cmd) fn install_detected(ctx: &Ctx) -> Result<Vec<String>> {
    let places = installed::places(ctx.repo().ok())?;
    let (hosts, state_dir) = (wanted(ctx, &places), state_dir(&places));
    let changes = install::plan(InstallAction::Install, &hosts, Scope::User, &places, &state_dir)?;
    install::apply(InstallAction::Install, &changes, &state_dir)?;
    let changed = changes.iter().map(|change| format!("Changed '{}'.", change.path.display()));
    Ok(changed.map(|line| sanitize::line(&line).into_owned()).collect())
}

pub(super) fn status(ctx: &Ctx, args: StatusArgs) -> Result<()> {
    let repo = ctx.repo().ok();
    let places = installed::places(repo)?;
    let hosts = if args.hosts.is_empty() { Host::ALL.to_vec() } else { args.hosts };
    let all: Vec<HostStatus> = hosts.into_iter().map(|host| installed::status(repo, host, &places)).collect();
    let answer = || HostsAnswer { hosts: all.to_json(), changes: Vec::new(), dry_run: false };
    let line = |line: String| sanitize::line(&line).into_owned();
    let lines = |known: &HostStatus| {
        host::lines(known, ctx.now()).into_iter().map(line).collect::<Vec<_>>().join("\n  ") + "\n"
    };
    ctx.out.answer(answer, || all.iter().map(lines).collect())
}
