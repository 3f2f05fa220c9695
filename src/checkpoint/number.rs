//! The number of a checkpoint: its place among the commits on this history that belong to the task.

use crate::{
    core::{id::TaskId, task::Task, trailer::Rules},
    error::Result,
    git::{ObjectId, Repo, walk},
};

/// How many commits reachable from `head` name `task`, or are linked to it by the ledger.
///
/// Looks back to where the task began, if no commit before that can name it; else at the whole history.
pub fn count(repo: &Repo, head: Option<ObjectId>, task: &Task, rules: &Rules) -> Result<usize> {
    let Some(head) = head else { return Ok(0) };
    let base = bound(repo, head, task)?;
    let naming = walk::naming(repo, head, base, task.id.as_str(), rules)?;
    let linked = task.commits.iter().filter(|known| known.linked);
    let linked = linked.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok());
    let linked: Vec<ObjectId> =
        linked.filter(|commit| !naming.contains(commit) && repo.gix().has_object(*commit)).collect();
    if linked.is_empty() {
        return Ok(naming.len());
    }
    let gone = walk::unreachable(repo, &linked, head)?;
    Ok(naming.len() + linked.iter().filter(|commit| !gone.contains(commit)).count())
}

/// The commit that the task began on, when it is older than the task and the id is a random one: then nothing before it
/// can name the task. Ids that people choose (a bug's number) may stand in commits that are older than the ledger.
fn bound(repo: &Repo, head: ObjectId, task: &Task) -> Result<Option<ObjectId>> {
    let base = task.base.as_ref().and_then(|base| base.commit.as_deref());
    let base = base.and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
    let (Some(base), Some(created)) = (base, task.created_at) else { return Ok(None) };
    if task.attempts > 1 || !is_random(&task.id, &repo.settings().id_prefix()) {
        return Ok(None);
    }
    let older = repo.gix().find_commit(base).ok().and_then(|commit| commit.time().ok()).map(|time| time.seconds);
    let is_older = older.is_some_and(|seconds| seconds < created.seconds());
    Ok((is_older && walk::is_ancestor(repo, base, head)?).then_some(base))
}

/// Whether the id looks like one that was generated.
fn is_random(id: &TaskId, prefix: &str) -> bool {
    let tail = id.as_str().strip_prefix(prefix).unwrap_or_default();
    (5..=8).contains(&tail.len()) && tail.bytes().any(|byte| byte.is_ascii_digit())
}
