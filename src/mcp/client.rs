//! Who calls: what a client says of itself, and where its work is.

use std::path::{Path, PathBuf};

use rmcp::{RoleServer, service::RequestContext};
use serde_json::Value;

use crate::verbs;

/// Codex puts the directories that a turn is about here: a server that it starts has an empty environment.
const CODEX_TURN: &str = "x-codex-turn-metadata";

/// Claude Code sets it for the servers that it starts.
const CLAUDE_DIRECTORY: &str = "CLAUDE_PROJECT_DIR";

/// Who calls, and where.
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// The actor's name, if the environment does not know better.
    pub name: Option<String>,
    /// Where calls take place that name no directory.
    pub directory: PathBuf,
}

impl Client {
    /// The client of a request to a server that was started in `home`.
    pub(super) fn of(context: &RequestContext<RoleServer>, home: &Path) -> Self {
        let told = context.client_info().map(|client| client.name);
        let turn = context.meta.get(CODEX_TURN).map(parsed);
        let directory = turn.as_ref().and_then(workspace).or_else(project).unwrap_or_else(|| home.to_owned());
        Client { name: told.and_then(|name| verbs::client_name(&name)), directory }
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
