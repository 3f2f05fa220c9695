//! Rows as they come, from several readers at once, to be joined into a table.

use std::{collections::HashMap, sync::Arc};

use super::{
    RECORD, STRANGER, Table,
    record::{Heap, NONE, Record, field, number, put},
    row::Row,
};
use crate::domain::summary::Summary;

/// Unsorted rows, which refer to each other by id.
#[derive(Debug, Default)]
pub struct Loose {
    records: Vec<Record>,
    heap: Heap,
}

/// Rows sorted by id.
#[derive(Debug)]
pub struct Run(Table);

impl Loose {
    /// Add a row at the end.
    pub fn push(&mut self, row: &Summary) {
        let record = self.heap.encode(0, row, |_| None);
        self.records.push(record);
    }

    /// Sort the rows by id.
    pub fn sorted(self) -> Run {
        let mut records = self.records;
        let heap = Arc::new(self.heap.bytes);
        let id = |record: &Record| {
            let at = field::u32(record, field::STRINGS) as usize;
            heap.get(at..at + usize::from(record[field::ID_LEN])).unwrap_or_default()
        };
        records.sort_unstable_by(|a, b| id(a).cmp(id(b)));
        Run(Table { bytes: heap, start: 0, sorted: 0, tail: records })
    }
}

impl Table {
    /// The table of all rows of `runs`; of rows with the same id the first.
    pub fn join(runs: &[Run]) -> Table {
        let mut rows: Vec<Row<'_>> = runs.iter().flat_map(|run| run.0.rows()).collect();
        // Sorted runs one after the other: a merge.
        rows.sort_by(|a, b| a.id_bytes().cmp(b.id_bytes()));
        rows.dedup_by(|a, b| a.id_bytes() == b.id_bytes());
        let places: HashMap<&[u8], usize> = rows.iter().enumerate().map(|(at, row)| (row.id_bytes(), at)).collect();
        let base = rows.len() * RECORD;
        let mut bytes = Vec::with_capacity(base + runs.iter().map(|run| run.0.bytes.len()).sum::<usize>());
        bytes.resize(base, 0);
        let mut heap = Heap::behind(bytes);
        let mut links = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let link = |heap: &mut Heap, name: &str| match places.get(name.as_bytes()) {
                Some(at) => number(*at),
                None => heap.name(base, name) | STRANGER,
            };
            let mut record = *row.record;
            links.clear();
            links.extend(row.links().map(|name| link(&mut heap, row.table.name(name ^ STRANGER))));
            for place in [field::PARENT, field::DUPLICATE] {
                if let Some(other) = field::some(&record, place) {
                    put(&mut record, place, link(&mut heap, row.table.name(other ^ STRANGER)));
                }
            }
            for actor in [field::CLAIM_BY, field::ACTOR] {
                let name = field::some(&record, actor).map_or(NONE, |name| heap.actor(base, row.table.name(name)));
                put(&mut record, actor, name);
            }
            put(&mut record, field::STRINGS, number(heap.bytes.len() - base));
            heap.bytes.extend_from_slice(row.strings());
            heap.bytes.extend(links.iter().flat_map(|link| link.to_le_bytes()));
            heap.bytes[at * RECORD..][..RECORD].copy_from_slice(&record);
        }
        Table { bytes: Arc::new(heap.bytes), start: 0, sorted: rows.len(), tail: Vec::new() }
    }
}
