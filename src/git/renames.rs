//! Renames and copies between two trees, in this process, as `git diff-tree -M -C` finds them (git's `diffcore-rename.c` and
//! `diffcore-delta.c`): a new path is compared with every path that was changed or deleted.
//!
//! ```text
//! the same object ─▶ of those whose sizes allow it: how much of the longer one is lines of the other ─▶ the best pairs first
//! ```
//!
//! git is asked where it may count otherwise: where its settings or its version matter, and where there is much to compare.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use gix::{
    ObjectId,
    objs::{FindHeader as _, Kind},
};

use super::{
    changed_paths::Difference,
    diff::{DiffEntry, DiffStatus},
    objects::Batch,
    partial,
    repo::Repo,
    tree::Entry,
};

/// The score of the same content, as git counts it.
const SAME: u64 = 60_000;
/// From this score on, a file was renamed or copied.
const SIMILAR: u64 = SAME / 2;
/// How many sources of a new path are remembered, and how many equal objects are examined.
const CANDIDATES: usize = 4;
const EQUALS: usize = 100;
/// git examines at least this many pairs, whatever its version; more are not compared here.
const MAX_PAIRS: usize = 100_000;
/// Larger files are not compared here.
const MAX_SIZE: u64 = 1 << 20;

/// `differences`, which are all that two trees have, with renames and copies; `None` where git has to be asked for them. Files are found
/// in `unwritten`, too.
pub fn of(repo: &Repo, unwritten: &Batch, differences: &[Difference]) -> Option<Vec<DiffEntry>> {
    let added = differences.iter().filter(|difference| difference.old.is_none()).count();
    if added == 0 || added == differences.len() {
        return Some(differences.iter().map(|difference| entry(difference, None)).collect());
    }
    let is_little = added * (differences.len() - added) <= MAX_PAIRS;
    if !is_little || repo.config().is_set("diff.renameLimit") || partial::is_partial(repo) {
        return None;
    }
    let mut search = Search::new(differences);
    search.find_same();
    search.find_similar(&mut Files {
        repo,
        unwritten,
        sizes: HashMap::new(),
        pieces: HashMap::new(),
        buffer: Vec::new(),
    })?;
    Some(search.finish())
}

/// A path that existed before.
struct Source<'d> {
    difference: &'d Difference,
    entry: Entry,
    /// How many paths have its content now.
    used: usize,
}

/// A path that is new.
struct Target<'d> {
    difference: &'d Difference,
    entry: Entry,
    /// The number of its source, and the score.
    found: Option<(usize, u64)>,
}

struct Search<'d> {
    differences: &'d [Difference],
    sources: Vec<Source<'d>>,
    targets: Vec<Target<'d>>,
}

/// A pair of a target and a source, which may be found to be a rename.
#[derive(Clone, Copy)]
struct Candidate {
    score: u64,
    is_same_name: bool,
    target: usize,
    source: usize,
}

impl Candidate {
    fn is_better_than(&self, other: &Candidate) -> bool {
        (self.score, self.is_same_name) > (other.score, other.is_same_name)
    }
}

impl<'d> Search<'d> {
    fn new(differences: &'d [Difference]) -> Self {
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for difference in differences {
            match (difference.old, difference.new) {
                (Some(entry), new) => sources.push(Source { difference, entry, used: usize::from(new.is_some()) }),
                (None, Some(entry)) => targets.push(Target { difference, entry, found: None }),
                (None, None) => {}
            }
        }
        Search { differences, sources, targets }
    }

