//! The past of the ledger: was anything removed, is anything missing?

use std::collections::{BTreeMap, HashMap, HashSet};

use bstr::ByteSlice as _;

use super::{
    REF, View, tree,
    view::{NoteError, read_note},
};
use crate::{
    domain::note,
    error::Result,
    git::{
        ObjectId, Repo, diff, reflog,
        revwalk::{self, Link},
    },
};

/// Lines that a commit of the ledger removed from a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    pub commit: ObjectId,
    /// The note: the id of its task, or its key.
    pub note: String,
    /// The number of removed lines.
    pub lines: usize,
}

/// All commits in the history of `view` that removed lines; only other programs create such commits.
pub fn removals(view: &View<'_>) -> Result<Vec<Removal>> {
    let repo = view.repo();
    let Some(tip) = view.tip() else { return Ok(Vec::new()) };
    let mut removals = Vec::new();
    for Link { commit, parents } in revwalk::between(repo, None, tip)? {
        let root = revwalk::tree(repo, commit)?;
        // A merge has to have the lines of each of its parents.
        for parent in parents {
            let lost = lost_between(repo, revwalk::tree(repo, parent)?, Some(root))?;
            removals.extend(lost.into_iter().map(|loss| Removal { commit, note: loss.note, lines: loss.lines }));
        }
    }
    Ok(removals)
}

/// Lines of a note that are missing in another state of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostLines {
    /// The note: the id of its task, or its key.
    pub note: String,
    /// The number of missing lines.
    pub lines: usize,
    /// The number of missing lines that are events, not headers.
    pub events: usize,
}

/// The lines and texts of the tree `old` that are missing in the tree `new`, by note.
///
/// # Errors
///
/// When a tree or a note that differs cannot be read. A note that is too large to be read has nothing.
pub fn lost_between(repo: &Repo, old: ObjectId, new: Option<ObjectId>) -> Result<Vec<LostLines>> {
    let new = new.unwrap_or_else(|| repo.empty_tree());
    let mut lost = Vec::new();
    for key in changed(repo, old, new)? {
        lost.extend(loss(repo, old, new, key)?);
    }
    Ok(lost)
}

/// How far back to search for missing lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Until notes of 64 MiB in total have been read.
    Bounded,
    /// The whole history.
    Whole,
}

/// The most that [`Reach::Bounded`] reads.
const BOUND: usize = 64 << 20;

/// Lines that a past state of the ledger has and its tip does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub commit: ObjectId,
    pub loss: LostLines,
}

/// What was in the first-parent history of `view` and is not in its tip, of each note the newest state that has something which the
/// tip has not; and whether all of the history was examined.
pub fn missing(view: &View<'_>, reach: Reach) -> Result<(Vec<Missing>, bool)> {
    let repo = view.repo();
    let (Some(tip), Some(root)) = (view.tip(), view.root()) else { return Ok((Vec::new(), true)) };
    let hex_len = repo.hex_len();
    // What a commit replaced or took away was in its parent.
    let mut replaced: BTreeMap<ObjectId, Vec<(ObjectId, ObjectId)>> = BTreeMap::new();
    let first_parents: HashMap<ObjectId, ObjectId> = revwalk::between(repo, None, tip)?
        .into_iter()
        .filter_map(|link| Some((link.commit, *link.parents.first()?)))
        .collect();
    let parent_of = |commit: &ObjectId| first_parents.get(commit).copied();
    let chain = std::iter::successors(Some(tip), parent_of);
    let pairs: Vec<(ObjectId, ObjectId)> = chain.filter_map(|commit| Some((commit, parent_of(&commit)?))).collect();
    for (commit, changes) in diff::against_parents(repo, &pairs)? {
        for change in changes {
            let key = change.path.replace("/", "");
            let key = Some(key).filter(|key| key.len() == hex_len).and_then(|key| ObjectId::from_hex(&key).ok());
            if let (Some(key), Some(old), Some(parent)) = (key, change.old_id, parent_of(&commit)) {
                replaced.entry(key).or_default().push((parent, old));
            }
        }
    }
    let (mut found, mut read, mut is_whole) = (Vec::new(), 0, true);
    for (key, states) in replaced {
        let after = read_some(repo, &tree::find(repo, root, key)?)?;
        let kept: HashSet<&[u8]> = after.lines().collect();
        for (commit, blob) in states {
            if read > BOUND && reach == Reach::Bounded {
                is_whole = false;
                break;
            }
            let before = read_some(repo, &[blob])?;
            read += before.len();
            if let Some(loss) = loss_of(key, &before, &kept) {
                found.push(Missing { commit, loss });
                break;
            }
        }
    }
    Ok((found, is_whole))
}

