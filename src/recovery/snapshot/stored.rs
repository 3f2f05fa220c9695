//! Snapshots that are there: list, find, load, remove.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};

use super::{Entry, FORMAT, Metadata, REFS, Snapshot, WorktreeState};
use crate::{
    domain::{id::TaskId, id_prefix, making::Saved},
    error::{Advice, Error, Result, codes},
    git::{
        EntryKind, Head, ObjectId, ObjectKind, RefChange, Refs, Repo,
        commit::Commit,
        leftovers,
        objects::{tidy, trees},
        rev_parse, state,
    },
    recovery::snapshot::codec,
};

/// No list of ours comes near: a million paths have a tenth of it.
const LONGEST_LIST: u64 = 1 << 30;
/// Nor does a commit: a message is one line, and has one for every active task.
const LONGEST_MESSAGE: u64 = 1 << 24;
/// A word with fewer characters is not read as the beginning of an id where it may be something else.
const SHORTEST: usize = 6;

/// What N in `snap@{N}` counts.
const PLACES: &str = "snap";

/// The snapshots of a repository.
#[derive(Debug, Default)]
pub struct Listed {
    /// Snapshots that can be read, newest first.
    pub snapshots: Vec<Snapshot>,
    /// Refs that are not snapshots or cannot be read, with the reasons.
    pub damaged: Vec<(String, String)>,
}

/// All snapshots of the repository, of every worktree.
///
/// # Errors
///
/// When the refs cannot be listed.
pub fn list(repo: &Repo) -> Result<Listed> {
    let mut listed = Listed::default();
    for (name, commit) in refs(repo)? {
        match read(repo, &name, commit) {
            Ok(snapshot) => listed.snapshots.push(snapshot),
            Err(error) => listed.damaged.push((name, error.to_string())),
        }
    }
    Ok(listed)
}

/// How many snapshots of each task were made here, and when the first of them was taken.
///
/// # Errors
///
/// When the refs cannot be listed.
pub fn saved(repo: &Repo) -> Result<HashMap<TaskId, Saved>> {
    let mut saved: HashMap<TaskId, Saved> = HashMap::new();
    for snapshot in list(repo)?.snapshots.into_iter().filter(|snapshot| !snapshot.is_foreign) {
        let first = snapshot.about.at;
        for task in snapshot.about.tasks {
            let known = saved.entry(task).or_insert(Saved { first, count: 0 });
            known.first = known.first.min(first);
            known.count += 1;
        }
    }
    Ok(saved)
}

/// The newest snapshot of the worktree `worktree` that was made in this repository.
///
/// # Errors
///
/// When the refs cannot be listed.
pub fn last_of(repo: &Repo, worktree: &str) -> Result<Option<Snapshot>> {
    let read = |(name, commit): (String, ObjectId)| read(repo, &name, commit).ok();
    Ok(refs(repo)?
        .into_iter()
        .filter_map(read)
        .find(|snapshot| snapshot.about.worktree == worktree && !snapshot.is_foreign))
}

/// Their refs, newest first.
pub(super) fn refs(repo: &Repo) -> Result<Vec<(String, ObjectId)>> {
    // git skips an empty file that a crash left of a ref; one of them must not keep work from being saved or found.
    let mut refs = repo.refs().list(repo, REFS).or_else(|_| Refs::Binary.list(repo, REFS))?;
    refs.sort_by(|(one, _), (other, _)| other.cmp(one));
    Ok(refs)
}

pub(super) fn read(repo: &Repo, name: &str, id: ObjectId) -> Result<Snapshot> {
    let damaged = || Error::new(codes::NOT_A_SNAPSHOT, format!("{name} points to {id}, which is not its snapshot"));
    if repo.own_header(id)?.1 > LONGEST_MESSAGE {
        return Err(damaged());
    }
    let bytes = repo.read_own(id, ObjectKind::Commit)?;
    let is_foreign = !repo.is_made_here(name, id, &bytes);
    let Commit { tree, message, .. } = Commit::parse(repo, id, &bytes)?;
    match Metadata::from_message(message.as_ref()) {
        Some((format, ulid, about)) if name.strip_prefix(REFS) == Some(&*ulid.to_string()) => {
            Ok(Snapshot { id: ulid, commit: id, tree, about, format, is_foreign })
        }
        _ => Err(damaged()),
    }
}

