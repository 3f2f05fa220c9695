//! No hook of ours ever stops a commit: not by failing, not by crashing, not by hanging.
//!
//! Three layers: this one catches errors, panics and its own slowness; the shim kills a program that gives no answer in
//! time and ignores our exit code; and it goes on without us when there is no git-agent.
//!
//! The process that kills costs as much as the hook itself, so the shim starts it only until the program has shown that it is a
//! git-agent that runs here: [`PROGRAM`] then gets its path, which counts while the program is older than that file.
//!
//! All hooks of one commit together take `agent.hookTimeout` at most. A shell cannot read git's configuration, and does not
//! know how long a program took, so the shim names two more files: [`NOTE`] gets the setting, [`USED`] the seconds that a slow
//! hook took.

use std::fs;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::settings::HookSettings;
use crate::{error::Result, git::Repo};

/// Set by the shim to the path of a program that has not been run by it yet.
const PROGRAM: &str = "GIT_AGENT_HOOK_PROGRAM";

/// Where the path of the program that ran last is kept, in the git directory of the worktree.
const PROGRAM_FILE: &str = "agent/hook-program";

/// How long a hook may take: `agent.hookTimeout`.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(5);

/// Set by the shim to the file that keeps the seconds which the hooks of this commit took so far.
const USED: &str = "GIT_AGENT_HOOK_USED";

/// Set by the shim to the file that wants to have `agent.hookTimeout`, in seconds; empty if it knows.
const NOTE: &str = "GIT_AGENT_HOOK_NOTE";

/// The time limit of the running hook, to be changed once the settings are known.
pub struct Limit(Sender<Duration>);

impl Limit {
    /// Allow `limit`, counted from the start of the hook, and tell the shim, if it asks.
    pub fn set(&self, repo: &Repo, limit: Duration) {
        // A watchdog that is gone has ended the process already.
        self.0.send(limit.saturating_sub(used())).unwrap_or_default();
        if let Some(file) = named(NOTE) {
            write_note(repo, &file, limit);
        }
    }
}

/// Run `work`; say in one line on standard error what went wrong, if anything did. Always returns, or ends the process
/// with success when the time is up.
pub fn fail_open(hook: &str, work: impl FnOnce(&Limit) -> Result<()>) {
    let start = Instant::now();
    let (sender, receiver) = channel();
    let name = hook.to_owned();
    let watchdog = std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || watch(&name, &receiver));
    if watchdog.is_err() {
        complain(hook, "cannot start its watchdog");
        return;
    }
    std::panic::set_hook(Box::new(|_| {}));
    match catch_unwind(AssertUnwindSafe(|| work(&Limit(sender)))) {
        Ok(Ok(())) => {}
        Ok(Err(error)) => complain(hook, &error.to_string()),
        Err(_) => complain(hook, "crashed; please report this"),
    }
    add_used(start.elapsed());
}

/// Tell the shims of this worktree the limit before they ask for it.
pub fn note_limit(repo: &Repo) {
    write_note(repo, &repo.worktree_agent_dir().join("hook-timeout"), HookSettings::read(repo).timeout());
}

/// Forget [`note_limit`], and what a hook that hung has left.
pub fn forget_limit(repo: &Repo) {
    let dir = repo.worktree_agent_dir();
    // Mostly there is no such file; and the directory is not empty when it has more than ours.
    fs::remove_file(repo.git_dir().join("agent-hook-seconds")).ok();
    fs::remove_file(repo.git_dir().join(PROGRAM_FILE)).ok();
    fs::remove_file(dir.join("hook-timeout")).and_then(|()| fs::remove_dir(dir)).ok();
}

fn write_note(repo: &Repo, file: &Path, limit: Duration) {
    // `git -c agent.hookTimeout=1 commit` is about that commit.
    if ["GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"].iter().any(|name| std::env::var_os(name).is_some()) {
        return;
    }
    // Without it the shim asks git each time, which is slower and just as good.
    repo.put(file, format!("{}\n", limit.as_secs()).as_bytes()).ok();
}

/// Leave the time that this hook took to the next ones, if it is worth mentioning.
fn add_used(took: Duration) {
    let Some(file) = named(USED).filter(|_| took >= Duration::from_secs(1)) else { return };
    let seconds = took.as_millis().div_ceil(1000) as u64;
    // Without it the next hook may take as long again.
    fs::write(&file, format!("{}\n", used().as_secs().saturating_add(seconds))).ok();
}

/// The time that the hooks of this commit took before this one.
fn used() -> Duration {
    let text = named(USED).and_then(|file| fs::read_to_string(file).ok());
    Duration::from_secs(text.and_then(|text| text.trim().parse().ok()).unwrap_or(0))
}

/// Tell the shim that it no longer needs to watch this program, if the program that it names is this one, and not a script that
/// calls it.
pub(super) fn remember_program(repo: &Repo) {
    let Some(program) = named(PROGRAM) else { return };
    let is_this = || Some(program.canonicalize().ok()? == std::env::current_exe().ok()?.canonicalize().ok()?);
    let Some(file) = named(USED).and_then(|used| Some(used.parent()?.join(PROGRAM_FILE))) else { return };
    // A name with a line break is not one that the shim reads back.
    if is_this() == Some(true) && !program.as_os_str().as_encoded_bytes().contains(&b'\n') {
        // Without it the next hook is watched, too.
        repo.put(&file, &[program.as_os_str().as_encoded_bytes(), b"\n"].concat()).ok();
    }
}

/// The file that a variable names.
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|name| !name.is_empty()).map(PathBuf::from)
}

fn watch(hook: &str, changes: &Receiver<Duration>) {
    let start = Instant::now();
    let mut limit = DEFAULT_LIMIT;
    loop {
        // Before the shim, which kills without a word about the reason.
        match changes.recv_timeout((limit - limit / 10).saturating_sub(start.elapsed())) {
            Ok(new) => limit = new,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                complain(hook, &format!("timed out after {} ms", limit.as_millis()));
                add_used(start.elapsed());
                std::process::exit(0);
            }
        }
    }
}

/// One line on standard error about what went wrong. A closed standard error is no reason to fail either.
pub(super) fn complain(hook: &str, what: &str) {
    let line: String = what.chars().take(300).collect();
    say(&format!("{hook}: {line}; the commit continues"));
}

/// One line on standard error.
pub(super) fn say(what: &str) {
    let line: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    drop(writeln!(std::io::stderr(), "git-agent: {line}"));
}
