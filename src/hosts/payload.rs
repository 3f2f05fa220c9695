//! Reading what hosts write to the standard input of their hooks.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{EventKind, Host, HostEvent, QUESTION, Tool};
use crate::domain::session::SessionId;

/// The event `word` of `host` with the payload `bytes`. `cwd` is where the hook runs.
///
/// The word is ours (`pre-tool`) or the host's (`PreToolUse`). What is no JSON object is an event without content.
pub fn read(host: Host, word: &str, bytes: &[u8], cwd: &Path) -> HostEvent {
    let payload: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |keys: &[&str]| -> Option<String> {
        keys.iter().find_map(|key| payload.get(key)?.as_str()).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let session = text(&["session_id", "sessionId", "conversation_id", "sessionID"]);
    let session = session.and_then(|id| SessionId::new(host.as_str(), &id));
    let agent = text(&["agent_id", "agentId", "subagent_id"]);
    let session = match (session, agent) {
        (Some(session), Some(agent)) => Some(session.with_agent(&agent)),
        (session, _) => session,
    };
    let root = || Some(payload.get("workspace_roots")?.get(0)?.as_str()?.to_owned());
    let place = text(&["cwd", "directory", "worktree"]).or_else(root).map(PathBuf::from);
    let place = place.filter(|place| place.is_absolute());
    let kind = kind(word, &payload, place.as_deref().unwrap_or(cwd));
    let key = key(&kind, &payload);
    HostEvent { host, kind, session, cwd: place, model: text(&["model"]), key }
}

/// The event that `word` names.
fn kind(word: &str, payload: &Value, cwd: &Path) -> EventKind {
    let get = |keys: &[&str]| keys.iter().find_map(|key| payload.get(key)).cloned().unwrap_or_default();
    let text = |keys: &[&str]| get(keys).as_str().map(str::to_owned);
    let tool = || {
        let name = text(&["tool_name", "toolName", "tool"]).unwrap_or_default();
        let mut input = get(&["tool_input", "toolArgs", "args", "input"]);
        if let Some(object) = input.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            input = object;
        }
        Tool::new(&name, &input, Some(cwd))
    };
    let letters: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    match letters.to_ascii_lowercase().as_str() {
        "sessionstart" | "sessioncreated" => EventKind::Start,
        "prompt" | "userpromptsubmit" | "userpromptsubmitted" | "beforeagent" | "beforesubmitprompt" => {
            said(&text(&["prompt", "initialPrompt"]).unwrap_or_default()).map_or(EventKind::Other, EventKind::Prompt)
        }
        "pretool" | "pretooluse" | "beforetool" => EventKind::BeforeTool(tool()),
        "posttool" | "posttooluse" | "posttoolusefailure" | "aftertool" => {
            EventKind::AfterTool(tool(), output(&get(&["tool_response", "toolResult", "tool_output", "output"])))
        }
        // Cursor's own, in which the tool is the event.
        "beforeshellexecution" => EventKind::BeforeTool(Tool::new("shell", payload, Some(cwd))),
        "aftershellexecution" => {
            EventKind::AfterTool(Tool::new("shell", payload, Some(cwd)), output(&get(&["output"])))
        }
        "afterfileedit" => EventKind::AfterTool(Tool::Edit, String::new()),
        "precompact" | "precompress" | "sessioncompacting" => EventKind::BeforeCompaction,
        "stop" | "afteragent" | "agentstop" | "sessionidle" => EventKind::Stop {
            is_continued: get(&["stop_hook_active", "stopHookActive"]).as_bool().unwrap_or_default()
                || get(&["loop_count"]).as_u64().is_some_and(|count| count > 0),
            is_busy: get(&["background_tasks"]).as_array().is_some_and(|tasks| !tasks.is_empty()),
        },
        "subagentstart" => EventKind::AgentStart,
        "subagentstop" => EventKind::AgentStop,
        "sessionend" => EventKind::End(text(&["reason", "status"])),
        _ => EventKind::Other,
    }
}

/// The prompt of the user. Gemini CLI prepends the answer of the start hook to it, and sends git-agent's own question as a prompt.
fn said(prompt: &str) -> Option<String> {
    let told = |text: &str| {
        text.strip_prefix("<hook_context>")?.split_once("</hook_context>").map(|(_, rest)| rest.to_owned())
    };
    let text = told(prompt.trim_start()).unwrap_or_else(|| prompt.to_owned());
    (!text.trim_start().starts_with(QUESTION)).then_some(text)
}

/// What a tool printed, wherever the host puts it.
fn output(response: &Value) -> String {
    match response {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Tells an event from others of the same session at the same time. Two hooks get the same event in different forms, so it is made of what
/// they share.
fn key(kind: &EventKind, payload: &Value) -> String {
    let call = ["tool_use_id", "toolUseId", "callID"].iter().find_map(|key| payload.get(key)?.as_str()).unwrap_or("");
    let about = match kind {
        EventKind::Prompt(text) => text.clone(),
        EventKind::BeforeTool(tool) | EventKind::AfterTool(tool, _) if call.is_empty() => format!("{tool:?}"),
        EventKind::BeforeTool(_) | EventKind::AfterTool(..) => call.to_owned(),
        _ => String::new(),
    };
    let digits: String = Sha256::digest(about.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{} {digits}", kind.word())
}
