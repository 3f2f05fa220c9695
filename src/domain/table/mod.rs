//! All tasks in one table that is read without being taken apart: what the derived index holds, and what it is in memory.
//!
//! ```text
//! records   one of 76 bytes a task, sorted by id: numbers, states, times, and where its strings are
//! heap      ids, titles, labels, names, links (u32: the place of another record, or the id of a task that is not here)
//! tail      records of tasks that were added to the table since it was sorted
//! ```
//!
//! A hundred thousand tasks are one read and one checksum; nothing is allocated for a row until it is shown. A record is
//! changed in place and its new strings go to the end of the heap, so that a few changed notes cost a few rows.

mod loose;
mod record;
mod row;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use crate::domain::{id::TaskId, summary::Summary};
pub use loose::{Loose, Run};
use record::{Heap, LINK, RECORD, Record};
pub use row::Row;

/// Added rows are looked through one after the other; from this many on that takes too long.
const MANY_ADDED: usize = 256;

/// Set in a link whose other bits are the place of an id in the heap.
const STRANGER: u32 = 1 << 31;

/// The rows of all tasks. A copy shares the data until one of the two is changed.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The bytes of the file: a prefix, the sorted records, the heap.
    bytes: Arc<Vec<u8>>,
    /// The offset of the records.
    start: usize,
    /// The number of sorted records.
    sorted: usize,
    tail: Vec<Record>,
}

impl Table {
    /// The table of `rows`, in any order, each id once.
    pub fn of(rows: &[Summary]) -> Self {
        let mut loose = Loose::default();
        rows.iter().for_each(|row| loose.push(row));
        Table::join(&[loose.sorted()])
    }

    /// The table in `bytes[start..]`, the two parts of [`Table::as_bytes`] one after the other; `None` if it cannot be one.
    ///
    /// The caller has verified a checksum: this examines lengths only, and readers of a row are total.
    pub fn from_bytes(mut bytes: Vec<u8>, start: usize, [sorted, added]: [usize; 2]) -> Option<Self> {
        let end = bytes.len().checked_sub(added.checked_mul(RECORD)?)?;
        let tail = bytes[end..].as_chunks().0.to_vec();
        bytes.truncate(end);
        let fits = sorted.checked_mul(RECORD)?.checked_add(start)? <= end;
        fits.then(|| Table { bytes: Arc::new(bytes), start, sorted, tail })
    }

    /// What there is to keep: records and heap, and the records that were added.
    pub fn as_bytes(&self) -> [&[u8]; 2] {
        [&self.bytes[self.start..], self.tail.as_flattened()]
    }

    /// How many rows are sorted, and how many were added since.
    pub fn counts(&self) -> [usize; 2] {
        [self.sorted, self.tail.len()]
    }

    /// Whether so much was put in since it was made that it should be rebuilt: many added rows, or a heap that is mostly
    /// strings of rows as they were.
    pub fn is_worn(&self) -> bool {
        let used: usize = self.rows().map(|row| row.strings().len() + row.links().count() * LINK).sum();
        self.tail.len() >= MANY_ADDED || self.heap().len() > 2 * used + 64 * RECORD
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.sorted + self.tail.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Replace the row with the same id, or add it.
    pub fn put_row(&mut self, row: &Summary) {
        let own = row.id.as_str();
        let at = self.position(own);
        let place = at.unwrap_or(self.len());
        let base = self.start + self.sorted * RECORD;
        let named = row.after.iter().chain(&row.parent).chain(&row.duplicate_of).map(TaskId::as_str);
        let places: HashMap<&str, Option<usize>> =
            named.map(|id| (id, if id == own { Some(place) } else { self.position(id) })).collect();
        let mut heap = Heap::behind(Arc::unwrap_or_clone(std::mem::take(&mut self.bytes)));
        let record = heap.encode(base, row, |id| places.get(id).copied().flatten());
        match at.map(|at| at.checked_sub(self.sorted).ok_or(at)) {
            Some(Err(at)) => heap.bytes[self.start + at * RECORD..][..RECORD].copy_from_slice(&record),
            Some(Ok(at)) => self.tail[at] = record,
            None => self.tail.push(record),
        }
        self.bytes = Arc::new(heap.bytes);
    }

    /// All rows; those of the sorted part in the order of their ids, then those that were added.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> + Clone {
        (0..self.len()).map(|at| self.row(at))
    }

    /// The row with the index `at`.
    ///
    /// # Panics
    ///
    /// When there is no such row.
    pub fn row(&self, at: usize) -> Row<'_> {
        Row { table: self, record: self.record(at), at }
    }

    /// The row of the task `id`.
    pub fn get(&self, id: &TaskId) -> Option<Row<'_>> {
        self.position(id.as_str()).map(|at| self.row(at))
    }

    /// The index of the row with this id.
    pub fn position(&self, id: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.sorted);
        while low < high {
            let middle = low.midpoint(high);
            match self.row(middle).id_bytes().cmp(id.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        self.in_tail(id)
    }

    /// All rows in the order of their ids.
    pub fn by_id(&self) -> impl Iterator<Item = Row<'_>> {
        let mut added: Vec<Row<'_>> = (self.sorted..self.len()).map(|at| self.row(at)).collect();
        added.sort_unstable_by_key(|row| row.id_bytes());
        let (mut sorted, mut added) =
            ((0..self.sorted).map(|at| self.row(at)).peekable(), added.into_iter().peekable());
        std::iter::from_fn(move || match (sorted.peek(), added.peek()) {
            (Some(one), Some(other)) if other.id_bytes() < one.id_bytes() => added.next(),
            (None, _) => added.next(),
            _ => sorted.next(),
        })
    }

    fn in_tail(&self, id: &str) -> Option<usize> {
        (self.sorted..self.len()).find(|at| self.row(*at).id_bytes() == id.as_bytes())
    }

    /// All rows as owned values, sorted by id.
    pub fn summaries(&self) -> Vec<Summary> {
        self.by_id().map(Row::summary).collect()
    }

    fn record(&self, at: usize) -> &Record {
        match at.checked_sub(self.sorted) {
            None => &self.bytes[self.start..].as_chunks().0[at],
            Some(at) => &self.tail[at],
        }
    }

    fn heap(&self) -> &[u8] {
        &self.bytes[self.start + self.sorted * RECORD..]
    }

    /// The place that `link` names, if a row is there.
    fn target(&self, link: u32) -> Option<usize> {
        match link & STRANGER {
            0 => Some(link as usize).filter(|at| *at < self.len()),
            // Not here when the link was written; it may have come since.
            _ if self.tail.is_empty() => None,
            _ => self.in_tail(self.name(link ^ STRANGER)),
        }
    }

    /// The name (a length byte, then its bytes) at `at` in the heap.
    fn name(&self, at: u32) -> &str {
        let heap = self.heap();
        let at = at as usize;
        let bytes = heap.get(at).and_then(|len| heap.get(at + 1..at + 1 + usize::from(*len)));
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    /// The links at `at`.
    fn links(&self, at: usize, count: usize) -> impl Iterator<Item = u32> + '_ {
        let bytes = self.heap().get(at..at + count * LINK).unwrap_or_default();
        bytes.as_chunks().0.iter().map(|link| u32::from_le_bytes(*link))
    }
}
