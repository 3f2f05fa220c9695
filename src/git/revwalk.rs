//! `git rev-list` and its like: what is reachable from what, as git sees it, with grafts, replacements and shallow boundaries.

use std::collections::HashSet;

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{cmd, commit::Commit, replace, repo::Repo};
use crate::error::{Error, Result, codes};

/// The best common ancestor of two commits, if they have one.
pub fn merge_base(repo: &Repo, one: ObjectId, other: ObjectId) -> Result<Option<ObjectId>> {
    let output = repo.git().args(["merge-base", &one.to_string(), &other.to_string()]).output()?;
    match output.status.code() {
        Some(0) => Ok(cmd::id(&output.stdout)),
        Some(1) => Ok(None),
        _ => Err(output.into_error()),
    }
}

/// [`merge_base`] in this process, without grafts; `None` also where the history cannot be read.
pub fn common_ancestor(repo: &Repo, one: ObjectId, other: ObjectId) -> Option<ObjectId> {
    repo.gix().merge_base(one, other).ok().flatten().map(gix::Id::detach)
}

/// The commits at the boundary of this shallow clone.
pub fn shallow(repo: &Repo) -> Result<HashSet<ObjectId>> {
    let commits = repo.gix().shallow_commits().map_err(|error| {
        Error::new(codes::ENVIRONMENT, "cannot read the boundary of this shallow clone").because(error)
    })?;
    Ok(commits.into_iter().flat_map(|commits| commits.iter().copied().collect::<Vec<_>>()).collect())
}

/// Whether everything that `objects` lead to is here, as far as the user's own refs do not lead there, too.
pub fn is_connected(repo: &Repo, objects: &[ObjectId]) -> Result<bool> {
    if objects.is_empty() {
        return Ok(true);
    }
    let promised = super::partial::is_partial(repo).then_some("--exclude-promisor-objects");
    let git = repo.git().args(["rev-list", "--objects", "--quiet"]).args(promised).args(["--stdin"]);
    let git = git.args(["--not", "--branches", "--tags", "--remotes"]);
    Ok(git.stdin_lines(objects).output()?.status.success())
}

/// `commit`, and its trees and blobs that `parent` does not have.
///
/// # Errors
///
/// `git-failed`: an object is missing.
pub fn added(repo: &Repo, commit: ObjectId, parent: Option<ObjectId>) -> Result<Vec<ObjectId>> {
    let promised = super::partial::is_partial(repo).then_some("--exclude-promisor-objects");
    let git = repo.git().args(["rev-list", "--objects", "--no-object-names"]).args(promised).arg(commit.to_string());
    let answer = git.args(parent.map(|parent| format!("^{parent}"))).run()?;
    Ok(cmd::ids(&answer).collect())
}

/// How many bytes of the object store hold what `objects` lead to and the user's own refs do not; `None` when an object is missing.
pub fn disk_usage(repo: &Repo, objects: &[ObjectId]) -> Result<Option<u64>> {
    if objects.is_empty() {
        return Ok(Some(0));
    }
    let git = repo.git().args(["rev-list", "--objects", "--disk-usage", "--ignore-missing", "--stdin"]);
    let git = git.args(["--not", "--branches", "--tags", "--remotes", "--glob=refs/notes"]);
    let answer = git.args(repo.head()?.commit.map(|_| "HEAD")).stdin_lines(objects).output()?.stdout;
    Ok(answer.trim().to_str().ok().and_then(|text| text.parse().ok()))
}

pub fn tree(repo: &Repo, commit: ObjectId) -> Result<ObjectId> {
    Ok(Commit::read(repo, commit)?.tree)
}

/// The tree of `commit`, or the empty one if there is none.
pub fn tree_or_empty(repo: &Repo, commit: Option<ObjectId>) -> Result<ObjectId> {
    commit.map_or_else(|| Ok(repo.empty_tree()), |commit| tree(repo, commit))
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
    Ok(Commit::read(repo, commit)?.parents)
}

/// Those of `commits` that are not reachable from `tip`.
pub fn unreachable(repo: &Repo, commits: &[ObjectId], tip: ObjectId) -> Result<Vec<ObjectId>> {
    if commits.iter().all(|commit| *commit == tip) {
        return Ok(Vec::new());
    }
    let wanted = commits.iter().map(ToString::to_string).chain([format!("^{tip}")]);
    let answer = repo.git().args(["rev-list", "--ignore-missing", "--stdin"]).stdin_lines(wanted).run()?;
    Ok(cmd::ids(&answer).collect())
}

