//! `git agent host install|uninstall|status`.

use std::path::PathBuf;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes, exit},
    git::config_block,
    hosts::{
        Host,
        config::{PartState, Places, Scope},
        install::{self, Action, Change},
    },
    store::session,
    verbs::doctor::Check,
    view::{
        json::{HostChangeJson, HostJson, HostsAnswer, SCHEMA},
        relative_time,
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
    /// Print what would change as a diff, and change nothing
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

/// Where configurations are.
pub(super) fn places(ctx: &Ctx) -> Result<Places> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").ok_or_else(|| {
        Error::new(codes::HOST_CONFIG, "cannot find the configuration of hosts: HOME is not set").hint("set HOME")
    })?;
    let project = ctx.repo().ok().and_then(|repo| repo.work_dir()).map(|top| top.canonicalize().unwrap_or(top.into()));
    let named = Places::VARIABLES.into_iter().filter_map(|name| Some((name, variable(name)?))).collect();
    Ok(Places { home, project, named })
}

fn state_dir(places: &Places) -> PathBuf {
    let named = std::env::var_os("XDG_STATE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    named.unwrap_or_else(|| places.home.join(".local/state")).join("git-agent")
}

/// The hosts that are on this machine: their program or their directory.
pub(super) fn detected(places: &Places) -> Vec<Host> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let programs: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let program = |host: Host| if host == Host::Cursor { "cursor-agent" } else { host.as_str() };
    let is_there =
        |host: &Host| places.of(*host).is_dir() || programs.iter().any(|dir| dir.join(program(*host)).is_file());
    Host::ALL.into_iter().filter(is_there).collect()
}

/// Run `install` or `uninstall`.
pub(super) fn run(ctx: &Ctx, action: Action, args: Args) -> Result<u8> {
    let places = places(ctx)?;
    let scope = if args.project { Scope::Project } else { Scope::User };
    if scope == Scope::Project {
        ctx.repo()?.require_work_dir("change the configuration of hosts in a repository")?;
    }
    let hosts = match (args.hosts.is_empty(), action) {
        (false, _) => args.hosts,
        (true, Action::Install) => detected(&places),
        (true, Action::Uninstall) => {
            Host::ALL.into_iter().filter(|host| install::is_installed(*host, scope, &places)).collect()
        }
    };
    if hosts.is_empty() && action == Action::Install {
        return Err(Error::new(codes::NO_HOST_FOUND, "no agent host was found on this machine")
            .hint(format!("name one: git agent host install {}", Host::ALL.map(Host::as_str).join("|"))));
    }
    let state_dir = state_dir(&places);
    let changes = install::plan(action, &hosts, scope, &places, &state_dir)?;
    if !args.dry_run {
        install::apply(action, &changes, &state_dir)?;
    }
    ctx.out.answer(
        || HostsAnswer {
            schema: SCHEMA,
            hosts: hosts.iter().map(|host| json(ctx, *host, &places)).collect(),
            changes: changes.iter().map(HostChangeJson::new).collect(),
            dry_run: args.dry_run,
        },
        || if args.dry_run { changes.iter().map(diff).collect() } else { said(action, &hosts, &changes) },
    )?;
    if action == Action::Install && !args.dry_run {
        hints(ctx, &hosts, scope);
    }
    Ok(exit::OK)
}

