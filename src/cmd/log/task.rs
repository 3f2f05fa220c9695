//! Which task `log` is about, if the first word is one: told apart from revisions and paths as git tells those apart.

use std::path::Path;

use crate::{
    cmd::context::Ctx,
    domain::task::Task,
    error::{Error, Result, codes},
    query::revision,
    store::ledger::View,
};

use super::request::Request;

/// The task that the log is about.
pub(super) struct Wanted {
    /// Its id, whole.
    pub id: String,
    /// As the ledger has it; `None` when only trailers may know it.
    pub task: Option<Task>,
}

/// The task that `--task` names.
pub(super) fn named(view: &View<'_>, word: &str) -> Result<Wanted> {
    match revision::task(view, word) {
        Ok(task) => Ok(Wanted { id: task.id.to_string(), task: Some(task) }),
        // Ids of teams that use other trailers, and tasks of a ledger that is not here: the history decides.
        Err(error) if error.code() == codes::TASK_NOT_FOUND => Ok(Wanted { id: word.to_owned(), task: None }),
        Err(error) => Err(error),
    }
}

/// The task that the first word of `request` is, which is then taken out of git's words.
///
/// # Errors
///
/// `ambiguous-word` when the word is a task and a revision or path, too; `task-ambiguous`.
pub(super) fn first_word(ctx: &Ctx, view: &View<'_>, request: &mut Request) -> Result<Option<Wanted>> {
    let Some(word) = request.first_word().and_then(|word| word.to_str()).map(str::to_owned) else { return Ok(None) };
    // Only what may begin an id can be a task; `a..b`, `@{u}`, `HEAD^` and the like are git's.
    let may_be_id = word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:#".contains(&b)) && !word.contains("..");
    if !may_be_id {
        return Ok(None);
    }
    let found = named(view, &word);
    let is_revision = || Ok::<_, Error>(ctx.repo()?.resolve_commit(&word)?.is_some());
    let is_path = || Path::new(&word).symlink_metadata().is_ok();
    let quoted = word.escape_debug();
    match found {
        Ok(wanted) if wanted.task.is_some() => {
            let other = match () {
                () if is_revision()? => "a revision",
                () if request.paths.is_empty() && is_path() => "a path",
                () => {
                    request.without_task();
                    return Ok(Some(wanted));
                }
            };
            Err(Error::new(codes::AMBIGUOUS_WORD, format!("'{quoted}' is task {} and {other}, too", wanted.id))
                .hint(format!("for the task: git agent log --task {}", wanted.id))
                .hint(match other {
                    "a path" => format!("for the path: git agent log -- '{quoted}'"),
                    _ => "for the revision: write it another way, as 'refs/heads/…' or with its full object id"
                        .to_owned(),
                }))
        }
        Ok(wanted) => {
            if is_revision()? || is_path() {
                return Ok(None);
            }
            request.without_task();
            Ok(Some(wanted))
        }
        Err(_) if is_revision()? || is_path() => Ok(None),
        Err(error) => Err(error),
    }
}

/// That `word` is neither a task of the ledger nor anything that a commit, a ref or a path is called.
pub(super) fn unknown(view: &View<'_>, word: &str) -> Error {
    let error =
        Error::new(codes::TASK_NOT_FOUND, format!("there is no task, revision or path '{}'", word.escape_debug()));
    let hints = view.find(word).map_or_else(|why| why.hint_lines().to_vec(), |_| Vec::new());
    error.hints(hints)
}
