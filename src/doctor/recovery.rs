//! Snapshots, operations, and the remains of interrupted ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Check, Level, count, failed, list};
use crate::{
    domain::text::{oid, plural},
    error::{Advice, Remedy, Result},
    git::{Refs, Repo},
    recovery::{
        self,
        operation::{OpLog, ReadError},
        restore::quarantine::Quarantine,
        snapshot,
    },
    store::active,
};

type Look = fn(&Repo) -> Result<Check>;

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let all: [(&str, Look); 5] = [
        ("snapshots", snapshots),
        ("operations", operations),
        ("interrupted", interrupted),
        ("asides", asides),
        ("empty-refs", empty_refs),
    ];
    let look = |(name, look): (&str, Look)| look(repo).unwrap_or_else(|error| failed(name, &error));
    let origin = origin(repo).unwrap_or_else(|error| Some(failed("origin", &error)));
    all.into_iter().map(look).chain(origin).collect()
}

/// Every snapshot can be read, and its objects exist.
fn snapshots(repo: &Repo) -> Result<Check> {
    let name = "snapshots";
    let taken = snapshot::taken(repo)?;
    if !(taken.restorable.is_empty() && taken.gone.is_empty()) {
        let all = taken.restorable.len() + taken.gone.len();
        let gone = match taken.gone.len() {
            0 => String::new(),
            some => format!("; {some} of them no longer exist"),
        };
        return Ok(Check::error(
            name,
            format!("another program deleted or replaced {}{gone}", count(all, "snapshot", "snapshots")),
            Remedy::RestoreSnapshots,
        ));
    }
    let listed = snapshot::list(repo)?;
    let broken = |snapshot: &snapshot::Snapshot| match snapshot::load(repo, snapshot) {
        Err(error) => Some(error.to_string()),
        Ok(state) if [state.worktree, state.staged].iter().any(|tree| !tree.is_empty_tree() && !repo.has(*tree)) => {
            Some(format!("snapshot {}: one of its trees is missing", snapshot.id))
        }
        Ok(_) => None,
    };
    let mut bad: Vec<String> = listed.damaged.iter().map(|(name, why)| format!("{name}: {why}")).collect();
    bad.extend(listed.snapshots.iter().filter_map(broken));
    Ok(readable(name, listed.snapshots.len(), "snapshot").and(
        Level::Error,
        bad,
        |bad| format!("{} cannot be read", count(bad, "snapshot", "snapshots")),
        Remedy::DropBrokenSnapshots,
    ))
}

/// Every operation of every worktree can be read.
fn operations(repo: &Repo) -> Result<Check> {
    let name = "operations";
    let (mut good, mut bad) = (0, Vec::new());
    let mut is_whole = true;
    for log in OpLog::all_remembered(repo)? {
        if let Some(last) = log.replaced().unwrap_or_default() {
            let fix = Remedy::RestoreLog;
            let worktree = log.worktree();
            return Ok(Check::error(
                name,
                format!(
                    "another program replaced the operation log of worktree {worktree}; its last one is {}",
                    oid(last)
                ),
                fix,
            ));
        }
    }
    for log in OpLog::all(repo)? {
        if !recovery::heal::is_whole(repo, &log)? {
            is_whole = false;
            bad.push(format!("objects that the operations of worktree {} refer to are missing", log.worktree()));
        }
        for entry in log.entries() {
            match entry {
                Ok(_) => good += 1,
                Err(ReadError::Foreign(_)) => {}
                Err(error) => bad.push(error.to_string()),
            }
        }
    }
    Ok(match bad.is_empty() {
        true => readable(name, good, "operation"),
        false if !is_whole => Check::error(name, list(&bad), Remedy::RepairLog),
        false => Check::error(name, list(&bad), "update git-agent; 'git fsck' lists missing objects"),
    })
}

fn readable(name: &str, number: usize, what: &str) -> Check {
    match number {
        0 => Check::ok(name, "none"),
        some => Check::ok(name, format!("{} can be read", plural(some, what))),
    }
}