fn said(action: Action, hosts: &[Host], changes: &[Change]) -> String {
    let names = hosts.iter().map(|host| host.title()).collect::<Vec<_>>().join(", ");
    let mut text = match (action, changes.is_empty()) {
        (Action::Install, true) => format!("Already installed for {names}.\n"),
        (Action::Install, false) => format!("Installed for {names}: {} changed.\n", plural(changes.len(), "file")),
        (Action::Uninstall, true) => "Nothing is installed.\n".to_owned(),
        (Action::Uninstall, false) => format!("Uninstalled for {names}: {} changed.\n", plural(changes.len(), "file")),
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
fn diff(change: &Change) -> String {
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

/// What a person has to do: hosts ask before they run hooks.
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

/// What is known of a host.
fn json(ctx: &Ctx, host: Host, places: &Places) -> HostJson {
    let scopes = [(Scope::User, "user"), (Scope::Project, "project")];
    let mut installed = Vec::new();
    let mut missing = Vec::new();
    for (scope, word) in scopes.into_iter().filter(|(scope, _)| *scope == Scope::User || places.project.is_some()) {
        if !install::is_installed(host, scope, places) {
            continue;
        }
        installed.push(word.to_owned());
        for (target, state) in install::state(host, scope, places) {
            if !matches!(state, Ok(PartState::Installed)) {
                missing.push(target.path.display().to_string());
            }
        }
    }
    let sessions = ctx.repo().map(session::all).unwrap_or_default();
    let last = sessions.iter().filter(|session| session.host == host.as_str()).map(|session| session.seen).max();
    HostJson {
        host: host.as_str().to_owned(),
        found: detected(places).contains(&host),
        installed,
        missing,
        trusted: (host == Host::Codex).then(|| install::is_trusted_by_codex(places)).flatten(),
        last_event: last.map(|at| at.to_string()),
    }
}

/// The hosts on this machine that are installed neither for the user nor in this repository.
pub(in crate::cmd) fn not_installed(ctx: &Ctx) -> Vec<Host> {
    let Ok(places) = places(ctx) else { return Vec::new() };
    let scopes = [Scope::User, Scope::Project];
    let is_missing = |host: &Host| !scopes.iter().any(|scope| install::is_installed(*host, *scope, &places));
    detected(&places).into_iter().filter(is_missing).collect()
}

/// Install the hosts on this machine for the user (`init --hosts`); answers what was done, a sentence each.
pub(in crate::cmd) fn install_detected(ctx: &Ctx) -> Result<Vec<String>> {
    let places = places(ctx)?;
    let (hosts, state_dir) = (detected(&places), state_dir(&places));
    let changes = install::plan(Action::Install, &hosts, Scope::User, &places, &state_dir)?;
    install::apply(Action::Install, &changes, &state_dir)?;
    let changed = changes.iter().map(|change| format!("Changed '{}'.", change.path.display()));
    Ok(changed.map(|line| sanitize::line(&line).into_owned()).collect())
}

/// What `doctor` says of the hosts on this machine.
pub(in crate::cmd) fn checks(ctx: &Ctx) -> Vec<Check> {
    let Ok(places) = places(ctx) else { return Vec::new() };
    let check = |host: Host| {
        let known = json(ctx, host, &places);
        let said = line(ctx, host, &known).replace("\n ", ";").trim_end().to_owned();
        let install = format!("git agent host install {}", host.as_str());
        match known.installed.is_empty() || known.missing.is_empty() {
            true => Check::ok("host", said),
            false => Check::warning("host", said, install),
        }
    };
    detected(&places).into_iter().map(check).collect()
}

/// Run `status`.
pub(super) fn status(ctx: &Ctx, args: StatusArgs) -> Result<u8> {
    let places = places(ctx)?;
    let hosts = if args.hosts.is_empty() { Host::ALL.to_vec() } else { args.hosts };
    let all: Vec<HostJson> = hosts.iter().map(|host| json(ctx, *host, &places)).collect();
    let answer = || HostsAnswer { schema: SCHEMA, hosts: all.clone(), changes: Vec::new(), dry_run: false };
    ctx.out.answer(answer, || hosts.iter().zip(&all).map(|(host, json)| line(ctx, *host, json)).collect())?;
    Ok(exit::OK)
}

/// What is said of a host.
fn line(ctx: &Ctx, host: Host, known: &HostJson) -> String {
    let title = host.title();
    let install = format!("git agent host install {}", host.as_str());
    let mut text = match (known.found, known.installed.is_empty()) {
        (false, true) => return format!("{title}: not found\n"),
        (true, true) => return format!("{title}: not installed; {install}\n"),
        _ => format!("{title}: installed ({})", known.installed.join(", ")),
    };
    let last = known.last_event.as_deref().and_then(|at| crate::domain::time::Timestamp::parse(at).ok());
    text.push_str(&match last {
        Some(at) => format!(", last event here {}", relative_time::ago(ctx.now(), at)),
        None => ", no event here yet".to_owned(),
    });
    if known.trusted == Some(false) {
        text.push_str("\n  not trusted yet, so its hooks do not run: /hooks in Codex");
    }
    if !known.missing.is_empty() {
        let files = known.missing.iter().map(|path| sanitize::line(path).into_owned()).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("\n  differs from what this version installs: {files}; {install}"));
    }
    if known.installed.len() > 1 {
        text.push_str("\n  installed twice; each event counts once");
    }
    text + "\n"
}
