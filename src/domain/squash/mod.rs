//! Which commits a squash collapses, decided from facts about them, without a repository.
//!
//! ```text
//! o ── U ── T ── T ── T    HEAD       the three T become one; U is where it stops
//!                 \      /
//!                  T ── T            a merge of T's own is collapsed with all that it brings in, or not at all
//! ```
//!
//! A commit is squashed if it is the task's, it is unpublished, and so it is with everything that it brings in over its first
//! parent. What is left below is the parent of the new commit, so no commit of others is ever lost from the history.

pub mod message;

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use super::id::TaskId;

/// A commit, and whether it can be squashed. `I` is the type of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SquashCommit<I> {
    /// The id of the commit.
    pub id: I,
    /// The ids of its parents, the first one first.
    pub parents: Vec<I>,
    /// Why it cannot be squashed, if so.
    pub obstacle: Option<SquashObstacle>,
}

/// Why a commit cannot be squashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SquashObstacle {
    /// It belongs to these tasks, or to none.
    Foreign(Vec<TaskId>),
    /// Its message names the task, but not in the final trailers.
    Buried,
    /// A remote branch or tag contains it.
    Published,
    /// It is at the boundary of this shallow clone: its parents are missing.
    CutOff,
}

/// The commit at which a squash stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop<I> {
    /// The commit, which is kept.
    pub commit: I,
    /// The reason for stopping.
    pub why: SquashObstacle,
    /// The task's merge that brings it in, if it is not on the first-parent line.
    pub merge: Option<I>,
}

/// The commits to squash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run<I> {
    /// The commits, in the given order.
    pub commits: Vec<I>,
    /// The parent of the new commit; `None`: it becomes the first commit.
    pub onto: Option<I>,
    /// Where and why the run ends; `None` at the beginning of the history.
    pub stop: Option<Stop<I>>,
}

/// The longest run from `tip` downwards. `commits` are what can be reached from there, as far down as the run may go and one
/// further: what is not among them is taken to stay.
pub fn longest<I: Copy + Eq + Hash>(tip: I, commits: &[SquashCommit<I>]) -> Run<I> {
    let known: HashMap<I, &SquashCommit<I>> = commits.iter().map(|commit| (commit.id, commit)).collect();
    let mut taken: HashSet<I> = HashSet::new();
    let (mut onto, mut stop) = (Some(tip), None);
    while let Some(commit) = onto.and_then(|at| known.get(&at)) {
        let brought = brought_in(commit, &known);
        let first = std::iter::once(&commit.id).chain(&brought).filter_map(|id| known.get(id)).find_map(|member| {
            let why = member.obstacle.clone()?;
            Some(Stop { commit: member.id, why, merge: (member.id != commit.id).then_some(commit.id) })
        });
        if first.is_some() {
            stop = first;
            break;
        }
        taken.insert(commit.id);
        taken.extend(brought);
        onto = commit.parents.first().copied();
    }
    let commits = commits.iter().map(|commit| commit.id).filter(|id| taken.contains(id)).collect();
    Run { commits, onto, stop }
}

/// All of `commits`, on top of `onto`; or the first one that has to stay.
///
/// # Errors
///
/// The [`Stop`] that keeps the commits apart.
pub fn all<I: Copy>(onto: Option<I>, commits: &[SquashCommit<I>]) -> Result<Run<I>, Stop<I>> {
    for commit in commits {
        if let Some(why) = commit.obstacle.clone() {
            return Err(Stop { commit: commit.id, why, merge: None });
        }
    }
    Ok(Run { commits: commits.iter().map(|commit| commit.id).collect(), onto, stop: None })
}

/// What `commit` has that its first parent does not, itself omitted.
fn brought_in<I: Copy + Eq + Hash>(commit: &SquashCommit<I>, known: &HashMap<I, &SquashCommit<I>>) -> Vec<I> {
    let [first, others @ ..] = commit.parents.as_slice() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let mut seen: HashSet<I> = HashSet::new();
    reach(&[*first], known, &mut seen);
    let mut brought = reach(others, known, &mut seen);
    brought.retain(|id| known.contains_key(id));
    brought
}

/// What can be reached from `tips` and is not in `seen` yet.
fn reach<I: Copy + Eq + Hash>(tips: &[I], known: &HashMap<I, &SquashCommit<I>>, seen: &mut HashSet<I>) -> Vec<I> {
    let mut open = tips.to_vec();
    let mut found = Vec::new();
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            found.push(at);
            open.extend(known.get(&at).into_iter().flat_map(|commit| commit.parents.iter().copied()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `9:8,7` is a commit with two parents, `9!:8` one that has to stay.
    fn graph(text: &str) -> Vec<SquashCommit<u32>> {
        let commit = |word: &str| {
            let (id, parents) = word.split_once(':').unwrap();
            let obstacle = id.ends_with('!').then(|| SquashObstacle::Foreign(Vec::new()));
            let parents = parents.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().unwrap());
            SquashCommit { id: id.trim_end_matches('!').parse().unwrap(), parents: parents.collect(), obstacle }
        };
        text.split(' ').map(commit).collect()
    }

    type Found = (Vec<u32>, Option<u32>, Option<(u32, Option<u32>)>);

    fn run(text: &str) -> Found {
        let commits = graph(text);
        let run = longest(commits[0].id, &commits);
        (run.commits, run.onto, run.stop.map(|stop| (stop.commit, stop.merge)))
    }

    #[test]
    fn it_ends_at_the_first_commit_of_others() {
        assert_eq!(run("4:3 3:2 2!:1"), (vec![4, 3], Some(2), Some((2, None))));
        assert_eq!(run("4!:3 3:2"), (vec![], Some(4), Some((4, None))));
        assert_eq!(run("3:2 2:1 1:"), (vec![3, 2, 1], None, None));
        // T, U, T: only the newest.
        assert_eq!(run("5:4 4!:3 3:2"), (vec![5], Some(4), Some((4, None))));
    }

    #[test]
    fn a_merge_goes_with_all_that_it_brings_or_not_at_all() {
        assert_eq!(run("6:4,5 5:3 4:3 3:2 2!:1"), (vec![6, 5, 4, 3], Some(2), Some((2, None))));
        assert_eq!(run("7:6 6:4,5 5!:3 4:3 3:2 2!:1"), (vec![7], Some(6), Some((5, Some(6)))));
        // The side began below the run: its commits are the task's, and go, too.
        assert_eq!(run("6:4,5 5:1 4:2 2!:1"), (vec![6, 5, 4], Some(2), Some((2, None))));
        // Two roots.
        assert_eq!(run("3:2,1 2: 1:"), (vec![3, 2, 1], None, None));
        // A merge that is not the task's.
        assert_eq!(run("7:6 6!:4,5 5:3 4:3 3:2"), (vec![7], Some(6), Some((6, None))));
    }

    #[test]
    fn a_given_range_goes_whole_or_not_at_all() {
        assert_eq!(all(Some(1), &graph("3:2 2:1")).unwrap().commits, [3, 2]);
        let stop = all(Some(1), &graph("4:3 3!:2 2:1")).unwrap_err();
        assert_eq!((stop.commit, stop.why), (3, SquashObstacle::Foreign(Vec::new())));
    }
}
