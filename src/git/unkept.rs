//! Unreachable commits that the user may want to restore.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::Path,
};

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{cmd::Git, refs::Refs, repo::Repo};
use crate::error::Result;

/// What in a worktree's git directory names no commit: the index, other repositories, what is ours.
const OTHERS: [&str; 5] = ["index", "modules", "agent", "objects", "hooks"];

/// Every object that something in the git directory of a worktree names: HEAD, reflogs, refs of its own, unfinished
/// operations. `dir` may be that of a worktree that is gone.
pub fn named_in(dir: &Path) -> BTreeSet<ObjectId> {
    let mut named = BTreeSet::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let is_other = OTHERS.iter().any(|name| entry.file_name() == *name);
            match entry.file_type() {
                _ if is_other => {}
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    // What cannot be read is not git's.
                    let text = fs::read(entry.path()).unwrap_or_default();
                    let words = text.split(|byte| !byte.is_ascii_hexdigit());
                    named.extend(words.filter_map(|word| ObjectId::from_hex(word).ok()));
                }
                _ => {}
            }
        }
    }
    named
}

/// Whether `repo`, whose work tree may be gone, has a commit that no branch of a remote has; also if git cannot say.
pub fn has_unpushed(repo: &Repo) -> Result<bool> {
    let dir = repo.git_dir().canonicalize().unwrap_or_else(|_| repo.git_dir().to_owned());
    let git = Git::new(&dir).env("GIT_DIR", &dir).without("GIT_WORK_TREE");
    let git = git.args(["-c", "core.worktree=", "-c", "core.bare=true"]);
    let output = git.args(["rev-list", "--max-count=1", "--all", "--reflog", "--not", "--remotes", "--"]).output()?;
    Ok(!output.status.success() || !output.stdout.is_empty())
}

/// Which commits to examine.
#[derive(Clone, Debug)]
pub enum From {
    /// What worktrees name that will be removed; git is asked for refs in a reftable.
    Worktrees(BTreeSet<ObjectId>),
    Reflogs,
}

/// Of these commits, those that no ref which every worktree sees leads to: the tips, newest first. Snapshots keep what only
/// reflogs have; what worktrees name counts also when an older snapshot has it.
pub fn tips(repo: &Repo, from: &From) -> Result<Vec<ObjectId>> {
    let git = repo.git().args(["rev-list", "--topo-order", "--parents", "--ignore-missing"]);
    let git = match from {
        From::Worktrees(named) => {
            let mut commits = named.iter().filter(|id| repo.is_commit(**id)).peekable();
            if commits.peek().is_none() && repo.refs() == Refs::Files {
                return Ok(Vec::new());
            }
            let git = git.arg("--stdin").stdin_lines(commits);
            let git = if repo.refs() == Refs::Binary { git.arg("--reflog") } else { git };
            let own = ["refs/worktree/*", "refs/bisect/*", "refs/rewritten/*", "refs/agent/*"];
            git.arg("--not").args(own.map(|own| format!("--exclude={own}"))).arg("--glob=refs/*")
        }
        From::Reflogs => git.args(["--reflog", "--not", "--all"]),
    };
    let answer = git.run()?;
    let mut parents = HashSet::new();
    let mut commits = Vec::new();
    for line in answer.lines() {
        let mut ids = line.fields().filter_map(|id| ObjectId::from_hex(id).ok());
        commits.extend(ids.next());
        parents.extend(ids);
    }
    commits.retain(|commit| !parents.contains(commit));
    Ok(commits)
}
