//! Commits of a history that name a task.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::repo::Repo;
use crate::{
    core::trailer::{Rules, scan},
    error::{Context as _, Result},
};

/// The commits reachable from `tip`, and not from `base`, that name `task` on a line of their message, oldest first.
///
/// Git looks for the id as a text, which is fast; the trailer parser has the last word (`t-1` is not `t-10`).
pub fn naming(repo: &Repo, tip: ObjectId, base: Option<ObjectId>, task: &str, rules: &Rules) -> Result<Vec<ObjectId>> {
    let mut git = repo
        .git()
        .args(["rev-list", "--topo-order", "--reverse", "--no-commit-header", "--format=%H%n%B%x00"])
        .args(["--fixed-strings", "--grep"])
        .arg(task)
        .arg(tip.to_string());
    if let Some(base) = base {
        git = git.arg(format!("^{base}"));
    }
    let answer = git.args(["--"]).run()?;
    let mut commits = Vec::new();
    for record in answer.split_str("\0") {
        let Some((hex, message)) = record.trim_start_with(|c| c == '\n').split_once_str("\n") else { continue };
        if scan::ids(message, rules).iter().any(|id| *id == task) {
            commits.extend(ObjectId::from_hex(hex).ok());
        }
    }
    Ok(commits)
}

/// Whether `commit` is `tip` or one of its ancestors.
pub fn is_ancestor(repo: &Repo, commit: ObjectId, tip: ObjectId) -> Result<bool> {
    if commit == tip {
        return Ok(true);
    }
    let words = ["merge-base", "--is-ancestor", &commit.to_string(), &tip.to_string()];
    Ok(repo.git().args(words).output()?.status.success())
}

/// The parents of `commit`.
pub fn parents(repo: &Repo, commit: ObjectId) -> Result<Vec<ObjectId>> {
    let commit = repo.gix().find_commit(commit).or_environment(|| format!("cannot read commit {commit}"))?;
    Ok(commit.parent_ids().map(gix::Id::detach).collect())
}

/// Those of `commits` that are not reachable from `tip`.
pub fn unreachable(repo: &Repo, commits: &[ObjectId], tip: ObjectId) -> Result<Vec<ObjectId>> {
    let wanted: String = commits.iter().map(|id| format!("{id}\n")).chain([format!("^{tip}\n")]).collect();
    let answer = repo.git().args(["rev-list", "--ignore-missing", "--stdin"]).stdin(wanted.into_bytes()).run()?;
    Ok(answer.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect())
}

/// Those of `commits` that no branch, tag, remote branch or worktree has any more: rewritten, thrown away, or not here.
pub fn lost(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let here = |id: &ObjectId| repo.has(*id);
    let wanted: String = commits.iter().filter(|id| here(id)).map(|id| format!("{id}\n")).collect();
    let words = ["rev-list", "--ignore-missing", "--stdin"];
    if wanted.is_empty() {
        return Ok(commits.to_vec());
    }
    let answer = repo.git().args(words).args(["--not", "--all"]).stdin(wanted.into_bytes()).run()?;
    // Their ancestors are listed, too, as far as they are lost.
    let walked: Vec<ObjectId> = answer.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect();
    Ok(commits.iter().copied().filter(|id| walked.contains(id) || !here(id)).collect())
}

/// The paths that `commit` changes against its first parent, in git's order.
pub fn changed_paths(repo: &Repo, commit: ObjectId) -> Result<Vec<BString>> {
    let words =
        ["diff-tree", "-r", "-z", "--root", "--no-commit-id", "--name-only", "--no-renames", "-m", "--first-parent"];
    let answer = repo.git().args(words).arg(commit.to_string()).run()?;
    Ok(answer.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect())
}