/// Whether lines or texts of the tree `old` are missing in the tree `new`.
pub fn lacks(repo: &Repo, new: ObjectId, old: ObjectId) -> Result<bool> {
    for key in changed(repo, old, new)? {
        if loss(repo, old, new, key)?.is_some() {
            return Ok(true);
        }
    }
    lacks_texts(repo, new, old)
}

/// Whether texts of the tree `old` are missing in the tree `new`.
pub fn lacks_texts(repo: &Repo, new: ObjectId, old: ObjectId) -> Result<bool> {
    let kept: HashSet<ObjectId> = tree::texts(repo, new)?.into_iter().collect();
    Ok(tree::texts(repo, old)?.iter().any(|text| !kept.contains(text)))
}

/// The keys whose notes may differ.
fn changed(repo: &Repo, old: ObjectId, new: ObjectId) -> Result<Vec<ObjectId>> {
    tree::changed_keys(repo, old, new).or_else(|_| {
        let mut keys: Vec<ObjectId> = tree::list(repo, old)?.0.into_iter().map(|(key, _)| key).collect();
        keys.dedup();
        Ok(keys)
    })
}

fn loss(repo: &Repo, old: ObjectId, new: ObjectId, key: ObjectId) -> Result<Option<LostLines>> {
    let blobs = tree::find(repo, old, key)?;
    if blobs.is_empty() {
        return Ok(None);
    }
    let (before, after) = (read_some(repo, &blobs)?, read_some(repo, &tree::find(repo, new, key)?)?);
    Ok(loss_of(key, &before, &after.lines().collect()))
}

/// The note that `blobs` make up; nothing of one that is too large.
fn read_some(repo: &Repo, blobs: &[ObjectId]) -> Result<Vec<u8>> {
    match read_note(repo, blobs) {
        Err(NoteError::TooLarge(_)) => Ok(Vec::new()),
        read => Ok(read?),
    }
}

/// What the note `before`, of `key`, has that is not in `kept`.
fn loss_of(key: ObjectId, before: &[u8], kept: &HashSet<&[u8]>) -> Option<LostLines> {
    let lost: Vec<&[u8]> = before.lines().filter(|line| !line.is_empty() && !kept.contains(line)).collect();
    let events = lost.iter().filter(|line| !note::is_header(line)).count();
    let named = || note::task_of_anchor(before).map_or_else(|| key.to_string(), Into::into);
    (!lost.is_empty()).then(|| LostLines { note: named(), lines: lost.len(), events })
}

/// Commits that were the tip of the ledger once, by its reflog, and are not in its history: another program threw them
/// away. Newest first, without those that are in the history of another one.
pub fn lost_tips(view: &View<'_>) -> Result<Vec<ObjectId>> {
    let repo = view.repo();
    // Without a reflog, as in a bare repository, nothing is known.
    let moves = reflog::of_ref(repo, REF)?;
    // Not the view's: what was written since is in the reflog, too.
    let Some(tip) = repo.find_ref(REF)? else { return Ok(Vec::new()) };
    // What a writer found there was the tip. A writer that was killed between the reflog and the ref, which git writes in this order, left an
    // entry, perhaps half of one, for what never was.
    let found = moves.iter().rev().filter_map(|entry| entry.old);
    let former: BTreeMap<ObjectId, usize> = (found.zip(0..)).filter(|(id, _)| *id != tip && repo.has(*id)).collect();
    if former.is_empty() {
        return Ok(Vec::new());
    }
    let former_tips: Vec<ObjectId> = former.keys().copied().collect();
    let (mut lost, mut covered) = (Vec::new(), HashSet::new());
    for link in revwalk::beyond(repo, &former_tips, tip)? {
        lost.push(link.commit);
        covered.extend(link.parents);
    }
    lost.retain(|id| !covered.contains(id));
    lost.sort_by_key(|id| former.get(id).copied());
    Ok(lost)
}
