//! `guard`: a snapshot before a command that destroys something.
//!
//! The one verb that needs no repository: a line may destroy several, or none.

use super::{Clock, actor};
use crate::{
    domain::session::SessionId,
    git::Repo,
    guard::{self, Who},
    store::active,
};

pub use crate::{
    guard::{Answer, GuardVerdict, GuardedLine, Saved, is_in_worktree},
    shell::Risk,
};

/// A command that is about to run, and its surroundings.
#[derive(Clone)]
pub struct Request<'r> {
    /// The command, or the line of shell.
    pub line: GuardedLine<'r>,
    /// The actor, if the front end was told one.
    pub actor: Option<&'r str>,
    /// The repository that we are in, if we are in one.
    pub here: Option<&'r Repo>,
    /// The session of an agent host that it runs in.
    pub session: Option<SessionId>,
    /// The clock that snapshots are dated by.
    pub clock: Clock,
}

/// Judge a line, and save what it may destroy. What must not run is an answer.
pub fn guard(request: &Request<'_>) -> Answer {
    let who = Who {
        now: &|| request.clock.now(),
        by: &|| Ok(actor(request.actor, request.here)?.to_string()),
        tasks: &|repo| {
            if let Some(session) = &request.session {
                repo.act_for(session.clone());
            }
            // What is saved when things may go wrong must not depend on the ledger.
            active::read(repo).unwrap_or_default()
        },
    };
    guard::check(request.line, &who)
}
