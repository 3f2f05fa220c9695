//! Two ledgers become one: per note, the union of the lines.
//!
//! It is the union also where one history has the other: a commit that takes lines away, made by another program in any clone,
//! loses nothing in the others.
//!
//! The result is what `git notes merge -s cat_sort_uniq` gives, but computed here: stock git aborts on hostile trees. The
//! merge commit is a function of its two parents alone (parents sorted, the later date, a fixed name and message), so two
//! clones that merge each other at the same time make the same commit and are done.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MAX_NOTE, View,
    tree::{self, Changes},
    write::{in_turn, publish},
};
use crate::{
    domain::{note, time::Timestamp},
    error::{Advice, Error, Result},
    git::{
        ObjectId, ObjectKind, Repo,
        commit::Commit,
        objects::{Batch, Identity, NewCommit},
        revwalk,
    },
    store::ledger::audit,
};

/// How often a merge is retried because of concurrent writes.
const TRIES: u32 = 50;

/// The result of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The tip of the ledger afterwards.
    pub tip: ObjectId,
    /// The keys of the notes that changed in the local ledger.
    pub changed: Vec<ObjectId>,
    /// Notes whose lines are together more than a note can hold: the key, and the blob that is kept under `text/` instead.
    pub apart: Vec<(ObjectId, ObjectId)>,
}

impl Merged {
    /// Ours is unchanged.
    fn nothing(tip: ObjectId) -> Self {
        Merged { tip, changed: Vec::new(), apart: Vec::new() }
    }
}

/// Merge the ledger at commit `theirs` into the local one.
///
/// # Errors
///
/// `ledger-busy` or `ref-locked` when other processes keep moving the ledger; when either side cannot be read.
pub fn merge(repo: &Repo, theirs: ObjectId) -> Result<Merged> {
    in_turn(repo, TRIES, "it was not merged", |view| {
        let (merged, batch) = prepare(view, theirs)?;
        if view.tip() == Some(merged.tip) {
            return Ok(Ok(merged));
        }
        let moved = publish(repo, &batch, view.tip(), merged.tip, "merge")?;
        Ok(moved.map(|()| merged))
    })
}

/// The common ancestor of two commits of the ledger, if there is one.
pub fn base(repo: &Repo, ours: ObjectId, theirs: ObjectId) -> Option<ObjectId> {
    revwalk::common_ancestor(repo, ours, theirs)
}

/// What [`merge`] makes of the ledger of `view` and the one at commit `theirs`, and the objects that it creates for it, which are not
/// written yet.
///
/// # Errors
///
/// When either side cannot be read.
pub fn prepare(view: &View<'_>, theirs: ObjectId) -> Result<(Merged, Batch)> {
    let repo = view.repo();
    let mut batch = Batch::default();
    let Some(ours) = view.tip() else {
        let changed = keys(repo, &View::at(repo, Some(theirs))?)?;
        return Ok((Merged { tip: theirs, changed, apart: Vec::new() }, batch));
    };
    if ours == theirs {
        return Ok((Merged::nothing(ours), batch));
    }
    let base = base(repo, ours, theirs);
    let other = View::at(repo, Some(theirs))?;
    let (our_root, their_root) = (root_of(view)?, root_of(&other)?);
    if base == Some(theirs) && !audit::lacks(repo, our_root, their_root)? {
        return Ok((Merged::nothing(ours), batch));
    }
    let forward = |apart| -> Result<_> {
        let changed = tree::changed_keys(repo, our_root, their_root).or_else(|_| keys(repo, &other))?;
        Ok((Merged { tip: theirs, changed, apart }, Batch::default()))
    };
    if base == Some(ours) && !audit::lacks(repo, their_root, our_root)? {
        return forward(Vec::new());
    }
    let (tree, changed, apart) = union_tree(repo, &mut batch, our_root, their_root)?;
    // Where a note cannot take the union, one side may have had all that there can be.
    if base == Some(theirs) && changed.is_empty() && !audit::lacks_texts(repo, our_root, their_root)? {
        return Ok((Merged { apart, ..Merged::nothing(ours) }, batch));
    }
    if base == Some(ours) && tree == their_root {
        return forward(apart);
    }
    let mut parents = [ours, theirs];
    parents.sort_unstable();
    let commit = NewCommit {
        tree,
        parents: &parents,
        message: b"merge\n",
        at: later(repo, &parents)?,
        identity: Some(Identity::ours()),
    };
    let tip = batch.commit(repo, &commit)?;
    Ok((Merged { tip, changed, apart }, batch))
}

