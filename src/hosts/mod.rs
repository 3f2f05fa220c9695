//! Agent hosts: programs such as Claude Code and Codex that run agents. Their messages to hooks, and the answers that they expect.
//!
//! ```text
//! payload ── read ──► HostEvent ── verbs ──► Reply ── json ──► the host's own form
//! ```
//!
//! [`config`] knows the configuration files of each host, [`install`] changes them. A payload is read leniently: a key that is missing or has another type says nothing, so that a new version of a host breaks nothing.

pub mod config;
pub mod install;
mod payload;
pub mod plugin;
mod reply;
mod sql;
mod tools;

pub use payload::read;
pub use reply::Reply;
pub use tools::{Todo, TodoState, TodoStep, Tool};

use std::path::PathBuf;

use crate::domain::{named::named, session::SessionId};

/// How the question begins that an agent is asked before it stops. Some hosts hand it on as if the user had said it.
pub const QUESTION: &str = "git-agent: the active task ";

named! {
    /// A program that runs agents.
    #[derive(Hash)]
    pub enum Host {
        /// Claude Code.
        Claude = "claude",
        /// Codex CLI.
        Codex = "codex",
        /// Gemini CLI.
        Gemini = "gemini",
        /// Copilot CLI.
        Copilot = "copilot",
        OpenCode = "opencode",
        Cursor = "cursor",
    }
}

impl Host {
    /// The name of its executable.
    pub fn program(self) -> &'static str {
        if self == Host::Cursor { "cursor-agent" } else { self.as_str() }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Host::Claude => "Claude Code",
            Host::Codex => "Codex",
            Host::Gemini => "Gemini CLI",
            Host::Copilot => "Copilot CLI",
            Host::OpenCode => "OpenCode",
            Host::Cursor => "Cursor",
        }
    }

    /// The host that really sends an event to the hook of `self`: Copilot CLI and Cursor also run hooks of Claude Code. `is_set` says
    /// whether a variable is set.
    pub fn actual(self, is_set: impl Fn(&str) -> bool) -> Host {
        if self != Host::Claude || is_set("CLAUDECODE") || is_set("CLAUDE_CODE_SESSION_ID") {
            return self;
        }
        match () {
            () if ["COPILOT_CLI", "COPILOT_PROJECT_DIR", "COPILOT_AGENT_SESSION_ID"]
                .iter()
                .any(|name| is_set(name)) =>
            {
                Host::Copilot
            }
            () if ["CURSOR_VERSION", "CURSOR_PROJECT_DIR"].iter().any(|name| is_set(name)) => Host::Cursor,
            () => self,
        }
    }
}

/// A message of a host to a hook.
#[derive(Clone, Debug, PartialEq)]
pub struct HostEvent {
    pub host: Host,
    /// The event that happened.
    pub kind: EventKind,
    /// The session, and the agent inside of it.
    pub session: Option<SessionId>,
    /// Where the host or the agent is.
    pub cwd: Option<PathBuf>,
    pub model: Option<String>,
    /// Tells it from other events of the session at the same time.
    pub key: String,
}

/// The events of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// A session begins, goes on, or has lost its context.
    Start,
    /// The user sent a prompt.
    Prompt(String),
    /// A tool is about to run.
    BeforeTool(Tool),
    /// A tool has run, with this output.
    AfterTool(Tool, String),
    /// The context is going to be summarized.
    BeforeCompaction,
    /// The agent is about to stop.
    Stop {
        /// It went on because a hook asked it to.
        is_continued: bool,
        /// Agents of it are still at work.
        is_busy: bool,
    },
    /// An agent inside of the session begins.
    AgentStart,
    /// An agent inside of the session ends.
    AgentStop,
    /// The session ended, for this reason.
    End(Option<String>),
    /// Something that is not of interest.
    Other,
}

impl EventKind {
    /// Its word on the command line.
    pub fn word(&self) -> &'static str {
        match self {
            EventKind::Start => "session-start",
            EventKind::Prompt(_) => "prompt",
            EventKind::BeforeTool(_) => "pre-tool",
            EventKind::AfterTool(..) => "post-tool",
            EventKind::BeforeCompaction => "pre-compact",
            EventKind::Stop { .. } => "stop",
            EventKind::AgentStart => "subagent-start",
            EventKind::AgentStop => "subagent-stop",
            EventKind::End(_) => "session-end",
            EventKind::Other => "other",
        }
    }
}
