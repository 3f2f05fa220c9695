//! How far a long walk is, for people who wait for it.

use std::time::{Duration, Instant};

use crate::git::Repo;

/// No progress is shown before this.
const QUIET: Duration = Duration::from_secs(1);
/// How often the number changes.
const STEP: Duration = Duration::from_millis(100);
/// The clock is read after this many commits.
const EVERY: usize = 1024;

/// Reports how many commits were read, if the repository has a progress reporter.
pub struct Meter<'a> {
    repo: &'a Repo,
    next: Instant,
    said: bool,
    asked: usize,
}

impl<'a> Meter<'a> {
    /// Start measuring; nothing is reported for short runs.
    pub fn new(repo: &'a Repo) -> Self {
        Meter { repo, next: Instant::now() + QUIET, said: false, asked: 0 }
    }

    /// `done` commits are read, of `all` if that is known.
    pub fn at(&mut self, done: usize, all: Option<usize>) {
        if done.abs_diff(self.asked) < EVERY {
            return;
        }
        self.asked = done;
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + STEP;
        self.said = true;
        self.repo.report(Some(&match all {
            Some(all) => format!("Indexing history: {}% ({done}/{all})", done * 100 / all.max(1)),
            None => format!("Indexing history: {done} commits"),
        }));
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        if self.said {
            self.repo.report(None);
        }
    }
}
