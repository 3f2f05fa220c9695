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

/// The hooks of a host: an event, our word for it, and the tools that it is about.
const CLAUDE: &[(&str, &str, &str)] = &[
    ("SessionStart", "session-start", ""),
    ("UserPromptSubmit", "prompt", ""),
    ("PreToolUse", "pre-tool", "Bash|Edit|MultiEdit|Write|NotebookEdit"),
    // The last one is a tool of Copilot CLI, which runs these hooks, too.
    ("PostToolUse", "post-tool", "Bash|Edit|MultiEdit|Write|NotebookEdit|TodoWrite|TaskCreate|TaskUpdate|sql"),
    ("PreCompact", "pre-compact", ""),
    ("Stop", "stop", ""),
    ("SubagentStart", "subagent-start", ""),
    ("SubagentStop", "subagent-stop", ""),
    ("SessionEnd", "session-end", ""),
];
const CODEX: &[(&str, &str, &str)] = &[
    ("SessionStart", "session-start", ""),
    ("UserPromptSubmit", "prompt", ""),
    ("PreToolUse", "pre-tool", ""),
    ("PostToolUse", "post-tool", ""),
    ("PreCompact", "pre-compact", ""),
    ("Stop", "stop", ""),
    ("SubagentStart", "subagent-start", ""),
    ("SubagentStop", "subagent-stop", ""),
    ("SessionEnd", "session-end", ""),
];
const GEMINI: &[(&str, &str, &str)] = &[
    ("SessionStart", "session-start", ""),
    ("BeforeAgent", "prompt", ""),
    ("BeforeTool", "pre-tool", "run_shell_command|write_file|replace"),
    ("AfterTool", "post-tool", "run_shell_command|write_file|replace|write_todos"),
    ("AfterAgent", "stop", ""),
    ("SessionEnd", "session-end", ""),
];
const COPILOT: &[(&str, &str, &str)] = &[
    ("sessionStart", "session-start", ""),
    ("userPromptSubmitted", "prompt", ""),
    ("preToolUse", "pre-tool", ""),
    ("postToolUse", "post-tool", ""),
    ("preCompact", "pre-compact", ""),
    ("agentStop", "stop", ""),
    ("sessionEnd", "session-end", ""),
];
const CURSOR: &[(&str, &str, &str)] = &[
    ("sessionStart", "session-start", ""),
    ("beforeSubmitPrompt", "prompt", ""),
    ("preToolUse", "pre-tool", ""),
    ("postToolUse", "post-tool", ""),
    ("preCompact", "pre-compact", ""),
    ("stop", "stop", ""),
    ("subagentStart", "subagent-start", ""),
    ("subagentStop", "subagent-stop", ""),
    ("sessionEnd", "session-end", ""),
];

/// Keys with their values.
pub type Entries = Vec<(&'static str, Value)>;

/// The line that a host runs. Short, since some show it to the model; without a program it answers and succeeds.
pub fn line(host: Host, word: &str) -> String {
    format!("{MARK} {} {word} 2>/dev/null || echo '{{}}'", host.as_str())
}

/// The hooks of `host`: keys at the top of a new file, and the entry of each event.
pub fn hooks(host: Host) -> (Entries, Entries) {
    let events = match host {
        Host::Claude => CLAUDE,
        Host::Codex => CODEX,
        Host::Gemini => GEMINI,
        Host::Copilot => COPILOT,
        Host::Cursor => CURSOR,
        // Its plugin calls us.
        Host::OpenCode => &[],
    };
    let has_version = matches!(host, Host::Copilot | Host::Cursor);
    let head = if has_version { vec![("version", json!(1))] } else { Vec::new() };
    (head, events.iter().map(|(event, word, tools)| (*event, entry(host, word, tools))).collect())
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
