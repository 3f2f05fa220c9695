//! What a checkpoint would commit: the difference between HEAD's tree and the tree that is staged.

use bstr::BString;

use crate::{
    domain::secret::{self, Finding},
    error::Result,
    git::{EntryKind, ObjectId, Repo, changed_paths::Comparer, objects::trees::Leaf, submodules},
};

/// The largest content that is looked into for secrets, in bytes: keys and tokens live in small files.
const MAX_SCANNED: u64 = 2 * 1024 * 1024;
/// How much is looked into altogether.
const MAX_SCANNED_TOTAL: u64 = 64 * 1024 * 1024;

/// One path that would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path, from the top.
    pub path: BString,
    /// What HEAD has there.
    pub old: Option<Side>,
    /// What would be there; `None`: it is removed.
    pub new: Option<Side>,
}

/// One side of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Side {
    /// What sort of entry it is.
    pub kind: Kind,
    /// Its object.
    pub id: ObjectId,
}

/// What sort of thing an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A symbolic link.
    Link,
    /// A submodule, or a repository that happens to lie here.
    Repository,
}

/// A path and what looks like a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The path, from the top.
    pub path: BString,
    /// Where in it, and what.
    pub finding: Finding,
}

/// What [`leaks`] found, and did not look at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scanned {
    /// What looks like a secret.
    pub leaks: Vec<Leak>,
    /// Files that were too large to look into.
    pub skipped: usize,
}

/// The changes from the tree `old` to the tree `new`.
pub fn changes(repo: &Repo, old: ObjectId, new: ObjectId) -> Result<Vec<Change>> {
    let side = |leaf: Option<Leaf>| {
        let (kind, id) = leaf?;
        let kind = match kind {
            EntryKind::Link => Kind::Link,
            EntryKind::Commit => Kind::Repository,
            _ => Kind::File,
        };
        Some(Side { kind, id })
    };
    let found = Comparer::new(repo).differences(Some(old), Some(new))?.into_iter();
    Ok(found.map(|change| Change { path: change.path, old: side(change.old), new: side(change.new) }).collect())
}

/// New files of more than `limit` bytes, with their size.
pub fn too_large<'c>(repo: &Repo, changes: &'c [Change], limit: u64) -> Vec<(&'c BString, u64)> {
    let new_files = changes.iter().filter(|change| change.old.is_none());
    let sized = new_files.filter_map(|change| Some((&change.path, size(repo, change.new?)?)));
    sized.filter(|(_, size)| *size > limit).collect()
}

/// New repositories that are no submodules of `tree`.
pub fn nested<'c>(repo: &Repo, tree: ObjectId, changes: &'c [Change]) -> Result<Vec<&'c BString>> {
    let is_new = |change: &&Change| {
        let was = change.old.is_some_and(|old| old.kind == Kind::Repository);
        !was && change.new.is_some_and(|new| new.kind == Kind::Repository)
    };
    let found: Vec<&BString> = changes.iter().filter(is_new).map(|change| &change.path).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let known = submodules::declared(repo, tree)?;
    Ok(found.into_iter().filter(|path| !known.contains(path)).collect())
}

/// What looks like a secret in the content that is added.
pub fn leaks(repo: &Repo, changes: &[Change]) -> Result<Scanned> {
    let mut scanned = Scanned::default();
    let mut left = MAX_SCANNED_TOTAL;
    for change in changes {
        let Some(new) = change.new.filter(|new| new.kind == Kind::File) else { continue };
        let old = change.old.filter(|old| old.kind == Kind::File);
        let bytes = size(repo, new).unwrap_or(0) + old.and_then(|old| size(repo, old)).unwrap_or(0);
        if bytes > 2 * MAX_SCANNED || bytes > left {
            scanned.skipped += 1;
            continue;
        }
        left -= bytes;
        // In a partial clone the old content may be elsewhere; then all of the new one counts as added.
        let old = old.and_then(|old| repo.read(old.id).ok()).unwrap_or_default();
        let findings = secret::scan(&old, &repo.read(new.id)?);
        scanned.leaks.extend(findings.into_iter().map(|finding| Leak { path: change.path.clone(), finding }));
    }
    Ok(scanned)
}

/// The size of a file's content.
fn size(repo: &Repo, side: Side) -> Option<u64> {
    match side.kind {
        Kind::File => repo.gix().find_header(side.id).ok().map(|header| header.size()),
        Kind::Link | Kind::Repository => None,
    }
}
