//! Refs in files, through gix.

use std::{collections::BTreeSet, fs::File, io, os::unix::fs::MetadataExt as _, path::PathBuf, time::Duration};

use bstr::ByteSlice as _;
use gix::{
    ObjectId,
    lock::acquire::Fail,
    objs::{CommitRef, Kind},
    refs::{
        FullName, Target,
        file::Transaction,
        transaction::{LogChange, PreviousValue, RefEdit, RefLog},
    },
};

use super::{Hooks, RefChange, RefError, Refs};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{claims::Claim, head::Head, repo::Repo},
};

pub(super) fn find(repo: &Repo, name: &str) -> Result<Option<ObjectId>> {
    let found = settled(
        repo,
        |found: &Result<_, _>, is_calm| is_calm || !matches!(found, Ok(None)),
        || repo.gix().try_find_reference(name),
    );
    let found = found.or_environment(|| format!("cannot read {name}"))?;
    match found.map(|found| found.inner.target) {
        Some(Target::Symbolic(target)) if super::is_ours(name) => Err(super::symbolic(name, target.as_bstr())),
        Some(Target::Object(id)) => Ok(Some(id)),
        Some(Target::Symbolic(_)) | None => Ok(None),
    }
}

/// The symbolic refs among ours.
pub(super) fn symbolic(repo: &Repo) -> Result<Vec<(String, String)>> {
    let failed = || "cannot list refs".to_owned();
    let refs = repo.gix().references().or_environment(failed)?;
    let mut found = Vec::new();
    for prefix in super::OURS {
        for reference in refs.prefixed(prefix).or_environment(failed)?.filter_map(Result::ok) {
            if let Some(target) = reference.target().try_name() {
                found.push((reference.name().as_bstr().to_string(), target.as_bstr().to_string()));
            }
        }
    }
    Ok(found)
}

/// How often refs are read again when they are packed meanwhile.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(5);

/// The answer of `read`. gix reads the packed refs before the files: a ref that is packed in between is neither among those nor a file any
/// more. What `is_final` says of an answer, and of whether no refs were packed meanwhile, decides whether it is asked for again.
fn settled<T>(repo: &Repo, is_final: impl Fn(&T, bool) -> bool, mut read: impl FnMut() -> T) -> T {
    let packed = || {
        let meta = repo.common_dir().join("packed-refs").metadata().ok()?;
        Some((meta.ino(), meta.len(), meta.modified().ok()))
    };
    let mut attempt = 1;
    loop {
        let before = packed();
        let answer = read();
        if attempt == TRIES || is_final(&answer, packed() == before) {
            return answer;
        }
        attempt += 1;
        std::thread::sleep(PAUSE);
    }
}

pub(super) fn list(repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
    settled(repo, |listed: &Result<_>, is_calm| is_calm && listed.is_ok(), || list_once(repo, prefix))
}

fn list_once(repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
    let gix = repo.gix();
    let failed = || format!("cannot list {prefix}*");
    let refs = gix.references().or_environment(failed)?;
    let mut list = Vec::new();
    for reference in refs.prefixed(prefix).or_environment(failed)? {
        // One that a crash left empty must not hide the others; 'doctor' describes it.
        let Ok(reference) = reference else { continue };
        if let Some(id) = reference.target().try_id() {
            list.push((reference.name().as_bstr().to_str_lossy().into_owned(), id.to_owned()));
        }
    }
    Ok(list)
}

/// How long a lock that another process holds is waited for where a change has to be on the disk.
const PATIENCE: Fail = Fail::AfterDurationWithBackoff(Duration::from_secs(1));

/// Move all of `changes` durably without a git, if that can be done; `None`: nothing was changed, and git has to do it.
///
/// Refs of the user's are moved by git, which runs hooks; so are those that are deleted, which may be packed. What is in the way of a
/// new name, git tells best.
pub(super) fn change_ours(
    repo: &Repo,
    refs: Refs,
    changes: &[RefChange],
    reflog: &str,
) -> Option<Result<(), RefError>> {
    let is_plain = |change: &RefChange| change.name.starts_with("refs/") && change.new.is_some();
    let ours = refs == Refs::Files && !repo.is_shared() && Hooks::of(changes) == Hooks::Skip;
    if !ours || !changes.iter().all(|change| is_plain(change) && (change.expected.is_some() || is_free(repo, change))) {
        return None;
    }
    let _claim = Claim::to_refs(repo, changes);
    let who = crate::git::objects::committer(repo);
    let mut time = gix::date::parse::TimeBuf::default();
    match prepare(repo, changes, reflog) {
        Ok(prepared) => Some(prepared.commit(Some(who.to_ref(&mut time))).map(drop).map_err(refused(repo, changes))),
        Err(RefError::Failed(_)) => None,
        Err(error) => Some(Err(error)),
    }
}

