//! A checkpoint as an operation, so that `undo` can undo it: HEAD and index are restored, the files stay.
//!
//! Nothing is lost by a commit, so there is no snapshot, and no `begun`: what is recorded has happened. `worktree/` of both
//! sides is the tree of the commit, for want of anything that changed.

use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice as _};
use ulid::Ulid;

use super::{has_all_of, journal::Journal};
use crate::{
    error::{Error, Result, codes},
    git::{
        EntryKind, Head, ObjectId, RefError, Repo, ignore,
        index::entries::{self, Entries},
        objects::{
            Batch,
            trees::{self, Edits},
        },
        revwalk,
        state::{self, Held},
        tree::Entry,
    },
    recovery::{
        operation::{Contents, OpLog, Operation, OperationKind, OperationState, Touched},
        rollback::WHOLE,
        snapshot::{self, Flags, WorktreeState},
    },
};

/// How often the chain of operations is read again when another process moved it.
const TRIES: usize = 5;

/// Record the checkpoint of `journal`, which git made as `commit`, as an operation that is done.
///
/// # Errors
///
/// Anything that keeps objects or refs from being written: the checkpoint exists anyway. `operation-busy` when other
/// processes were faster again and again.
pub(super) fn record(repo: &Repo, journal: &Journal, commit: ObjectId) -> Result<Ulid> {
    let mut batch = Batch::default();
    let (operation, contents) = describe(repo, &mut batch, journal, commit)?;
    let mark = batch.len();
    for _ in 0..TRIES {
        batch.back_to(mark);
        let log = OpLog::of(repo)?;
        let change = log.stage(&mut batch, &operation, &contents, log.tip())?;
        batch.write_durable(repo)?;
        let message = format!("git-agent: {}", operation.title);
        match repo.refs().change_durably(repo, &[change], &message) {
            Ok(()) => return batch.secure(repo).map(|()| operation.id),
            Err(RefError::Failed(error)) => return Err(error),
            Err(RefError::Moved | RefError::Locked(_) | RefError::Vanished(_)) => {}
        }
    }
    Err(Error::new(codes::OPERATION_BUSY, "another process keeps updating this worktree's operation log"))
}

/// [`record`], unless that was done already.
///
/// # Errors
///
/// Those of [`record`].
pub(super) fn record_once(repo: &Repo, journal: &Journal, commit: ObjectId) -> Result<()> {
    for recorded in OpLog::of(repo)?.entries() {
        let operation = recorded?.operation;
        if operation.kind == OperationKind::Checkpoint && operation.after.commit == Some(commit) {
            return Ok(());
        }
    }
    record(repo, journal, commit).map(drop)
}

fn describe(repo: &Repo, batch: &mut Batch, journal: &Journal, commit: ObjectId) -> Result<(Operation, Contents)> {
    let Journal { label, before, .. } = journal;
    let head = repo.head()?;
    let worktree = revwalk::tree(repo, commit)?;
    let is_whole = journal.is_everything && has_all_of(repo, commit, journal.tree)?;
    let differing = differing(repo, &before.index, &Entries::read(repo)?)?;
    let touched = differing.keys().map(|path| Touched { path: path.clone(), on_disk: false, in_index: true });
    let touched = touched.collect();
    let head_tree = before.head.commit.map(|commit| revwalk::tree(repo, commit)).transpose()?;
    let staged_before = trees::edit(repo, batch, head_tree, &before.staged)?;
    let mut edits: Edits = before.staged.clone();
    edits.extend(differing.iter().map(|(path, [_, after])| (path.clone(), after.leaf())));
    let staged_after = trees::edit(repo, batch, head_tree, &edits)?;
    let rules = ignore::store(repo, batch, &before.rules)?;
    let mut side = |head: &Head, staged: ObjectId, at: usize, held: &[Held]| -> Result<ObjectId> {
        let flags = differing.iter().map(|(path, sides)| (path.clone(), sides[at].flags));
        let mut state = BTreeMap::new();
        let mut merged = None;
        for piece in held {
            if piece.name == "AUTO_MERGE" {
                merged = snapshot::merged(repo, &piece.bytes);
            }
            state.insert(piece.name.clone(), batch.blob(repo, piece.bytes.clone())?);
        }
        let state = WorktreeState {
            flags: flags.filter(|(_, flags)| *flags != Flags::default()).collect(),
            merged,
            rules: Some(rules),
            in_progress: state,
            ..WorktreeState::plain(head.clone(), worktree, staged)
        };
        snapshot::tree(repo, batch, &state)
    };
    let held_after = if before.state.is_empty() { Vec::new() } else { state::held(repo)? };
    let contents = Contents {
        before: side(&before.head, staged_before, 0, &before.state)?,
        after: side(&head, staged_after, 1, &held_after)?,
        touched,
        late: None,
    };
    let whole = is_whole.then(|| (WHOLE.0.to_owned(), WHOLE.1.to_owned()));
    let operation = Operation {
        id: label.id,
        kind: OperationKind::Checkpoint,
        state: OperationState::Done,
        title: format!("checkpoint {}", label.name),
        at: label.at,
        by: label.by.clone(),
        task: Some(label.task.clone()),
        snapshot: None,
        before: before.head.clone(),
        after: head,
        undoes: None,
        more: Vec::from_iter(whole),
    };
    Ok((operation, contents))
}

