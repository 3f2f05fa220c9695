//! `git agent show <revision>`: what names no task is git's, with checkpoints in it.

use std::ffi::OsString;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes, exit},
    git::{
        relay,
        rev_parse,
    },
    query::revision::Emptiness,
    store::ledger::View,
};

/// Show `word`, which is no task because of `why`, as `git show` does.
///
/// # Errors
///
/// `why`, if git knows no such revision either; `not-a-task` where the answer is one about a task.
pub(super) fn show(ctx: &Ctx, view: &View<'_>, word: &str, why: Error) -> Result<u8> {
    if ![codes::TASK_NOT_FOUND, codes::BAD_CHECKPOINT].contains(&why.code()) {
        return Err(why);
    }
    let given = [OsString::from(word)];
    let words = match ctx.words(view, Emptiness::Tree, &given) {
        Ok(words) => words,
        // It was read as a task first, and that reading says more.
        Err(error) if error.code() == codes::TASK_NOT_FOUND => return Err(why),
        Err(error) => return Err(error),
    };
    if !rev_parse::is_revision(&words)? {
        return Err(match words == given {
            true => why,
            false => Error::new(codes::BAD_REVISION, format!("git knows no revision '{}'", word.escape_debug()))
                .hint("its checkpoint is there, but not what the rest of the word asks for"),
        });
    }
    if ctx.out.is_json() {
        let message = format!("'{}' is a revision; with --json 'git agent show' is about tasks", word.escape_debug());
        return Err(Error::new(codes::NOT_A_TASK, message)
            .hint("'git agent log --json' is about commits, 'git agent diff --json' about changes"));
    }
    let color = ctx.color();
    match ctx.relay(relay::show(color, &words))? {
        // Nobody has to read to the end.
        Some(0) | None => Ok(exit::OK),
        // git has said why.
        Some(_) => Ok(exit::USAGE),
    }
}
