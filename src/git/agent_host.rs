//! Which agent host runs this process, and in which session: told by variables that hosts set for what they run.
//!
//! A host that another host runs inherits the variables of the outer one. The innermost host is the one whose variable is missing in
//! the nearest process above us.

use std::ffi::OsStr;

use super::processes;
use crate::domain::session::SessionId;

/// Names the session, before what hosts say: `claude/6f1c…`.
pub const VARIABLE: &str = "GIT_AGENT_SESSION";

/// Names the active task of one process and its children.
pub const TASK_VARIABLE: &str = "GIT_AGENT_TASK";

/// The value of [`TASK_VARIABLE`].
pub fn named_task() -> Option<String> {
    let value = std::env::var_os(TASK_VARIABLE).filter(|value| !value.is_empty())?;
    Some(value.to_string_lossy().into_owned())
}

/// A variable that a host sets.
struct Mark {
    variable: &'static str,
    host: &'static str,
    /// Its value is the id of the session.
    is_session: bool,
}

const fn mark(variable: &'static str, host: &'static str, is_session: bool) -> Mark {
    Mark { variable, host, is_session }
}

/// What hosts set for the commands that they run. Of two that cannot be distinguished by the processes above, the first counts: people start
/// other hosts from Claude Code more often than the other way round.
const MARKS: [Mark; 12] = [
    mark("CODEX_SESSION_ID", "codex", true),
    mark("CODEX_THREAD_ID", "codex", true),
    mark("GEMINI_SESSION_ID", "gemini", true),
    mark("GEMINI_CLI", "gemini", false),
    mark("COPILOT_AGENT_SESSION_ID", "copilot", true),
    mark("COPILOT_CLI", "copilot", false),
    mark("OPENCODE_SESSION_ID", "opencode", true),
    mark("OPENCODE", "opencode", false),
    // CURSOR_TRACE_ID is set in the terminals of people, too.
    mark("CURSOR_AGENT", "cursor", false),
    mark("CLAUDE_CODE_SESSION_ID", "claude", true),
    mark("CLAUDECODE", "claude", false),
    mark("CLAUDE_CODE", "claude", false),
];

fn value(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty())
}

/// The agent host that runs this process, as its actors are named: `claude`.
pub fn host() -> Option<&'static str> {
    innermost(MARKS.iter().filter(|mark| value(mark.variable).is_some()).collect()).map(|mark| mark.host)
}

/// The session that this process belongs to, according to environment variables.
pub fn session() -> Option<SessionId> {
    let named = value(VARIABLE).and_then(|text| SessionId::parse(&text));
    let Some(host) = host() else { return named };
    let of_host = || {
        let mut marks = MARKS.iter().filter(|mark| mark.is_session && mark.host == host);
        marks.find_map(|mark| SessionId::new(host, &value(mark.variable)?))
    };
    match named {
        // Inherited from a host around this one.
        Some(named) if named.host() != host && named.host() != "agent" && is_inside(host) => of_host(),
        Some(named) => Some(named),
        None => of_host(),
    }
}

/// Whether the variables of `host` begin further inside than [`VARIABLE`].
fn is_inside(host: &str) -> bool {
    let reach = |variable: &str| processes::reach(OsStr::new(variable));
    MARKS
        .iter()
        .filter(|mark| mark.host == host && value(mark.variable).is_some())
        .map(|mark| reach(mark.variable))
        .min()
        < Some(reach(VARIABLE))
}

/// The one that begins furthest inside.
fn innermost(marks: Vec<&'static Mark>) -> Option<&'static Mark> {
    match marks[..] {
        [] => None,
        [first, ref others @ ..] if others.iter().all(|other| other.host == first.host) => Some(first),
        _ => marks.into_iter().min_by_key(|mark| processes::reach(OsStr::new(mark.variable))),
    }
}