/// The canonical tree of the union of both sides, and the keys whose note changes on our side.
///
/// Canonical: built from the set of notes alone, so that both clones get the same tree whatever theirs looked like.
fn union_tree(repo: &Repo, batch: &mut Batch, ours: ObjectId, theirs: ObjectId) -> Result<Union> {
    let mut notes: BTreeMap<ObjectId, [BTreeSet<ObjectId>; 2]> = BTreeMap::new();
    let mut texts = BTreeSet::new();
    for (side, root) in [ours, theirs].into_iter().enumerate() {
        for (key, blob) in tree::list(repo, root)?.0 {
            notes.entry(key).or_default()[side].insert(blob);
        }
        texts.extend(tree::texts(repo, root)?);
    }
    let mut changes = Changes::default();
    let (mut changed, mut apart) = (Vec::new(), Vec::new());
    for (key, [ours, theirs]) in notes {
        let (blob, others) = unite(repo, batch, &ours, &theirs)?;
        apart.extend(others.iter().map(|other| (key, *other)));
        texts.extend(others);
        if !ours.contains(&blob) || ours.len() > 1 {
            changed.push(key);
        }
        changes.notes.insert(key, blob);
    }
    changes.texts = texts.into_iter().collect();
    Ok((tree::edit(repo, batch, None, &changes)?, changed, apart))
}

/// A tree, the keys whose note changes on our side, and what is kept apart of which note.
type Union = (ObjectId, Vec<ObjectId>, Vec<(ObjectId, ObjectId)>);

/// The one blob that holds what the blobs of both sides hold; and those that it has no room for, which are to be kept, too.
/// The same, whichever side is which.
fn unite(
    repo: &Repo,
    batch: &mut Batch,
    ours: &BTreeSet<ObjectId>,
    theirs: &BTreeSet<ObjectId>,
) -> Result<(ObjectId, Vec<ObjectId>)> {
    let all: Vec<ObjectId> = ours.union(theirs).copied().collect();
    if let [only] = all[..] {
        return Ok((only, Vec::new()));
    }
    let mut readable = Vec::new();
    for blob in &all {
        match repo.own_header(*blob) {
            Ok((ObjectKind::Blob, size)) if size <= MAX_NOTE => readable.push((size, *blob)),
            // No note, or a monster: the lines of the others count.
            Ok(_) => {}
            // We were pointed to a missing object. But our own lines are never merged away because they cannot be read.
            Err(error) if ours.contains(blob) => return Err(error.hint(Advice::CheckLedger)),
            Err(_) => {}
        }
    }
    if readable.is_empty() {
        let last = all.last().copied().ok_or_else(|| Error::bug("a key without a note"))?;
        return Ok((last, Vec::new()));
    }
    // The largest first, so that what has to stay apart is the least that it can be.
    readable.sort_unstable_by(|a, b| b.cmp(a));
    let (mut text, mut blob, mut apart) = (Vec::new(), None, Vec::new());
    for (_, next) in readable {
        let lines = repo.read_own(next, ObjectKind::Blob)?;
        let union = note::union([text.as_slice(), lines.as_slice()]);
        match blob {
            Some(_) if union.len() as u64 > MAX_NOTE => apart.push(next),
            None => (text, blob) = (lines, Some(next)),
            Some(_) => {
                let united = batch.blob(repo, union.clone())?;
                (text, blob) = (union, Some(united));
            }
        }
    }
    let blob = blob.ok_or_else(|| Error::bug("a note without a blob"))?;
    Ok((blob, apart))
}

fn root_of(view: &View<'_>) -> Result<ObjectId> {
    view.root().ok_or_else(|| Error::bug("a ledger with a tip has a tree"))
}

fn keys(repo: &Repo, view: &View<'_>) -> Result<Vec<ObjectId>> {
    Ok(tree::list(repo, root_of(view)?)?.0.into_iter().map(|(key, _)| key).collect())
}

/// The later committer date of `commits`.
fn later(repo: &Repo, commits: &[ObjectId]) -> Result<Timestamp> {
    let mut latest = i64::MIN;
    for id in commits {
        latest = latest.max(Commit::parse(repo, *id, &repo.read_own(*id, ObjectKind::Commit)?)?.at);
    }
    Ok(Timestamp::from_seconds(latest))
}
