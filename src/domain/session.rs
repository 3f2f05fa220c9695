//! Which conversation with an agent acts: a session of an agent host, such as Claude Code or Codex.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// The longest id of a session that is kept, in bytes.
const MAX_ID: usize = 200;
/// The longest name of a host, in bytes.
const MAX_HOST: usize = 32;

/// The id of a session of an agent host, or of an agent within one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionId {
    host: String,
    id: String,
    agent: Option<String>,
}

impl SessionId {
    /// The session that `host` calls `id`; `None` where a name is empty, too long, or has other characters than names have.
    pub fn new(host: &str, id: &str) -> Option<Self> {
        let is_word = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/')
        };
        (is_word(host, MAX_HOST) && is_word(id, MAX_ID)).then(|| SessionId {
            host: host.to_owned(),
            id: id.to_owned(),
            agent: None,
        })
    }

    /// A session as `GIT_AGENT_SESSION` names it: `claude/6f1c…`, or an id alone.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().split_once('/') {
            Some((host, id)) => SessionId::new(host, id),
            None => SessionId::new("agent", text.trim()),
        }
    }

    /// The agent `name` within this session.
    pub fn with_agent(mut self, name: &str) -> Self {
        self.agent = Some(name.chars().filter(char::is_ascii_graphic).take(MAX_ID).collect());
        self.agent = self.agent.filter(|name| !name.is_empty());
        self
    }

    /// The session that runs this agent; itself if it is the main one.
    pub fn parent(&self) -> SessionId {
        SessionId { agent: None, ..self.clone() }
    }

    /// The word for the host: `claude`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The session id assigned by the host.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The agent within the session; `None`: the main one.
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }

    /// A short name that tells this session from others and nothing else about it: `claude-1f0c22ab9d3e`. It stands in claims, which
    /// other people read, and is the name of the session's file.
    pub fn key(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.host, &self.id, self.agent.as_deref().unwrap_or_default()] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let digits: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let host: String = self.host.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        format!("{host}-{digits}")
    }
}

impl fmt::Display for SessionId {
    /// As [`SessionId::parse`] reads it, without the agent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_told_apart_by_host_id_and_agent() {
        let session = SessionId::parse("claude/6f1c").unwrap();
        assert_eq!((session.host(), session.id(), session.to_string().as_str()), ("claude", "6f1c", "claude/6f1c"));
        assert_eq!(SessionId::parse("6f1c").unwrap().host(), "agent");
        let keys = [
            session.key(),
            session.clone().with_agent("a1").key(),
            SessionId::parse("codex/6f1c").unwrap().key(),
            SessionId::parse("claude/6f1d").unwrap().key(),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{key}");
            assert_eq!(key.len(), key.find('-').unwrap() + 13);
        }
        assert_eq!(session.clone().with_agent("a1").parent(), session);
        for odd in ["", "/", "claude/", "a/b/c", "with space", "x/\u{1b}[31m", &"x".repeat(300)] {
            assert_eq!(SessionId::parse(odd), None, "{odd}");
        }
    }
}
