//! The answer of a hook in the form of its host. Exit codes are not used: they differ between hosts.

use serde_json::{Map, Value, json};

use super::{EventKind, Host, config::content::events};
use crate::domain::text::visible;

/// The answer of a hook to its host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// A text for the agent to know.
    pub context: Option<String>,
    /// Why the tool must not run.
    pub deny: Option<String>,
    /// What the agent is asked to do before it stops.
    pub ask: Option<String>,
    /// Variables for the commands of the session.
    pub env: Vec<(String, String)>,
}

impl Reply {
    /// The answer to `kind` in the form of `host`: one JSON object, which is empty if there is nothing to say.
    pub fn json(&self, host: Host, kind: &EventKind) -> Value {
        let reply = self.visible();
        match host {
            Host::Claude | Host::Codex => reply.nested(host, kind, "deny"),
            Host::Gemini => reply.gemini(kind),
            Host::Copilot => reply.copilot(),
            Host::Cursor => reply.cursor(kind),
            Host::OpenCode => reply.opencode(),
        }
    }

    /// With escapes for what hides in its texts: a refusal quotes the command line, which others may have written.
    fn visible(&self) -> Self {
        let clean = |text: &Option<String>| text.as_ref().map(|text| visible(text, &['\n', '\t']).into_owned());
        Reply { context: clean(&self.context), deny: clean(&self.deny), ask: clean(&self.ask), env: self.env.clone() }
    }

    /// The form of Claude Code, which Codex shares. Codex refuses objects with other keys.
    fn nested(&self, host: Host, kind: &EventKind, word: &str) -> Value {
        if let Some(reason) = &self.ask {
            return json!({"decision": "block", "reason": reason});
        }
        use EventKind::{AfterTool, AgentStart, BeforeTool, Prompt, Start};
        let is_heard = matches!(kind, Start | Prompt(_) | BeforeTool(_) | AfterTool(..) | AgentStart);
        let Some(name) = name(host, kind).filter(|_| is_heard) else { return json!({}) };
        if let Some(reason) = &self.deny {
            return json!({"hookSpecificOutput": {
                "hookEventName": name, "permissionDecision": word, "permissionDecisionReason": reason,
            }});
        }
        match &self.context {
            // Codex takes nothing but a refusal there.
            Some(_) if host == Host::Codex && matches!(kind, BeforeTool(_)) => json!({}),
            Some(text) => json!({"hookSpecificOutput": {"hookEventName": name, "additionalContext": text}}),
            None => json!({}),
        }
    }

    fn gemini(&self, kind: &EventKind) -> Value {
        if let Some(reason) = self.deny.as_ref().or(self.ask.as_ref()) {
            return json!({"decision": "deny", "reason": reason});
        }
        let is_heard = matches!(kind, EventKind::Start | EventKind::Prompt(_) | EventKind::AfterTool(..));
        match (&self.context, name(Host::Gemini, kind).filter(|_| is_heard)) {
            (Some(text), Some(name)) => {
                json!({"hookSpecificOutput": {"hookEventName": name, "additionalContext": text}})
            }
            _ => json!({}),
        }
    }

    fn copilot(&self) -> Value {
        if let Some(reason) = &self.ask {
            return json!({"decision": "block", "reason": reason});
        }
        if let Some(reason) = &self.deny {
            return json!({"permissionDecision": "deny", "permissionDecisionReason": reason});
        }
        self.context.as_ref().map_or_else(|| json!({}), |text| json!({"additionalContext": text}))
    }

    fn cursor(&self, kind: &EventKind) -> Value {
        if let Some(reason) = &self.ask {
            return json!({"followup_message": reason});
        }
        if let Some(reason) = &self.deny {
            return json!({"permission": "deny", "user_message": reason, "agent_message": reason});
        }
        let mut answer = Map::new();
        answer.extend(self.env().filter(|_| matches!(kind, EventKind::Start)));
        if let Some(text) = &self.context {
            answer.insert("additional_context".to_owned(), json!(text));
        }
        answer.into()
    }

    /// The form that our plugin for OpenCode reads.
    fn opencode(&self) -> Value {
        let mut answer = Map::new();
        let parts = [("context", &self.context), ("deny", &self.deny), ("ask", &self.ask)];
        answer.extend(parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?)))));
        answer.extend(self.env());
        answer.into()
    }

    /// The key with the variables, if there are some.
    fn env(&self) -> Option<(String, Value)> {
        let env: Map<String, Value> = self.env.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        (!env.is_empty()).then(|| ("env".to_owned(), env.into()))
    }
}

/// What `host` calls the event.
fn name(host: Host, kind: &EventKind) -> Option<&'static str> {
    events(host).find(|(word, _)| *word == kind.word()).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::Tool;

    #[test]
    fn each_host_hears_its_own_form() {
        let deny = Reply { deny: Some("no".into()), ..Reply::default() };
        let before = EventKind::BeforeTool(Tool::Edit);
        let said = |host, reply: &Reply, kind: &EventKind| reply.json(host, kind).to_string();
        let nested = r#"{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}"#;
        assert_eq!(said(Host::Claude, &deny, &before), nested);
        assert_eq!(said(Host::Codex, &deny, &before), nested);
        assert_eq!(said(Host::Gemini, &deny, &before), r#"{"decision":"deny","reason":"no"}"#);
        assert!(said(Host::Copilot, &deny, &before).contains(r#""permissionDecision":"deny""#));
        assert!(said(Host::Cursor, &deny, &before).contains(r#""permission":"deny""#));
        assert_eq!(said(Host::OpenCode, &deny, &before), r#"{"deny":"no"}"#);
        let ask = Reply { ask: Some("do".into()), ..Reply::default() };
        let stop = EventKind::Stop { is_continued: false, is_busy: false };
        for host in [Host::Claude, Host::Codex, Host::Copilot] {
            assert_eq!(said(host, &ask, &stop), r#"{"decision":"block","reason":"do"}"#);
        }
        assert_eq!(said(Host::Cursor, &ask, &stop), r#"{"followup_message":"do"}"#);
        for host in Host::ALL {
            assert_eq!(said(host, &Reply::default(), &stop), "{}");
            assert_eq!(said(host, &Reply::default(), &before), "{}");
        }
    }
}