/// The snapshot that `word` names: its id, or the beginning of one, in any case; `snap@{N}` is the one after N newer ones.
///
/// # Errors
///
/// `snapshot-not-found`, `ambiguous-snapshot` (usage).
pub fn find(repo: &Repo, word: &str) -> Result<Snapshot> {
    if let Some(place) = id_prefix::place(PLACES, word) {
        let Some((name, commit)) = refs(repo)?.into_iter().nth(place) else {
            let message = format!("{word} does not exist: there are fewer snapshots");
            return Err(Error::new(codes::SNAPSHOT_NOT_FOUND, message).hint(Advice::ListSnapshots));
        };
        return read(repo, &name, commit);
    }
    begun(repo, word)?.ok_or_else(|| {
        Error::new(codes::SNAPSHOT_NOT_FOUND, format!("snapshot '{}' does not exist", word.escape_debug()))
            .hint(Advice::ListSnapshots)
    })
}

/// The snapshot whose id begins with `word`, in any case.
fn begun(repo: &Repo, word: &str) -> Result<Option<Snapshot>> {
    let wanted = word.strip_prefix(REFS).unwrap_or(word).to_ascii_uppercase();
    let is_meant = |name: &str| name.strip_prefix(REFS).is_some_and(|id| id.starts_with(&wanted));
    let mut meant: Vec<(String, ObjectId)> = if wanted.is_empty() {
        Vec::new()
    } else {
        refs(repo)?.into_iter().filter(|(name, _)| is_meant(name)).collect()
    };
    match (meant.pop(), meant.len()) {
        (Some((name, commit)), 0) => read(repo, &name, commit).map(Some),
        (Some(_), more) => Err(Error::new(
            codes::AMBIGUOUS_SNAPSHOT,
            format!("'{}' matches {} snapshots", word.escape_debug(), more + 1),
        )
        .hint(Advice::LongerSnapshotPrefix)),
        (None, _) => Ok(None),
    }
}

/// The snapshot that `word`, which may stand for other things, too, names: `None` if it does not look like the id of one, or is the
/// beginning of none. `snap@{N}` names one as in [`find`], unless git knows a revision `snap`, whose reflog has that name.
///
/// # Errors
///
/// `snapshot-not-found` for a whole id, or an N that is too large; `ambiguous-snapshot`.
pub fn named(repo: &Repo, word: &str) -> Result<Option<Snapshot>> {
    if id_prefix::place(PLACES, word).is_some() {
        return if rev_parse::is_revision(&[PLACES])? { Ok(None) } else { find(repo, word).map(Some) };
    }
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    // Ids begin with the time; that of object ids has a letter that no hexadecimal number has.
    let is_id = (SHORTEST..=ulid::ULID_LEN).contains(&word.len())
        && word.starts_with('0')
        && word.bytes().all(|byte| LETTERS.contains(&byte.to_ascii_uppercase()));
    match word.len() {
        _ if !is_id => Ok(None),
        ulid::ULID_LEN => find(repo, word).map(Some),
        _ => begun(repo, word),
    }
}

/// The tree of the work tree in `snapshot`.
///
/// # Errors
///
/// `newer-snapshot`, `damaged-snapshot`.
pub fn files(repo: &Repo, snapshot: &Snapshot) -> Result<ObjectId> {
    readable(snapshot)?;
    let found = trees::find(repo, snapshot.tree, b"worktree".as_bstr())?.filter(|entry| entry.kind == EntryKind::Tree);
    found.map(|entry| entry.id).ok_or_else(|| {
        Error::new(codes::DAMAGED_SNAPSHOT, format!("snapshot {} cannot be read: it has no 'worktree'", snapshot.id))
    })
}

/// The content of `snapshot`.
///
/// # Errors
///
/// `newer-snapshot` when a newer version made it in a way that this one does not know; `damaged-snapshot`.
pub fn load(repo: &Repo, snapshot: &Snapshot) -> Result<WorktreeState> {
    readable(snapshot)?;
    load_tree(repo, snapshot.tree, &snapshot.about.head).map_err(|error| {
        Error::new(codes::DAMAGED_SNAPSHOT, format!("snapshot {} cannot be read", snapshot.id)).because(error)
    })
}

