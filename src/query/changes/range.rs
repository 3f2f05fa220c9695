//! The commits in between: what they say, and which paths they touched.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use bstr::BString;

use crate::{
    domain::{message::subject, trailer::reverts::Reverted},
    error::{Error, Result},
    git::{
        ObjectId, Repo,
        changed_paths::{Comparer, Interest},
        commits::Commit,
    },
    store::ledger::{View, commits::Owners},
};

/// A commit in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its id.
    pub commit: ObjectId,
    /// The tasks that it names, and those that the ledger links it to.
    pub tasks: Vec<BString>,
    /// The first paragraph of its message on one line.
    pub subject: BString,
    /// A later commit in between reverts it, and is in force.
    pub reverted: bool,
}

/// So many commits are given to a thread at a time: neighbours share most of their trees, and deltas are against them.
const CHUNK: usize = 512;
/// More threads than this wait for the disk.
const MAX_THREADS: usize = 8;

/// What `commits` say; and they themselves.
pub(super) fn read(view: &View<'_>, commits: Vec<Commit>) -> Result<(Vec<Step>, Vec<Commit>)> {
    if commits.is_empty() {
        return Ok((Vec::new(), commits));
    }
    let owners = Owners::read(view)?;
    let mut steps: Vec<Step> = Vec::with_capacity(commits.len());
    let mut reverted = Reverted::default();
    for commit in &commits {
        let message = commit.message.as_slice();
        let tasks = owners.of(commit.id, message);
        let reverted = reverted.see(&commit.id.to_string(), message);
        steps.push(Step { commit: commit.id, tasks, subject: subject(message), reverted });
    }
    Ok((steps, commits))
}

/// Which of `interest`, sorted, are touched by which of `commits` (by their places), found while `meanwhile` is done.
///
/// The changes of shallow boundary commits are unknown: they touch nothing.
pub(super) fn attribute<T>(
    repo: &Repo,
    commits: &[Commit],
    shallow: &HashSet<ObjectId>,
    interest: &[BString],
    meanwhile: impl FnOnce() -> Result<T>,
) -> Result<(HashMap<BString, Vec<usize>>, T)> {
    let tree = Interest::in_paths(interest);
    let trees: HashMap<ObjectId, ObjectId> = commits.iter().map(|commit| (commit.id, commit.tree)).collect();
    let chunks: Vec<(usize, &[Commit])> = (0..).step_by(CHUNK).zip(commits.chunks(CHUNK)).collect();
    let next = AtomicUsize::new(0);
    let work = |repo: &Repo| -> Result<Vec<(u32, usize)>> {
        let mut comparer = Comparer::new(repo);
        let mut found = Vec::new();
        while let Some((from, chunk)) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let known = (*from..).zip(*chunk).filter(|(_, commit)| !shallow.contains(&commit.id));
            let mut known: Vec<(usize, &Commit)> = known.collect();
            known.sort_by_cached_key(|(_, commit)| repo.place(commit.tree));
            for (at, commit) in known {
                let parent = |id: &ObjectId| {
                    trees.get(id).map_or_else(|| crate::git::revwalk::tree(repo, *id), |tree| Ok(*tree))
                };
                let parents = commit.parents.iter().map(parent).collect::<Result<Vec<_>>>()?;
                let touched = comparer.touched(&tree, commit.tree, &parents)?;
                found.extend(touched.into_iter().map(|path| (path, at)));
            }
        }
        Ok(found)
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(chunks.len());
    let (found, other) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .filter(|_| !interest.is_empty())
            .map(|_| {
                let (repo, work) = (repo.for_another_thread(), &work);
                scope.spawn(move || work(&repo.into_reader()))
            })
            .collect();
        let other = meanwhile();
        let mut found = BTreeMap::<u32, Vec<usize>>::new();
        for worker in workers {
            let touched = worker.join().map_err(|_| Error::bug("a thread that compares trees panicked"))?;
            touched?.into_iter().for_each(|(path, at)| found.entry(path).or_default().push(at));
        }
        Ok::<_, Error>((found, other?))
    })?;
    let touched = found.into_iter().map(|(path, mut commits)| {
        commits.sort_unstable();
        (interest[path as usize].clone(), commits)
    });
    Ok((touched.collect(), other))
}
