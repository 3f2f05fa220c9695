//! The wire form of an event: one line, readable with stock git at 3 AM, writable only here.

use std::{fmt::Write as _, str::FromStr as _};

use serde::de::{Deserialize as _, DeserializeSeed, IntoDeserializer as _, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use ulid::Ulid;

use super::{Event, payload::Payload};
use crate::domain::{actor::Actor, text::escaped_json, time::Timestamp};

/// The longest line, in bytes, without its line end.
pub const MAX_LINE: usize = 4096;

/// Why a line is not a valid event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A word is missing; contains what it would be.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// A word is invalid; contains what it should be.
    #[error("its {0} cannot be read")]
    Malformed(&'static str),
    /// It is longer than [`MAX_LINE`]; contains its length.
    #[error("it has {0} bytes, more than the maximum of {MAX_LINE} for a line")]
    TooLong(usize),
    /// Its number is higher than any note can reach.
    #[error("its n exceeds the number of events a note can hold")]
    TooHigh,
    /// Another line has the same ulid, and takes precedence.
    #[error("another line has the same ulid")]
    Taken,
    /// The keys of a known kind are invalid; contains the reason.
    #[error("its keys are invalid: {0}")]
    Keys(String),
}

/// The parts of an event line, with the keys not parsed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The time, by the clock of the writer.
    pub at: Timestamp,
    /// The ulid of the event.
    pub id: Ulid,
    /// The actor, unchecked.
    pub actor: &'a str,
    /// The Lamport number.
    pub n: u64,
    /// The word for the kind.
    pub kind: &'a str,
    /// The keys: `key=json key=json …`
    keys: &'a str,
}

impl<'a> Line<'a> {
    /// Split `text`, one line without its end.
    ///
    /// # Errors
    ///
    /// A [`ParseError`] for a line that is too long, or whose time, id, actor, number or kind is missing or malformed.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        if text.len() > MAX_LINE {
            return Err(ParseError::TooLong(text.len()));
        }
        let mut rest = text;
        let mut word = |name| match rest.split_once(' ') {
            Some((word, tail)) => {
                rest = tail;
                Ok(word)
            }
            None if !rest.is_empty() => Ok(std::mem::take(&mut rest)),
            None => Err(ParseError::Missing(name)),
        };
        let at = Timestamp::parse(word("time")?).map_err(|_| ParseError::Malformed("time"))?;
        let id = Ulid::from_str(word("ulid")?).map_err(|_| ParseError::Malformed("ulid"))?;
        let actor = word("actor")?;
        let n = word("n")?.strip_prefix("n=").and_then(|n| n.parse().ok()).ok_or(ParseError::Malformed("n"))?;
        let kind = word("kind")?;
        if actor.is_empty() || kind.is_empty() {
            return Err(ParseError::Missing("actor or kind"));
        }
        Ok(Line { at, id, actor, n, kind, keys: rest })
    }

    /// Parse the keys. Unknown keys are skipped; unknown kinds become [`Payload::Unknown`].
    ///
    /// # Errors
    ///
    /// [`ParseError::Keys`] if the keys are not those of the kind, [`ParseError::Malformed`] for an actor that cannot be one.
    pub fn event(&self) -> Result<Event, ParseError> {
        let payload = Payload::read(self.kind, Keys { rest: self.keys, value: None })
            .map_err(|error| ParseError::Keys(error.to_string()))?;
        let actor = Actor::new(self.actor).ok_or(ParseError::Malformed("actor"))?;
        Ok(Event { at: self.at, id: self.id, actor, n: self.n, clone_id: self.clone_id(), payload })
    }

    /// The key that any kind of event may have. What is not an id there says nothing.
    fn clone_id(&self) -> Option<Ulid> {
        #[derive(serde::Deserialize)]
        struct AnyKind {
            clone: Ulid,
        }
        // Few lines have it, and reading the keys takes time.
        let may_have = self.keys.contains("clone=");
        may_have
            .then(|| AnyKind::deserialize(Keys { rest: self.keys, value: None }).ok())
            .flatten()
            .map(|any| any.clone)
    }
}

impl Event {
    /// The event as its line, without line end; `None` if it would be longer than [`MAX_LINE`], or would not be read again.
    pub fn to_line(&self) -> Option<String> {
        let mut line = format!("{} {} {} n={} {}", self.at, self.id, self.actor, self.n, self.payload.kind());
        if let Value::Object(keys) = self.payload.keys().ok()? {
            for (key, value) in keys {
                // The ledger is printed raw by stock git.
                write!(line, " {key}={}", escaped_json(&value.to_string())).ok()?;
            }
        }
        if let Some(id) = self.clone_id {
            write!(line, " clone=\"{id}\"").ok()?;
        }
        let is_read = Line::parse(&line).and_then(|line| line.event()).is_ok();
        is_read.then_some(line)
    }
}