    /// Pairs with the same object: a source that is not used yet comes first, and one of the same name.
    fn find_same(&mut self) {
        let mut by_id: HashMap<ObjectId, Vec<usize>> = HashMap::new();
        for (number, source) in self.sources.iter().enumerate() {
            by_id.entry(source.entry.id).or_default().push(number);
        }
        for target in &mut self.targets {
            let mut best: Option<(usize, usize)> = None;
            let fits = |source: &Source<'_>| {
                source.entry.is_file() && target.entry.is_file() || source.entry.kind == target.entry.kind
            };
            let equal = by_id.get(&target.entry.id).into_iter().flatten().copied();
            for number in equal.filter(|number| fits(&self.sources[*number])).take(EQUALS) {
                let source = &self.sources[number];
                let is_same_name = has_same_name(source.difference, target.difference);
                let value = usize::from(source.used == 0) + usize::from(is_same_name);
                if best.is_none_or(|(_, most)| value > most) {
                    best = Some((number, value));
                }
            }
            if let Some((number, _)) = best {
                self.sources[number].used += 1;
                target.found = Some((number, SAME));
            }
        }
    }

    /// Pairs of files that are similar, the best first; a source that is not used yet before those that are.
    fn find_similar(&mut self, files: &mut Files<'_>) -> Option<()> {
        let mut pairs: Vec<Candidate> = Vec::new();
        for (number, target) in self.targets.iter().enumerate().filter(|(_, target)| target.found.is_none()) {
            let mut best: [Option<Candidate>; CANDIDATES] = [None; CANDIDATES];
            for (source_number, source) in self.sources.iter().enumerate() {
                let score = files.similarity(source.entry, target.entry)?;
                let is_same_name = has_same_name(source.difference, target.difference);
                offer(&mut best, Candidate { score, is_same_name, target: number, source: source_number });
            }
            pairs.extend(best.into_iter().flatten().filter(|pair| pair.score >= SIMILAR));
        }
        pairs.sort_by_key(|pair| std::cmp::Reverse((pair.score, pair.is_same_name)));
        for is_copy in [false, true] {
            for pair in &pairs {
                let (source, target) = (&mut self.sources[pair.source], &mut self.targets[pair.target]);
                if target.found.is_none() && (is_copy || source.used == 0) {
                    source.used += 1;
                    target.found = Some((pair.source, pair.score));
                }
            }
        }
        Some(())
    }

    /// The changes in git's order: a deleted path is listed unless it is a source, and then the last of its targets is the rename.
    fn finish(self) -> Vec<DiffEntry> {
        let Search { differences, mut sources, targets } = self;
        let moved: Vec<bool> =
            sources.iter().map(|source| source.difference.new.is_none() && source.used > 0).collect();
        let (mut moved, mut targets) = (moved.into_iter(), targets.into_iter());
        let mut entries = Vec::with_capacity(differences.len());
        for difference in differences {
            if difference.old.is_some() {
                if !moved.next().unwrap_or_default() {
                    entries.push(entry(difference, None));
                }
                continue;
            }
            let found = targets.next().and_then(|target| target.found).map(|(number, score)| {
                let source = &mut sources[number];
                source.used -= 1;
                (&*source, score)
            });
            entries.push(entry(difference, found));
        }
        entries
    }
}

/// Keep `pair` instead of the worst one, if it is better.
fn offer(best: &mut [Option<Candidate>; CANDIDATES], pair: Candidate) {
    let is_worse = |one: &Option<Candidate>, other: &Option<Candidate>| match (one, other) {
        (None, other) => other.is_some(),
        (Some(_), None) => false,
        (Some(one), Some(other)) => other.is_better_than(one),
    };
    let mut worst = 0;
    for at in 1..CANDIDATES {
        if is_worse(&best[at], &best[worst]) {
            worst = at;
        }
    }
    if is_worse(&best[worst], &Some(pair)) {
        best[worst] = Some(pair);
    }
}

fn entry(difference: &Difference, source: Option<(&Source<'_>, u64)>) -> DiffEntry {
    let status = match source {
        None => difference.status(),
        Some((source, _)) if source.used > 0 => DiffStatus::Copied,
        Some(_) => DiffStatus::Renamed,
    };
    DiffEntry {
        status,
        from: source.map(|(source, score)| (source.difference.path.clone(), (score * 100 / SAME) as u8)),
        path: difference.path.clone(),
        old: source.map_or(difference.old, |(source, _)| Some(source.entry)),
        new: difference.new,
    }
}

fn has_same_name(one: &Difference, other: &Difference) -> bool {
    name(&one.path) == name(&other.path)
}

fn name(path: &[u8]) -> &[u8] {
    path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..])
}

