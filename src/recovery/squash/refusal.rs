//! Why commits cannot be collapsed, as sentences that name the next command.

use super::cannot;
use crate::{
    domain::{
        id::TaskId,
        squash::{SquashObstacle, Stop},
        task::Task,
        text::oid,
    },
    error::{Advice, Code, Error, Hint, Result, TaskAdvice, codes},
    git::{ObjectId, Repo, commit::Commit},
};

/// The commit at `stop`, as a part of a sentence: `0123456789ab (Fix login) belongs to u`.
///
/// # Errors
///
/// When the commit cannot be read.
pub fn why(repo: &Repo, id: &TaskId, stop: &Stop<ObjectId>) -> Result<String> {
    let title = Commit::read(repo, stop.commit)?.subject();
    let said = match &stop.why {
        SquashObstacle::Foreign(tasks) if tasks.is_empty() => format!("does not name {id}"),
        SquashObstacle::Foreign(tasks) => {
            format!("belongs to {}", tasks.iter().map(TaskId::as_str).collect::<Vec<_>>().join(", "))
        }
        SquashObstacle::Buried => format!("names {id}, but not in its final trailers"),
        SquashObstacle::Published => "is already on a remote branch or in a tag".to_owned(),
        SquashObstacle::CutOff => "is at the boundary of this shallow clone".to_owned(),
    };
    let merge = stop.merge.map(|merge| format!(", which the merge {} brings in,", oid(merge))).unwrap_or_default();
    Ok(format!("{} ({title}){merge} {said}", oid(stop.commit)))
}

/// HEAD itself has to stay.
pub(super) fn at_the_tip(repo: &Repo, task: &Task, stop: &Stop<ObjectId>) -> Result<Error> {
    let message = format!("{}: HEAD's commit {}", cannot(&task.id), why(repo, &task.id, stop)?);
    let error = Error::new(code(&stop.why), message).hints(hints(&task.id, stop));
    Ok(match stop.why {
        SquashObstacle::Foreign(_) => {
            error.hint("only commits at the tip are squashed; 'git rebase -i' reorders others")
        }
        _ => error,
    })
}

/// A commit of the given range has to stay.
pub(super) fn in_between(repo: &Repo, task: &Task, word: &str, stop: &Stop<ObjectId>) -> Result<Error> {
    let word = word.escape_debug();
    let message = format!("{} onto '{word}': {}", cannot(&task.id), why(repo, &task.id, stop)?);
    Ok(Error::new(code(&stop.why), message).hints(hints(&task.id, stop)).hint(Advice::SquashWithoutOnto))
}

/// What is given is not an ancestor of HEAD.
pub(super) fn not_below(task: &Task, word: &str) -> Error {
    let word = word.escape_debug();
    let message = format!("{} onto '{word}': that is not an ancestor of HEAD", cannot(&task.id));
    Error::new(codes::NOT_AN_ANCESTOR, message).hint(TaskAdvice::SquashThenRebase(word.to_string()).about(&task.id))
}

fn code(why: &SquashObstacle) -> Code {
    match why {
        SquashObstacle::Foreign(_) | SquashObstacle::Buried => codes::FOREIGN_COMMITS,
        SquashObstacle::Published => codes::PUBLISHED_COMMITS,
        SquashObstacle::CutOff => codes::SHALLOW_HISTORY,
    }
}

fn hints(id: &TaskId, stop: &Stop<ObjectId>) -> Vec<Hint> {
    let commit = oid(stop.commit);
    match &stop.why {
        SquashObstacle::Foreign(tasks) => {
            let other = tasks.first().map_or(Advice::Repair, |other| TaskAdvice::Squash.about(other));
            vec![other.into(), TaskAdvice::Commits.about(id).into()]
        }
        SquashObstacle::Buried => {
            vec![format!("'git show {commit}' shows the message; only trailers in its last paragraph count").into()]
        }
        SquashObstacle::Published => vec![
            format!(
                "published commits are not rewritten: 'git branch -r --contains {commit}' and 'git tag --contains \
                 {commit}' show where it is"
            )
            .into(),
        ],
        SquashObstacle::CutOff => vec!["'git fetch --unshallow' fetches the rest of the history".into()],
    }
}
