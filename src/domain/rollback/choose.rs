//! Which of the task's own commits are reverted, and how.
//!
//! From the newest to the oldest, one after the other, so that each is undone from a state that has it. Some are left
//! out:
//!
//! - what a later commit has reverted already, unless that one is reverted, too;
//! - a commit of the task's that does nothing but revert others of the task's: the pair comes to nothing;
//! - a merge that brings in more than the task's own commits: it cannot be determined whose changes are whose;
//! - what came in by a merge that is reverted as a whole.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use super::{LaterCommit, Ownership};
use crate::domain::named::named;

/// The commits to revert, and those to skip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevertChoice<I> {
    /// The commits to revert, in this order.
    pub steps: Vec<RevertStep<I>>,
    /// Commits that name the task, but are skipped.
    pub skipped: Vec<SkippedCommit<I>>,
}

/// A commit to revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevertStep<I> {
    /// The id of the commit.
    pub commit: I,
    /// The parent whose state is restored; `None` for a root commit.
    pub parent: Option<I>,
    /// For a merge: the commits that it brought in, which are reverted with it.
    pub with: Vec<I>,
}

/// A commit that is not reverted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedCommit<I> {
    /// The id of the commit.
    pub commit: I,
    /// The reason for skipping it.
    pub why: RevertSkipReason,
}

named! {
    /// Why a commit is skipped.
    pub enum RevertSkipReason {
        /// A later commit has reverted it.
        Reverted = "reverted",
        /// It reverts commits that are skipped with it.
        Reverts = "reverts",
        /// It is a merge that brings in other people's commits, too, or some from before the checkpoint.
        Merge = "merge",
        /// It names the task, but not in its final trailer block.
        Buried = "buried",
    }
}

/// Choose from the commits of `range`, newest first.
pub fn choose<I: Clone + Eq + Hash>(range: &[LaterCommit<I>]) -> RevertChoice<I> {
    let commits: HashMap<&I, &LaterCommit<I>> = range.iter().map(|commit| (&commit.id, commit)).collect();
    let mut choice = RevertChoice { steps: Vec::new(), skipped: Vec::new() };
    // Reverted by a commit that stays.
    let mut dead: HashSet<&I> = HashSet::new();
    // Taken back with a merge.
    let mut gone: HashSet<&I> = HashSet::new();
    for commit in range {
        let mut skip = |why| choice.skipped.push(SkippedCommit { commit: commit.id.clone(), why });
        if gone.contains(&commit.id) {
            continue;
        }
        if dead.contains(&commit.id) {
            match commit.owner {
                Ownership::Task => skip(RevertSkipReason::Reverted),
                Ownership::Buried | Ownership::Other => {}
            }
            continue;
        }
        match commit.owner {
            Ownership::Task if !can_be_reverted(commit, &commits) => skip(RevertSkipReason::Merge),
            Ownership::Task => {
                let is_free = |id: &I| !dead.contains(id) && !gone.contains(id) && reverters(range, id) == 1;
                if only_reverts(commit, &commits) && commit.reverts.iter().all(is_free) {
                    skip(RevertSkipReason::Reverts);
                } else {
                    gone.extend(&commit.brings);
                    let (parent, with) = (commit.parents.first().cloned(), commit.brings.clone());
                    choice.steps.push(RevertStep { commit: commit.id.clone(), parent, with });
                    continue;
                }
            }
            Ownership::Buried => skip(RevertSkipReason::Buried),
            Ownership::Other => {}
        }
        for id in &commit.reverts {
            // Who reverts a merge reverts what it brought in.
            dead.insert(id);
            dead.extend(commits.get(id).into_iter().flat_map(|merge| &merge.brings));
        }
    }
    choice
}

/// Whether all that the commit, one of the task's own, changed against its first parent is the task's.
fn can_be_reverted<I: Eq + Hash>(commit: &LaterCommit<I>, commits: &HashMap<&I, &LaterCommit<I>>) -> bool {
    commit.brings.iter().all(|id| commits.get(id).is_some_and(|brought| brought.is_own()))
}

/// How many commits say that they revert `id`: of several, it is unknown which one changed anything.
fn reverters<I: Eq>(range: &[LaterCommit<I>], id: &I) -> usize {
    range.iter().filter(|commit| commit.reverts.contains(id)).count()
}

