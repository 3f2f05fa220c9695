//! No hook of ours ever stops a commit: not by failing, not by crashing, not by hanging.
//!
//! Three layers: this one catches errors, panics and its own slowness; the shim runs us under `timeout` and ignores our
//! exit code; and it goes on without us when there is no git-agent.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::error::Result;

/// How long a hook may take: `agent.hookTimeout`.
pub const DEFAULT_LIMIT: Duration = Duration::from_secs(5);

/// The time limit of the running hook, to be changed once the settings are known.
pub struct Limit(Sender<Duration>);

impl Limit {
    /// Allow `limit`, counted from the start of the hook.
    pub fn set(&self, limit: Duration) {
        // A watchdog that is gone has ended the process already.
        self.0.send(limit).unwrap_or_default();
    }
}

/// Run `work`; say in one line on standard error what went wrong, if anything did. Always comes back, or ends the process
/// with success when the time is up.
pub fn fail_open(hook: &str, work: impl FnOnce(&Limit) -> Result<()>) {
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
}

fn watch(hook: &str, changes: &Receiver<Duration>) {
    let start = Instant::now();
    let mut limit = DEFAULT_LIMIT;
    loop {
        match changes.recv_timeout(limit.saturating_sub(start.elapsed())) {
            Ok(new) => limit = new,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                complain(hook, &format!("gave up after {} ms", limit.as_millis()));
                std::process::exit(0);
            }
        }
    }
}

/// One line on standard error. Nobody listening is no reason to fail either.
pub(super) fn complain(hook: &str, what: &str) {
    let line: String = what.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect();
    drop(writeln!(std::io::stderr(), "git-agent: {hook}: {line}; the commit goes on"));
}
