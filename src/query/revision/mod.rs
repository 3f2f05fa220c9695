//! Checkpoints by name: which commit `t-7k3fq@2`, `@last`, `@green` or `@start` is on a history.
//!
//! `on(T)` are the commits reachable from a tip that belong to T: those that name it on a whole line of their message, and
//! those that the ledger links to it. In topological order, oldest first, they are `T@1`, `T@2`, …; `T@start` is the state
//! before the first of them. A history that was rewritten has other numbers; nothing here remembers any.
//!
//! [`on()`] is the only walk; it asks [`crate::store::history`].

mod commits;
mod refusal;
mod resolve_args;
mod start;
mod tasks_of;

pub use crate::domain::revision::Rule;
pub use commits::{Family, alone, on, reverted, touched};
pub use refusal::before_start;
pub use resolve_args::{Emptiness, Resolver};
pub use start::{Start, is_cut, refuse_cut, start};
pub use tasks_of::{NUMBERED, NumberedTask, NumberedTasks};

use crate::{
    domain::{id::TaskId, revision::Which, task::Task, time::Timestamp},
    error::{Advice, Error, Result, codes},
    git::ObjectId,
    store::{
        history,
        ledger::{Lookup, View},
    },
};

/// What the name of a checkpoint resolves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The commit; `None`: the state before any commit, the empty tree.
    pub commit: Option<ObjectId>,
    /// n of `T@n`, if it is one of the task's commits.
    pub number: Option<usize>,
    /// How `@start` was found; `None` for any other checkpoint.
    pub rule: Option<Rule>,
    /// The clone is shallow, and this may be another one than on the whole history.
    pub cut: bool,
}

/// Find the checkpoint `which` of `task` on the history of `tip`, as asked at `now`; without `tip` on a branch without commits.
///
/// # Errors
///
/// `no-such-checkpoint` with the list of those that exist; for `@start` those of [`start()`].
pub fn find(
    view: &View<'_>,
    task: &Task,
    which: Which,
    tip: impl Into<Option<ObjectId>>,
    now: Timestamp,
) -> Result<Point> {
    let (repo, tip) = (view.repo(), tip.into());
    if which == Which::Start {
        let start = start(view, task, tip)?;
        let cut = start.rule == Rule::CutOff;
        return Ok(Point { commit: start.commit, number: None, rule: Some(start.rule), cut });
    }
    if tip.is_none() {
        let why = format!("{}@{which} does not exist: the current branch has no commits yet", task.id);
        return Err(Error::new(codes::NO_SUCH_CHECKPOINT, why).hint(Advice::FirstCheckpoint));
    }
    let commits = on(view, tip, task)?;
    let number = match which {
        Which::Number(number) => Some(number),
        Which::Last => Some(commits.len()),
        Which::Green => commits::newest_verified(view, task, &commits)?,
        Which::Start => None,
    };
    let found = number.and_then(|number| Some((number, *commits.get(number.checked_sub(1)?)?)));
    match found {
        Some((number, commit)) => {
            // The newest is the newest, wherever the clone ends.
            let cut = matches!(which, Which::Number(_)) && is_cut(view, tip, task)?;
            Ok(Point { commit: Some(commit), number: Some(number), rule: None, cut })
        }
        None => Err(refusal::no_such(repo, task, which, &commits, now)),
    }
}

/// How many checkpoints `task` has on the history of `tip`.
///
/// # Errors
///
/// As [`on`].
pub fn count(view: &View<'_>, tip: Option<ObjectId>, task: &Task) -> Result<usize> {
    on(view, tip, task).map(|commits| commits.len())
}

/// The task that `word` means: the ledger's, by its id; one that only commits on HEAD's history know, by the id that they name; the
/// ledger's, by a unique prefix of its id. Of a task that only commits know nothing else is known: it does not [exist](Task::exists).
///
/// # Errors
///
/// As [`View::find`].
pub fn task(view: &View<'_>, word: &str) -> Result<Task> {
    lookup(view, word)?.task()
}

/// [`task()`], where a word that names no task may be something else.
///
/// # Errors
///
/// As [`View::lookup`].
pub fn lookup(view: &View<'_>, word: &str) -> Result<Lookup> {
    if let Some(task) = view.known(word)? {
        return Ok(Lookup::Task(Box::new(task)));
    }
    if history::is_named(view.repo(), word)? {
        return Ok(Lookup::Task(Box::new(Task::unknown(TaskId::as_named(word)))));
    }
    view.lookup(word)
}