/// Lock the refs of `changes` and write the new values durably: like git, before the files get their names.
fn prepare<'r>(repo: &'r Repo, changes: &[RefChange], reflog: &str) -> Result<Transaction<'r, 'r>, RefError> {
    let edits = edits(changes, reflog)?;
    let prepared = repo.gix().refs.transaction().prepare(edits, PATIENCE, PATIENCE);
    let prepared = prepared.map_err(refused(repo, changes))?;
    if let Some(lost) = changes.iter().filter_map(|change| change.new).find(|new| !repo.has(*new)) {
        let message = format!("{}: object {lost} is missing", what(changes));
        return Err(RefError::Vanished(Error::new(codes::REF_UPDATE_FAILED, message)));
    }
    let sync = |change: &RefChange| match File::open(file(repo, &format!("{}.lock", change.name))) {
        Ok(lock) => lock.sync_all(),
        // What is the same already is not written.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    let synced = changes.iter().try_for_each(sync).or_environment(|| what(changes));
    synced.map_err(RefError::Failed)?;
    Ok(prepared)
}

/// Whether no ref stands where a directory of the new ref has to be, and none below it.
fn is_free(repo: &Repo, change: &RefChange) -> bool {
    Refs::Files.blocking(repo, std::slice::from_ref(&change.name)).is_ok_and(|others| others.is_empty())
}

/// Move all of `changes`, or none of them; `None`: nothing was changed, and git has to do it. gix finds out that a name is taken only when
/// it has moved other refs.
pub(super) fn change(repo: &Repo, changes: &[RefChange], reflog: &str) -> Option<Result<(), RefError>> {
    let creates = |change: &RefChange| change.expected.is_none() && change.new.is_some();
    changes.iter().all(|change| !creates(change) || is_free(repo, change)).then(|| move_all(repo, changes, reflog))
}

/// [`Refs::can_advance_head`] where refs are files.
pub(super) fn can_advance_head(repo: &Repo, from: &Head) -> bool {
    // Of other refs, git keeps a reflog only where there is one.
    let has_reflog = from.branch.as_ref().is_none_or(|branch| branch.starts_with(b"refs/heads/"));
    has_reflog && from.is_direct(repo) && (from.commit.is_some() || is_free(repo, &head_change(from, None)))
}

/// [`Refs::advance_head`] where refs are files.
pub(super) fn advance_head(repo: &Repo, from: &Head, commit: ObjectId) -> Result<(), RefError> {
    let changes = [head_change(from, Some(commit))];
    let _claim = Claim::to_refs(repo, &changes);
    let bytes = repo.read_as(commit, Kind::Commit).map_err(RefError::Failed)?;
    let parsed = CommitRef::from_bytes(&bytes, commit.kind()).and_then(|made| Ok((made.committer()?, made.message)));
    let (who, text) = parsed.or_environment(|| what(&changes)).map_err(RefError::Failed)?;
    let kind = if from.commit.is_some() { "commit:" } else { "commit (initial):" };
    // As git does: one line, white space as one space.
    let subject = text.lines().next().unwrap_or_default();
    let words = subject.split(|byte| b" \t\r".contains(byte)).filter(|word| !word.is_empty());
    let message = bstr::join(" ", std::iter::once(kind.as_bytes()).chain(words)).into();
    let expected = from.commit.map_or(PreviousValue::MustNotExist, |id| PreviousValue::MustExistAndMatch(id.into()));
    let log = LogChange { mode: RefLog::AndReference, force_create_reflog: false, message };
    let head = FullName::try_from("HEAD").or_environment(|| what(&changes)).map_err(RefError::Failed)?;
    let edit = RefEdit::update_with_log(head, commit, expected, log).with_deref(true);
    repo.gix().edit_references_as(Some(edit), Some(who)).map(drop).map_err(refused(repo, &changes))
}

/// The change of the ref that HEAD, which is at `from`, stands for.
fn head_change(from: &Head, new: Option<ObjectId>) -> RefChange {
    let name = from.branch.as_ref().map_or_else(|| "HEAD".to_owned(), |branch| branch.to_str_lossy().into_owned());
    RefChange { name, expected: from.commit, new }
}

fn move_all(repo: &Repo, changes: &[RefChange], reflog: &str) -> Result<(), RefError> {
    let edits = edits(changes, reflog)?;
    let who = crate::git::objects::committer(repo);
    let edit = || {
        let mut time = gix::date::parse::TimeBuf::default();
        repo.gix().edit_references_as(edits.clone(), Some(who.to_ref(&mut time))).map(drop)
    };
    // A ref that is packed meanwhile is not found.
    let is_found = |edited: &Result<(), gix::Error>| !edited.as_ref().is_err_and(gix::Error::is_not_found);
    settled(repo, |edited: &Result<(), gix::Error>, is_calm| is_calm || is_found(edited), edit)
        .map_err(refused(repo, changes))
}

/// Why `changes` were not made, from what gix says.
fn refused<'r>(repo: &'r Repo, changes: &'r [RefChange]) -> impl Fn(gix::Error) -> RefError + 'r {
    |error| {
        let (moved, locked) = (error.is_conflict(), error.can_retry());
        // gix does not say that it is a conflict when a ref to delete is gone. One with its new value was moved by this process.
        let is_elsewhere = |change: &RefChange| {
            let is_other = |now| now != change.expected && (change.new.is_none() || now != change.new);
            repo.find_ref(&change.name).is_ok_and(is_other)
        };
        match () {
            () if moved || (!locked && changes.iter().any(is_elsewhere)) => RefError::Moved,
            () if locked => RefError::Locked(super::locked(repo, changes, &what(changes), error.into())),
            () => RefError::Failed(Error::new(codes::REF_UPDATE_FAILED, what(changes)).because(error)),
        }
    }
}

fn what(changes: &[RefChange]) -> String {
    let names = changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>().join(", ");
    format!("cannot update {names}")
}

fn edits(changes: &[RefChange], reflog: &str) -> Result<Vec<RefEdit>, RefError> {
    changes.iter().map(|change| edit(change, reflog)).collect::<Result<_>>().map_err(RefError::Failed)
}

fn edit(change: &RefChange, reflog: &str) -> Result<RefEdit> {
    let name =
        FullName::try_from(change.name.as_str()).or_environment(|| format!("{} is not a ref name", change.name))?;
    let expected = change.expected.map(|id| PreviousValue::MustExistAndMatch(Target::Object(id)));
    Ok(match change.new {
        Some(new) => RefEdit::update(name, new, expected.unwrap_or(PreviousValue::MustNotExist), reflog),
        None => RefEdit::delete(name, expected.unwrap_or(PreviousValue::MustExist)),
    })
}

/// Sync the directories that the files of `changes` are in: git syncs the files, not their names.
pub(super) fn sync(repo: &Repo, changes: &[RefChange]) -> Result<()> {
    let dir = |change: &RefChange| Some(file(repo, &change.name).parent()?.to_owned());
    let dirs: BTreeSet<PathBuf> = changes.iter().filter_map(dir).collect();
    dirs.iter().try_for_each(|dir| crate::git::objects::sync_dir(dir))
}

/// The file of the ref `name`.
fn file(repo: &Repo, name: &str) -> PathBuf {
    let dir = if is_of_worktree(name) { repo.git_dir() } else { repo.common_dir() };
    dir.join(name)
}

/// Whether the ref `name` is one of each worktree.
pub fn is_of_worktree(name: &str) -> bool {
    let prefixes = ["refs/worktree/", "refs/bisect/", "refs/rewritten/"];
    !name.starts_with("refs/") || prefixes.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_that_is_packed_while_it_is_read_is_found() {
        let dir = tempfile::tempdir().unwrap();
        gix::init(dir.path()).unwrap();
        let repo = Repo::discover(dir.path()).unwrap();
        let mut reads = 0;
        let found = settled(
            &repo,
            |found: &Option<i32>, is_calm| is_calm || found.is_some(),
            || {
                reads += 1;
                std::fs::write(repo.common_dir().join("packed-refs"), "# pack-refs\n").unwrap();
                (reads == 2).then_some(reads)
            },
        );
        assert_eq!(found, Some(2));
        assert_eq!(settled(&repo, |found: &Option<i32>, is_calm| is_calm || found.is_some(), || None), None);
    }
}
