//! What is installed: command lines, instructions, the skill, the plugin.

use serde_json::{Value, json};

use super::{super::Host, MARK};

/// Instructions for a file that agents read in every session.
pub const INSTRUCTIONS: &str = "\
## git-agent

If `git agent status` works here, this repository records tasks with git-agent:

- Begin with `git agent next --start` or `git agent start TASK`; `git agent brief` summarizes the state of the work.
- `git agent checkpoint -m '…'` commits a step that works. `git agent decide '…' --why '…'` records a decision.
- Finish with `git agent complete --verify 'TESTS' --result '…'`, or `git agent fail --reason '…'`.
- `git agent rollback TASK --dry-run` and `git agent undo` restore earlier states; nothing is lost.
";

pub const SKILL: &str = include_str!("skill.md");

/// The plugin for OpenCode, which has no hooks of other programs.
pub const PLUGIN: &str = include_str!("opencode.js");

/// Our words for the events of hosts, and the names of those: of Claude Code and Codex, Gemini CLI, Copilot CLI and Cursor. A host without
/// an event has no name for it.
const EVENTS: [(&str, [&str; 4]); 9] = [
    ("session-start", ["SessionStart", "SessionStart", "sessionStart", "sessionStart"]),
    ("prompt", ["UserPromptSubmit", "BeforeAgent", "userPromptSubmitted", "beforeSubmitPrompt"]),
    ("pre-tool", ["PreToolUse", "BeforeTool", "preToolUse", "preToolUse"]),
    ("post-tool", ["PostToolUse", "AfterTool", "postToolUse", "postToolUse"]),
    ("pre-compact", ["PreCompact", "", "preCompact", "preCompact"]),
    ("stop", ["Stop", "AfterAgent", "agentStop", "stop"]),
    ("subagent-start", ["SubagentStart", "", "", "subagentStart"]),
    ("subagent-stop", ["SubagentStop", "", "", "subagentStop"]),
    ("session-end", ["SessionEnd", "SessionEnd", "sessionEnd", "sessionEnd"]),
];

/// The tools that an event of `host` is about; empty: all.
fn tools(host: Host, word: &str) -> &'static str {
    match (host, word) {
        (Host::Claude, "pre-tool") => "Bash|Edit|MultiEdit|Write|NotebookEdit",
        // The last one is a tool of Copilot CLI, which runs these hooks, too.
        (Host::Claude, "post-tool") => "Bash|Edit|MultiEdit|Write|NotebookEdit|TodoWrite|TaskCreate|TaskUpdate|sql",
        (Host::Gemini, "pre-tool") => "run_shell_command|write_file|replace",
        (Host::Gemini, "post-tool") => "run_shell_command|write_file|replace|write_todos",
        _ => "",
    }
}

/// The events that `host` has: our word, and its name.
pub fn events(host: Host) -> impl Iterator<Item = (&'static str, &'static str)> {
    let place = match host {
        Host::Claude | Host::Codex => Some(0),
        Host::Gemini => Some(1),
        Host::Copilot => Some(2),
        Host::Cursor => Some(3),
        // Its plugin calls us.
        Host::OpenCode => None,
    };
    let all = place.into_iter().flat_map(|place| EVENTS.into_iter().map(move |(word, names)| (word, names[place])));
    all.filter(|(_, name)| !name.is_empty())
}

/// Keys with their values.
pub type Entries = Vec<(&'static str, Value)>;

/// The line that a host runs. Short, since some show it to the model; without a program it answers and succeeds.
pub fn line(host: Host, word: &str) -> String {
    format!("{MARK} {} {word} 2>/dev/null || echo '{{}}'", host.as_str())
}

/// The hooks of `host`: keys at the top of a new file, and the entry of each event.
pub fn hooks(host: Host) -> (Entries, Entries) {
    let has_version = matches!(host, Host::Copilot | Host::Cursor);
    let head = if has_version { vec![("version", json!(1))] } else { Vec::new() };
    (head, events(host).map(|(word, name)| (name, entry(host, word, tools(host, word)))).collect())
}

fn entry(host: Host, word: &str, tools: &str) -> Value {
    let line = line(host, word);
    let hook = match host {
        // In milliseconds.
        Host::Gemini => json!({"name": "git-agent", "type": "command", "command": line, "timeout": 10_000}),
        Host::Copilot => {
            let powershell = format!("{MARK} copilot {word}; exit 0");
            return json!({"type": "command", "bash": line, "powershell": powershell, "timeoutSec": 10});
        }
        Host::Cursor if word == "stop" => return json!({"command": line, "timeout": 10, "loop_limit": 1}),
        Host::Cursor => return json!({"command": line, "timeout": 10}),
        // More is cut.
        Host::Codex if word == "session-end" => json!({"type": "command", "command": line, "timeout": 3}),
        _ => json!({"type": "command", "command": line, "timeout": 10}),
    };
    match tools {
        "" => json!({"hooks": [hook]}),
        tools => json!({"matcher": tools, "hooks": [hook]}),
    }
}
