//! Where the ledger is kept: the ref, stale locks, empty objects, kept packs.

use std::{fs, path::PathBuf, time::Duration};

use super::{Check, Finding, Level, count, list, plural};
use crate::{
    commit_notes,
    error::{Remedy, Result},
    git::{Refs, Repo, blocking_lock, files, lock::Lock, objects::gc, processes},
    query::missing_ledger,
    recovery::{operation, snapshot},
    store::{
        active,
        ledger::{self, View, watch},
    },
};

/// A lock of this age belongs to no running git.
const OLD: Duration = Duration::from_secs(10 * 60);
/// While no git is running in the repository, nor does one of this age: another git-agent holds its own no longer.
const RECENT: Duration = Duration::from_secs(60);

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    vec![
        Check::of("ref", ledger_ref(repo)),
        Check::of("own-refs", own_refs(repo)),
        Check::of("locks", Ok(locks(repo))),
        Check::of("objects", Ok(empty_objects(repo))),
        Check::of("packs", Ok(packs(repo))),
    ]
}

fn ledger_ref(repo: &Repo) -> Result<Finding> {
    let path = repo.common_dir().join(ledger::REF);
    if repo.refs() == Refs::Files && fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
        let former = last_in_reflog(repo).unwrap_or_else(|| "<a commit of the ledger>".to_owned());
        return Ok(Finding::error(
            format!("{} is empty, probably after a system crash", ledger::REF),
            format!("move '{}' away, then: git update-ref {} {former}", path.display(), ledger::REF),
        ));
    }
    let view = View::now(repo)?;
    Ok(match view.tip() {
        Some(tip) => Finding::ok(format!("{} is at {tip}", ledger::REF)),
        None => {
            let fix = missing_ledger::may_be_elsewhere(&view).then(|| Remedy::FetchTasks.into());
            Finding { fix, ..Finding::ok("there is no ledger yet") }
        }
    })
}

/// Refs of ours that another program made symbolic, and refs of other programs that keep ours from being created.
fn own_refs(repo: &Repo) -> Result<Finding> {
    let symbolic = repo.refs().symbolic(repo)?;
    if !symbolic.is_empty() {
        let message = format!(
            "another program made {} of git-agent symbolic: {}",
            plural(symbolic.len(), "ref"),
            list(symbolic.iter().map(|(name, target)| format!("{name} to {target}")))
        );
        let fix = Remedy::FixSymbolicRefs;
        return Ok(Finding::error(message, fix));
    }
    let needed = [ledger::REF, watch::SEEN, active::REF, commit_notes::REF].map(str::to_owned);
    // Whatever comes behind it.
    let snapshot = format!("{}x", snapshot::REFS);
    let needed: Vec<String> = needed.into_iter().chain([operation::name_of(repo), snapshot]).collect();
    let blocking = repo.refs().blocking(repo, &needed)?;
    Ok(match blocking.first() {
        None => Finding::ok("no ref of another program conflicts with those of git-agent"),
        Some((other, _)) => Finding::error(
            format!(
                "another program created {} with those of git-agent: {}",
                count(blocking.len(), "ref that conflicts", "refs that conflict"),
                list(blocking.iter().map(|(other, name)| format!("{other}, for {name}")))
            ),
            format!("'git log {other}' shows what it is; if it is not needed: git update-ref -d {other}"),
        ),
    })
}

/// The newest commit that the reflog of the ledger names.
fn last_in_reflog(repo: &Repo) -> Option<String> {
    let log = fs::read_to_string(repo.common_dir().join("logs").join(ledger::REF)).ok()?;
    Some(log.lines().last()?.split(' ').nth(1)?.to_owned())
}

fn locks(repo: &Repo) -> Finding {
    let is_idle = !processes::is_git_at_work(repo);
    let is_left = |path: &PathBuf| {
        files::age(path).is_some_and(|age| age > OLD || is_idle && age > RECENT) && !Lock::is_taken(path)
    };
    let left: Vec<PathBuf> = blocking_lock::all(repo).into_iter().filter(is_left).collect();
    Finding::ok("there is no stale lock").and(
        Level::Error,
        left.iter().map(|path| path.display()),
        |locks| format!("a crashed program left {} behind", plural(locks, "lock")),
        "make sure that no git is running in this repository, then move the file away",
    )
}

/// Empty loose objects, which a system crash leaves.
fn empty_objects(repo: &Repo) -> Finding {
    let objects = repo.objects_dir();
    let directories = (0..=u8::MAX).map(|first| objects.join(format!("{first:02x}")));
    let files = directories.filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten();
    // Anything else there ('tmp_obj_…') is a file that git is writing, or that a gc of git's will remove.
    let digits = repo.hex_len() - 2;
    let is_object = |name: &[u8]| name.len() == digits && name.iter().all(u8::is_ascii_hexdigit);
    let empty: Vec<PathBuf> = files
        .filter(|file| is_object(file.file_name().as_encoded_bytes()))
        .filter(|file| file.metadata().is_ok_and(|file| file.is_file() && file.len() == 0))
        .map(|file| file.path())
        .collect();
    Finding::ok("no object file is empty").and(
        Level::Error,
        empty.iter().map(|path| path.display()),
        |files| format!("{} empty, probably after a system crash", count(files, "object file is", "object files are")),
        "move them away, then 'git fsck' lists missing objects; another clone may have them",
    )
}

fn packs(repo: &Repo) -> Finding {
    let keeps = gc::keeps(repo).len();
    let now = if gc::is_running(repo) { "; a gc is running" } else { "" };
    match keeps {
        0 => Finding::ok(format!("git-agent protects no pack from gc{now}")),
        some => {
            Finding::ok(format!("{} protected from gc until a later write{now}", count(some, "pack is", "packs are")))
        }
    }
}
