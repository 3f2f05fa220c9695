//! What git's hooks do for us, and how they get into a repository.
//!
//! ```text
//! git commit ── prepare-commit-msg ── [editor] ── commit-msg ── the commit        the next command
//!                     │                               │                                  │
//!                 no editor: stamp            editor: stamp                     record in the ledger
//! ```
//!
//! The shims in `hooks/` ask the cheap questions in the shell and start `git agent hook <name>` only when there may be
//! something to do. Here the rest is decided: [`sequencer`] and [`command`] find out what git is doing, [`crate::domain::stamp`] (pure) what the
//! message should name, [`stamp`] writes it and leaves a note ([`pending`]) from which the next command records the commit
//! ([`take_in`]). No hook ever fails a commit: see [`mod@fail_open`].
//!
//! `pre-push` is the other way round: it stops pushes of what belongs to this clone alone, and nothing else: see [`pre_push`].

mod command;
mod fail_open;
pub mod install;
mod intake;
mod pending;
pub mod pre_push;
mod sequencer;
mod settings;
mod staged;
mod stamp;

use std::ffi::{OsStr, OsString};

pub use crate::hook::{
    fail_open::{fail_open, note_limit},
    intake::{Waiting, Why, take_in},
};

use crate::{
    domain::{actor::Actor, time::Timestamp},
    error::Result,
    git::Repo,
};

/// Where a hook runs, when, and for whom.
pub struct Surroundings<'a> {
    /// The repository that git is working on.
    pub repo: &'a Repo,
    /// Returns the current time.
    pub now: &'a dyn Fn() -> Timestamp,
    /// Who acts; asked only when something is recorded.
    pub actor: &'a dyn Fn() -> Result<Actor>,
}

/// A hook of git that git-agent has something to do in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// The message exists, no editor has been opened yet.
    PrepareCommitMsg,
    /// The message is final, but for git's cleanup.
    CommitMsg,
    /// The commit is made. Only older versions have installed it.
    PostCommit,
    /// Refs are going to be pushed.
    PrePush,
}

impl Hook {
    /// Those that are installed, in the order in which git runs them.
    pub const ALL: [Hook; 3] = [Hook::PrepareCommitMsg, Hook::CommitMsg, Hook::PrePush];

    /// Those that an older version has installed.
    pub const FORMER: [Hook; 1] = [Hook::PostCommit];

    /// The name that git uses.
    pub fn name(self) -> &'static str {
        match self {
            Hook::PrepareCommitMsg => "prepare-commit-msg",
            Hook::CommitMsg => "commit-msg",
            Hook::PostCommit => "post-commit",
            Hook::PrePush => "pre-push",
        }
    }

    /// Whether git tells it something on standard input.
    pub fn reads_input(self) -> bool {
        self == Hook::PrePush
    }

    /// The hook that git calls `name`.
    pub fn from_name(name: &OsStr) -> Option<Hook> {
        Hook::ALL.into_iter().chain(Hook::FORMER).find(|hook| name == hook.name())
    }

    /// Do what this hook does with the arguments that git gave to it.
    ///
    /// # Errors
    ///
    /// Those of the hook, which [`fail_open::fail_open`] reports: no hook keeps git from committing.
    pub fn run(self, here: &Surroundings<'_>, args: &[OsString], limit: &fail_open::Limit) -> Result<()> {
        let settings = settings::HookSettings::read(here.repo);
        limit.set(here.repo, settings.timeout());
        match self {
            Hook::PrepareCommitMsg => stamp::prepare_commit_msg(here, &settings, args)?,
            Hook::CommitMsg => stamp::commit_msg(here, &settings, args)?,
            Hook::PostCommit => drop(take_in(here.repo, (here.now)())),
            // It asks no repository: see [`pre_push`].
            Hook::PrePush => {}
        }
        fail_open::remember_program(here.repo);
        Ok(())
    }
}
