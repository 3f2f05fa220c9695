//! Many small packs, loose objects and refs as few: what is saved again and again must not cost a file each time.
//!
//! `git repack --geometric` rolls small packs and loose objects up into one pack, with deltas, whether or not anything leads to them: what
//! another process has written and not named yet is safe. Large packs, and those with a `.keep` file, stay unchanged.

use std::{fs, path::Path, time::Duration};

use super::gc;
use crate::{
    error::Result,
    git::{files, leftovers, partial, refs::remembered, repo::Repo},
};

/// From this many packs, or loose refs of one kind, on.
const MANY: usize = 32;

/// Whether there are many small packs and loose objects, or many loose refs below `refs`.
pub fn is_due(repo: &Repo, refs: &str) -> bool {
    let count = |dir: &Path, is_meant: fn(&str) -> bool| -> usize {
        let files = fs::read_dir(dir).into_iter().flatten().flatten();
        files.filter(|file| file.file_name().to_str().is_some_and(is_meant)).count()
    };
    let packs = repo.objects_dir().join("pack");
    let (all, kept) = (count(&packs, |name| name.ends_with(".pack")), count(&packs, |name| name.ends_with(".keep")));
    all.saturating_sub(kept) >= MANY || count(&repo.common_dir().join(refs), |_| true) >= MANY
}

/// Roll small packs and loose objects up, and pack the refs that begin with `refs`. Answers whether that was done: not while a gc runs,
/// and not where objects are fetched when they are needed, which git keeps apart.
///
/// # Errors
///
/// `git-failed`; nothing is lost then.
pub fn tidy(repo: &Repo, refs: &str) -> Result<bool> {
    remembered::pack(repo)?;
    if gc::is_running(repo) || partial::is_partial(repo) {
        return Ok(false);
    }
    gc::drop_keeps(repo);
    let git = || repo.git().args(["-c", "core.fsync=objects,reference", "-c", "repack.writeBitmaps=false"]);
    git().args(["repack", "--geometric=2", "-d", "-q"]).run()?;
    let pattern = format!("{}/*", refs.trim_end_matches('/'));
    // Before 2.43, all or none.
    if !git().args(["pack-refs", "--include", &pattern]).output()?.status.success() {
        git().args(["pack-refs", "--all"]).run()?;
    }
    Ok(true)
}

/// How often git is asked whether there is much to pack.
const MAINTAINED: Duration = Duration::from_secs(10 * 60);

/// What git exits with that does not know an option.
const USAGE: i32 = 129;

/// Let git pack what has accumulated, if that is much, as `git commit` does (`prepare_auto_maintenance` in `run-command.c`): unless
/// `maintenance.auto` forbids it, and in the background; every few minutes at most. What git does not know, [`leftovers`] removes.
pub fn maintain(repo: &Repo) {
    let asked = repo.agent_dir().join("maintained");
    let config = repo.config();
    if config.is_off("maintenance.auto") || files::age(&asked).is_some_and(|age| age <= MAINTAINED) {
        return;
    }
    let setting = ["maintenance.autoDetach", "gc.autoDetach"].into_iter().find(|key| config.is_set(key));
    let detach = if setting.is_some_and(|key| config.is_off(key)) { "--no-detach" } else { "--detach" };
    // What fails here is git's to report, when it packs the next time.
    repo.put(&asked, b"").ok();
    leftovers::sweep(repo);
    let run = |detach: Option<&str>| repo.git().args(["maintenance", "run", "--auto", "--quiet"]).args(detach).output();
    // Before 2.47, `git gc` decides that itself.
    if run(Some(detach)).is_ok_and(|output| output.status.code() == Some(USAGE)) {
        run(None).ok();
    }
}
