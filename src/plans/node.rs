//! A value with the place where it stands: what JSON and TOML have in common.

use std::borrow::Cow;

use serde_json::Value;

use super::item::Word;
use crate::plans::position::Wrong;

/// A value, and the byte of the text at which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'t> {
    pub at: usize,
    pub what: What<'t>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum What<'t> {
    Nothing,
    Flag(bool),
    /// A number, as written.
    Number(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    /// Keys and values; every key is unique.
    Table(Vec<(Cow<'t, str>, Node<'t>)>),
}

impl<'t> Node<'t> {
    /// What stands behind `key`; nothing where it says `null`.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        let What::Table(entries) = &self.what else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, node)| node).filter(|node| node.what != What::Nothing)
    }

    /// The entries of a table.
    pub(crate) fn table(&self, name: &str) -> Result<&[(Cow<'t, str>, Node<'t>)], Wrong> {
        match &self.what {
            What::Table(entries) => Ok(entries),
            _ => Err(self.is_no(name, "a table")),
        }
    }

    /// The members of a list.
    pub(crate) fn list(&self, name: &str) -> Result<&[Node<'t>], Wrong> {
        match &self.what {
            What::List(items) => Ok(items),
            _ => Err(self.is_no(name, "a list")),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Wrong> {
        match &self.what {
            What::Text(text) => Ok(text),
            _ => Err(self.is_no(name, "a string")),
        }
    }

    /// A whole number from 0 to `max`.
    pub(crate) fn number(&self, name: &str, max: u64) -> Result<u64, Wrong> {
        let number = match &self.what {
            What::Number(number) => number.parse().ok(),
            _ => None,
        };
        let expected =
            if max == u64::MAX { "a whole number".to_owned() } else { format!("a whole number up to {max}") };
        number.filter(|number| *number <= max).ok_or_else(|| self.is_no(name, &expected))
    }

    /// A text that means a task.
    pub(crate) fn word(&self, name: &str) -> Result<Word, Wrong> {
        Ok(Word { at: self.at, text: self.text(name)?.trim().to_owned() })
    }

    /// Texts, or one of them by itself; those that are empty omitted.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<(usize, &str)>, Wrong> {
        let found = match &self.what {
            What::List(items) => {
                items.iter().map(|item| Ok((item.at, item.text(name)?))).collect::<Result<Vec<_>, Wrong>>()
            }
            _ => self.text(name).map(|text| vec![(self.at, text)]),
        };
        Ok(found?.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect())
    }

    /// What a number that stands for an id says; other tools count their tasks.
    pub fn numeral(&self) -> Option<String> {
        match &self.what {
            What::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    /// The value as JSON.
    pub fn to_value(&self) -> Value {
        match &self.what {
            What::Nothing => Value::Null,
            What::Flag(flag) => Value::Bool(*flag),
            What::Number(number) => serde_json::from_str(number).unwrap_or_else(|_| Value::String(number.to_string())),
            What::Text(text) => Value::String(text.to_string()),
            What::List(items) => items.iter().map(Node::to_value).collect(),
            What::Table(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.to_string(), node.to_value())).collect())
            }
        }
    }

    /// `name` is something else than what it has to be.
    pub fn is_no(&self, name: &str, expected: &str) -> Wrong {
        let found = match &self.what {
            What::Nothing => "null".to_owned(),
            What::Flag(flag) => flag.to_string(),
            What::Number(number) => number.chars().take(40).collect(),
            What::Text(text) => format!("'{}'", text.chars().take(40).collect::<String>().escape_debug()),
            What::List(_) => "a list".to_owned(),
            What::Table(_) => "a table".to_owned(),
        };
        Wrong::new(self.at, format!("{name} is {found}, not {expected}"))
    }
}
