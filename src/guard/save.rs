//! Save what is at stake in a snapshot.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::{Stake, Who, history, short};
use crate::{
    error::Result,
    git::{Repo, ignore},
    guard::paths::RepoPaths,
    recovery::snapshot::{self, Request, SnapshotKind, Taken},
    shell::{GuardMode, Level, Loss, Risk, Target},
};

/// A snapshot that holds what is at stake.
pub(super) struct Held {
    pub taken: Taken,
    /// It keeps commits alive that are at risk.
    pub holds_commits: bool,
    /// How many of those it has no room for.
    pub beyond: usize,
}

/// Losses that are not of files: whether there are any is not looked into.
const BEYOND_FILES: [Loss; 6] =
    [Loss::History, Loss::Refs, Loss::OtherRefs, Loss::Snapshots, Loss::Stash, Loss::Unknown];

/// Take a snapshot, if there is something to lose that the last one does not hold.
pub(super) fn save(stake: &Stake, who: &Who<'_>) -> Result<Option<Held>> {
    let repo = &*stake.repo;
    let is_off = stake.mode == GuardMode::Off || repo.work_dir().is_none();
    let risks: Vec<&Risk> = stake.risks.iter().filter(|risk| risk.losses != [Loss::Remote]).collect();
    let Some(first) = risks.first().filter(|_| !is_off) else { return Ok(None) };
    let loses = |loss: &Loss| risks.iter().any(|risk| risk.losses.contains(loss));
    let mut captured = snapshot::capture(repo)?;
    let mut touched: BTreeSet<BString> = stake.overwritten.clone();
    touched.extend(ignored_files(repo, &risks)?);
    if loses(&Loss::Uncommitted) {
        touched.extend(captured.in_places_of_files()?);
    }
    let touched: Vec<BString> = touched.into_iter().collect();
    captured.touch(&touched)?;
    let lost = history::lost(repo, &risks)?;
    let is_needed = BEYOND_FILES.iter().any(loses) || !touched.is_empty() || !lost.commits.is_empty();
    if !is_needed && captured.is_all_committed()? {
        return Ok(None);
    }
    let request = Request {
        kind: SnapshotKind::Guard,
        message: format!("before '{}'", short(&first.command)),
        at: (who.now)(),
        by: (who.by)()?,
        tasks: (who.tasks)(repo),
    };
    let holds_commits = !lost.commits.is_empty();
    captured.hold(lost.commits);
    let taken = snapshot::take_captured(captured, &request)?;
    Ok(Some(Held { taken, holds_commits, beyond: lost.beyond }))
}

/// The ignored files that the line names one by one: no snapshot would hold them otherwise.
pub(super) fn ignored_files(repo: &Repo, risks: &[&Risk]) -> Result<Vec<BString>> {
    let from = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let repo_paths = RepoPaths::of(repo);
    let limit = repo.settings().max_file_size();
    let targets = risks.iter().flat_map(|risk| risk.targets.iter().flatten());
    let is_small_file = |target: &Target| {
        let (Target::At(path) | Target::Existing(path)) = target else { return false };
        let meta = from.join(&*path.to_os_str_lossy()).symlink_metadata();
        meta.is_ok_and(|meta| !meta.is_dir() && meta.len() <= limit)
    };
    let files: Vec<BString> = targets
        .filter(|target| is_small_file(target))
        .filter_map(|target| repo_paths.in_work_tree(&from, target))
        .collect();
    ignore::among(repo, &files)
}

/// What the snapshot does not restore.
pub(super) fn missing(stake: &Stake, held: &Held) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut about = |loss: Loss, words: &str| {
        if let Some(risk) = stake.risks.iter().find(|risk| risk.level == Level::Destroys && risk.losses.contains(&loss))
        {
            warnings.push(format!("'{}' {}, and {words}", short(&risk.command), risk.why));
        }
    };
    about(Loss::Ignored, "the snapshot does not contain ignored files");
    if held.beyond > 0 {
        warnings.push(format!("not in the snapshot: {} more commits that may become unreachable", held.beyond));
    }
    let skipped = &held.taken.state.skipped;
    if let Some(first) = skipped.first() {
        let more = match skipped.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let path = first.path.to_str_lossy();
        warnings.push(format!("not in the snapshot: '{path}', {}{more}", first.why.reason()));
    }
    warnings
}
