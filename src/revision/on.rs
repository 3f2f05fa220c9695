//! `on(T)`: the commits of a task on a history.

use crate::{
    core::{id::TaskId, task::Task},
    error::Result,
    git::{ObjectId, Repo, walk},
};

/// The commits reachable from `tip` that name `task` or are linked to it, in topological order, oldest first.
///
/// Looks back to where the task began, if no commit before that can name it; else at the whole history.
pub fn on(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let rules = repo.settings().trailer_rules();
    let naming = walk::naming(repo, tip, bound(repo, tip, task)?, task.id.as_str(), &rules)?;
    let linked: Vec<ObjectId> =
        linked(task).filter(|commit| !naming.contains(commit) && repo.gix().has_object(*commit)).collect();
    if linked.is_empty() {
        return Ok(naming);
    }
    let gone = walk::unreachable(repo, &linked, tip)?;
    let linked = linked.into_iter().filter(|commit| !gone.contains(commit)).collect::<Vec<_>>();
    match linked.as_slice() {
        [] => Ok(naming),
        // They say nothing that git could look for, and belong between the others.
        _ => walk::in_order(repo, tip, &[naming, linked].concat()),
    }
}

/// The commits that the ledger links to `task`.
pub fn linked(task: &Task) -> impl Iterator<Item = ObjectId> {
    let linked = task.commits.iter().filter(|known| known.linked);
    linked.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok())
}

/// The commit that the task began on, when it is older than the task and the id is a random one: then nothing before it
/// can name the task. Ids that people choose (a bug's number) may stand in commits that are older than the ledger.
fn bound(repo: &Repo, tip: ObjectId, task: &Task) -> Result<Option<ObjectId>> {
    let base = task.base.as_ref().and_then(|base| base.commit.as_deref());
    let base = base.and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
    let (Some(base), Some(created)) = (base, task.created_at) else { return Ok(None) };
    if task.attempts > 1 || !is_random(&task.id, &repo.settings().id_prefix()) {
        return Ok(None);
    }
    let older = repo.gix().find_commit(base).ok().and_then(|commit| commit.time().ok()).map(|time| time.seconds);
    let is_older = older.is_some_and(|seconds| seconds < created.seconds());
    Ok((is_older && walk::is_ancestor(repo, base, tip)?).then_some(base))
}

/// Whether the id looks like one that was generated.
fn is_random(id: &TaskId, prefix: &str) -> bool {
    let tail = id.as_str().strip_prefix(prefix).unwrap_or_default();
    (5..=8).contains(&tail.len()) && tail.bytes().any(|byte| byte.is_ascii_digit())
}
