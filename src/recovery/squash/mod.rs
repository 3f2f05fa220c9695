//! `squash`: several commits of a task become one, with the same tree.
//!
//! ```text
//! in progress? ── which commits are the task's, and no one else's ── what the one says ── SquashPlan ── commit-tree, HEAD moves
//!    refuse?                        refuse?
//! ```
//!
//! Neither index nor work tree is touched: the new commit has HEAD's tree. It is an operation, so `undo` brings the old
//! commits back; they stay alive through the operation log until then.

mod range;
mod refusal;

pub use refusal::why;

use bstr::BString;

use super::{
    commit::{CommitMessage, PlannedCommit},
    in_progress,
    operation::{Operation, OperationKind},
    path_plan::Target,
    snapshot::WorktreeState,
};
use crate::{
    domain::{
        id::TaskId,
        squash::{
            Stop,
            message::{self, Collapsed},
        },
        task::Task,
        trailer::block::Trailer,
    },
    error::{Advice, Error, Result, codes},
    git::{
        Head, ObjectId, Repo,
        commit::{self, Commit},
        revwalk, state, who,
    },
    recovery::{
        execute::{self, LockedWorktree, OperationAuthor, Outcome},
        ledger_events::{COLLAPSED, TASKS},
    },
    store::ledger::{View, commits::Owners},
};

/// How many commits to squash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Onto {
    /// All unpublished commits of the task at the tip.
    Longest,
    /// All commits above this one, the parent of the new commit (`None`: all commits), with the name that the user gave it.
    Given(Option<ObjectId>, String),
}

/// A squash that is possible.
#[derive(Clone, Debug)]
pub struct SquashPlan {
    /// The task whose commits are squashed.
    pub task: Task,
    /// HEAD, which must not change before the squash.
    pub head: Head,
    /// The commit of HEAD.
    pub tip: ObjectId,
    /// The tree of HEAD, which does not change.
    pub tree: ObjectId,
    /// The parent of the new commit; `None`: it becomes the first commit.
    pub onto: Option<ObjectId>,
    /// The commits to squash, oldest first.
    pub commits: Vec<Commit>,
    /// The commit at which the squash stops, and why; `None` if it was given, or is the beginning of the history.
    pub stop: Option<Stop<ObjectId>>,
    /// The proposed message, without trailers.
    pub proposal: BString,
    /// Determines the tasks of a commit.
    pub owners: Owners,
    /// The trailers that name tasks; always added to the message.
    pub tasks: Vec<Trailer>,
    /// The other trailers of the commits.
    pub others: Vec<Trailer>,
}

/// Determine which commits of `task` can be squashed.
///
/// # Errors
///
/// All refusals of a squash; nothing is changed then.
pub fn prepare(view: &View<'_>, task: &Task, onto: &Onto) -> Result<SquashPlan> {
    let repo = view.repo();
    repo.require_work_dir("squash")?;
    if let Some(found) = state::in_progress(repo) {
        return Err(in_progress::refusal(&cannot(&task.id), &found));
    }
    let head = repo.head()?;
    let tip = head.born(&cannot(&task.id))?;
    let owners = Owners::read(view)?;
    let run = range::run(repo, &owners, task, tip, onto)?;
    let oldest_first: Vec<ObjectId> = run.commits.iter().rev().copied().collect();
    let commits = commit::of(repo, &oldest_first)?;
    let rules = owners.rules();
    let collapsed: Vec<Collapsed> = commits.iter().map(|entry| collapsed(entry, &owners)).collect();
    let decisions: Vec<(String, Option<String>)> = task
        .decisions
        .iter()
        .map(|decision| (view.text(&decision.text), decision.why.as_ref().map(|why| view.text(why))))
        .collect();
    let mut tasks = message::tasks(&collapsed, rules);
    if !tasks.iter().any(|trailer| trailer.value == task.id.as_str()) {
        tasks.push(Trailer { key: rules.key().to_owned(), value: task.id.as_str().into() });
    }
    who::require(repo, || cannot(&task.id))?;
    // Of a task that only trailers know, the first commit says what it is about.
    let first = collapsed.first().map(|first| first.subject.as_str()).filter(|_| !task.exists());
    let title = first.unwrap_or(&task.title);
    Ok(SquashPlan {
        task: task.clone(),
        tree: revwalk::tree(repo, tip)?,
        head,
        tip,
        onto: run.onto,
        stop: run.stop,
        proposal: message::propose(title, &collapsed, &decisions, rules),
        tasks,
        others: message::others(&collapsed, rules),
        owners,
        commits,
    })
}

