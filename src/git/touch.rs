//! Which of some paths a commit changed: trees are compared where these paths are, and nowhere else.

use std::{cmp::Ordering, collections::BTreeMap, rc::Rc};

use bstr::{BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{Find as _, Kind, TreeRefIter, tree::EntryRef},
};

use super::repo::Repo;
use crate::error::{Context as _, Result};

/// From this many trees on, those that were read are forgotten: neighbours in history share theirs, others do not.
const REMEMBERED: usize = 4096;

/// The paths of interest, as a tree of names.
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

/// Compares trees of `repo`, remembering those it has read.
pub struct Comparer<'r> {
    repo: &'r Repo,
    trees: gix::hashtable::HashMap<ObjectId, Rc<Vec<u8>>>,
    buffer: Vec<u8>,
}

/// A tree, if there is one.
type Side = Option<ObjectId>;

impl<'r> Comparer<'r> {
    /// One that has read nothing yet.
    pub fn new(repo: &'r Repo) -> Self {
        Comparer { repo, trees: gix::hashtable::HashMap::default(), buffer: Vec::new() }
    }

    /// The numbers of the paths that are in `tree` other than in each of `parents`; without parents, those that are in it.
    pub fn touched(&mut self, interest: &Interest, tree: ObjectId, parents: &[ObjectId]) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let parents: Vec<Side> =
            if parents.is_empty() { vec![None] } else { parents.iter().copied().map(Some).collect() };
        self.compare(interest, Some(tree), &parents, &mut found)?;
        Ok(found)
    }

    fn compare(&mut self, interest: &Interest, tree: Side, parents: &[Side], found: &mut Vec<u32>) -> Result<()> {
        if parents.contains(&tree) {
            return Ok(());
        }
        let Some((first, others)) = parents.split_first() else { return Ok(()) };
        let (new, old) = (self.read(tree)?, self.read(*first)?);
        let kind = self.repo.gix().object_hash();
        let mut steps = Vec::new();
        differing(entries(&new, kind), entries(&old, kind), |new, old| {
            let Some(named) = new.or(old) else { return };
            if let Some(below) = interest.below.get(named.filename) {
                let is_tree = named.mode.is_tree();
                let id = |entry: Option<EntryRef<'_>>| entry.map(|entry| (entry.mode.kind(), entry.oid.to_owned()));
                steps.push((below, named.filename.to_owned(), is_tree, id(new), id(old)));
            }
        })
        .or_environment(|| "a tree is damaged".to_owned())?;
        for (below, name, is_tree, new, old) in steps {
            let mut sides = vec![old];
            for other in others {
                let bytes = self.read(*other)?;
                let same = entries(&bytes, kind).filter_map(Result::ok);
                let same = same.filter(|entry| entry.filename == name && entry.mode.is_tree() == is_tree);
                sides.push(same.map(|entry| (entry.mode.kind(), entry.oid.to_owned())).next());
            }
            if is_tree {
                let side = |entry: Option<(_, ObjectId)>| entry.map(|(_, id)| id);
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
            // Somebody repacks, or it is not there: this says which.
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

fn entries(bytes: &[u8], kind: gix::hash::Kind) -> TreeRefIter<'_> {
    TreeRefIter::from_bytes(bytes, kind)
}

/// Show the entries that are not the same in two trees. A name that is a file in one and a directory in the other is shown
/// twice, once for each.
fn differing<'t, E>(
    mut new: impl Iterator<Item = Result<EntryRef<'t>, E>>,
    mut old: impl Iterator<Item = Result<EntryRef<'t>, E>>,
    mut show: impl FnMut(Option<EntryRef<'t>>, Option<EntryRef<'t>>),
) -> Result<(), E> {
    let (mut left, mut right) = (new.next().transpose()?, old.next().transpose()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // In the order of git: a directory as if its name ended with '/'.
            (Some(left), Some(right)) => left.cmp(right),
        };
        match order {
            Ordering::Less => show(left, None),
            Ordering::Greater => show(None, right),
            Ordering::Equal if left == right => {}
            Ordering::Equal => show(left, right),
        }
        if order != Ordering::Greater {
            left = new.next().transpose()?;
        }
        if order != Ordering::Less {
            right = old.next().transpose()?;
        }
    }
}