/// Whether all that the commit does is to revert commits that would be reverted themselves.
fn only_reverts<I: Eq + Hash>(commit: &LaterCommit<I>, commits: &HashMap<&I, &LaterCommit<I>>) -> bool {
    let is_ours = |id: &I| commits.get(id).is_some_and(|other| other.is_own() && can_be_reverted(other, commits));
    !commit.is_merge() && !commit.reverts.is_empty() && !commit.reverts_older && commit.reverts.iter().all(is_ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `own 5`, `own 4 reverts 3`, `foreign 3`: a line a commit, newest first, each the child of the next one.
    fn range(lines: &[&str]) -> Vec<LaterCommit<u32>> {
        let numbers = |text: &str| text.split(',').map(|n| n.parse().unwrap()).collect::<Vec<u32>>();
        let parse = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            let id = words[1].parse().unwrap();
            let field = |name: &str| {
                words.iter().position(|word| *word == name).map_or_else(Vec::new, |at| numbers(words[at + 1]))
            };
            let brings = field("brings");
            let mut parents = vec![id - 1];
            parents.extend((words.contains(&"brings") || words.contains(&"merge")).then_some(id + 100));
            let owner = match words[0] {
                "own" => Ownership::Task,
                "buried" => Ownership::Buried,
                _ => Ownership::Other,
            };
            let reverts = field("reverts");
            let (reverts_older, published) = (words.contains(&"older"), false);
            LaterCommit { id, parents, owner, others: Vec::new(), published, reverts, reverts_older, brings }
        };
        lines.iter().map(parse).collect()
    }

    #[track_caller]
    fn expect(lines: &[&str], steps: &[u32], skipped: &[(u32, RevertSkipReason)]) {
        let choice = choose(&range(lines));
        let found: Vec<u32> = choice.steps.iter().map(|step| step.commit).collect();
        let left: Vec<(u32, RevertSkipReason)> =
            choice.skipped.iter().map(|skipped| (skipped.commit, skipped.why)).collect();
        assert_eq!((found.as_slice(), left.as_slice()), (steps, skipped), "{lines:?}");
        assert!(choice.steps.iter().all(|step| step.parent == Some(step.commit - 1)));
    }

    #[test]
    fn own_commits_newest_first() {
        expect(&["own 5", "foreign 4", "own 3", "buried 2"], &[5, 3], &[(2, RevertSkipReason::Buried)]);
        expect(&[], &[], &[]);
    }

    #[test]
    fn what_is_reverted_already_is_not_reverted_again() {
        expect(&["foreign 3 reverts 2", "own 2", "own 1"], &[1], &[(2, RevertSkipReason::Reverted)]);
        // The revert was reverted by others.
        expect(&["foreign 4 reverts 3", "foreign 3 reverts 2", "own 2"], &[2], &[]);
        expect(
            &["buried 3 reverts 2", "own 2"],
            &[],
            &[(3, RevertSkipReason::Buried), (2, RevertSkipReason::Reverted)],
        );
    }

    #[test]
    fn the_tasks_own_reverts() {
        // A pair comes to nothing.
        expect(
            &["own 3 reverts 2", "own 2", "own 1"],
            &[1],
            &[(3, RevertSkipReason::Reverts), (2, RevertSkipReason::Reverted)],
        );
        // The revert of the revert goes with the revert; what is in force is reverted.
        let three = ["own 4 reverts 3", "own 3 reverts 2", "own 2"];
        expect(&three, &[2], &[(4, RevertSkipReason::Reverts), (3, RevertSkipReason::Reverted)]);
        // It also reverted earlier commits or commits of other tasks, which would be restored.
        expect(&["own 3 reverts 2 older", "own 2"], &[3, 2], &[]);
        expect(&["own 3 older", "own 2"], &[3, 2], &[]);
        expect(&["own 3 reverts 2", "foreign 2"], &[3], &[]);
        // The task redid what others had reverted: their revert is in force again.
        expect(&["own 4 reverts 3", "foreign 3 reverts 2", "own 2"], &[4], &[(2, RevertSkipReason::Reverted)]);
        // Others reverted the task's revert.
        expect(&["foreign 4 reverts 3", "own 3 reverts 2", "own 2"], &[2], &[(3, RevertSkipReason::Reverted)]);
        // Of two reverts of one commit one changed nothing, whichever that is: all are undone.
        expect(&["own 4 reverts 2", "own 3 reverts 2", "own 2"], &[4, 3, 2], &[]);
    }

    #[test]
    fn merges_are_reverted_when_all_they_bring_is_the_tasks() {
        let choice = choose(&range(&["own 9 brings 8,7", "own 8", "own 7", "own 6"]));
        assert_eq!(choice.steps[0], RevertStep { commit: 9, parent: Some(8), with: vec![8, 7] });
        assert_eq!((choice.steps.len(), choice.steps[1].commit, choice.skipped), (2, 6, vec![]));
        expect(&["own 9 brings 8,7", "own 8", "foreign 7"], &[8], &[(9, RevertSkipReason::Merge)]);
        // It brings in something from before the checkpoint.
        expect(&["own 9 brings 8,3", "own 8"], &[8], &[(9, RevertSkipReason::Merge)]);
        // A merge of the task's branch by others: the commits themselves are reverted.
        expect(&["foreign 9 brings 8", "own 8"], &[8], &[]);
        // Others reverted that merge.
        expect(&["foreign 10 reverts 9", "foreign 9 brings 8", "own 8"], &[], &[(8, RevertSkipReason::Reverted)]);
    }
}
