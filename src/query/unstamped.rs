//! Commits that were made in this worktree while a task was active, and do not name any.
//!
//! They come from commits with the hooks switched off: by an IDE, by `--no-verify` of the wrong kind, by an agent's shell
//! that does not have git-agent on its PATH. The reflog of HEAD knows them.

use crate::{
    domain::{id::TaskId, task::Task, trailer::scan},
    error::Result,
    git::{
        ObjectId, Repo,
        commit::Commit,
        reflog::{self, Move},
        revwalk,
    },
    query::elsewhere::{self, Elsewhere},
    store::{
        active::ended,
        ledger::{View, commits::Owners},
    },
};

/// A commit that should have named a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstamped {
    pub commit: ObjectId,
    /// The task that was active when the commit was made.
    pub task: TaskId,
}

/// The unstamped commits since the `active` tasks of this worktree were started, oldest first; only those that HEAD still
/// has, and that no event links to a task.
///
/// # Errors
///
/// When HEAD or its reflog cannot be read.
pub fn find(repo: &Repo, active: &[Task]) -> Result<Vec<Unstamped>> {
    let Some(head) = repo.head()?.commit else { return Ok(Vec::new()) };
    left_of(repo, made(repo, active)?, head)
}

/// The unstamped commits since the `active` tasks of this worktree were started that HEAD does not contain, and a branch does.
///
/// # Errors
///
/// When HEAD, its reflog or the refs cannot be read.
pub fn elsewhere(repo: &Repo, active: &[Task]) -> Result<Option<Elsewhere>> {
    let found: Vec<ObjectId> = made(repo, active)?.into_iter().map(|one| one.commit).collect();
    let missing = elsewhere::not_on_head(repo, &found)?;
    if missing.is_empty() {
        return Ok(None);
    }
    let owners = Owners::read(&View::now(repo)?)?;
    elsewhere::of(repo, missing.into_iter().filter(|commit| owners.linked(*commit).is_empty()).collect())
}

/// The commits that were made here since the `active` tasks were started, and name no task, oldest first.
fn made(repo: &Repo, active: &[Task]) -> Result<Vec<Unstamped>> {
    let since = |task: &Task| task.spans.last().filter(|span| span.to.is_none()).map(|span| span.from.seconds());
    let Some(earliest) = active.iter().filter_map(since).min() else { return Ok(Vec::new()) };
    let mut found = unnamed(repo, earliest, |made| {
        let hex = made.new.to_string();
        let known = |task: &Task| task.commits.iter().any(|known| known.commit == hex);
        if active.iter().any(known) {
            return Ok(None);
        }
        let task = active.iter().find(|task| since(task).is_some_and(|start| start <= made.seconds));
        Ok(task.map(|task| &task.id))
    })?;
    // What a task was started on was made before, though in the same second, or by a clock that was set back since.
    for task in active {
        let commits: Vec<ObjectId> = found.iter().filter(|one| one.task == task.id).map(|one| one.commit).collect();
        let base = task.base.as_ref().and_then(|base| base.commit.as_deref());
        let base = base.and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
        if let Some(base) = base.filter(|base| !commits.is_empty() && repo.has(*base)) {
            let new = revwalk::unreachable(repo, &commits, base)?;
            found.retain(|one| one.task != task.id || new.contains(&one.commit));
        }
    }
    Ok(found)
}

/// The commits that were made here at `since` or later, name no task, and belong to one according to `task_of`, oldest first.
fn unnamed<'t>(
    repo: &Repo,
    since: i64,
    task_of: impl Fn(&Move) -> Result<Option<&'t TaskId>>,
) -> Result<Vec<Unstamped>> {
    let rules = repo.settings().trailer_rules();
    let mut found: Vec<Unstamped> = Vec::new();
    for made in reflog::of_head(repo, since)?.into_iter().filter(Move::is_commit) {
        if found.iter().any(|one| one.commit == made.new) {
            continue;
        }
        let Some(task) = task_of(&made)? else { continue };
        // What gc has taken is not a commit of this history.
        let Ok(commit) = Commit::read(repo, made.new) else { continue };
        if scan::ids(&commit.message, &rules).is_empty() {
            found.push(Unstamped { commit: made.new, task: task.clone() });
        }
    }
    Ok(found)
}

/// Those of `found` that HEAD still has, and that no event links to a task.
fn left_of(repo: &Repo, mut found: Vec<Unstamped>, head: ObjectId) -> Result<Vec<Unstamped>> {
    if found.is_empty() {
        return Ok(found);
    }
    // What was made while one task was active may have been found to belong to another one.
    let owners = Owners::read(&View::now(repo)?)?;
    found.retain(|one| owners.linked(one.commit).is_empty());
    let commits: Vec<ObjectId> = found.iter().map(|one| one.commit).collect();
    let gone = revwalk::unreachable(repo, &commits, head)?;
    found.retain(|one| !gone.contains(&one.commit));
    Ok(found)
}

/// Commits that were made in this worktree after the work on a task ended, and before another one was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUp {
    pub task: TaskId,
    /// The commits, oldest first.
    pub commits: Vec<ObjectId>,
}

/// The commits that may belong to the task that ended last in this worktree: those that name no task, made within `agent.lease` of its end.
///
/// # Errors
///
/// When the reflog, the ledger or the history cannot be read.
pub fn follow_up(repo: &Repo) -> Result<Option<FollowUp>> {
    let (Some(ended), Some(head)) = (ended::read(repo), repo.head()?.commit) else { return Ok(None) };
    let (task, since) = (ended.task, ended.seconds);
    let until = since.saturating_add_unsigned(repo.settings().lease());
    let found = unnamed(repo, since, |made| Ok((made.seconds <= until).then_some(&task)))?;
    let mut commits: Vec<ObjectId> = left_of(repo, found, head)?.into_iter().map(|one| one.commit).collect();
    // A reflog counts seconds: what was there at the end may be of the same one.
    if let Some(then) = ended.head.filter(|then| !commits.is_empty() && repo.has(*then)) {
        let new = revwalk::unreachable(repo, &commits, then)?;
        commits.retain(|commit| new.contains(commit));
    }
    Ok((!commits.is_empty()).then_some(FollowUp { task, commits }))
}
