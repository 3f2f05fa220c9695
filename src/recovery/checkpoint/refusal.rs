//! Why a checkpoint is refused: always before anything is changed, always with what to do instead.

use bstr::{BString, ByteSlice as _};

use super::contents::Leak;
use crate::{
    domain::text::quoted_paths,
    error::{Advice, Error, Result, codes},
    git::{Repo, index, state},
};

/// A merge, a rebase, … that is not finished.
pub(crate) fn in_progress(repo: &Repo) -> Result<()> {
    let Some(operation) = state::in_progress(repo) else { return Ok(()) };
    let message = format!("cannot make a checkpoint: {} is in progress", operation.what);
    let hint = format!("finish it first: '{}'; 'git status' shows details", operation.go_on);
    Err(Error::new(codes::OPERATION_IN_PROGRESS, message).hint(hint))
}

/// Another process that holds the index for longer than a moment.
pub(crate) fn locked_index(repo: &Repo) -> Result<()> {
    refuse(index::becomes_free(repo), || index::is_held_for(repo, "cannot make a checkpoint"))
}

/// Unresolved conflicts.
pub(crate) fn unmerged(paths: &[BString]) -> Result<()> {
    let message =
        || format!("cannot make a checkpoint: {} unresolved: {}", conflicts(paths.len()), quoted_paths(paths));
    refuse(paths.is_empty(), || {
        Error::new(codes::UNMERGED, message()).hint("resolve them and 'git add' the files; 'git status' shows details")
    })
}

/// Repositories inside of this one.
pub(crate) fn nested<'a>(paths: impl ExactSizeIterator<Item = &'a BString>) -> Result<()> {
    refuse(paths.len() == 0, || {
        let what = if paths.len() == 1 { "there is a repository" } else { "there are repositories" };
        Error::new(
            codes::NESTED_REPOSITORY,
            format!(
                "cannot make a checkpoint: {what} inside this one, and a commit cannot contain its files: {}",
                quoted_paths(paths)
            ),
        )
        .hint("to ignore it, add its name to .gitignore, or to .git/info/exclude for this clone only")
        .hint(Advice::CheckpointWithoutNested)
    })
}

/// New files that are larger than most histories want to keep for ever.
pub(crate) fn large<'a>(files: impl ExactSizeIterator<Item = (&'a BString, u64)>, limit: u64) -> Result<()> {
    refuse(files.len() == 0, || {
        let sized: Vec<BString> =
            files.map(|(path, bytes)| format!("{} ({})", path.to_str_lossy(), human_size(bytes)).into()).collect();
        let message = format!(
            "cannot make a checkpoint: larger than {} (agent.maxFileSize): {}",
            human_size(limit),
            quoted_paths(sized)
        );
        Error::new(codes::FILE_TOO_LARGE, message)
            .hint("to keep it out of the history, add its name to .gitignore")
            .hint(Advice::CheckpointLarge)
    })
}

/// What looks like a secret.
pub(super) fn secrets(leaks: &[Leak]) -> Result<()> {
    refuse(leaks.is_empty(), || {
        let say = |leak: &Leak| format!("{}:{}: {}", leak.path.to_str_lossy(), leak.finding.line, leak.finding.what);
        let said: Vec<BString> = leaks.iter().map(|leak| say(leak).into()).collect();
        let message = format!("cannot make a checkpoint: this looks like a secret: {}", quoted_paths(said));
        Error::new(codes::SECRET_FOUND, message)
            .hint("remove it, or add the name of the file to .gitignore")
            .hint(Advice::CheckpointSecret)
    })
}

fn refuse(passes: bool, why: impl FnOnce() -> Error) -> Result<()> {
    if passes { Ok(()) } else { Err(why()) }
}

fn conflicts(count: usize) -> &'static str {
    if count == 1 { "a conflict is" } else { "conflicts are" }
}

/// `12 KiB`, `4.8 MiB`; rounded up, so that what is too large never looks as if it were not.
fn human_size(bytes: u64) -> String {
    if bytes < 1 << 20 {
        return format!("{} KiB", bytes.div_ceil(1 << 10));
    }
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        tenth => format!("{}.{tenth} MiB", tenths / 10),
    }
}