/// Those of `commits` that no branch, tag, remote branch or worktree has any more: rewritten, discarded, or not here. What our own
/// snapshots and operations keep of them is not a branch.
pub fn lost(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let here = |id: &ObjectId| repo.has(*id);
    let mut wanted = commits.iter().filter(|id| here(id)).peekable();
    if wanted.peek().is_none() {
        return Ok(commits.to_vec());
    }
    let git = repo.git().args(["rev-list", "--ignore-missing", "--stdin", "--not", "--exclude=refs/agent/*", "--all"]);
    // Their ancestors are listed, too, as far as they are lost.
    let walked: HashSet<ObjectId> = cmd::ids(&git.stdin_lines(wanted).run()?).collect();
    Ok(commits.iter().copied().filter(|id| walked.contains(id) || !here(id)).collect())
}

/// A branch or remote branch that contains `commit`, in its short form; local ones first.
pub fn branch_with(repo: &Repo, commit: ObjectId) -> Result<Option<String>> {
    let words = ["for-each-ref", "--count=1", "--format=%(refname:short)", "--contains", &commit.to_string()];
    let answer = repo.git().args(words).args(["refs/heads", "refs/remotes"]).run()?;
    Ok(answer.lines().next().map(|name| name.to_str_lossy().into_owned()))
}

/// A commit and those of its parents that are in this clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub commit: ObjectId,
    /// Its parents; empty at the boundary of a shallow clone.
    pub parents: Vec<ObjectId>,
}

/// The commits reachable from `tip` and not from `from`, newest first: children before their parents.
pub fn between(repo: &Repo, from: Option<ObjectId>, tip: ObjectId) -> Result<Vec<Link>> {
    if from == Some(tip) {
        return Ok(Vec::new());
    }
    let answer = list(repo, &["--topo-order", "--parents"], from, tip, &[])?;
    answer.lines().map(|line| link(line).ok_or_else(|| unexpected("rev-list"))).collect()
}

fn link(line: &[u8]) -> Option<Link> {
    let mut ids = line.split_str(" ").map(|hex| ObjectId::from_hex(hex).ok());
    let commit = ids.next()??;
    Some(Link { commit, parents: ids.collect::<Option<_>>()? })
}

/// Those of [`between`] that no remote branch and no tag contains.
pub fn unpublished(repo: &Repo, from: Option<ObjectId>, tip: ObjectId) -> Result<HashSet<ObjectId>> {
    if from == Some(tip) {
        return Ok(HashSet::new());
    }
    let answer = list(repo, &["--ignore-missing"], from, tip, &["--not", "--remotes", "--tags"])?;
    Ok(cmd::ids(&answer).collect())
}

/// The commits reachable from `tips` and not from `base`. Tips that are not here are omitted.
pub fn beyond(repo: &Repo, tips: &[ObjectId], base: ObjectId) -> Result<Vec<Link>> {
    let wanted = tips.iter().map(ToString::to_string).chain([format!("^{base}")]);
    let words = ["rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin"];
    let answer = repo.git().args(words).stdin_lines(wanted).run()?;
    answer.lines().map(|line| link(line).ok_or_else(|| unexpected("rev-list"))).collect()
}

/// How many commits only `one` has, and how many only `other` has.
pub fn apart(repo: &Repo, one: ObjectId, other: ObjectId) -> Result<(usize, usize)> {
    let range = format!("{one}...{other}");
    let answer = repo.git().args(["rev-list", "--left-right", "--count", &range, "--"]).run()?;
    let mut counts = answer.fields().map(|word| word.to_str().ok()?.parse().ok());
    counts.next().flatten().zip(counts.next().flatten()).ok_or_else(|| unexpected("rev-list"))
}

/// What the merge `merge` has and its parent `mainline` does not, itself omitted.
pub fn brought_in(repo: &Repo, merge: ObjectId, mainline: ObjectId) -> Result<Vec<ObjectId>> {
    let answer = list(repo, &["--topo-order"], Some(mainline), merge, &[])?;
    Ok(cmd::ids(&answer).filter(|commit| *commit != merge).collect())
}

/// `git rev-list` of `from..tip`.
fn list(repo: &Repo, options: &[&str], from: Option<ObjectId>, tip: ObjectId, more: &[&str]) -> Result<Vec<u8>> {
    let git = repo.git().arg("rev-list").args(options).arg(tip.to_string());
    git.args(from.map(|from| format!("^{from}"))).args(more).arg("--").run()
}

fn unexpected(command: &str) -> Error {
    Error::bug(format!("unexpected output from 'git {command}'"))
}