fn collapsed(entry: &Commit, owners: &Owners) -> Collapsed {
    Collapsed {
        commit: entry.id.to_string(),
        message: entry.message.clone(),
        subject: crate::domain::message::subject(&entry.message).to_string(),
        linked: owners.linked(entry.id).to_vec(),
        unlinked: owners.unlinked(entry.id).to_vec(),
    }
}

/// `cannot squash t-1`
fn cannot(id: &TaskId) -> String {
    format!("cannot squash {id}")
}

impl SquashPlan {
    /// The complete message for `text`; if that came from an editor, it contains the other trailers already.
    ///
    /// # Errors
    ///
    /// `empty-message`.
    pub fn message(&self, repo: &Repo, text: &[u8], others: &[Trailer]) -> Result<BString> {
        let trailers = [self.tasks.as_slice(), others].concat();
        message::compose(text, &repo.settings().subject_prefix(), &trailers).ok_or_else(|| {
            Error::new(codes::EMPTY_MESSAGE, format!("{}: the message is empty", cannot(&self.task.id)))
                .hint("without -m a message is generated from the commits")
        })
    }

    /// The tasks that `entry`, one of the commits, belongs to by its final trailers and the ledger.
    pub fn tasks_of(&self, entry: &Commit) -> Vec<BString> {
        self.owners.of_block(entry.id, &entry.message)
    }

    /// Whether the message and the tree are those of HEAD already.
    pub fn is_idle(&self, message: &[u8]) -> bool {
        match self.commits.as_slice() {
            [] => true,
            [only] => only.message == message,
            _ => false,
        }
    }
}

/// Create the new commit, and move HEAD to it.
///
/// # Errors
///
/// `head-moved` when another process committed since the plan was made; `commit-refused`; those of [`LockedWorktree::take`] and
/// [`execute::carry_out`].
pub fn carry_out(repo: &Repo, author: &OperationAuthor<'_>, plan: &SquashPlan, message: &BString) -> Result<Outcome> {
    let id = &plan.task.id;
    let worktree = LockedWorktree::take(repo)?;
    let captured = &worktree.captured;
    if *captured.head() != plan.head {
        return Err(Error::new(codes::HEAD_MOVED, format!("{}: HEAD moved in the meantime", cannot(id)))
            .hint(Advice::SquashPlan));
    }
    let state = WorktreeState {
        in_progress: captured.state().clone(),
        ..WorktreeState::plain(plan.head.clone(), plan.tree, plan.tree)
    };
    let new = PlannedCommit {
        tree: plan.tree,
        parents: plan.onto.into_iter().collect(),
        message: CommitMessage::Text(message.clone()),
        author: plan.commits.first().map(|oldest| oldest.author.clone()),
    };
    let target = Target { commit: Some(new), ..Target::head_only(repo, state)? };
    let title = match plan.commits.len() {
        1 => format!("reword a commit of {id}"),
        count => format!("squash {count} commits of {id}"),
    };
    let mut operation = Operation::new(author, OperationKind::Squash, title, captured.head());
    let tasks: Vec<String> = plan.tasks.iter().map(|trailer| trailer.value.to_string()).collect();
    let more = [(COLLAPSED, plan.commits.len().to_string()), (TASKS, tasks.join(" "))];
    operation.task = Some(id.clone());
    operation.more = more.map(|(key, value)| (key.to_owned(), value)).into();
    execute::carry_out(worktree, author, operation, &target)
}
