//! A commit of the log holds up to [`ROOM`] operations: the newest at the top of its tree, those before it in `earlier/`. So
//! `git log --all` has one line for them, and one edge for each commit that nothing else in the log leads to.

use std::collections::{BinaryHeap, HashSet};

use bstr::{BString, ByteSlice as _};

use super::{Contents, Operation, OperationState, Recorded, Touched, log::ReadError, message};
use crate::{
    error::Result,
    git::{
        EntryKind, ObjectId, ObjectKind, Repo, Tree, TreeEntry as Entry,
        commit::Commit,
        names,
        objects::{
            Batch,
            trees::{self, blob_entry, directory, directory_entry},
        },
        revwalk,
    },
};

/// How many operations a commit of the log holds.
const ROOM: usize = 64;
/// The directory with all of them but the newest.
const EARLIER: &str = "earlier";
/// The message of one of those.
const MESSAGE: &str = "operation";
/// How many commits are examined to find which of those to be kept lead to others.
const WALK: usize = 64;

/// The directory name and the tree of an operation below `earlier/`.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    name: BString,
    tree: ObjectId,
}

/// A commit of the log as read: its newest operation, and the trees of the others, oldest first.
#[derive(Debug)]
pub(super) struct Page {
    pub newest: Recorded,
    pub earlier: Vec<Slot>,
    tree: Vec<Entry>,
    parents: Vec<ObjectId>,
    message: BString,
}

/// What is wrong with something that cannot be read.
pub(super) type Damaged<'a> = &'a dyn Fn() -> ReadError;

impl Page {
    /// The commit `commit` with the bytes `raw`.
    pub(crate) fn parse(
        repo: &Repo,
        commit: ObjectId,
        raw: &[u8],
        is_foreign: bool,
        damaged: Damaged<'_>,
    ) -> Result<Self, ReadError> {
        let header = Commit::parse(repo, commit, raw).map_err(|_| damaged())?;
        let tree = entries(repo, header.tree, damaged)?;
        let earlier = match find(&tree, EARLIER) {
            None => Vec::new(),
            Some(earlier) => {
                let slots = entries(repo, earlier, damaged)?.into_iter();
                slots.map(|entry| Slot { name: entry.filename, tree: entry.oid }).collect()
            }
        };
        let newest = Recorded { commit, is_foreign, ..recorded(repo, &tree, &header.message, damaged)? };
        Ok(Page { newest, earlier, parents: header.parents, message: header.message, tree })
    }

    /// The operation of `slot` in the page `commit`.
    pub(crate) fn read(
        repo: &Repo,
        commit: ObjectId,
        slot: &Slot,
        is_foreign: bool,
        damaged: Damaged<'_>,
    ) -> Result<Recorded, ReadError> {
        let tree = entries(repo, slot.tree, damaged)?;
        let message = repo.read_own(find(&tree, MESSAGE).ok_or_else(damaged)?, ObjectKind::Blob)?;
        let directory = format!("{EARLIER}/{}/", slot.name);
        Ok(Recorded { commit, directory, is_foreign, ..recorded(repo, &tree, &message, damaged)? })
    }
}

/// The bytes of the commit `commit` of the log.
pub(super) fn raw(repo: &Repo, commit: ObjectId) -> Result<Vec<u8>> {
    repo.read_own(commit, ObjectKind::Commit)
}

fn entries(repo: &Repo, tree: ObjectId, damaged: Damaged<'_>) -> Result<Vec<Entry>, ReadError> {
    let raw = repo.read_own(tree, ObjectKind::Tree)?;
    let tree = trees::decode(repo, tree, &raw).map_err(|_| damaged())?;
    Ok(Tree::from(tree).entries)
}

fn find(tree: &[Entry], name: &str) -> Option<ObjectId> {
    tree.iter().find(|entry| entry.filename == name).map(|entry| entry.oid)
}

/// The operation that `message` describes and whose contents are in `tree`.
fn recorded(repo: &Repo, tree: &[Entry], message: &[u8], damaged: Damaged<'_>) -> Result<Recorded, ReadError> {
    let (operation, previous) = message::read(message).ok_or_else(damaged)?;
    let paths = repo.read_own(find(tree, "paths.lst").ok_or_else(damaged)?, ObjectKind::Blob)?;
    Ok(Recorded {
        operation,
        commit: repo.null_id(),
        directory: String::new(),
        previous,
        before: find(tree, "before").ok_or_else(damaged)?,
        after: find(tree, "after").ok_or_else(damaged)?,
        touched: read_paths(&paths).ok_or_else(damaged)?,
        late: find(tree, "late"),
        is_foreign: false,
    })
}

/// A commit of the log to be written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    earlier: Vec<ObjectId>,
    page_before: Option<ObjectId>,
    /// Commits that are no longer anywhere, perhaps, when the user's refs have moved on.
    kept: Vec<ObjectId>,
}

/// The staged tree and the parents of a commit of the log.
pub(super) struct Staged {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
}

impl Draft {
    /// A new page after the commit `page_before`.
    pub fn after(page_before: Option<ObjectId>) -> Self {
        Draft { page_before, ..Draft::default() }
    }

