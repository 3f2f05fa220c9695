//! Save what was done as a commit of its task.

use bstr::BString;

use super::{Caller, complete::VerifyFirst, session, setup, text, verify};
use crate::{
    domain::{
        event::{Commit, Link, Payload},
        id::TaskId,
        message::subject,
        task::{Task, Verification},
        trailer::block::{self, Syntax},
    },
    error::{Error, Result},
    git::agent_host,
    hook,
    query::revision,
    recovery::checkpoint::{self, CheckpointRemark, Label, Made, message},
    store::ledger::Draft,
};

pub use crate::recovery::checkpoint::{Allow, GitOutput, What};

/// What to commit, and for which task.
#[derive(Clone, Debug)]
pub struct Request {
    /// The task; the active ones if not given.
    pub task: Option<String>,
    /// The commit message; `None`: generated from the task.
    pub message: Option<String>,
    /// All files, the index, or some paths.
    pub what: What,
    /// Which refusals are overridden: large files, secrets, an empty commit.
    pub allow: Allow,
    /// Where the output of git and the hooks goes.
    pub output: GitOutput,
    /// Verify the committed tree afterwards.
    pub verify: Option<VerifyFirst>,
}

/// The result of [`checkpoint()`].
#[derive(Clone, Debug)]
pub struct Answer {
    /// The task that the commit names first.
    pub task: Task,
    /// The new commit; `None` if there was nothing to commit.
    pub checkpoint: Option<SavedCheckpoint>,
    /// The verification, if one was asked for and proves something, and its command.
    pub verified: Option<(String, Verification)>,
}

/// A commit that was created.
#[derive(Clone, Debug)]
pub struct SavedCheckpoint {
    /// `n` of `<task>@n`.
    pub number: usize,
    /// The full commit id.
    pub commit: String,
    /// The full id of its tree.
    pub tree: String,
    /// The first line of its message.
    pub subject: String,
    /// The paths that differ from its parent, relative to the top of the work tree.
    pub paths: Vec<BString>,
    /// The id of the operation, for `undo`; `None` if it could not be recorded.
    pub operation: Option<String>,
}

struct Owner {
    task: Task,
    /// All tasks that the commit names, `task` last.
    named: Vec<TaskId>,
    /// It was named, not found by the worktree.
    given: bool,
}

/// Commit what was done, record the commit in the ledger and as an operation, and verify it if that is asked for.
///
/// # Errors
///
/// `no-active-task`, `task-not-found`, `no-verify-command`, `bad-text`, `bare-repository`; `operation-busy`,
/// `operation-interrupted`; those of [`checkpoint::make`]. A verification that fails is not an error.
pub fn checkpoint(caller: &Caller, request: &Request) -> Result<Answer> {
    caller.as_one(|| make(caller, request))
}

fn make(caller: &Caller, request: &Request) -> Result<Answer> {
    let repo = caller.repo();
    repo.require_work_dir("make a checkpoint")?;
    let owner = owner(caller, request.task.as_deref())?;
    let id = &owner.task.id;
    let verify = request.verify.as_ref().map(|wanted| {
        let command = verify::command(caller, wanted.command.as_deref())?;
        Ok::<_, Error>((command, wanted.output))
    });
    let verify = verify.transpose()?;
    let given = text::optional_lines("message", request.message.as_deref())?;
    let rules = repo.settings().trailer_rules();
    caller.put_back_operations()?;
    let lock = checkpoint::begin(repo)?;
    if lock.finished_checkpoint {
        caller.warn(checkpoint::COMPLETE_NOW);
    }
    let number = revision::count(&caller.view()?, repo.head()?.commit, &owner.task)? + 1;
    let text = given.unwrap_or_else(|| message::default(&owner.task.title, number, &rules));
    let by = caller.actor()?.to_string();
    let wanted = checkpoint::Request {
        label: Label {
            id: caller.command()?.id,
            task: id.clone(),
            name: format!("{id}@{number}"),
            at: caller.now(),
            by,
        },
        allow: request.allow,
        message: message::compose(&text, &repo.settings().subject_prefix(), &owner.named, &rules),
        task: owner.given.then_some(id),
        output: request.output,
        whole: verify.is_some(),
        what: request.what.clone(),
        other_hooks: hook::install::others_run_on_commit(repo),
    };
    let outcome = checkpoint::make(repo, &lock, &wanted)?;
    outcome.remarks.iter().for_each(|remark| caller.warn(remark_words(remark)));
    let checkpoint = outcome.made.map(|made| record(caller, &owner, made, number)).transpose()?;
    drop(lock);
    setup::warn_of_hooks(caller)?;
    let others = session::tasks_of_others(caller).into_iter().find(|task| !owner.named.contains(task));
    if let (Some(other), true) = (others, checkpoint.is_some() && request.what == What::Everything) {
        caller.warn(format!(
            "another session is at work on {other} in this worktree, and {id}@{number} may contain its changes; \
             'git agent undo', then 'git agent checkpoint --only <path>…' commits yours alone"
        ));
    }
    let verified = match verify {
        Some((command, output)) => match verify::run(caller, id, &command, output) {
            Ok(Ok(verification)) => Some((command, verification)),
            Ok(Err(void)) => not_verified(caller, &void.into()),
            Err(error) => not_verified(caller, &error),
        },
        None => None,
    };
    if let Some(checkpoint) = &checkpoint {
        caller.note_new_commits(&owner.named);
        if verified.as_ref().is_some_and(|(_, verification)| verification.tree != checkpoint.tree) {
            caller.warn("the commit differs from what was verified: a hook changed one of them");
        }
    }
    Ok(Answer { task: owner.task, checkpoint, verified })
}

