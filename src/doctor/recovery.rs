//! Snapshots, operations, and the remains of interrupted ones.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Check, Finding, Level, count, list, plural};
use crate::{
    domain::text::oid,
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

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let mut checks = vec![
        Check::of("snapshots", snapshots(repo)),
        Check::of("operations", operations(repo)),
        Check::of("interrupted", interrupted(repo)),
        Check::of("asides", asides(repo)),
        Check::of("empty-refs", empty_refs(repo)),
    ];
    checks.extend(origin(repo).transpose().map(|found| Check::of("origin", found)));
    checks
}

/// Every snapshot can be read, and its objects exist.
fn snapshots(repo: &Repo) -> Result<Finding> {
    let taken = snapshot::taken(repo)?;
    if !(taken.restorable.is_empty() && taken.gone.is_empty()) {
        let all = taken.restorable.len() + taken.gone.len();
        let gone = match taken.gone.len() {
            0 => String::new(),
            some => format!("; {some} of them no longer exist"),
        };
        return Ok(Finding::error(
            format!("another program deleted or replaced {}{gone}", plural(all, "snapshot")),
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
    Ok(readable(listed.snapshots.len(), "snapshot").and(
        Level::Error,
        bad,
        |bad| format!("{} cannot be read", plural(bad, "snapshot")),
        Remedy::DropBrokenSnapshots,
    ))
}

/// Every operation of every worktree can be read.
fn operations(repo: &Repo) -> Result<Finding> {
    let (mut good, mut bad) = (0, Vec::new());
    let mut is_whole = true;
    for log in OpLog::all_remembered(repo)? {
        if let Some(last) = log.replaced().unwrap_or_default() {
            let fix = Remedy::RestoreLog;
            let worktree = log.worktree();
            return Ok(Finding::error(
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
        true => readable(good, "operation"),
        false if !is_whole => Finding::error(list(&bad), Remedy::RepairLog),
        false => Finding::error(list(&bad), "update git-agent; 'git fsck' lists missing objects"),
    })
}

fn readable(number: usize, what: &str) -> Finding {
    match number {
        0 => Finding::ok("none"),
        some => Finding::ok(format!("{} can be read", plural(some, what))),
    }
}

/// Snapshots, operations and active tasks that came from another repository.
fn origin(repo: &Repo) -> Result<Option<Finding>> {
    let snapshots = snapshot::list(repo)?.snapshots.iter().filter(|snapshot| snapshot.is_foreign).count();
    let mut worktrees = Vec::new();
    for log in OpLog::all(repo)? {
        worktrees.extend(log.has_foreign().then(|| log.worktree().to_owned()));
    }
    let mut what = Vec::new();
    if snapshots > 0 {
        what.push(plural(snapshots, "snapshot"));
    }
    if !worktrees.is_empty() {
        what.push(format!("operations of worktree {}", list(&worktrees)));
    }
    for id in active::foreign(repo)? {
        what.push(format!("the active task {id}"));
    }
    let message = format!("ignored, as they were not made in this repository: {}", what.join("; "));
    Ok((!what.is_empty()).then(|| Finding::warning(message, Advice::AdoptAll)))
}

/// An interrupted operation, in this or another worktree.
fn interrupted(repo: &Repo) -> Result<Finding> {
    for log in OpLog::all(repo)? {
        if let Some(recorded) = log.interrupted()? {
            let operation = &recorded.operation;
            return Ok(Finding::error(
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
        return Ok(Finding::error(message, Remedy::RemoveLeftovers));
    }
    if recovery::checkpoint::is_interrupted(repo) {
        let message = "a checkpoint was interrupted; the index may not match the commit yet";
        return Ok(Finding::warning(message, "the next command that reads or writes the ledger completes it"));
    }
    Ok(Finding::ok("no operation was interrupted"))
}

/// Quarantined files that belong to no known operation.
fn asides(repo: &Repo) -> Result<Finding> {
    let root = Quarantine::root(repo);
    let Ok(entries) = fs::read_dir(&root) else { return Ok(Finding::ok("no quarantined file is left")) };
    let known: Vec<String> =
        OpLog::of(repo)?.entries().filter_map(Result::ok).map(|recorded| recorded.operation.id.to_string()).collect();
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let unknown: Vec<PathBuf> = names.filter(|name| !known.contains(name)).map(|name| root.join(name)).collect();
    let check = Finding::ok("every quarantined file belongs to an operation; the next operation cleans up");
    Ok(check.and(
        Level::Warning,
        unknown.iter().map(|path| path.display()),
        |_| "files were quarantined by an operation that is not in the log".to_owned(),
        "check them ('map' lists where each comes from), then move the directory away",
    ))
}

/// Empty refs, which a system crash leaves. They make every fetch, push and gc fail.
fn empty_refs(repo: &Repo) -> Result<Finding> {
    if repo.refs() != Refs::Files {
        return Ok(Finding::ok("refs are in a reftable"));
    }
    let mut empty = Vec::new();
    for dir in [repo.common_dir(), repo.git_dir()] {
        find_empty(&dir.join("refs"), &mut empty);
        let head = dir.join("HEAD");
        empty.extend(is_empty(&head).then_some(head));
    }
    empty.sort();
    empty.dedup();
    Ok(Finding::ok("no ref is empty").and(
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
