//! The commits in between: what they say, and which paths they touched.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{Scope, ScopedJoinHandle},
};

use bstr::BString;

use crate::{
    domain::{message::subject, trailer::reverts::Reverted},
    error::{Error, Result},
    git::{
        ObjectId,
        changed_paths::{Comparer, Interest},
        commit::Commit,
        revwalk,
    },
    store::ledger::{View, commits::Owners},
};

/// A commit between base and tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeStep {
    pub commit: ObjectId,
    /// The tasks that it names, and those that the ledger links it to.
    pub tasks: Vec<BString>,
    /// The first paragraph of its message on one line.
    pub subject: BString,
    /// A later commit of the range reverts it, and is not reverted itself.
    pub reverted: bool,
}

/// This many commits are given to a thread at a time: neighbours share most of their trees, and deltas are against them.
const CHUNK: usize = 512;
/// More threads than this wait for the disk.
const MAX_THREADS: usize = 8;

/// What `commits` say; and they themselves.
pub(super) fn read(view: &View<'_>, commits: Vec<Commit>) -> Result<(Vec<RangeStep>, Vec<Commit>)> {
    if commits.is_empty() {
        return Ok((Vec::new(), commits));
    }
    let owners = Owners::read(view)?;
    let mut steps: Vec<RangeStep> = Vec::with_capacity(commits.len());
    let mut reverted = Reverted::default();
    for commit in &commits {
        let message = commit.message.as_slice();
        let tasks = owners.of(commit.id, message);
        let reverted = reverted.see(&commit.id.to_string(), message);
        steps.push(RangeStep { commit: commit.id, tasks, subject: subject(message), reverted });
    }
    Ok((steps, commits))
}

/// Paths, by their places in a list, with commits that touched them.
type Touched = Vec<(u32, usize)>;

/// Which paths are touched by which commits: known, or being found out by threads.
pub(super) struct Attribution<'scope> {
    interest: &'scope [BString],
    known: Touched,
    workers: Vec<ScopedJoinHandle<'scope, Result<Touched>>>,
}

/// Find which of `interest`, sorted, are touched by which of `commits`. A few are compared at once, by `comparer`.
///
/// The changes of shallow boundary commits are unknown: they touch nothing.
///
/// # Errors
///
/// When a tree cannot be read.
pub(super) fn attribute<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    comparer: &mut Comparer<'_>,
    commits: &'env [Commit],
    shallow: &'env HashSet<ObjectId>,
    interest: &'env [BString],
) -> Result<Attribution<'scope>> {
    let chunks = if interest.is_empty() { 0 } else { commits.len().div_ceil(CHUNK) };
    let next = Arc::new(AtomicUsize::new(0));
    if chunks <= 1 {
        let known = if chunks == 0 { Vec::new() } else { touched(comparer, commits, shallow, interest, &next)? };
        return Ok(Attribution { interest, known, workers: Vec::new() });
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS).min(chunks);
    let workers = (0..threads).map(|_| {
        let (repo, next) = (comparer.repo().for_another_thread(), next.clone());
        scope.spawn(move || {
            let repo = repo.into_repo();
            touched(&mut Comparer::new(&repo), commits, shallow, interest, &next)
        })
    });
    Ok(Attribution { interest, known: Vec::new(), workers: workers.collect() })
}

/// The paths, by their places in `interest`, with the commits that touched them, chunk by chunk as `next` gives them out.
fn touched(
    comparer: &mut Comparer<'_>,
    commits: &[Commit],
    shallow: &HashSet<ObjectId>,
    interest: &[BString],
    next: &AtomicUsize,
) -> Result<Touched> {
    let tree = Interest::in_paths(interest);
    let trees: HashMap<ObjectId, ObjectId> = commits.iter().map(|commit| (commit.id, commit.tree)).collect();
    let repo = comparer.repo();
    let mut found = Vec::new();
    loop {
        let from = next.fetch_add(CHUNK, Ordering::Relaxed);
        let chunk = commits.iter().enumerate().skip(from).take(CHUNK);
        if from >= commits.len() {
            return Ok(found);
        }
        let mut known: Vec<(usize, &Commit)> = chunk.filter(|(_, commit)| !shallow.contains(&commit.id)).collect();
        known.sort_by_cached_key(|(_, commit)| repo.place(commit.tree));
        for (at, commit) in known {
            let parent = |id: &ObjectId| trees.get(id).map_or_else(|| revwalk::tree(repo, *id), |tree| Ok(*tree));
            let parents = commit.parents.iter().map(parent).collect::<Result<Vec<_>>>()?;
            let touched = comparer.touched(&tree, commit.tree, &parents)?;
            found.extend(touched.into_iter().map(|path| (path, at)));
        }
    }
}

impl Attribution<'_> {
    /// The commits that touched each path, by their places, in their order.
    pub(super) fn join(self) -> Result<HashMap<BString, Vec<usize>>> {
        let mut found = HashMap::<BString, Vec<usize>>::new();
        let mut touched = self.known;
        for worker in self.workers {
            let more = worker.join().map_err(|_| Error::bug("a thread that compares trees panicked"))?;
            touched.extend(more?);
        }
        for (path, at) in touched {
            found.entry(self.interest[path as usize].clone()).or_default().push(at);
        }
        found.values_mut().for_each(|commits| commits.sort_unstable());
        Ok(found)
    }
}
