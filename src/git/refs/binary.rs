//! Refs through the git binary, for storage that gix does not know.

use std::borrow::Cow;

use bstr::ByteSlice;
use gix::ObjectId;

use super::{Hooks, RefChange, RefError};
use crate::{
    error::Result,
    git::{
        claims::Claim,
        cmd::{self, Git, Output},
        repo::Repo,
    },
};

/// What git says when a ref is not what was expected.
const MOVED: [&str; 4] =
    ["but expected", "reference already exists", "reference is missing", "unable to resolve reference"];
/// What git says when another process holds a lock.
const LOCKED: [&str; 3] = ["File exists", "cannot lock references", "Unable to create"];
/// What git says when it looks for the object before it moves the ref, and does not find it.
const VANISHED: [&str; 1] = ["nonexistent object"];

/// What git says between the names when a ref has the name of a directory that a new one needs, or the other way round.
const BLOCKED: &str = "' exists; cannot create '";

pub(super) fn find(repo: &Repo, name: &str) -> Result<Option<ObjectId>> {
    if super::is_ours(name) {
        let output = repo.git().args(["for-each-ref", LISTED, name]).output()?;
        let listed = output.stdout.lines().find_map(|line| listed(line).filter(|found| found.name == name));
        return match listed {
            Some(Listed { target: Some(target), .. }) => Err(super::symbolic(name, target)),
            Some(found) => Ok(Some(found.id)),
            None if output.status.success() && output.stderr.is_empty() => Ok(None),
            None => Err(output.into_error()),
        };
    }
    let output = repo.git().args(["rev-parse", "--verify", "--quiet", "--end-of-options", name]).output()?;
    match (cmd::id(&output.stdout), output.status.code()) {
        (Some(id), _) => Ok(Some(id)),
        (None, Some(1)) if output.stderr.is_empty() => Ok(None),
        // A ref that cannot be read is not a ref that does not exist.
        _ => Err(output.into_error()),
    }
}

/// What `git for-each-ref` prints of each ref; no name of a ref has a space.
const LISTED: &str = "--format=%(objectname) %(refname) %(symref)";

struct Listed<'a> {
    id: ObjectId,
    name: Cow<'a, str>,
    /// Of a symbolic ref.
    target: Option<Cow<'a, str>>,
}

fn listed(line: &[u8]) -> Option<Listed<'_>> {
    let mut words = line.split_str(" ");
    let (id, name) = (ObjectId::from_hex(words.next()?).ok()?, words.next()?.to_str_lossy());
    let target = words.next().filter(|target| !target.is_empty()).map(ByteSlice::to_str_lossy);
    Some(Listed { id, name, target })
}

pub(super) fn list(repo: &Repo, prefix: &str) -> Result<Vec<(String, ObjectId)>> {
    let answer = repo.git().args(["for-each-ref", LISTED, prefix]).run()?;
    let direct = answer.lines().filter_map(listed).filter(|found| found.target.is_none());
    Ok(direct.map(|found| (found.name.into_owned(), found.id)).collect())
}

/// The symbolic refs among ours.
pub(super) fn symbolic(repo: &Repo) -> Result<Vec<(String, String)>> {
    let answer = repo.git().args(["for-each-ref", LISTED]).run()?;
    let ours = answer.lines().filter_map(listed).filter(|found| super::is_ours(&found.name));
    Ok(ours.filter_map(|found| Some((found.name.into_owned(), found.target?.into_owned()))).collect())
}

/// How sure a change must be when git says that it is made.
#[derive(Clone, Copy)]
pub(super) enum Durability {
    /// As the user's git is set up.
    AsConfigured,
    /// On the disk.
    Synced,
}

impl Durability {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Durability::AsConfigured => &[],
            Durability::Synced => &["-c", SYNC],
        }
    }
}

impl Hooks {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Hooks::Run => &[],
            Hooks::Skip => &["-c", NO_HOOKS, "-c", NO_CONFIG_HOOKS],
        }
    }
}

/// Objects, too: git writes none here, but the command line is complete.
const SYNC: &str = "core.fsync=objects,reference";
const NO_HOOKS: &str = "core.hooksPath=/dev/null";
/// git 2.54 has hooks in the configuration.
const NO_CONFIG_HOOKS: &str = "hook.reference-transaction.enabled=false";

pub(super) fn change(repo: &Repo, changes: &[RefChange], reflog: &str, durability: Durability) -> Result<(), RefError> {
    let null = repo.null_id();
    let mut script = Vec::new();
    for change in changes {
        let old = change.expected.unwrap_or(null);
        // A symbolic ref of ours moves no other ref.
        if change.name == "HEAD" || super::is_ours(&change.name) {
            script.extend_from_slice(b"option no-deref\0");
        }
        let command = match change.new {
            Some(new) => format!("update {}\0{new}\0{old}\0", change.name),
            None => format!("delete {}\0{old}\0", change.name),
        };
        script.extend_from_slice(command.as_bytes());
    }
    let claim = Claim::to_refs(repo, changes);
    claim.share_with_children();
    let git = git(repo, durability).args(Hooks::of(changes).settings());
    let output = git.args(["update-ref", "-z", "--stdin", "-m", reflog]).stdin(script).output();
    let output = output.map_err(RefError::Failed)?;
    if output.status.code().is_none() {
        claim.settle(repo);
    }
    finish(repo, changes, output)
}

/// A call that moves refs: patient with locks, and with an identity for reflogs.
fn git(repo: &Repo, durability: Durability) -> Git {
    let identity = crate::git::objects::identity(repo);
    repo.git()
        .args(["-c", "core.filesRefLockTimeout=1000", "-c", "reftable.lockTimeout=1000"])
        .args(durability.settings())
        .env("GIT_COMMITTER_NAME", identity.name.to_string())
        .env("GIT_COMMITTER_EMAIL", identity.email.to_string())
}

fn finish(repo: &Repo, changes: &[RefChange], output: Output) -> Result<(), RefError> {
    if output.status.success() {
        return Ok(());
    }
    let complaint = output.complaint();
    if let Some((other, name)) = complaint.split_once(BLOCKED).and_then(|(before, after)| {
        Some((before.rsplit('\'').next()?.to_owned(), after.split('\'').next()?.to_owned()))
    }) {
        return Err(RefError::Failed(super::blocked(&name, &other)));
    }
    let says = |words: &[&str]| words.iter().any(|word| complaint.contains(word));
    Err(match () {
        () if says(&MOVED) => RefError::Moved,
        () if says(&LOCKED) => {
            let names = changes.iter().map(|change| change.name.as_str()).collect::<Vec<_>>().join(", ");
            let cause = output.into_error().into();
            RefError::Locked(super::locked(repo, changes, &format!("cannot update {names}"), cause))
        }
        () if says(&VANISHED) => RefError::Vanished(output.into_error()),
        () => RefError::Failed(output.into_error()),
    })
}
