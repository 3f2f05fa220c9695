//! One record: how a [`Summary`] is laid down in 76 bytes and the heap.

use std::collections::HashMap;

use super::STRANGER;
use crate::domain::summary::Summary;

/// Bytes of a record.
pub(super) const RECORD: usize = 76;
/// Bytes of a link.
pub(super) const LINK: usize = 4;
/// No name, no link.
pub(super) const NONE: u32 = u32::MAX;

pub(super) type Record = [u8; RECORD];

pub(super) mod field {
    /// Where the strings begin in the heap: id, title, failure or reason, labels, links.
    pub const STRINGS: usize = 0;
    pub const ID_LEN: usize = 4;
    /// By its place in `Status::ALL`.
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
    pub const ATTEMPTS: usize = 58;
    pub const ESTIMATE: usize = 60;
    pub const LABELS_LEN: usize = 64;
    pub const UNTIL: usize = 68;
    pub const DUPLICATE: usize = 72;

    /// The 16-bit number at offset `at` of the record.
    pub fn u16(record: &super::Record, at: usize) -> u32 {
        u32::from(u16::from_le_bytes([record[at], record[at + 1]]))
    }

    /// The 32-bit number at offset `at` of the record.
    pub fn u32(record: &super::Record, at: usize) -> u32 {
        u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]])
    }

    /// The number at `at`, unless it says that there is none.
    pub fn some(record: &super::Record, at: usize) -> Option<u32> {
        Some(u32(record, at)).filter(|number| *number != super::NONE)
    }
}

/// In [`field::FLAGS`].
pub(super) const EXISTS: u8 = 1;
/// In [`field::FLAGS`].
pub(super) const FAILED: u8 = 2;
/// In [`field::FLAGS`].
pub(super) const LINKED: u8 = 4;

/// Where the strings of records are.
#[derive(Debug, Default)]
pub(super) struct Heap {
    /// Lengths and texts, one after the other.
    pub(super) bytes: Vec<u8>,
    /// Actors that are in it already: a few of them write many tasks.
    actors: HashMap<String, u32>,
}

impl Heap {
    /// A heap that continues behind `bytes`.
    pub(super) fn behind(bytes: Vec<u8>) -> Self {
        Heap { bytes, actors: HashMap::new() }
    }

    /// Lay down `row`; `find` says where another task's record is. What the heap has before `base` is not of the heap.
    pub(super) fn encode(&mut self, base: usize, row: &Summary, find: impl Fn(&str) -> Option<usize>) -> Record {
        let link = |heap: &mut Self, id: &str| match find(id) {
            Some(at) => number(at),
            None => heap.name(base, id) | STRANGER,
        };
        let after: Vec<u32> = row.after.iter().map(|id| link(self, id.as_str())).collect();
        let parent = row.parent.as_ref().map_or(NONE, |id| link(self, id.as_str()));
        let claim_by = row.claim.as_ref().map_or(NONE, |(by, _)| self.actor(base, by.as_str()));
        let actor = row.actor.as_ref().map_or(NONE, |actor| self.actor(base, actor.as_str()));
        let duplicate = row.duplicate_of.as_ref().map_or(NONE, |id| link(self, id.as_str()));
        let failure = row.failure.as_deref();
        let said = failure.or(row.why.as_deref()).unwrap_or_default();
        // No label has a line break.
        let labels = row.labels.join("\n");
        let strings = number(self.bytes.len() - base);
        for text in [row.id.as_str(), &row.title, said, &labels] {
            self.bytes.extend_from_slice(text.as_bytes());
        }
        self.bytes.extend(after.iter().flat_map(|link| link.to_le_bytes()));
        let mut record = [0; RECORD];
        put(&mut record, field::STRINGS, strings);
        record[field::ID_LEN] = u8::try_from(row.id.as_str().len()).unwrap_or(u8::MAX);
        record[field::STATUS] = row.status as u8;
        record[field::PRIORITY] = row.priority;
        record[field::FLAGS] =
            u8::from(row.exists) * EXISTS + u8::from(failure.is_some()) * FAILED + u8::from(row.has_links) * LINKED;
        put(&mut record, field::TITLE_LEN, number(row.title.len()));
        put(&mut record, field::FAILURE_LEN, number(said.len()));
        put(&mut record, field::LINKS, number(after.len()));
        put(&mut record, field::PARENT, parent);
        put_time(&mut record, field::CREATED, row.created_at);
        put_time(&mut record, field::UPDATED, row.updated_at);
        put_time(&mut record, field::CLAIM_UNTIL, row.claim.as_ref().map_or(i64::MIN, |(_, until)| *until));
        put(&mut record, field::CLAIM_BY, claim_by);
        put(&mut record, field::ACTOR, actor);
        put_small(&mut record, field::BLOCKERS, row.blockers);
        put_small(&mut record, field::ATTEMPTS, row.attempts);
        // A hundred years are as good as more.
        let estimate = row.estimate.map_or(NONE, |seconds| u32::try_from(seconds).unwrap_or(NONE).min(NONE - 1));
        put(&mut record, field::ESTIMATE, estimate);
        put(&mut record, field::LABELS_LEN, number(labels.len()));
        let until = row.until.map_or(NONE, |seconds| u32::try_from(seconds.max(0)).unwrap_or(NONE).min(NONE - 1));
        put(&mut record, field::UNTIL, until);
        put(&mut record, field::DUPLICATE, duplicate);
        record
    }

    /// Put in `name`, and say where it is.
    pub(super) fn name(&mut self, base: usize, name: &str) -> u32 {
        let at = number(self.bytes.len() - base);
        // Ids and actors are shorter than this by their grammar.
        let len = u8::try_from(name.len()).unwrap_or(0);
        self.bytes.push(len);
        self.bytes.extend_from_slice(&name.as_bytes()[..usize::from(len)]);
        at
    }

    /// Where the actor `name` is; put in if it is not there.
    pub(super) fn actor(&mut self, base: usize, name: &str) -> u32 {
        if let Some(at) = self.actors.get(name) {
            return *at;
        }
        let at = self.name(base, name);
        self.actors.insert(name.to_owned(), at);
        at
    }
}

/// Set a number of a record.
pub(super) fn put(record: &mut Record, at: usize, number: u32) {
    record[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Set a number that is small in all ledgers but malicious ones.
fn put_small(record: &mut Record, at: usize, number: u32) {
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    record[at..at + 2].copy_from_slice(&number.to_le_bytes());
}

fn put_time(record: &mut Record, at: usize, time: i64) {
    record[at..at + 8].copy_from_slice(&time.to_le_bytes());
}

/// A number as records hold them. A heap of more than two gigabytes has rows without texts, and still no wrong ones.
pub(super) fn number(n: usize) -> u32 {
    u32::try_from(n).map_or(STRANGER - 1, |n| n.min(STRANGER - 1))
}
