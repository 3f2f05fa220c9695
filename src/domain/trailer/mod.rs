//! Trailers: the line `Task-Id: t-7k3fq` that ties a commit to its task.
//!
//! Three readings of one message, for three purposes:
//!
//! | module | what it finds | for |
//! |---|---|---|
//! | [`scan`] | a whole line anywhere | questions: squash merges bury and indent trailers |
//! | [`block`] | the final trailer block, exactly as git finds it | changes: what a rollback may revert |
//! | [`insert`] | the place for one more line | hooks: no other byte of the message is touched |
//!
//! All of it is bytes in, bytes out: messages have any encoding.

pub mod block;
pub mod insert;
pub mod scan;

mod line;
pub(crate) mod reverts;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use bstr::{BStr, BString, ByteSlice};

/// The key of a task trailer unless `agent.trailerKey` says otherwise.
pub const DEFAULT_KEY: &str = "Task-Id";

/// The rules by which trailers name tasks: keys, separators, ignored values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    keys: Vec<BString>,
    values: Values,
    ignored: Vec<BString>,
}

/// How many ids one value holds: `agent.trailerSplit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// One id for each line.
    #[default]
    Single,
    /// Several ids, separated by commas.
    CommaSeparated,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { keys: vec![DEFAULT_KEY.into()], values: Values::Single, ignored: Vec::new() }
    }
}

impl Rules {
    /// Rules for these keys (`agent.trailerKey`): the first is written, all are read.
    ///
    /// What is not a trailer key for git (letters, digits and `-` only) is omitted; when nothing is left, it is
    /// [`DEFAULT_KEY`]: a typing error in the configuration must not cost a commit its task.
    pub fn new(keys: impl IntoIterator<Item = impl Into<BString>>) -> Self {
        let valid = |key: &BString| !key.is_empty() && key.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-');
        let keys: Vec<BString> = keys.into_iter().map(Into::into).filter(valid).collect();
        if keys.is_empty() { Rules::default() } else { Rules { keys, ..Rules::default() } }
    }

    /// How many ids one value can hold.
    #[must_use]
    pub fn with_values(mut self, values: Values) -> Self {
        self.values = values;
        self
    }

    /// Values that name no task, like `None` (`agent.trailerIgnore`).
    #[must_use]
    pub fn ignoring(mut self, values: impl IntoIterator<Item = impl Into<BString>>) -> Self {
        self.ignored.extend(values.into_iter().map(Into::into));
        self
    }

    /// The key that git-agent writes: the first one.
    pub fn key(&self) -> &BStr {
        self.keys.first().expect("invariant: there is at least one key").as_bstr()
    }

    /// Whether `key` is one of the keys, ignoring case.
    pub fn reads(&self, key: &[u8]) -> bool {
        self.keys.iter().any(|known| known.eq_ignore_ascii_case(key))
    }

    /// The ids in the value of a trailer: none, one, or several if lists are allowed.
    pub fn ids<'a>(&'a self, value: &'a [u8]) -> impl Iterator<Item = &'a BStr> {
        let list = self.values == Values::CommaSeparated;
        let parts = value.split(move |&b| list && b == b',').map(line::trim);
        parts
            .filter(|id| line::is_word(id) && !self.ignored.iter().any(|ignored| ignored == id))
            .map(ByteSlice::as_bstr)
    }
}

/// Ids, each once, in the order of first appearance: a message may name very many.
#[derive(Debug, Default)]
struct Distinct {
    ids: Vec<BString>,
    seen: HashSet<BString>,
}

impl Distinct {
    fn add<'a>(&mut self, more: impl IntoIterator<Item = &'a BStr>) {
        for id in more {
            if self.seen.insert(id.to_owned()) {
                self.ids.push(id.to_owned());
            }
        }
    }
}
