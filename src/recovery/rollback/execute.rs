//! `rollback`, the back half: a [`Goal`] as an operation.

use super::{After, Goal, Scope};
use crate::{
    error::{Error, Result, codes},
    git::{Head, ObjectId, Repo, objects::Batch, sparse::Sparse},
    recovery::{
        execute::{self, Author, Order, Outcome, Record},
        operation::{Kind, OpLog, State, Touched},
        plan::{self, Destination, Flagging, Plan},
        snapshot::{self, Captured, Moment, Snapshot},
    },
};

/// What an operation of kind `checkpoint` remembers when it took everything that was not ignored: from then on no untracked
/// file is older than it.
pub const WHOLE: (&str, &str) = ("Whole", "yes");

/// What becomes of untracked files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untracked {
    /// Those that were made after the checkpoint go, if that is known.
    Sorted,
    /// All stay.
    Kept,
}

/// Carry `goal` out.
///
/// # Errors
///
/// `head-moved` when somebody committed since the goal was made; all that [`execute::carry_out`] refuses.
pub fn carry_out(
    repo: &Repo,
    author: &Author<'_>,
    goal: &Goal,
    untracked: Untracked,
    record: &Record<'_>,
) -> Result<Outcome> {
    with_order(repo, goal, untracked, record, |order| execute::carry_out(repo, author, order))
}

/// What carrying `goal` out would do to which path.
///
/// # Errors
///
/// Whatever would refuse it.
pub fn rehearse(repo: &Repo, goal: &Goal, untracked: Untracked) -> Result<Plan> {
    with_order(repo, goal, untracked, &|_| Ok(()), |order| execute::rehearse(repo, order))
}

fn with_order<T>(
    repo: &Repo,
    goal: &Goal,
    untracked: Untracked,
    record: &Record<'_>,
    run: impl FnOnce(&Order<'_>) -> Result<T>,
) -> Result<T> {
    let destination = |captured: &Captured<'_>| destination(repo, goal, untracked, captured);
    let commit = match &goal.after {
        After::Commit(new) => Some(|snapshot: &Snapshot, batch: &mut Batch| new.make(repo, batch, snapshot.id)),
        After::Stay | After::MoveTo(_) => None,
    };
    let id = &goal.task.id;
    let name = format!("{id}@{}", goal.to.name);
    let line = |key: &str, value: String| (key.to_owned(), value);
    let mut more = vec![line("Mode", goal.mode.to_string()), line("Name", name.clone())];
    more.extend(goal.to.commit.map(|commit| line("Checkpoint", commit.to_string())));
    run(&Order {
        kind: Kind::Rollback,
        title: format!("rollback {id} to {name}"),
        task: Some(id.clone()),
        undoes: None,
        more,
        destination: &destination,
        commit: commit.as_ref().map(|commit| commit as _),
        record,
    })
}

fn destination(repo: &Repo, goal: &Goal, untracked: Untracked, captured: &Captured<'_>) -> Result<Destination> {
    let head = captured.head();
    if head.commit != Some(goal.head_before) {
        return Err(Error::new(
            codes::HEAD_MOVED,
            format!("cannot roll back {}: somebody committed just now", goal.task.id),
        )
        .hint("look at the plan again: git agent rollback --dry-run"));
    }
    let commit = match &goal.after {
        After::MoveTo(commit) => Some(*commit),
        After::Stay | After::Commit(_) => head.commit,
    };
    let mut moment = Moment::plain(Head { commit, branch: head.branch.clone() }, goal.tree, goal.tree);
    if goal.abandons.is_none() {
        moment.state = captured.state().clone();
    }
    let scope = match &goal.scope {
        Scope::Everything => plan::Scope::Everything,
        Scope::Paths(paths) => {
            let mut touched: Vec<Touched> =
                paths.iter().map(|path| Touched { path: path.clone(), on_disk: true, in_index: true }).collect();
            touched.sort();
            plan::Scope::Paths(touched)
        }
    };
    let known = known(repo, goal)?;
    let untracked = match untracked {
        Untracked::Kept => plan::Untracked::Kept,
        Untracked::Sorted if known.is_whole => plan::Untracked::BornLater,
        Untracked::Sorted => plan::Untracked::MayBeOlder,
    };
    Ok(Destination { moment, scope, flags: Flagging::Kept, untracked, rules: known.rules, sparse: Sparse::of(repo)? })
}

/// What is known of the work tree at a checkpoint, beyond its commit.
#[derive(Clone, Copy, Default)]
struct Known {
    /// It took everything that was not ignored.
    is_whole: bool,
    /// By which rules.
    rules: Option<ObjectId>,
}

/// What the checkpoint remembers of this worktree; of a commit that was made in another way nothing is known.
fn known(repo: &Repo, goal: &Goal) -> Result<Known> {
    let Some(commit) = goal.to.commit else { return Ok(Known::default()) };
    for recorded in OpLog::of(repo)?.own() {
        // What cannot be read proves nothing.
        let Ok(recorded) = recorded else { return Ok(Known::default()) };
        let operation = &recorded.operation;
        if operation.kind == Kind::Checkpoint && operation.after.commit == Some(commit) {
            let rules = snapshot::load_tree(repo, recorded.after, &operation.after)?.rules;
            let is_whole = operation.state == State::Done && operation.get(WHOLE.0) == Some(WHOLE.1);
            return Ok(Known { is_whole: is_whole && rules.is_some(), rules });
        }
    }
    Ok(Known::default())
}