/// Refuse a snapshot in a form that this version does not know.
fn readable(snapshot: &Snapshot) -> Result<()> {
    if snapshot.format > FORMAT {
        let message =
            format!("snapshot {} has format {}; this version supports {FORMAT}", snapshot.id, snapshot.format);
        return Err(Error::new(codes::NEWER_SNAPSHOT, message)
            .hint("a newer git-agent can read it")
            .hint(format!("stock git shows its files: git show {}:worktree/<path>", snapshot.ref_name())));
    }
    Ok(())
}

/// What the tree of a snapshot, or one in its form, holds; `head` is what HEAD was.
///
/// # Errors
///
/// `damaged-snapshot`; `damaged-tree`, `environment` when an object is damaged or missing.
pub fn load_tree(repo: &Repo, tree: ObjectId, head: &Head) -> Result<WorktreeState> {
    let null = repo.null_id();
    let mut state = WorktreeState::plain(head.clone(), null, null);
    let damaged = |what: String| Error::new(codes::DAMAGED_SNAPSHOT, what);
    let entries = trees::entries(repo, tree)?;
    let mut names = HashSet::new();
    if !entries.iter().all(|entry| names.insert(&entry.filename)) {
        return Err(damaged("it contains a name twice".to_owned()));
    }
    for entry in entries {
        match (entry.filename.as_slice(), entry.mode.kind()) {
            (b"worktree", EntryKind::Tree) => state.worktree = entry.oid,
            (b"staged", EntryKind::Tree) => state.staged = entry.oid,
            (b"merged", EntryKind::Tree) => state.merged = Some(entry.oid),
            (b"rules", EntryKind::Tree) => state.rules = Some(entry.oid),
            (b"state", EntryKind::Tree) => trees::leaves(repo, entry.oid, &mut |path: BString, Entry { kind, id }| {
                if kind == EntryKind::Blob && state::is_known(path.as_bstr()) {
                    state.in_progress.insert(path, id);
                } else {
                    return Err(damaged(format!("'state/{path}' is not part of an unfinished operation")));
                }
                Ok(())
            })?,
            (name, EntryKind::Blob) if name.ends_with(b".lst") => {
                let bytes = match repo.own_header(entry.oid)? {
                    (_, size) if size > LONGEST_LIST => {
                        return Err(damaged(format!("'{}' is too large", name.as_bstr())));
                    }
                    _ => repo.read_own(entry.oid, ObjectKind::Blob)?,
                };
                codec::read(&mut state, name.as_bstr(), &bytes)
                    .ok_or_else(|| damaged(format!("'{}' is damaged", name.as_bstr())))?;
            }
            _ => {}
        }
    }
    if state.worktree.is_null() || state.staged.is_null() {
        Err(damaged("it has no 'worktree' or no 'staged'".to_owned()))
    } else {
        Ok(state)
    }
}

/// Delete `snapshots`, all or none. Their objects remain until git prunes them.
///
/// # Errors
///
/// `snapshot-raced` when another process removed one of them.
pub fn remove(repo: &Repo, snapshots: &[Snapshot]) -> Result<()> {
    let change =
        |snapshot: &Snapshot| RefChange { name: snapshot.ref_name(), expected: Some(snapshot.commit), new: None };
    let changes: Vec<RefChange> = snapshots.iter().map(change).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let removed = repo.refs().change_durably(repo, &changes, "git-agent: drop snapshots");
    let moved =
        || Error::new(codes::SNAPSHOT_RACED, "another process removed one of these snapshots").hint("try again");
    removed.map_err(|error| error.or(moved))
}

/// Combine the packs of snapshots if there are many by now, and remove what killed processes left; answers whether packs were combined.
///
/// # Errors
///
/// Those of [`tidy::tidy`].
pub fn tidy(repo: &Repo) -> Result<bool> {
    leftovers::sweep(repo);
    if tidy::is_due(repo, REFS) { tidy::tidy(repo, REFS) } else { Ok(false) }
}
