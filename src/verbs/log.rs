//! What happened: commits, and between them what happened to tasks.

use std::{ffi::OsStr, path::Path};

use super::Caller;
use crate::{
    error::{Error, Result, codes},
    query::{
        log::{self, Log, Wanted},
        revision::{self, Emptiness},
    },
    store::ledger::{Lookup, View},
};

pub use log::{Request, Words};

/// The log that `request` asks for, to be read entry by entry: a history of a million commits is not held in memory.
///
/// # Errors
///
/// `ambiguous-word` when the first word is a task and a revision or path, too; `task-ambiguous`, `task-not-found`; those of
/// [`revision::Resolver::words`] for checkpoints; those of [`log::start`].
pub fn log<'a>(caller: &'a Caller, request: &Request) -> Result<Log<'a>> {
    let view = caller.view()?;
    let mut request = request.clone();
    let wanted = match &request.task {
        Some(word) => Some(named(&view, word)?),
        None => first_word(&view, &mut request)?,
    };
    caller.asking(&view, Emptiness::NoCommits, |asker| {
        request.words.expand(|word, may_be_path| asker.word(word, may_be_path))
    })?;
    request.words.split_paths(|word| is_path(&view, word));
    let id = wanted.as_ref().map(|wanted| wanted.id.clone()).unwrap_or_default();
    log::start(view, &request, wanted)?.ok_or_else(|| {
        let why = format!("'{}' is not a task, revision or path", id.escape_debug());
        let hints = view.find(&id).map_or_else(|why| why.hint_list().to_vec(), |_| Vec::new());
        let error = Error::new(codes::TASK_NOT_FOUND, why).hints(hints);
        match id.contains(['/', '.']) {
            true => error.hint(format!("for a path that no longer exists: git agent log -- '{}'", id.escape_debug())),
            false => error,
        }
    })
}

/// Whether `word` is a path to git, and no revision: it is there, or it is a pattern.
fn is_path(view: &View<'_>, word: &OsStr) -> bool {
    let is_there = Path::new(word).symlink_metadata().is_ok();
    let is_pattern = word.as_encoded_bytes().iter().any(|byte| b"*?[".contains(byte));
    let is_revision =
        || word.to_str().is_some_and(|word| view.repo().resolve_commit(word).is_ok_and(|found| found.is_some()));
    (is_there || is_pattern) && !is_revision()
}

/// The task that `word` names.
fn named(view: &View<'_>, word: &str) -> Result<Wanted> {
    Ok(match revision::lookup(view, word)? {
        Lookup::Task(task) => Wanted { id: task.id.to_string(), task: Some(*task) },
        // Ids of teams that use other trailers, and tasks of a ledger that is not here: the history decides.
        Lookup::Unknown(_) => Wanted { id: word.to_owned(), task: None },
    })
}

/// The task that the first word of `request` is, which is then taken out of git's words: distinguished from revisions and paths as git
/// distinguishes those.
fn first_word(view: &View<'_>, request: &mut Request) -> Result<Option<Wanted>> {
    let words = &mut request.words;
    let Some(word) = words.first_word().and_then(|word| word.to_str()).map(str::to_owned) else { return Ok(None) };
    // Only what may begin an id can be a task; `a..b`, `@{u}`, `HEAD^` and the like are git's.
    if !word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/:#".contains(&b)) || word.contains("..") {
        return Ok(None);
    }
    let found = named(view, &word);
    let is_path = Path::new(&word).symlink_metadata().is_ok();
    let is_revision = view.repo().resolve_commit(&word)?.is_some();
    let is_known = matches!(&found, Ok(wanted) if wanted.task.is_some());
    if !is_known && (is_revision || is_path) {
        return Ok(None);
    }
    let wanted = found?;
    if is_revision || (is_path && words.paths.is_empty()) {
        let (other, hint) = if is_revision {
            ("a revision", "for the revision: write it as 'refs/heads/…' or as a full object id".to_owned())
        } else {
            ("a path", format!("for the path: git agent log -- '{}'", word.escape_debug()))
        };
        let why = format!("'{}' is both task {} and {other}", word.escape_debug(), wanted.id);
        return Err(Error::new(codes::AMBIGUOUS_WORD, why)
            .hint(format!("for the task: git agent log --task {}", wanted.id))
            .hint(hint));
    }
    words.without_task();
    Ok(Some(wanted))
}
