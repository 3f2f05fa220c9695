//! Trees compared in this process: all paths that differ, or which of some paths a commit changed. For the latter trees are read
//! where these paths are, and nowhere else. Nothing is read of what two trees have in common.

use std::{cmp::Ordering, collections::BTreeMap, rc::Rc};

use bstr::{BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{Find as _, Kind, TreeRefIter, tree::EntryRef},
};

use super::{diff, objects::trees::Bounds, partial, repo::Repo, revwalk, tree::Entry};
use crate::error::{Error, Result, codes};

/// A path that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path, relative to the top of the trees.
    pub path: BString,
    /// In the first one.
    pub old: Option<Entry>,
    /// In the second one.
    pub new: Option<Entry>,
}

impl Difference {
    /// What happened to it; renames are not looked for.
    pub fn status(&self) -> diff::DiffStatus {
        use diff::DiffStatus::{Added, Deleted, Modified, TypeChanged};
        match (self.old, self.new) {
            (None, _) => Added,
            (_, None) => Deleted,
            (Some(old), Some(new)) if old.kind == new.kind || old.is_file() && new.is_file() => Modified,
            _ => TypeChanged,
        }
    }
}

/// From this many trees on, those that were read are forgotten: neighbours in history share theirs, others do not, and what is
/// kept for nothing costs more than it saves.
const REMEMBERED: usize = 1024;

/// The paths that `commit` changes against its first parent, in git's order.
///
/// # Errors
///
/// As [`Comparer::differences`].
pub fn of_commit(repo: &Repo, commit: ObjectId) -> Result<Vec<BString>> {
    let parent = revwalk::parents(repo, commit)?.first().copied();
    if let Some(parent) = parent.filter(|_| partial::is_partial(repo)) {
        // git fetches the trees that are missing.
        let changes = diff::against_parents(repo, &[(commit, parent)])?.into_iter().flat_map(|(_, changes)| changes);
        return Ok(changes.map(|change| change.path).collect());
    }
    Ok(differences_of(repo, commit)?.into_iter().map(|change| change.path).collect())
}

/// What `commit` changes against its first parent, in git's order.
///
/// # Errors
///
/// As [`Comparer::differences`].
pub fn differences_of(repo: &Repo, commit: ObjectId) -> Result<Vec<Difference>> {
    let parent = revwalk::parents(repo, commit)?.first().copied();
    let before = parent.map(|parent| revwalk::tree(repo, parent)).transpose()?;
    Comparer::new(repo).differences(before, Some(revwalk::tree(repo, commit)?))
}

/// Paths of interest, as a tree of path components.
#[derive(Debug, Default)]
pub struct Interest {
    /// The number of the path that ends here.
    path: Option<u32>,
    below: BTreeMap<BString, Interest>,
}

impl Interest {
    /// In `paths`, which are known by their place from here on.
    pub fn in_paths<'p>(paths: impl IntoIterator<Item = &'p BString>) -> Self {
        let mut root = Interest::default();
        for (number, path) in (0..).zip(paths) {
            let mut at = &mut root;
            for name in path.split_str("/") {
                at = at.below.entry(name.into()).or_default();
            }
            at.path = Some(number);
        }
        root
    }
}

/// Compares trees, and caches those it has read.
pub struct Comparer<'r> {
    repo: &'r Repo,
    trees: gix::hashtable::HashMap<ObjectId, Rc<Vec<u8>>>,
    buffer: Vec<u8>,
}

/// A tree, if there is one.
type Side = Option<ObjectId>;

impl<'r> Comparer<'r> {
    /// A comparer with an empty cache.
    pub fn new(repo: &'r Repo) -> Self {
        Comparer { repo, trees: gix::hashtable::HashMap::default(), buffer: Vec::new() }
    }

    /// The repository of the trees.
    pub fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// The numbers of the paths that are in `tree` other than in each of `parents`; without parents, those that are in it.
    ///
    /// # Errors
    ///
    /// When a tree cannot be read.
    pub fn touched(&mut self, interest: &Interest, tree: ObjectId, parents: &[ObjectId]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let parents: Vec<Side> =
            if parents.is_empty() { vec![None] } else { parents.iter().copied().map(Some).collect() };
        self.compare(interest, Some(tree), &parents, &mut found)?;
        Ok(found)
    }

