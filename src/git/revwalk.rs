//! What is reachable from what, and what a commit consists of.

use std::collections::HashSet;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{cmd, replace, repo::Repo};
use crate::error::{Context as _, Error, Result, codes};

/// The best common ancestor of two commits, if they have one.
pub fn merge_base(repo: &Repo, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>> {
    let output = repo.git().args(["merge-base", &one.to_string(), &other.to_string()]).output()?;
    match output.status.code() {
        Some(0) => Ok(ObjectId::from_hex(&cmd::line(&output.stdout)).ok()),
        Some(1) => Ok(None),
        _ => Err(output.into_error()),
    }
}

/// The commits at which the history of this clone is cut off.
pub fn shallow(repo: &Repo) -> Result<HashSet<ObjectId>> {
    let commits = repo.gix().shallow_commits().map_err(|error| {
        Error::new(codes::ENVIRONMENT, "cannot read where this shallow clone is cut off").because(error)
    })?;
    Ok(commits.into_iter().flat_map(|commits| commits.iter().copied().collect::<Vec<_>>()).collect())
}

/// Whether everything that `objects` lead to is here, as far as the user's own refs do not lead there, too.
pub fn is_connected(repo: &Repo, objects: &[ObjectId]) -> Result<bool> {
    if objects.is_empty() {
        return Ok(true);
    }
    let list: String = objects.iter().map(|id| format!("{id}\n")).collect();
    let promised = super::partial::is_partial(repo).then_some("--exclude-promisor-objects");
    let git = repo.git().args(["rev-list", "--objects", "--quiet"]).args(promised).args(["--stdin"]);
    let git = git.args(["--not", "--branches", "--tags", "--remotes"]);
    Ok(git.stdin(list.into_bytes()).output()?.status.success())
}

/// The tree of `commit`.
pub fn tree(repo: &Repo, commit: ObjectId) -> Result<ObjectId> {
    let commit = repo.gix().find_commit(commit).or_environment(|| format!("cannot read commit {commit}"))?;
    Ok(commit.tree_id().or_environment(|| format!("commit {} is damaged", commit.id))?.detach())
}

/// Whether `commit` is `tip` or one of its ancestors.
pub fn is_ancestor(repo: &Repo, commit: ObjectId, tip: ObjectId) -> Result<bool> {
    if commit == tip {
        return Ok(true);
    }
    let words = ["merge-base", "--is-ancestor", &commit.to_string(), &tip.to_string()];
    Ok(repo.git().args(words).output()?.status.success())
}

/// The parents of `commit`, as git sees them: grafts count, and behind the end of a shallow clone there are none.
pub fn parents(repo: &Repo, commit: ObjectId) -> Result<Vec<ObjectId>> {
    if shallow(repo)?.contains(&commit) {
        return Ok(Vec::new());
    }
    if let Some(parents) = replace::grafts(repo).remove(&commit) {
        return Ok(parents);
    }
    let commit = repo.gix().find_commit(commit).or_environment(|| format!("cannot read commit {commit}"))?;
    Ok(commit.parent_ids().map(gix::Id::detach).collect())
}

/// Those of `commits` that are not reachable from `tip`.
pub fn unreachable(repo: &Repo, commits: &[ObjectId], tip: ObjectId) -> Result<Vec<ObjectId>> {
    let wanted: String = commits.iter().map(|id| format!("{id}\n")).chain([format!("^{tip}\n")]).collect();
    let answer = repo.git().args(["rev-list", "--ignore-missing", "--stdin"]).stdin(wanted.into_bytes()).run()?;
    Ok(answer.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect())
}

/// Those of `commits` that no branch, tag, remote branch or worktree has any more: rewritten, thrown away, or not here. What our own
/// snapshots and operations keep of them is no branch.
pub fn lost(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let here = |id: &ObjectId| repo.has(*id);
    let wanted: String = commits.iter().filter(|id| here(id)).map(|id| format!("{id}\n")).collect();
    let words = ["rev-list", "--ignore-missing", "--stdin"];
    if wanted.is_empty() {
        return Ok(commits.to_vec());
    }
    let answer =
        repo.git().args(words).args(["--not", "--exclude=refs/agent/*", "--all"]).stdin(wanted.into_bytes()).run()?;
    // Their ancestors are listed, too, as far as they are lost.
    let walked: HashSet<ObjectId> = answer.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect();
    Ok(commits.iter().copied().filter(|id| walked.contains(id) || !here(id)).collect())
}

/// The paths that `commit` changes against its first parent, in git's order.
pub fn changed_paths(repo: &Repo, commit: ObjectId) -> Result<Vec<BString>> {
    let words =
        ["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-only", "--no-renames", "-m", "--first-parent"];
    let answer = repo.git().args(words).arg(commit.to_string()).run()?;
    Ok(answer.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect())
}
