//! Pointers that a fetch brought: `git fetch '+refs/*:refs/*'` takes those of another repository for ours.
//!
//! What was fetched last stands in `FETCH_HEAD`. A pointer that is found there is remembered in `agent/fetched` in the git directory of
//! the worktree, until the task is started here: then the line says `started`, whatever `FETCH_HEAD` says. Once a task was started in
//! the worktree, the file begins with the line `complete`: a pointer that it does not name came from elsewhere, also when
//! `FETCH_HEAD` does not say so (`--no-write-fetch-head`, a second fetch).

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

/// What is known of the pointers of a worktree.
#[derive(Default)]
struct Known {
    /// Whether every task that was started is among them.
    is_complete: bool,
    /// Whether the task of each was started here.
    started: BTreeMap<ObjectId, bool>,
}

/// The line that says that the list is complete.
const COMPLETE: &[u8] = b"complete";

/// Those of `anchors` that came from elsewhere.
pub(super) fn foreign(repo: &Repo, anchors: &[ObjectId]) -> Vec<ObjectId> {
    if anchors.is_empty() {
        return Vec::new();
    }
    let mut known = read(&path(repo));
    let fetched = read(&repo.git_dir().join("FETCH_HEAD")).started;
    let is_news = |anchor: &&ObjectId| {
        !known.started.contains_key(*anchor) && (known.is_complete || fetched.contains_key(*anchor))
    };
    let news: Vec<ObjectId> = anchors.iter().filter(is_news).copied().collect();
    if !news.is_empty() {
        known.started.extend(news.into_iter().map(|anchor| (anchor, false)));
        // Where nothing can be written, the next one finds it again.
        write(repo, &known).unwrap_or_default();
    }
    anchors.iter().filter(|anchor| known.started.get(*anchor) == Some(&false)).copied().collect()
}

/// The task of `anchor` is started here, next to `present`. Answers whether that changes what counts.
///
/// # Errors
///
/// Where nothing can be written.
pub(super) fn start(repo: &Repo, anchor: ObjectId, present: &[ObjectId]) -> Result<bool> {
    let mut known = read(&path(repo));
    let was_foreign = known.started.get(&anchor) == Some(&false)
        || read(&repo.git_dir().join("FETCH_HEAD")).started.contains_key(&anchor);
    let is_known = known.is_complete && known.started.get(&anchor) == Some(&true);
    if is_known {
        return Ok(false);
    }
    if !known.is_complete {
        // What counted until now was set by an earlier version, or by hand.
        let foreign = foreign(repo, present);
        known = read(&path(repo));
        known.started.extend(present.iter().filter(|anchor| !foreign.contains(anchor)).map(|anchor| (*anchor, true)));
        known.is_complete = true;
    }
    known.started.insert(anchor, true);
    // It need not grow with every task: what is not pointed to is told again when it is.
    known.started.retain(|known, _| *known == anchor || present.contains(known));
    write(repo, &known).map(|()| was_foreign)
}

/// The object that each line begins with, and whether it goes on with `started`.
fn read(file: &Path) -> Known {
    let text = fs::read(file).unwrap_or_default();
    let line = |line: &[u8]| {
        let mut words = line.fields();
        Some((ObjectId::from_hex(words.next()?).ok()?, words.next() == Some(b"started")))
    };
    Known { is_complete: text.lines().next() == Some(COMPLETE), started: text.lines().filter_map(line).collect() }
}

fn write(repo: &Repo, known: &Known) -> Result<()> {
    let path = path(repo);
    let line = |(id, started): (&ObjectId, &bool)| format!("{id}{}\n", if *started { " started" } else { "" });
    let mut text = if known.is_complete { [COMPLETE, b"\n"].concat() } else { Vec::new() };
    known.started.iter().for_each(|known| text.extend_from_slice(line(known).as_bytes()));
    repo.put(&path, &text).or_environment(|| format!("cannot write '{}'", path.display()))
}

fn path(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("fetched")
}
