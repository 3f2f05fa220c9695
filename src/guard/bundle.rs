//! A bundle of all refs, in a file: what holds the snapshots when the refs that hold them may be rewritten or deleted.

use std::{fs, path::PathBuf};

use super::Stake;
use crate::{
    error::{Context as _, Result},
    git::refs,
    shell::{GuardMode, Loss},
};

/// Where bundles are, in the git directory that all worktrees share.
const PLACE: &str = "agent-bundles";

/// Make one if the refs that hold snapshots are at stake; the one that is there if it has all refs as they are.
///
/// # Errors
///
/// If it cannot be made: then the refs must not be touched.
pub(super) fn make_if_needed(stake: &Stake) -> Result<Option<PathBuf>> {
    let repo = &*stake.repo;
    if stake.mode == GuardMode::Off || !stake.risks.iter().any(|risk| risk.losses.contains(&Loss::Snapshots)) {
        return Ok(None);
    }
    let refs = refs::listing(repo)?;
    if refs.is_empty() {
        return Ok(None);
    }
    let failed = || "cannot make a bundle of all refs".to_owned();
    let dir = std::path::absolute(repo.common_dir().join(PLACE)).or_environment(failed)?;
    let path = dir.join(format!("{}.bundle", repo.blob_id(&refs)?));
    if path.exists() {
        return Ok(Some(path));
    }
    repo.make_dir(&dir).or_environment(failed)?;
    let file = tempfile::Builder::new().prefix("making-").tempfile_in(&dir).or_environment(failed)?;
    refs::bundle(repo, file.path())?;
    // Another file may be in its place now.
    fs::File::open(file.path()).and_then(|file| file.sync_all()).or_environment(failed)?;
    file.persist(&path).or_environment(failed)?;
    fs::File::open(&dir).and_then(|dir| dir.sync_all()).or_environment(failed)?;
    Ok(Some(path))
}