/// `key=json key=json …` as a serde map, read without building a tree.
struct Keys<'a> {
    rest: &'a str,
    value: Option<&'a str>,
}

impl<'de> MapAccess<'de> for Keys<'de> {
    type Error = serde_json::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        use serde::de::Error as _;
        let rest = self.rest.trim_start_matches(' ');
        if rest.is_empty() {
            return Ok(None);
        }
        let (key, rest) = rest.split_once('=').ok_or_else(|| serde_json::Error::custom("a key has no '='"))?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let value = values.next().ok_or_else(|| serde_json::Error::custom(format!("{key} has no value")))??;
        self.rest = &rest[values.byte_offset()..];
        self.value = Some(value.get());
        seed.deserialize(key.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let value = self.value.take().expect("invariant: serde asks for a value only after its key");
        seed.deserialize(&mut serde_json::Deserializer::from_str(value))
    }
}

impl<'de> serde::Deserializer<'de> for Keys<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Cancel, Complete, Create, Edit, Pause};

    fn event(payload: Payload) -> Event {
        Event {
            at: Timestamp::parse("2026-11-22T14:35:00.000Z").unwrap(),
            id: Ulid::from_str("01JD0000000000000000000000").unwrap(),
            actor: Actor::new("claude@devbox").unwrap(),
            n: 2,
            clone_id: None,
            payload,
        }
    }

    #[test]
    fn a_line_is_for_people_too() {
        let line = event(Payload::Cancel(Cancel { reason: Some("not \"now\"".into()), ..Cancel::default() }))
            .to_line()
            .unwrap();
        assert_eq!(
            line,
            r#"2026-11-22T14:35:00.000Z 01JD0000000000000000000000 claude@devbox n=2 cancel reason="not \"now\"""#
        );
    }

    #[test]
    fn lines_round_trip() {
        let payloads = [
            Payload::Create(Create {
                title: "a = b, \"c\" ünï".into(),
                description: Some("a = b\u{1b}\n".into()),
                priority: Some(0),
                ..Create::default()
            }),
            Payload::Edit(Edit { parent: Some(None), files: Some(Vec::new()), ..Edit::default() }),
            Payload::Edit(Edit { parent: None, estimate: Some(5), ..Edit::default() }),
            Payload::Complete(Complete { result: Some(serde_json::json!({"a": [1, "x y=z"]})), ..Complete::default() }),
            Payload::Pause(Pause { until: Some(Timestamp::from_millis(86_400_123)), ..Pause::default() }),
        ];
        for payload in payloads {
            let event = event(payload);
            let line = event.to_line().unwrap();
            assert!(!line.chars().any(char::is_control), "{line}");
            assert_eq!(Line::parse(&line).unwrap().event().unwrap(), event, "{line}");
            let event = Event { clone_id: Some(event.id), ..event };
            let line = event.to_line().unwrap();
            assert_eq!(Line::parse(&line).unwrap().event().unwrap(), event, "{line}");
        }
    }

    #[test]
    fn newer_kinds_and_keys_are_skipped() {
        let head = "2026-11-22T14:35:00.000Z 01JD0000000000000000000000 a@b n=9";
        let event = |tail: &str| Line::parse(&format!("{head} {tail}")).unwrap().event();
        assert_eq!(event("teleport to=\"mars\"").unwrap().payload, Payload::Unknown("teleport".into()));
        let create = event(r#"create title="x" mood={"a":[1,2]} after=["t-1"]"#).unwrap().payload;
        let Payload::Create(create) = create else { panic!("{create:?}") };
        assert_eq!((create.title.as_str(), create.after.len()), ("x", 1));
    }

    #[test]
    fn damaged_lines_say_what_is_wrong() {
        let wrong = |text: &str| Line::parse(text).and_then(|line| line.event()).unwrap_err().to_string();
        assert_eq!(wrong(""), "it has no time");
        assert_eq!(wrong("yesterday 01JD0000000000000000000000 a n=1 note"), "its time cannot be read");
        assert_eq!(wrong("2026-11-22T14:35:00.000Z 01JD a n=1 note"), "its ulid cannot be read");
        assert_eq!(wrong("2026-11-22T14:35:00.000Z 01JD0000000000000000000000 a n=x note"), "its n cannot be read");
        let keys = wrong("2026-11-22T14:35:00.000Z 01JD0000000000000000000000 a n=1 note text=");
        assert!(keys.starts_with("its keys are invalid"), "{keys}");
    }

    #[test]
    fn a_line_that_would_be_too_long_is_not_written() {
        assert_eq!(event(Payload::Create(Create { title: "x".repeat(5000), ..Create::default() })).to_line(), None);
    }
}
