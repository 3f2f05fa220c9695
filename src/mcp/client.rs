//! Who calls: what a client says of itself, and where its work is.

use std::path::{Path, PathBuf};

use rmcp::{RoleServer, service::RequestContext};
use serde_json::Value;

use crate::{domain::session::SessionId, git::agent_host, verbs};

/// Codex puts the directories that a turn is about here: a server that it starts has an empty environment.
const CODEX_TURN: &str = "x-codex-turn-metadata";

/// The host that starts servers without telling them of the session.
const CODEX: &str = "codex";

/// Claude Code sets it for the servers that it starts.
const CLAUDE_DIRECTORY: &str = "CLAUDE_PROJECT_DIR";

/// Who calls, and where.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// The actor's name, if the environment does not know better.
    pub name: Option<String>,
    /// Where calls take place that name no directory.
    pub directory: PathBuf,
    /// The session of the host, where the request tells of it and the environment of this process does not.
    pub session: Option<SessionId>,
}

impl Client {
    /// The client of a request to a server that was started in `home`.
    pub(super) fn of(context: &RequestContext<RoleServer>, home: &Path) -> Self {
        let told = context.client_info().map(|client| client.name);
        let turn = context.meta.get(CODEX_TURN).map(parsed);
        let directory = turn.as_ref().and_then(workspace).or_else(project).unwrap_or_else(|| home.to_owned());
        let name = told.and_then(|name| verbs::client_name(&name));
        let is_codex = turn.is_some() || name.as_deref() == Some(CODEX);
        let is_told = std::env::var_os(agent_host::VARIABLE).is_some_and(|value| !value.is_empty());
        let known = turn.iter().find_map(session).or_else(|| session(&Value::Object(context.meta.0.0.clone())));
        Client { name, directory, session: known.filter(|_| is_codex && !is_told) }
    }

    /// The directory that is meant by `word`, an argument of a call.
    pub(super) fn directory(&self, word: Option<&str>) -> PathBuf {
        word.map_or_else(|| self.directory.clone(), |word| self.directory.join(word))
    }
}

/// Codex has sent it as an object and as a text with one.
fn parsed(value: &Value) -> Value {
    value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

/// The session in the metadata of a turn of Codex, or else of the request.
fn session(told: &Value) -> Option<SessionId> {
    let id = ["session_id", "sessionId", "thread_id", "threadId"].iter().find_map(|key| told.get(key)?.as_str())?;
    SessionId::new(CODEX, id)
}

/// The first directory of a turn that is there.
fn workspace(turn: &Value) -> Option<PathBuf> {
    let named: Vec<&str> = match turn.get("workspaces")? {
        Value::Object(workspaces) => workspaces.keys().map(String::as_str).collect(),
        Value::Array(workspaces) => workspaces.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    named.into_iter().map(PathBuf::from).find(|path| path.is_absolute() && path.is_dir())
}

fn project() -> Option<PathBuf> {
    std::env::var_os(CLAUDE_DIRECTORY).map(PathBuf::from).filter(|path| path.is_absolute() && path.is_dir())
}