/// Hashes of the pieces of a file with the number of bytes in them, sorted.
type Pieces = Vec<(u32, u32)>;

/// The contents that are compared, each of which is read once.
struct Files<'r> {
    repo: &'r Repo,
    unwritten: &'r Batch,
    sizes: HashMap<ObjectId, u64>,
    pieces: HashMap<ObjectId, Pieces>,
    buffer: Vec<u8>,
}

impl Files<'_> {
    /// How similar two files are; `None` where git has to say it.
    fn similarity(&mut self, source: Entry, target: Entry) -> Option<u64> {
        if !source.is_file() || !target.is_file() {
            return Some(0);
        }
        let (source_size, target_size) = (self.size(source.id)?, self.size(target.id)?);
        let (longer, shorter) = (source_size.max(target_size), source_size.min(target_size));
        if longer * (SAME - SIMILAR) < (longer - shorter) * SAME || target_size == 0 {
            return Some(0);
        }
        self.take_apart(source.id)?;
        self.take_apart(target.id)?;
        let (mut ours, mut theirs) = (self.pieces.get(&source.id)?.iter(), self.pieces.get(&target.id)?.iter());
        let (mut common, mut one, mut other) = (0, ours.next(), theirs.next());
        while let (Some((left, count)), Some((right, other_count))) = (one, other) {
            if left == right {
                common += u64::from(*count.min(other_count));
            }
            if left <= right {
                one = ours.next();
            }
            if right <= left {
                other = theirs.next();
            }
        }
        Some(common * SAME / longer)
    }

    fn size(&mut self, id: ObjectId) -> Option<u64> {
        if let Some(known) = self.sizes.get(&id) {
            return Some(*known);
        }
        let size = match self.unwritten.held(id) {
            Some(bytes) => bytes.len() as u64,
            None => self.repo.gix().objects.try_header(&id).ok()??.size,
        };
        self.sizes.insert(id, size);
        Some(size)
    }

    fn take_apart(&mut self, id: ObjectId) -> Option<()> {
        if self.pieces.contains_key(&id) {
            return Some(());
        }
        if self.size(id)? > MAX_SIZE {
            return None;
        }
        let bytes = match self.unwritten.held(id) {
            Some(bytes) => bytes,
            None => {
                self.repo.read_into(id, Kind::Blob, &mut self.buffer).ok()?;
                &self.buffer
            }
        };
        self.pieces.insert(id, pieces(bytes)?);
        Some(())
    }
}

/// The lines of a file, of at most 64 bytes each. `None` where git may see others: it ignores carriage returns at the ends of lines in what
/// its attributes say is text, and before 2.44 what comes after the last line.
fn pieces(bytes: &[u8]) -> Option<Pieces> {
    const LONGEST: u32 = 64;
    const BASE: u32 = 107_927;
    let mut pieces = Pieces::new();
    let (mut low, mut high, mut length) = (0u32, 0u32, 0u32);
    let mut last = 0;
    for byte in bytes {
        if last == b'\r' && *byte == b'\n' {
            return None;
        }
        last = *byte;
        (low, high) = ((low << 7) ^ (high >> 25), (high << 7) ^ (low >> 25));
        low = low.wrapping_add(u32::from(*byte));
        length += 1;
        if length == LONGEST || *byte == b'\n' {
            pieces.push((low.wrapping_add(high.wrapping_mul(0x61)) % BASE, length));
            (low, high, length) = (0, 0, 0);
        }
    }
    pieces.sort_unstable();
    pieces.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    (length == 0).then_some(pieces)
}
