//! Interrupts: the worktrees are removed first.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use signal_hook::{
    SigId,
    consts::{SIGHUP, SIGINT, SIGTERM},
    flag,
    low_level::unregister,
};

use crate::{
    error::{Context as _, Error, Result, codes},
    git::processes,
};

/// While it lives, signals that would end the process are noted instead.
pub(super) struct Stop {
    flag: Arc<AtomicBool>,
    signals: Vec<SigId>,
}

impl Stop {
    /// Note the signals of a terminal and of `kill`, except those that this process ignores.
    pub fn listen() -> Result<Self> {
        let mut stop = Stop { flag: Arc::default(), signals: Vec::new() };
        for signal in [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| !processes::ignores(*signal)) {
            let id = flag::register(signal, Arc::clone(&stop.flag));
            stop.signals.push(id.or_environment(|| "cannot install signal handlers".to_owned())?);
        }
        Ok(stop)
    }

    /// Set when a signal asks the process to stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// # Errors
    ///
    /// `bisect-interrupted` when we shall stop.
    pub fn check(&self) -> Result<()> {
        if self.flag.load(Ordering::Relaxed) {
            Err(Error::new(codes::BISECT_INTERRUPTED, "the bisection was interrupted"))
        } else {
            Ok(())
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        for signal in self.signals.drain(..) {
            unregister(signal);
        }
    }
}
