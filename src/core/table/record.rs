//! One record: how a [`Summary`] is laid down in 64 bytes and the heap.

use super::{STRANGER, Table};
use crate::core::{status::Status, summary::Summary};

/// Bytes of a record.
pub(super) const RECORD: usize = 64;
/// Bytes of a link.
pub(super) const LINK: usize = 4;
/// No name, no link.
pub(super) const NONE: u32 = u32::MAX;

/// One record.
pub(super) type Record = [u8; RECORD];

/// Where the fields are.
pub(super) mod field {
    /// Where the strings begin in the heap: id, title, failure, links.
    pub const STRINGS: usize = 0;
    pub const ID_LEN: usize = 4;
    pub const STATUS: usize = 5;
    pub const PRIORITY: usize = 6;
    pub const FLAGS: usize = 7;
    pub const TITLE_LEN: usize = 8;
    pub const FAILURE_LEN: usize = 12;
    pub const LINKS: usize = 16;
    pub const PARENT: usize = 20;
    pub const CREATED: usize = 24;
    pub const UPDATED: usize = 32;
    pub const CLAIM_UNTIL: usize = 40;
    pub const CLAIM_BY: usize = 48;
    pub const ACTOR: usize = 52;
    pub const BLOCKERS: usize = 56;
    pub const ATTEMPTS: usize = 60;
}

/// In [`field::FLAGS`].
pub(super) const EXISTS: u8 = 1;
/// In [`field::FLAGS`].
pub(super) const FAILED: u8 = 2;

/// Names that are in the heap already: a few actors write many tasks.
#[derive(Default)]
pub(super) struct Names(std::collections::HashMap<String, u32>);

impl Table {
    /// Lay down `row`; `find` says where another task's record is.
    pub(super) fn encode(
        &mut self,
        row: &Summary,
        names: &mut Names,
        find: impl Fn(&Self, &str) -> Option<usize>,
    ) -> Record {
        let mut link = |table: &mut Self, id: &str| match find(table, id) {
            Some(at) => number(at),
            None => table.name_at(names, id) | STRANGER,
        };
        let after: Vec<u32> = row.after.iter().map(|id| link(self, id.as_str())).collect();
        let parent = row.parent.as_ref().map_or(NONE, |id| link(self, id.as_str()));
        let claim_by = row.claim.as_ref().map_or(NONE, |(by, _)| self.name_at(names, by.as_str()));
        let actor = row.actor.as_ref().map_or(NONE, |actor| self.name_at(names, actor.as_str()));
        let failure = row.failure.as_deref();
        let strings = number(self.heap().len());
        for text in [row.id.as_str(), &row.title, failure.unwrap_or_default()] {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self.bytes.extend(after.iter().flat_map(|link| link.to_le_bytes()));
        let mut record = [0; RECORD];
        let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
        put(field::STRINGS, &strings.to_le_bytes());
        put(field::ID_LEN, &[u8::try_from(row.id.as_str().len()).unwrap_or(u8::MAX)]);
        put(field::STATUS, &[place(row.status)]);
        put(field::PRIORITY, &[row.priority]);
        put(field::FLAGS, &[u8::from(row.exists) * EXISTS + u8::from(failure.is_some()) * FAILED]);
        put(field::TITLE_LEN, &number(row.title.len()).to_le_bytes());
        put(field::FAILURE_LEN, &number(failure.map_or(0, str::len)).to_le_bytes());
        put(field::LINKS, &number(after.len()).to_le_bytes());
        put(field::PARENT, &parent.to_le_bytes());
        put(field::CREATED, &row.created_at.to_le_bytes());
        put(field::UPDATED, &row.updated_at.to_le_bytes());
        put(field::CLAIM_UNTIL, &row.claim.as_ref().map_or(i64::MIN, |(_, until)| *until).to_le_bytes());
        put(field::CLAIM_BY, &claim_by.to_le_bytes());
        put(field::ACTOR, &actor.to_le_bytes());
        put(field::BLOCKERS, &row.blockers.to_le_bytes());
        put(field::ATTEMPTS, &row.attempts.to_le_bytes());
        record
    }

    /// Where `name` is in the heap.
    fn name_at(&mut self, names: &mut Names, name: &str) -> u32 {
        if let Some(at) = names.0.get(name) {
            return *at;
        }
        let at = number(self.heap().len());
        // Ids and actors are shorter than this by their grammar.
        let len = u8::try_from(name.len()).unwrap_or(0);
        self.bytes.push(len);
        self.bytes.extend_from_slice(&name.as_bytes()[..usize::from(len)]);
        names.0.insert(name.to_owned(), at);
        at
    }
}

/// A number as records hold them. A heap of more than two gigabytes has rows without texts, and still no wrong ones.
fn number(n: usize) -> u32 {
    u32::try_from(n).map_or(STRANGER - 1, |n| n.min(STRANGER - 1))
}

/// A state as a number: its place in [`Status::ALL`].
fn place(status: Status) -> u8 {
    match status {
        Status::Pending => 0,
        Status::InProgress => 1,
        Status::Completed => 2,
        Status::Failed => 3,
        Status::Cancelled => 4,
    }
}
