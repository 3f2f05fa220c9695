//! A layer: facts about commits that the layers below do not have.
//!
//! Commits have *positions*, numbers that continue from layer to layer; a parent always has a lower position than its
//! children. A layer is one run of bytes, the same in memory and in a file, and is read where it lies:
//!
//! | section | what |
//! |---|---|
//! | head | magic, length of ids, first position, number of commits, sizes of the sections below |
//! | ids | object ids, sorted |
//! | places | for each sorted id, its position in this layer |
//! | ranks | for each position, the place of its id among the sorted ones |
//! | parents | two numbers for each position; see [`Parents`] |
//! | more parents | those of octopus merges; the last one of a commit is marked |
//! | names | for each id of a task, sorted: where its text and its commits begin |
//! | texts | these texts |
//! | commits | positions, for each task in order |
//! | reverts | for each "This reverts commit": where its hex digits are, and the position of the commit that says so; sorted by the digits |
//! | digits | these digits |
//!
//! Numbers are 32 bits, little endian.

mod facts;
mod pages;

pub use facts::{CommitFacts, MORE, NONE, Parents};
pub use pages::Pages;

use std::cmp::Ordering;

use bstr::BString;

use crate::git::ObjectId;

/// The index is damaged or contradicts itself: it is rebuilt then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// What a question to a layer answers.
pub type Read<T> = Result<T, Damaged>;

/// Changes with every change of the format.
const MAGIC: [u8; 8] = *b"gahist\0\x01";
/// Magic and nine numbers, filled up.
const HEAD: u64 = 64;

/// A layer of the index, opened for queries.
#[derive(Debug)]
pub struct Layer {
    pages: Pages,
    /// The length of an object id in bytes.
    hash: u64,
    start: u32,
    len: u32,
    names: u32,
    reverts: u32,
    at: Sections,
}

/// Where each section begins.
#[derive(Debug)]
struct Sections {
    ids: u64,
    places: u64,
    ranks: u64,
    parents: u64,
    more: u64,
    names: u64,
    texts: u64,
    commits: u64,
    reverts: u64,
    digits: u64,
    end: u64,
}

impl Layer {
    /// The layer that these bytes are.
    pub fn new(pages: Pages) -> Read<Self> {
        let head = pages.read(0, HEAD)?;
        if !head.starts_with(&MAGIC) {
            return Err(Damaged);
        }
        let number =
            |at: usize| u32::from_le_bytes([head[8 + 4 * at], head[9 + 4 * at], head[10 + 4 * at], head[11 + 4 * at]]);
        let [hash, start, len, more, names, texts, commits, reverts, digits] = std::array::from_fn(number);
        let hash = u64::from(hash);
        let next = |from: u64, count: u32, size: u64| from + u64::from(count) * size;
        let ids = HEAD;
        let places = next(ids, len, hash).next_multiple_of(8);
        let ranks = next(places, len, 4);
        let parents = next(ranks, len, 4).next_multiple_of(8);
        let more_at = next(parents, len, 8);
        // One row more than there are names and reverts: where the last one ends.
        let names_at = next(more_at, more, 4).next_multiple_of(8);
        let texts_at = next(names_at, names + 1, 8);
        let commits_at = next(texts_at, texts, 1).next_multiple_of(8);
        let reverts_at = next(commits_at, commits, 4).next_multiple_of(8);
        let digits_at = next(reverts_at, reverts + 1, 8);
        let end = next(digits_at, digits, 1);
        let at = Sections {
            ids,
            places,
            ranks,
            parents,
            more: more_at,
            names: names_at,
            texts: texts_at,
            commits: commits_at,
            reverts: reverts_at,
            digits: digits_at,
            end,
        };
        if at.end != pages.len() || ObjectId::try_from(&vec![0; hash as usize][..]).is_err() {
            return Err(Damaged);
        }
        start.checked_add(len).ok_or(Damaged)?;
        Ok(Layer { pages, hash, start, len, names, reverts, at })
    }

    /// The first position.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// The first position after this layer.
    pub fn end(&self) -> u32 {
        self.start + self.len
    }

    /// Whether it has the commit at `position`.
    pub fn holds(&self, position: u32) -> bool {
        (self.start..self.end()).contains(&position)
    }

    pub fn position(&self, commit: &ObjectId) -> Read<Option<u32>> {
        let row = |at: u32| self.pages.read(self.at.ids + u64::from(at) * self.hash, self.hash);
        match self.search(self.len, |at| Ok(row(at)?.as_slice().cmp(commit.as_bytes())))? {
            Ok(at) => Ok(Some(self.start + self.number(self.at.places, at)?)),
            Err(_) => Ok(None),
        }
    }

    pub fn commit(&self, position: u32) -> Read<ObjectId> {
        let rank = self.number(self.at.ranks, self.within(position)?)?;
        if rank >= self.len {
            return Err(Damaged);
        }
        let bytes = self.pages.read(self.at.ids + u64::from(rank) * self.hash, self.hash)?;
        ObjectId::try_from(bytes.as_slice()).map_err(|_| Damaged)
    }