/// Snapshots, operations and active tasks that came from another repository.
fn origin(repo: &Repo) -> Result<Option<Check>> {
    let name = "origin";
    let snapshots = snapshot::list(repo)?.snapshots.iter().filter(|snapshot| snapshot.is_foreign).count();
    let mut worktrees = Vec::new();
    for log in OpLog::all(repo)? {
        worktrees.extend(log.has_foreign().then(|| log.worktree().to_owned()));
    }
    let mut what = Vec::new();
    if snapshots > 0 {
        what.push(count(snapshots, "snapshot", "snapshots"));
    }
    if !worktrees.is_empty() {
        what.push(format!("operations of worktree {}", list(&worktrees)));
    }
    for id in active::foreign(repo)? {
        what.push(format!("the active task {id}"));
    }
    let message = format!("ignored, as they were not made in this repository: {}", what.join("; "));
    Ok((!what.is_empty()).then(|| Check::warning(name, message, Advice::AdoptAll)))
}

/// An interrupted operation, in this or another worktree.
fn interrupted(repo: &Repo) -> Result<Check> {
    let name = "interrupted";
    for log in OpLog::all(repo)? {
        if let Some(recorded) = log.interrupted()? {
            let operation = &recorded.operation;
            return Ok(Check::error(
                name,
                format!(
                    "operation {} ({}) in worktree {} was interrupted",
                    operation.id,
                    operation.title,
                    log.worktree()
                ),
                Remedy::UndoOrResume,
            ));
        }
    }
    if let Some(recorded) = recovery::left_behind(repo)? {
        let operation = &recorded.operation;
        let message = format!(
            "operation {} is {}, but was killed while cleaning up, and left files behind",
            operation.id, operation.state
        );
        return Ok(Check::error(name, message, Remedy::RemoveLeftovers));
    }
    if recovery::checkpoint::is_interrupted(repo) {
        let message = "a checkpoint was interrupted; the index may not match the commit yet";
        return Ok(Check::warning(name, message, "the next command that reads or writes the ledger completes it"));
    }
    Ok(Check::ok(name, "no operation was interrupted"))
}

/// Quarantined files that belong to no known operation.
fn asides(repo: &Repo) -> Result<Check> {
    let name = "asides";
    let root = Quarantine::root(repo);
    let Ok(entries) = fs::read_dir(&root) else { return Ok(Check::ok(name, "no quarantined file is left")) };
    let known: Vec<String> =
        OpLog::of(repo)?.entries().filter_map(Result::ok).map(|recorded| recorded.operation.id.to_string()).collect();
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let unknown: Vec<PathBuf> = names.filter(|name| !known.contains(name)).map(|name| root.join(name)).collect();
    let check = Check::ok(name, "every quarantined file belongs to an operation; the next operation cleans up");
    Ok(check.and(
        Level::Warning,
        unknown.iter().map(|path| path.display()),
        |_| "files were quarantined by an operation that is not in the log".to_owned(),
        "check them ('map' lists where each comes from), then move the directory away",
    ))
}

/// Empty refs, which a system crash leaves. They make every fetch, push and gc fail.
fn empty_refs(repo: &Repo) -> Result<Check> {
    let name = "empty-refs";
    if repo.refs() != Refs::Files {
        return Ok(Check::ok(name, "refs are in a reftable"));
    }
    let mut empty = Vec::new();
    for dir in [repo.common_dir(), repo.git_dir()] {
        find_empty(&dir.join("refs"), &mut empty);
        let head = dir.join("HEAD");
        empty.extend(is_empty(&head).then_some(head));
    }
    empty.sort();
    empty.dedup();
    Ok(Check::ok(name, "no ref is empty").and(
        Level::Error,
        empty.iter().map(|path| path.display()),
        |files| format!("{} empty, probably after a system crash", count(files, "ref file is", "ref files are")),
        "move the file away; then 'git update-ref <ref> <commit>', the commit is in the reflog ('logs/' next to 'refs/')",
    ))
}

fn find_empty(dir: &Path, empty: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => find_empty(&path, empty),
            Ok(kind) if kind.is_file() && is_empty(&path) => empty.push(path),
            _ => {}
        }
    }
}

fn is_empty(path: &Path) -> bool {
    let is_lock = path.extension().is_some_and(|extension| extension == "lock");
    !is_lock && fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == 0)
}
