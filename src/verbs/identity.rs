//! Who acts, when an actor is not named on the command line.

use bstr::ByteSlice as _;

use crate::{
    domain::actor::Actor,
    error::{Error, Result, codes},
    git::{Repo, agent_host, host_name, objects},
};

/// The actor: `named`, else `GIT_AGENT_ACTOR`, the agent host that runs this process, the person that git knows in `repo`
/// ([`objects::person`]); with the name of this machine. `unknown` where there is none.
///
/// # Errors
///
/// `bad-actor` when `named` or the variable is not a name for an actor.
pub fn actor(named: Option<&str>, repo: Option<&Repo>) -> Result<Actor> {
    let variable = std::env::var("GIT_AGENT_ACTOR").ok().filter(|name| !name.trim().is_empty());
    let machine = host_name();
    if let Some(name) = named.map(str::to_owned).or(variable) {
        return Actor::at_host(&name, &machine).ok_or_else(|| {
            Error::new(codes::BAD_ACTOR, format!("'{}' is not a name for an actor", name.escape_debug()))
        });
    }
    let name = match agent_host::host() {
        Some(name) => Some(name.to_owned()),
        None => repo.and_then(objects::person).map(|name| name.to_str_lossy().into_owned()),
    };
    let known = name.and_then(|name| Actor::at_host(&name, &machine));
    known.or_else(|| Actor::at_host("unknown", &machine)).ok_or_else(|| Error::bug("no name for the actor"))
}