    /// The paths that are not the same in two trees, in git's order.
    ///
    /// # Errors
    ///
    /// As [`Self::differences`].
    pub fn differing(&mut self, old: ObjectId, new: ObjectId) -> Result<Vec<BString>> {
        Ok(self.differences(Some(old), Some(new))?.into_iter().map(|difference| difference.path).collect())
    }

    /// The files, links and submodules that are not the same in two trees, in git's order; `None` is an empty tree.
    ///
    /// # Errors
    ///
    /// `damaged-tree`, `tree-too-large`; when a tree is missing.
    pub fn differences(&mut self, old: Side, new: Side) -> Result<Vec<Difference>> {
        let mut found = Vec::new();
        self.list([old, new], &BString::default(), 0, &mut Bounds::default(), &mut found)?;
        found.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    fn list(
        &mut self,
        [old, new]: [Side; 2],
        dir: &BString,
        depth: usize,
        bounds: &mut Bounds,
        found: &mut Vec<Difference>,
    ) -> Result<()> {
        if old == new {
            return Ok(());
        }
        let (old, new) = (self.read(old)?, self.read(new)?);
        let mut pairs = Vec::new();
        differing(&new, &old, self.repo.gix().object_hash(), |new, old| {
            let Some(named) = new.or(old) else { return };
            let path: BString = [dir.as_slice(), named.filename].concat().into();
            pairs.push((path, named.mode.is_tree(), old.map(owned), new.map(owned)));
        })?;
        for (mut path, is_tree, old, new) in pairs {
            bounds.count(depth)?;
            if is_tree {
                path.push(b'/');
                let trees = [old, new].map(|entry| entry.map(|entry| entry.id));
                self.list(trees, &path, depth + 1, bounds, found)?;
            } else {
                found.push(Difference { path, old, new });
            }
        }
        Ok(())
    }

    fn compare(&mut self, interest: &Interest, tree: Side, parents: &[Side], found: &mut Vec<u32>) -> Result<()> {
        if parents.contains(&tree) {
            return Ok(());
        }
        let Some((first, others)) = parents.split_first() else { return Ok(()) };
        let (new, old) = (self.read(tree)?, self.read(*first)?);
        let kind = self.repo.gix().object_hash();
        let mut steps = Vec::new();
        differing(&new, &old, kind, |new, old| {
            let Some(named) = new.or(old) else { return };
            if let Some(below) = interest.below.get(named.filename) {
                steps.push((below, named.filename.to_owned(), named.mode.is_tree(), new.map(owned), old.map(owned)));
            }
        })?;
        for (below, name, is_tree, new, old) in steps {
            let mut sides = vec![old];
            for other in others {
                let bytes = self.read(*other)?;
                let same = TreeRefIter::from_bytes(&bytes, kind).filter_map(Result::ok);
                let same = same.filter(|entry| entry.filename == name && entry.mode.is_tree() == is_tree);
                sides.push(same.map(owned).next());
            }
            if is_tree {
                let side = |entry: Option<Entry>| entry.map(|entry| entry.id);
                let sides: Vec<Side> = sides.into_iter().map(side).collect();
                if !below.below.is_empty() {
                    self.compare(below, side(new), &sides, found)?;
                }
            } else if sides.iter().all(|side| *side != new) {
                found.extend(below.path);
            }
        }
        Ok(())
    }

    fn read(&mut self, tree: Side) -> Result<Rc<Vec<u8>>> {
        let Some(id) = tree.filter(|id| !id.is_empty_tree()) else { return Ok(Rc::default()) };
        if let Some(known) = self.trees.get(&id) {
            return Ok(Rc::clone(known));
        }
        let bytes = match self.repo.gix().objects.try_find(&id, &mut self.buffer) {
            Ok(Some(tree)) if tree.kind == Kind::Tree => tree.data.to_vec(),
            // A repack is running, or it is missing: this says which.
            _ => self.repo.read_as(id, Kind::Tree)?,
        };
        if self.trees.len() >= REMEMBERED {
            self.trees.clear();
        }
        let bytes = Rc::new(bytes);
        self.trees.insert(id, Rc::clone(&bytes));
        Ok(bytes)
    }
}

fn owned(entry: EntryRef<'_>) -> Entry {
    Entry { kind: entry.mode.kind(), id: entry.oid.to_owned() }
}

/// The first entry of a tree, and what comes behind it.
fn first(tree: &[u8], hash: gix::hash::Kind) -> Result<Option<(EntryRef<'_>, &[u8])>> {
    let damaged = || Error::new(codes::DAMAGED_TREE, "a tree is damaged").hint("'git fsck' shows which");
    if tree.is_empty() {
        return Ok(None);
    }
    let end = tree.find_byte(0).map(|name| name + 1 + hash.len_in_bytes());
    let (entry, rest) = end.and_then(|end| tree.split_at_checked(end)).ok_or_else(damaged)?;
    let entry = TreeRefIter::from_bytes(entry, hash).next().and_then(Result::ok);
    let is_name = |name: &[u8]| !name.is_empty() && !name.contains(&b'/');
    let entry = entry.filter(|entry| is_name(entry.filename)).ok_or_else(damaged)?;
    Ok(Some((entry, rest)))
}

/// What is left of two trees behind the entries with which both begin. Nothing of these is read.
fn skip_common<'t>(mut new: &'t [u8], mut old: &'t [u8], hash: gix::hash::Kind) -> (&'t [u8], &'t [u8]) {
    const STRIDE: usize = 64;
    let strides = new.chunks(STRIDE).zip(old.chunks(STRIDE)).take_while(|(new, old)| new == old);
    let mut same = strides.map(|(stride, _)| stride.len()).sum::<usize>();
    same += new[same..].iter().zip(&old[same..]).take_while(|(new, old)| new == old).count();
    while same > 0 {
        let Some(end) = new[..same].find_byte(0).map(|name| name + 1 + hash.len_in_bytes()) else { break };
        if end > same {
            break;
        }
        (new, old, same) = (&new[end..], &old[end..], same - end);
    }
    (new, old)
}