    /// The parents of the commits from `position` to the end of the layer, two numbers each.
    pub fn parents_from(&self, position: u32) -> Read<Vec<[u32; 2]>> {
        let first = self.within(position)?;
        let bytes = self.pages.read(self.at.parents + u64::from(first) * 8, u64::from(self.len - first) * 8)?;
        Ok(numbers(&bytes).as_chunks().0.to_vec())
    }

    /// Further parents, where the second number says that they stand at `at`.
    pub fn more_parents(&self, at: u32) -> Read<Vec<u32>> {
        let mut parents = Vec::new();
        for at in at.. {
            let offset = self.at.more + u64::from(at) * 4;
            if offset + 4 > self.at.names {
                return Err(Damaged);
            }
            let number = self.pages.number(offset)?;
            parents.push(number & !MORE);
            if number & MORE != 0 {
                break;
            }
        }
        Ok(parents)
    }

    /// The positions of the commits that name the task `id`, ascending.
    pub fn naming(&self, id: &[u8]) -> Read<Vec<u32>> {
        match self.search(self.names, |at| Ok(self.name(at)?.as_slice().cmp(id)))? {
            Ok(at) => self.commits_of(at),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Every id that a commit names, sorted, with the positions of those commits.
    pub fn names(&self) -> impl Iterator<Item = Read<(BString, Vec<u32>)>> {
        (0..self.names).map(|at| Ok((self.name(at)?.into(), self.commits_of(at)?)))
    }

    /// The positions of the commits that say that they revert `commit`, of which 7 digits are enough.
    pub fn reverting(&self, commit: &ObjectId) -> Read<Vec<u32>> {
        let hex = commit.to_hex().to_string();
        let first = self.search(self.reverts, |at| match self.digits(at)?.as_slice() < &hex.as_bytes()[..7] {
            true => Ok(Ordering::Less),
            false => Ok(Ordering::Greater),
        })?;
        let mut found = Vec::new();
        for at in first.unwrap_or_else(|at| at)..self.reverts {
            let digits = self.digits(at)?;
            if !digits.starts_with(&hex.as_bytes()[..7]) {
                break;
            }
            if hex.as_bytes().starts_with(&digits) {
                found.push(self.pages.number(self.at.reverts + u64::from(at) * 8 + 4)?);
            }
        }
        Ok(found)
    }

    /// Everything that the layer says.
    pub fn facts(&self) -> Read<CommitFacts> {
        let mut facts = CommitFacts::new(self.start, self.hash as usize);
        for (position, parents) in (self.start..).zip(self.parents_from(self.start)?) {
            let more = if parents[1] != NONE && parents[1] & MORE != 0 {
                self.more_parents(parents[1] & !MORE)?
            } else {
                Vec::new()
            };
            let second = if more.is_empty() { parents[1] } else { NONE };
            let all = [parents[0], second].into_iter().filter(|parent| *parent != NONE).chain(more);
            facts.push(&self.commit(position)?, &all.collect::<Vec<_>>());
        }
        for name in self.names() {
            let (id, positions) = name?;
            positions.into_iter().for_each(|position| facts.name(id.as_ref(), position));
        }
        for at in 0..self.reverts {
            facts.revert(&self.digits(at)?, self.pages.number(self.at.reverts + u64::from(at) * 8 + 4)?);
        }
        Ok(facts)
    }

    fn within(&self, position: u32) -> Read<u32> {
        position.checked_sub(self.start).filter(|at| *at < self.len).ok_or(Damaged)
    }

    fn number(&self, section: u64, at: u32) -> Read<u32> {
        self.pages.number(section + u64::from(at) * 4)
    }

    fn name(&self, at: u32) -> Read<Vec<u8>> {
        self.piece(self.at.names, self.at.texts, at, 1)
    }

    fn commits_of(&self, at: u32) -> Read<Vec<u32>> {
        Ok(numbers(&self.piece(self.at.names + 4, self.at.commits, at, 4)?))
    }

    fn digits(&self, at: u32) -> Read<Vec<u8>> {
        self.piece(self.at.reverts, self.at.digits, at, 1)
    }

    /// What belongs to row `at` of a table: from the number in it to that in the next row, counted in pieces of `size` bytes.
    fn piece(&self, table: u64, texts: u64, at: u32, size: u64) -> Read<Vec<u8>> {
        let row = table + u64::from(at) * 8;
        let (from, to) = (self.pages.number(row)?, self.pages.number(row + 8)?);
        self.pages.read(texts + u64::from(from) * size, u64::from(to.checked_sub(from).ok_or(Damaged)?) * size)
    }

    /// Binary search among `count` rows, where `compare` says how a row is to what is looked for.
    fn search(&self, count: u32, compare: impl Fn(u32) -> Read<Ordering>) -> Read<Result<u32, u32>> {
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low + (high - low) / 2;
            match compare(middle)? {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }
}

/// Where `commit` is in `layers`, of which the last ones are the newest.
pub fn position(layers: &[Layer], commit: ObjectId) -> Read<Option<u32>> {
    layers.iter().rev().find_map(|layer| layer.position(&commit).transpose()).transpose()
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number)).collect()
}