/// The properties of an index entry that count for a comparison.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Slot {
    leaf: Option<Entry>,
    stage: u8,
    flags: Flags,
}

impl Slot {
    /// What is staged; with intent-to-add, nothing.
    fn leaf(&self) -> Option<Entry> {
        self.leaf.filter(|_| !self.flags.intent_to_add)
    }
}

/// The index entries that differ between `before` and `after`, by path.
///
/// # Errors
///
/// When a directory of a sparse index cannot be expanded.
pub fn differing(repo: &Repo, before: &Entries, after: &Entries) -> Result<BTreeMap<BString, [Slot; 2]>> {
    let mut found: BTreeMap<BString, [Slot; 2]> = BTreeMap::new();
    let (mut one, mut other) = (before.all().peekable(), after.all().peekable());
    loop {
        let order = match (one.peek(), other.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(one), Some(other)) => one.path.cmp(other.path),
        };
        let old = if order.is_le() { one.next() } else { None };
        let new = if order.is_ge() { other.next() } else { None };
        let slots = [old, new].map(|entry| entry.map(slot).unwrap_or_default());
        if slots[0] != slots[1]
            && let Some(entry) = old.or(new)
        {
            found.insert(entry.path.to_owned(), slots);
        }
    }
    expand(repo, found)
}

fn slot(entry: entries::Entry<'_>) -> Slot {
    Slot { leaf: Some(entry.leaf), stage: entry.stage, flags: entry.flags }
}

/// Without the directories of a sparse index: what was in one, and now stands for itself, has not changed by that.
fn expand(repo: &Repo, found: BTreeMap<BString, [Slot; 2]>) -> Result<BTreeMap<BString, [Slot; 2]>> {
    let is_directory = |slot: &Slot| slot.leaf.is_some_and(|leaf| leaf.kind == EntryKind::Tree);
    let (directories, mut found): (BTreeMap<_, _>, BTreeMap<_, _>) =
        found.into_iter().partition(|(_, slots)| slots.iter().any(is_directory));
    for (dir, sides) in &directories {
        let below = |path: &BStr| path.strip_prefix(dir.as_bytes()).map(|rest| rest.as_bstr().to_owned());
        for (path, slots) in &mut found {
            let Some(rest) = below(path.as_bstr()) else { continue };
            for (slot, side) in slots.iter_mut().zip(sides) {
                if let (None, Some(Entry { kind: EntryKind::Tree, id })) = (slot.leaf, side.leaf) {
                    *slot = Slot { leaf: trees::find(repo, id, rest.as_bstr())?, stage: 0, flags: side.flags };
                }
            }
        }
    }
    found.retain(|_, [before, after]| before != after);
    Ok(found)
}