    /// The page in which `operation` is recorded after what the page `tip` holds, or in place of its newest operation if that is
    /// the same one, begun. `oldest` is the oldest operation of that page.
    pub(crate) fn on(
        repo: &Repo,
        batch: &mut Batch,
        tip: Page,
        oldest: &Recorded,
        operation: &Operation,
    ) -> Result<Self> {
        let is_same = tip.newest.operation.id == operation.id && tip.newest.operation.state == OperationState::Begun;
        if !is_same && tip.earlier.len() + 1 >= ROOM {
            return Ok(Draft::after(Some(tip.newest.commit)));
        }
        let page_before = oldest.previous;
        let kept = tip.parents.iter().copied().filter(|parent| Some(*parent) != page_before).collect();
        let mut draft = Draft { earlier: tip.earlier.iter().map(|slot| slot.tree).collect(), page_before, kept };
        if !is_same {
            let contents = tip.tree.into_iter().filter(|entry| entry.filename != EARLIER).collect();
            draft.earlier.push(slot(repo, batch, contents, tip.message)?);
        }
        Ok(draft)
    }

    /// Whether the page has room for another operation.
    pub fn is_full(&self) -> bool {
        self.earlier.len() + 1 >= ROOM
    }

    /// Put an operation behind those that are in it.
    pub(crate) fn push(
        &mut self,
        repo: &Repo,
        batch: &mut Batch,
        recorded: &Recorded,
        previous: Option<ObjectId>,
    ) -> Result<()> {
        let contents = contents(repo, batch, &Contents::of(recorded))?;
        let message = message::write(&recorded.operation, previous);
        self.earlier.push(slot(repo, batch, contents, message)?);
        self.keep(&recorded.operation);
        Ok(())
    }

    fn keep(&mut self, operation: &Operation) {
        self.kept.extend([operation.before.commit, operation.after.commit].into_iter().flatten());
    }

    /// Stage the tree of the page with `operation` as its newest; answers its parents, too.
    pub(crate) fn finish(
        mut self,
        repo: &Repo,
        batch: &mut Batch,
        operation: &Operation,
        new: &Contents,
    ) -> Result<Staged> {
        let mut tree = contents(repo, batch, new)?;
        if !self.earlier.is_empty() {
            let slots = self.earlier.iter().zip(1..);
            let slots = slots.map(|(tree, number): (_, u32)| directory_entry(format!("{number:02}"), *tree)).collect();
            tree.push(directory_entry(EARLIER, directory(repo, batch, slots)?));
        }
        self.keep(operation);
        // One that a gc took must not be named: no gc of git would end again.
        let is_there = |id: &ObjectId| batch.has(*id) || repo.has(*id);
        let mut parents: Vec<ObjectId> = self.page_before.filter(is_there).into_iter().collect();
        let mut kept: Vec<ObjectId> = Vec::new();
        for id in self.kept.into_iter().filter(is_there) {
            if !parents.contains(&id) && !kept.contains(&id) {
                kept.push(id);
            }
        }
        parents.extend(independent(repo, kept));
        Ok(Staged { tree: directory(repo, batch, tree)?, parents })
    }
}

/// What the top of the tree of an operation has.
fn contents(repo: &Repo, batch: &mut Batch, contents: &Contents) -> Result<Vec<Entry>> {
    let mut entries = vec![directory_entry("before", contents.before), directory_entry("after", contents.after)];
    entries.extend(contents.late.map(|late| directory_entry("late", late)));
    entries.push(blob_entry("paths.lst", batch.blob(repo, write_paths(&contents.touched))?));
    Ok(entries)
}

fn slot(repo: &Repo, batch: &mut Batch, mut contents: Vec<Entry>, message: BString) -> Result<ObjectId> {
    contents.push(blob_entry(MESSAGE, batch.blob(repo, message.into())?));
    directory(repo, batch, contents)
}

/// The list of the paths that an operation touches.
fn write_paths(touched: &[Touched]) -> Vec<u8> {
    let mut list = Vec::new();
    for touched in touched {
        list.extend_from_slice(match (touched.on_disk, touched.in_index) {
            (true, true) => b"di ",
            (true, false) => b"d ",
            (false, _) => b"i ",
        });
        list.extend_from_slice(&touched.path);
        list.push(0);
    }
    list
}

/// `None`: the list is damaged, or names a path that git would not write.
fn read_paths(list: &[u8]) -> Option<Vec<Touched>> {
    let list = if list.is_empty() { return Some(Vec::new()) } else { list.strip_suffix(b"\0")? };
    let read = |line: &[u8]| {
        let (marks, path) = line.split_once_str(" ")?;
        let (on_disk, in_index) = match marks {
            b"di" => (true, true),
            b"d" => (true, false),
            b"i" => (false, true),
            _ => return None,
        };
        let is_allowed = names::is_allowed(path.as_bstr(), EntryKind::Blob);
        is_allowed.then(|| Touched { path: BString::from(path), on_disk, in_index })
    };
    list.split_str("\0").map(read).collect()
}

/// `commits` without those that another one of them is found to lead to. Only the newest [`WALK`] of their ancestors are examined: a
/// parent too many is no more than an edge in a picture.
fn independent(repo: &Repo, mut commits: Vec<ObjectId>) -> Vec<ObjectId> {
    if commits.len() < 2 {
        return commits;
    }
    let parents = |id: ObjectId| revwalk::parents(repo, id).unwrap_or_default();
    let time = |id: ObjectId| Commit::read(repo, id).ok().map(|commit| commit.at);
    let mut next: BinaryHeap<(i64, ObjectId)> = BinaryHeap::new();
    let mut seen = HashSet::new();
    let mut add = |next: &mut BinaryHeap<(i64, ObjectId)>, of: ObjectId| {
        let new = parents(of).into_iter().filter(|id| seen.insert(*id));
        next.extend(new.filter_map(|id| Some((time(id)?, id))));
    };
    for commit in &commits {
        add(&mut next, *commit);
    }
    for _ in 0..WALK {
        let Some((_, commit)) = next.pop() else { break };
        commits.retain(|kept| *kept != commit);
        if commits.len() < 2 {
            break;
        }
        add(&mut next, commit);
    }
    commits
}
