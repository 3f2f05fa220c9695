//! Who did it: `claude@devbox`. One word, as it stands in event lines.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::is_hostile;

/// The longest actor, in bytes.
const MAX_LEN: usize = 100;

/// A name at a host, without white space or control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// An actor from what people call themselves: white space becomes `-`, control characters go.
    ///
    /// `None` when nothing is left of it.
    pub fn new(text: &str) -> Option<Self> {
        if (1..=MAX_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            return Some(Actor(text.to_owned()));
        }
        let mut word = String::new();
        for c in text.trim().chars() {
            match c {
                c if c.is_whitespace() => word.push('-'),
                c if is_hostile(c) => {}
                c => word.push(c),
            }
            if word.len() >= MAX_LEN {
                break;
            }
        }
        (!word.is_empty()).then_some(Actor(word))
    }

    /// `name@host`, unless `name` already says where.
    pub fn at_host(name: &str, host: &str) -> Option<Self> {
        if name.contains('@') { Actor::new(name) } else { Actor::new(&format!("{}@{host}", name.trim())) }
    }

    /// The actor as `name@host`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_whatever_people_are_called() {
        let actor = |text| Actor::new(text).map(|actor| actor.0);
        assert_eq!(actor("Jane Doe"), Some("Jane-Doe".into()));
        assert_eq!(actor("a\u{1b}[31m\nb"), Some("a[31m-b".into()));
        assert_eq!(actor(" \u{1} "), None);
        assert_eq!(Actor::at_host("claude", "devbox").unwrap().as_str(), "claude@devbox");
        assert_eq!(Actor::at_host("x@y", "devbox").unwrap().as_str(), "x@y");
    }
}