fn remark_words(remark: &CheckpointRemark) -> String {
    match remark {
        CheckpointRemark::DirtySubmodule(path) => {
            format!("submodule '{path}' has uncommitted changes; only its commit is recorded")
        }
        CheckpointRemark::NotSearched(files) => format!("files too large to be searched for secrets: {files}"),
        CheckpointRemark::PruneRunning(error) => {
            format!("a 'git prune' that is running may delete the commit: {error}")
        }
        CheckpointRemark::IndexWaits(why) => {
            format!("the index does not match the checkpoint yet; the next 'git agent checkpoint' updates it: {why}")
        }
        CheckpointRemark::NotRecorded(error) => format!("'git agent undo' cannot undo the checkpoint: {error}"),
    }
}

/// The checkpoint is there, whatever became of its verification.
fn not_verified(caller: &Caller, why: &Error) -> Option<(String, Verification)> {
    caller.warn(format!("not verified: {why}"));
    None
}

/// The named task; else the active ones, all of which the commit names, as the hooks would.
fn owner(caller: &Caller, word: Option<&str>) -> Result<Owner> {
    let view = caller.view()?;
    let active = if word.is_some() { Vec::new() } else { caller.active()? };
    if word.is_none() && active.is_empty() {
        let message = "cannot make a checkpoint: no task is active in this worktree";
        return Err(caller
            .no_active_task(&view, message)
            .hint("start one: git agent start <task>; 'git agent next' finds one")
            .hint("or name it: git agent checkpoint --task <task>"));
    }
    let task = caller.task(&view, word)?;
    let mut named = if active.is_empty() { vec![task.id.clone()] } else { active };
    named.reverse();
    let given = word.is_some() || agent_host::named_task().is_some();
    Ok(Owner { task, named, given })
}

/// What was committed; recorded in the ledger, unless a hook did that already.
fn record(caller: &Caller, owner: &Owner, made: Made, number: usize) -> Result<SavedCheckpoint> {
    let repo = caller.repo();
    let (tree, message) = checkpoint::read(repo, made.commit)?;
    let subject = subject(&message).to_string();
    let stamped = block::ids(&message, &repo.settings().trailer_rules(), &Syntax::default());
    let is_stamped = |id: &TaskId| stamped.iter().any(|named| *named == id.as_str());
    let (commit, tree) = (made.commit.to_string(), tree.to_string());
    let event = |id: &TaskId| {
        if is_stamped(id) {
            let (tree, subject) = (Some(tree.clone()), Some(subject.clone()));
            return Payload::Commit(Commit { commit: commit.clone(), tree, subject });
        }
        // A hook of the user's took the trailer out.
        Payload::Link(Link { commit: commit.clone(), by: "checkpoint".to_owned() })
    };
    let recorded = caller.write(|view| {
        let mut draft = Draft::nothing();
        for id in &owner.named {
            let task = view.task(id)?;
            if task.is_some_and(|task| task.commits.iter().all(|known| known.commit != commit)) {
                draft.and(id, event(id));
            }
        }
        Ok((draft, ()))
    });
    if let Err(error) = recorded {
        caller.warn(format!("the checkpoint has its trailer, but is not in the ledger: {error}"));
    }
    let id = &owner.task.id;
    if !is_stamped(id) {
        caller.warn(format!("a hook removed the trailer of {id} from the message; the ledger links the commit"));
    }
    let operation = made.operation.map(|id| id.to_string());
    Ok(SavedCheckpoint { number, commit, tree, subject, paths: made.paths, operation })
}
