//! Who acts, when an actor is not named on the command line.

use bstr::ByteSlice as _;

use crate::{
    domain::actor::Actor,
    error::{Error, Result, codes},
    git::{Repo, agent_host, objects, processes::host_name},
};

/// Clients of the Model Context Protocol that agent hosts are, and what their agents are called.
const CLIENTS: [(&str, &str); 7] = [
    ("claude-code", "claude"),
    ("claude-ai", "claude"),
    ("codex-mcp-client", "codex"),
    ("gemini-cli-mcp-client", "gemini"),
    ("copilot-cli", "copilot"),
    ("opencode", "opencode"),
    ("cursor-vscode", "cursor"),
];

/// What to call the agent of a client of the Model Context Protocol that says it is `client`: nothing where `GIT_AGENT_ACTOR` does, or
/// where the client says nothing of use. A client that is not a known host is called what it says, unless the environment knows the host.
pub fn client_name(client: &str) -> Option<String> {
    if std::env::var("GIT_AGENT_ACTOR").is_ok_and(|name| !name.trim().is_empty()) {
        return None;
    }
    let known =
        CLIENTS.iter().find(|(name, _)| client.eq_ignore_ascii_case(name)).map(|(_, agent)| (*agent).to_owned());
    let itself = || Some(client.to_owned()).filter(|_| agent_host::host().is_none());
    known.or_else(itself).filter(|name| !name.trim().is_empty() && Actor::at_host(name, "host").is_some())
}

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
            Error::new(codes::BAD_ACTOR, format!("'{}' is not a valid actor name", name.escape_debug()))
        });
    }
    let name = match agent_host::host() {
        Some(name) => Some(name.to_owned()),
        None => repo.and_then(objects::person).map(|name| name.to_str_lossy().into_owned()),
    };
    let known = name.and_then(|name| Actor::at_host(&name, &machine));
    known.or_else(|| Actor::at_host("unknown", &machine)).ok_or_else(|| Error::bug("no name for the actor"))
}
