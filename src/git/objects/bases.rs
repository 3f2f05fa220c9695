//! Objects of packs that others are deltas against, remembered while many are read.
//!
//! gix remembers the last 64 objects, which is too few where neighbours in history have many trees each: then whole chains of
//! deltas are applied again and again.

use std::collections::HashMap;

use gix::{objs::Kind, odb::pack::cache::DecodeEntry};

/// How many bytes the younger half holds before it becomes the older one.
const HALF: usize = 2 << 20;

/// Two halves: what is used moves to the younger one, and the older one is forgotten as a whole.
#[derive(Default)]
pub struct DeltaBases {
    young: HashMap<(u32, u64), Base>,
    old: HashMap<(u32, u64), Base>,
    bytes: usize,
}

struct Base {
    data: Vec<u8>,
    kind: Kind,
    packed: usize,
}

impl DeltaBases {
    fn keep(&mut self, at: (u32, u64), base: Base) {
        self.bytes += base.data.len();
        self.young.insert(at, base);
        if self.bytes > HALF {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
    }
}

impl DecodeEntry for DeltaBases {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        self.keep((pack, offset), Base { data: data.to_vec(), kind, packed });
    }

    fn get(&mut self, pack: u32, offset: u64, out: &mut Vec<u8>) -> Option<(Kind, usize)> {
        let at = (pack, offset);
        if let Some(base) = self.old.remove(&at) {
            self.keep(at, base);
        }
        let base = self.young.get(&at).or_else(|| self.old.get(&at))?;
        out.clear();
        out.extend_from_slice(&base.data);
        Some((base.kind, base.packed))
    }
}
