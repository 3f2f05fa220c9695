//! Where the ledger is kept: the ref, stale locks, empty objects, kept packs.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{Check, Level, count, failed, list};
use crate::{
    commit_notes,
    error::{Remedy, Result},
    git::{Refs, Repo, blocking_lock, lock::Lock, objects::gc, processes},
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
    let own_refs = own_refs(repo).unwrap_or_else(|error| failed("own-refs", &error));
    vec![ledger_ref(repo), own_refs, locks(repo), empty_objects(repo), packs(repo)]
}

fn ledger_ref(repo: &Repo) -> Check {
    let name = "ref";
    let path = repo.common_dir().join(ledger::REF);
    if repo.refs() == Refs::Files && fs::metadata(&path).is_ok_and(|file| file.len() == 0) {
        let former = last_in_reflog(repo).unwrap_or_else(|| "<a commit of the ledger>".to_owned());
        return Check::error(
            name,
            format!("{} is empty, probably after a system crash", ledger::REF),
            format!("move '{}' away, then: git update-ref {} {former}", path.display(), ledger::REF),
        );
    }
    match View::now(repo) {
        Err(error) => failed(name, &error),
        Ok(view) => match view.tip() {
            Some(tip) => Check::ok(name, format!("{} is at {tip}", ledger::REF)),
            None if missing_ledger::may_be_elsewhere(&view) => {
                Check { fix: Some(Remedy::FetchTasks.into()), ..Check::ok(name, "there is no ledger yet") }
            }
            None => Check::ok(name, "there is no ledger yet"),
        },
    }
}

/// Refs of ours that another program made symbolic, and refs of other programs that keep ours from being created.
fn own_refs(repo: &Repo) -> Result<Check> {
    let name = "own-refs";
    let symbolic = repo.refs().symbolic(repo)?;
    if !symbolic.is_empty() {
        let message = format!(
            "another program made {} of git-agent symbolic: {}",
            count(symbolic.len(), "ref", "refs"),
            list(symbolic.iter().map(|(name, target)| format!("{name} to {target}")))
        );
        let fix = Remedy::FixSymbolicRefs;
        return Ok(Check::error(name, message, fix));
    }
    let needed = [ledger::REF, watch::SEEN, active::REF, commit_notes::REF].map(str::to_owned);
    // Whatever comes behind it.
    let snapshot = format!("{}x", snapshot::REFS);
    let needed: Vec<String> = needed.into_iter().chain([operation::name_of(repo), snapshot]).collect();
    let blocking = repo.refs().blocking(repo, &needed)?;
    Ok(match blocking.first() {
        None => Check::ok(name, "no ref of another program conflicts with those of git-agent"),
        Some((other, _)) => Check::error(
            name,
            format!(
                "another program created {} that conflict with those of git-agent: {}",
                count(blocking.len(), "ref", "refs"),
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

fn locks(repo: &Repo) -> Check {
    let is_idle = !processes::is_git_at_work(repo);
    let is_left =
        |path: &PathBuf| age(path).is_some_and(|age| age > OLD || is_idle && age > RECENT) && !Lock::is_taken(path);
    let left: Vec<PathBuf> = blocking_lock::all(repo).into_iter().filter(is_left).collect();
    Check::ok("locks", "there is no stale lock").and(
        Level::Error,
        left.iter().map(|path| path.display()),
        |locks| format!("a crashed program left {} behind", count(locks, "lock", "locks")),
        "make sure that no git is running in this repository, then move the file away",
    )
}

fn age(path: &Path) -> Option<Duration> {
    fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

/// Empty loose objects, which a system crash leaves.
fn empty_objects(repo: &Repo) -> Check {
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
    Check::ok("objects", "no object file is empty").and(
        Level::Error,
        empty.iter().map(|path| path.display()),
        |files| format!("{} empty, probably after a system crash", count(files, "object file is", "object files are")),
        "move them away, then 'git fsck' lists missing objects; another clone may have them",
    )
}

fn packs(repo: &Repo) -> Check {
    let keeps = gc::keeps(repo).len();
    let now = if gc::is_running(repo) { "; a gc is running" } else { "" };
    match keeps {
        0 => Check::ok("packs", format!("git-agent protects no pack from gc{now}")),
        some => Check::ok(
            "packs",
            format!("{} protected from gc until a later write{now}", count(some, "pack is", "packs are")),
        ),
    }
}