/// Show the entries that are not the same in two trees. A name that is a file in one and a directory in the other is shown
/// twice, once for each.
fn differing<'t>(
    mut new: &'t [u8],
    mut old: &'t [u8],
    hash: gix::hash::Kind,
    mut show: impl FnMut(Option<EntryRef<'t>>, Option<EntryRef<'t>>),
) -> Result<()> {
    loop {
        (new, old) = skip_common(new, old, hash);
        let order = match (first(new, hash)?, first(old, hash)?) {
            (None, None) => return Ok(()),
            (Some((entry, rest)), None) => {
                show(Some(entry), None);
                new = rest;
                continue;
            }
            (None, Some((entry, rest))) => {
                show(None, Some(entry));
                old = rest;
                continue;
            }
            // In the order of git: a directory as if its name ended with '/'.
            (Some(left), Some(right)) => (left.0.cmp(&right.0), left, right),
        };
        match order {
            (Ordering::Less, (entry, rest), _) => {
                show(Some(entry), None);
                new = rest;
            }
            (Ordering::Greater, _, (entry, rest)) => {
                show(None, Some(entry));
                old = rest;
            }
            (Ordering::Equal, left, right) => {
                show(Some(left.0), Some(right.0));
                (new, old) = (left.1, right.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
        entries
            .iter()
            .flat_map(|(mode, name, id)| [format!("{mode} {name}\0").as_bytes(), &[*id; 20]].concat())
            .collect()
    }

    #[test]
    fn what_two_trees_have_in_common_is_passed_over() {
        let file = "100644";
        // Ids that look like the beginning of an entry, names that begin alike, a file that became a directory.
        let old = tree(&[(file, "a", 0), (file, "ab", 1), (file, "b", 32), (file, "b.c", 48), ("40000", "d", 5)]);
        let new = tree(&[
            (file, "a", 0),
            (file, "ab", 2),
            ("100755", "b", 32),
            (file, "b.c", 48),
            (file, "d", 5),
            (file, "e", 0),
        ]);
        let mut seen = Vec::new();
        let name = |entry: Option<EntryRef<'_>>| entry.map(|entry| (entry.filename.to_string(), entry.mode.is_tree()));
        differing(&new, &old, gix::hash::Kind::Sha1, |new, old| seen.push((name(new), name(old)))).unwrap();
        let both = |name: &str| (Some((name.to_owned(), false)), Some((name.to_owned(), false)));
        let only = |name: &str| (Some((name.to_owned(), false)), None);
        assert_eq!(seen, [both("ab"), both("b"), only("d"), (None, Some(("d".to_owned(), true))), only("e")]);
        let cut = differing(&new, &new[..new.len() - 1], gix::hash::Kind::Sha1, |_, _| {});
        assert_eq!(cut.unwrap_err().code().word, "damaged-tree");
    }
}
