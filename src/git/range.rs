//! The commits of a range, with what a rollback has to know of them.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::repo::Repo;
use crate::error::{Error, Result};

/// A commit and its parents, as far as they are in this clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The commit.
    pub commit: ObjectId,
    /// Its parents; none where a shallow clone is cut off.
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

/// Those of them that no remote branch and no tag has.
pub fn unpublished(repo: &Repo, from: Option<ObjectId>, tip: ObjectId) -> Result<HashSet<ObjectId>> {
    let answer = list(repo, &["--ignore-missing"], from, tip, &["--not", "--remotes", "--tags"])?;
    Ok(answer.lines().filter_map(|line| ObjectId::from_hex(line).ok()).collect())
}

/// The commits reachable from `tips` and not from `base`. Tips that are not here are left out.
pub fn beyond(repo: &Repo, tips: &[ObjectId], base: ObjectId) -> Result<Vec<Link>> {
    let wanted: String = tips.iter().map(|tip| format!("{tip}\n")).chain([format!("^{base}\n")]).collect();
    let words = ["rev-list", "--topo-order", "--parents", "--ignore-missing", "--stdin"];
    let answer = repo.git().args(words).stdin(wanted.into_bytes()).run()?;
    answer.lines().map(|line| link(line).ok_or_else(|| unexpected("rev-list"))).collect()
}

/// How many commits only `one` has, and how many only `other` has.
pub fn apart(repo: &Repo, one: ObjectId, other: ObjectId) -> Result<(usize, usize)> {
    let range = format!("{one}...{other}");
    let answer = repo.git().args(["rev-list", "--left-right", "--count", &range, "--"]).run()?;
    let mut counts = answer.fields().map(|word| word.to_str().ok()?.parse().ok());
    counts.next().flatten().zip(counts.next().flatten()).ok_or_else(|| unexpected("rev-list"))
}

/// What the merge `merge` has and its parent `mainline` does not, itself left out.
pub fn brought_in(repo: &Repo, merge: ObjectId, mainline: ObjectId) -> Result<Vec<ObjectId>> {
    let answer = list(repo, &["--topo-order"], Some(mainline), merge, &[])?;
    let ids = answer.lines().filter_map(|line| ObjectId::from_hex(line).ok());
    Ok(ids.filter(|commit| *commit != merge).collect())
}

/// `git rev-list` of `from..tip`.
fn list(repo: &Repo, options: &[&str], from: Option<ObjectId>, tip: ObjectId, more: &[&str]) -> Result<Vec<u8>> {
    let git = repo.git().arg("rev-list").args(options).arg(tip.to_string());
    git.args(from.map(|from| format!("^{from}"))).args(more).arg("--").run()
}

/// The paths that each of `commits` changed: against its parent, or, a merge, against all of them.
pub fn touched(repo: &Repo, commits: &[ObjectId]) -> Result<HashMap<ObjectId, Vec<BString>>> {
    let words = ["diff-tree", "--stdin", "--root", "-r", "-c", "--raw", "-z", "--no-renames", "--no-ext-diff"];
    let wanted: String = commits.iter().map(|id| format!("{id}\n")).collect();
    let mut touched: HashMap<ObjectId, Vec<BString>> = commits.iter().map(|id| (*id, Vec::new())).collect();
    if commits.is_empty() {
        return Ok(touched);
    }
    let answer = repo.git().args(words).stdin(wanted.into_bytes()).run()?;
    // A commit's id, or a record that begins with ':' and has its path in the next field.
    let mut fields = answer.split_str("\0");
    let mut paths: Option<&mut Vec<BString>> = None;
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        if field.starts_with(b":") {
            let path = fields.next().ok_or_else(|| unexpected("diff-tree"))?;
            paths.as_mut().ok_or_else(|| unexpected("diff-tree"))?.push(path.into());
        } else {
            let commit = ObjectId::from_hex(field).map_err(|_| unexpected("diff-tree"))?;
            paths = touched.get_mut(&commit);
        }
    }
    Ok(touched)
}

fn unexpected(command: &str) -> Error {
    Error::bug(format!("'git {command}' answered in a form that was not asked for"))
}
