//! Pointers that a fetch brought: `git fetch '+refs/*:refs/*'` takes those of another repository for ours.
//!
//! What was fetched last stands in `FETCH_HEAD`. A pointer that is found there is remembered in `agent/fetched` in the git directory of
//! the worktree, until the task is started here: then the line says `started`, whatever `FETCH_HEAD` says.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bstr::ByteSlice as _;

use crate::{
    error::{Context as _, Result},
    git::{ObjectId, Repo},
};

/// What is known of a pointer that was fetched: whether its task was started here since.
type Known = BTreeMap<ObjectId, bool>;

/// Those of `anchors` that came from elsewhere.
pub(super) fn foreign(repo: &Repo, anchors: &[ObjectId]) -> Vec<ObjectId> {
    if anchors.is_empty() {
        return Vec::new();
    }
    let mut known = read(&path(repo));
    let fetched = read(&repo.git_dir().join("FETCH_HEAD"));
    let is_news = |anchor: &&ObjectId| fetched.contains_key(*anchor) && !known.contains_key(*anchor);
    let news: Vec<ObjectId> = anchors.iter().filter(is_news).copied().collect();
    if !news.is_empty() {
        known.extend(news.into_iter().map(|anchor| (anchor, false)));
        // Where nothing can be written, `FETCH_HEAD` tells it again.
        write(repo, &known).unwrap_or_default();
    }
    anchors.iter().filter(|anchor| known.get(*anchor) == Some(&false)).copied().collect()
}

/// The task of `anchor` is started here. Answers whether that is news.
///
/// # Errors
///
/// Where nothing can be written.
pub(super) fn start(repo: &Repo, anchor: ObjectId) -> Result<bool> {
    let mut known = read(&path(repo));
    let is_fetched = read(&repo.git_dir().join("FETCH_HEAD")).contains_key(&anchor);
    match known.get(&anchor) {
        Some(true) => Ok(false),
        None if !is_fetched => Ok(false),
        _ => {
            known.insert(anchor, true);
            write(repo, &known).map(|()| true)
        }
    }
}

/// The object that each line begins with, and whether it goes on with `started`.
fn read(file: &Path) -> Known {
    let text = fs::read(file).unwrap_or_default();
    let line = |line: &[u8]| {
        let mut words = line.fields();
        Some((ObjectId::from_hex(words.next()?).ok()?, words.next() == Some(b"started")))
    };
    text.lines().filter_map(line).collect()
}

fn write(repo: &Repo, known: &Known) -> Result<()> {
    let path = path(repo);
    let line = |(id, started): (&ObjectId, &bool)| format!("{id}{}\n", if *started { " started" } else { "" });
    let lines: String = known.iter().map(line).collect();
    repo.put(&path, lines.as_bytes()).or_environment(|| format!("cannot write '{}'", path.display()))
}

fn path(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("fetched")
}
