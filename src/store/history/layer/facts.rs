//! What a layer is made from.

use crate::git::ObjectId;
use std::collections::HashMap;

use bstr::{BStr, BString};

use super::{HEAD, MAGIC};
/// Stands for no parent.
pub const NONE: u32 = u32::MAX;
/// In a second parent: the other bits say where all but the first are; among these: the last one.
pub const MORE: u32 = 1 << 31;

/// The parents of commits: first and second one, [`NONE`] where there is none. With more than two the second number is [`MORE`] and the
/// place in `more` where the second one is.
#[derive(Clone, Debug, Default)]
pub struct Parents {
    rows: Vec<[u32; 2]>,
    more: Vec<u32>,
}

impl Parents {
    /// Add the parents of the next commit.
    pub fn push(&mut self, parents: &[u32]) {
        self.rows.push(match parents {
            [] => [NONE, NONE],
            [one] => [*one, NONE],
            [one, other] => [*one, *other],
            [one, others @ .., last] => {
                let at = self.more.len() as u32;
                self.more.extend_from_slice(others);
                self.more.push(last | MORE);
                [*one, at | MORE]
            }
        });
    }

    /// Visit the parents of the commit with number `at`.
    pub fn visit(&self, at: u32, mut visit: impl FnMut(u32)) {
        let Some(&[first, second]) = self.rows.get(at as usize) else { return };
        match (first, second) {
            (NONE, _) => {}
            (first, NONE) => visit(first),
            (first, second) if second & MORE == 0 => [first, second].into_iter().for_each(visit),
            (first, second) => {
                visit(first);
                for number in &self.more[(second & !MORE) as usize..] {
                    visit(number & !MORE);
                    if number & MORE != 0 {
                        break;
                    }
                }
            }
        }
    }
}

/// Commits with their parents, tasks and reverts; parents come before children.
#[derive(Clone, Debug, Default)]
pub struct CommitFacts {
    start: u32,
    hash: usize,
    /// The object ids, concatenated in the order of positions.
    commits: Vec<u8>,
    parents: Parents,
    names: HashMap<BString, Vec<u32>>,
    reverts: Vec<(Vec<u8>, u32)>,
}

impl CommitFacts {
    /// None yet; the first commit will be at position `start`. Object ids have `hash` bytes.
    pub fn new(start: u32, hash: usize) -> Self {
        CommitFacts { start, hash, ..CommitFacts::default() }
    }

    /// The first position after these commits.
    pub fn end(&self) -> u32 {
        // Positions are 31 bits: there are no histories of two thousand million commits.
        self.start + self.len() as u32
    }

    /// The number of commits.
    pub fn len(&self) -> usize {
        self.parents.rows.len()
    }

    /// Add `commit` at the next position; `parents` are positions.
    pub fn push(&mut self, commit: &ObjectId, parents: &[u32]) {
        self.commits.extend_from_slice(commit.as_bytes());
        self.parents.push(parents);
    }

    /// The commit at `position` names the task `id`.
    pub fn name(&mut self, id: &BStr, position: u32) {
        match self.names.get_mut(id) {
            Some(positions) => positions.push(position),
            None => drop(self.names.insert(id.to_owned(), vec![position])),
        }
    }

    /// The commit at `position` says that it reverts the commit that begins with `digits`.
    pub fn revert(&mut self, digits: &[u8], position: u32) {
        self.reverts.push((digits.to_ascii_lowercase(), position));
    }

    /// Put `more`, which continue where these end, behind them.
    pub fn append(&mut self, more: CommitFacts) {
        let base = self.parents.more.len() as u32;
        self.commits.extend(more.commits);
        self.parents.rows.extend(more.parents.rows.into_iter().map(|[first, second]| match second {
            NONE => [first, second],
            second if second & MORE != 0 => [first, second + base],
            second => [first, second],
        }));
        self.parents.more.extend(more.parents.more);
        for (id, positions) in more.names {
            self.names.entry(id).or_default().extend(positions);
        }
        self.reverts.extend(more.reverts);
    }

    /// The bytes of a layer file with these commits.
    pub fn encode(&self) -> Vec<u8> {
        let count = self.len() as u32;
        let id = |at: u32| &self.commits[at as usize * self.hash..][..self.hash];
        let mut sorted: Vec<(u64, u32)> = (0..count).map(|at| (prefix(id(at)), at)).collect();
        // Nearly all of them differ in their first bytes already.
        sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| id(a.1).cmp(id(b.1))));
        let sorted: Vec<u32> = sorted.into_iter().map(|(_, at)| at).collect();
        let mut ranks = vec![0_u32; sorted.len()];
        (0..).zip(&sorted).for_each(|(rank, place)| ranks[*place as usize] = rank);
        let mut names: Vec<(&BString, &Vec<u32>)> = self.names.iter().collect();
        names.sort_unstable();
        let mut reverts: Vec<&(Vec<u8>, u32)> = self.reverts.iter().collect();
        reverts.sort_unstable();
        let texts: usize = names.iter().map(|(id, _)| id.len()).sum();
        let listed: usize = names.iter().map(|(_, positions)| positions.len()).sum();
        let digits: usize = reverts.iter().map(|(digits, _)| digits.len()).sum();

        let mut out = Vec::with_capacity(self.commits.len() + 16 * sorted.len() + texts + 4 * listed + 1024);
        out.extend_from_slice(&MAGIC);
        let sizes = [self.hash, self.start as usize, sorted.len(), self.parents.more.len(), names.len(), texts, listed];
        let sizes = sizes.into_iter().chain([reverts.len(), digits]);
        put(&mut out, sizes.map(|size| size as u32));
        out.resize(HEAD as usize, 0);
        sorted.iter().for_each(|at| out.extend_from_slice(id(*at)));
        align(&mut out);
        put(&mut out, sorted.iter().copied());
        put(&mut out, ranks);
        align(&mut out);
        put(&mut out, self.parents.rows.iter().flatten().copied());
        put(&mut out, self.parents.more.iter().copied());
        align(&mut out);
        table(&mut out, names.iter().map(|(id, positions)| (id.len(), positions.len())));
        names.iter().for_each(|(id, _)| out.extend_from_slice(id));
        align(&mut out);
        for (_, positions) in &names {
            let mut positions = (*positions).clone();
            positions.sort_unstable();
            put(&mut out, positions);
        }
        align(&mut out);
        let mut from = 0_u32;
        for (digits, position) in &reverts {
            put(&mut out, [from, *position]);
            from += digits.len() as u32;
        }
        put(&mut out, [from, 0]);
        reverts.iter().for_each(|(digits, _)| out.extend_from_slice(digits));
        out
    }
}

/// The first bytes of an object id, which sort as it does.
fn prefix(id: &[u8]) -> u64 {
    id.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

fn put(out: &mut Vec<u8>, numbers: impl IntoIterator<Item = u32>) {
    numbers.into_iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// A row of two numbers for each of `sizes`, where its parts begin, and one more for where the last ones end.
fn table(out: &mut Vec<u8>, sizes: impl Iterator<Item = (usize, usize)>) {
    let (mut one, mut other) = (0, 0);
    for (first, second) in sizes.chain([(0, 0)]) {
        put(out, [one, other]);
        one += first as u32;
        other += second as u32;
    }
}

fn align(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(8), 0);
}
