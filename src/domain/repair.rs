//! The task of a commit without a trailer, inferred from commits that make the same change and have one.
//!
//! Never a guess: evidence that names different tasks is not evidence, and reported as such.

/// A commit, or a whole branch, that made the same change. `I` is the commit's id, or that of the branch's tip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence<I> {
    /// The commit, or the tip of the branch.
    pub source: I,
    /// The ids of the tasks that it names; of a branch those of all its commits. Sorted.
    pub tasks: Vec<String>,
    /// How similar the changes are.
    pub same: Same,
    pub whole: Whole,
}

/// How similar two changes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Same {
    /// The trees before and after are the same.
    Trees,
    /// Only the patches are the same; the trees differ elsewhere.
    Patch,
}

/// The extent of the matching change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    Commit,
    /// All commits of a branch together, as squash merges combine them.
    Branch,
}

/// The conclusion from all evidence for a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairVerdict<'e, I> {
    /// The commit belongs to the tasks of this evidence.
    Belongs(&'e Evidence<I>),
    /// These candidates contradict each other.
    Ambiguous(Vec<&'e Evidence<I>>),
    /// There is no evidence.
    Unknown,
}

impl<I> Evidence<I> {
    /// The evidence as a word for the ledger.
    pub fn by(&self) -> &'static str {
        match (self.whole, self.same) {
            (Whole::Branch, _) => "squash",
            (Whole::Commit, Same::Trees) => "tree",
            (Whole::Commit, Same::Patch) => "patch",
        }
    }
}

/// Judge all the evidence that there is for one commit.
///
/// The same trees before and after are the very same change; where there is such evidence, equal patches do not count.
pub fn judge<I>(evidence: &[Evidence<I>]) -> RepairVerdict<'_, I> {
    let Some(best) = evidence.iter().map(|one| one.same).min() else { return RepairVerdict::Unknown };
    let mut counts: Vec<&Evidence<I>> = evidence.iter().filter(|one| one.same == best).collect();
    if counts.iter().any(|one| one.tasks != counts[0].tasks) {
        return RepairVerdict::Ambiguous(counts);
    }
    counts.sort_by_key(|one| one.whole == Whole::Branch);
    RepairVerdict::Belongs(counts[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use Same::{Patch, Trees};
    use Whole::{Branch, Commit};

    fn judged(evidence: &[(u32, &str, Same, Whole)]) -> String {
        let one = |(source, tasks, same, whole): &(u32, &str, Same, Whole)| Evidence {
            source: *source,
            tasks: tasks.split(' ').map(str::to_owned).collect(),
            same: *same,
            whole: *whole,
        };
        let evidence: Vec<Evidence<u32>> = evidence.iter().map(one).collect();
        match judge(&evidence) {
            RepairVerdict::Belongs(one) => format!("{} by {}: {}", one.source, one.by(), one.tasks.join(" ")),
            RepairVerdict::Ambiguous(several) => format!("{} ways", several.len()),
            RepairVerdict::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn what_agrees_is_taken_and_what_does_not_is_not() {
        assert_eq!(judged(&[]), "unknown");
        assert_eq!(judged(&[(1, "t", Patch, Commit)]), "1 by patch: t");
        assert_eq!(judged(&[(1, "t", Patch, Commit), (2, "t", Patch, Commit)]), "1 by patch: t");
        assert_eq!(judged(&[(1, "t", Patch, Commit), (2, "u", Patch, Commit)]), "2 ways");
        assert_eq!(judged(&[(1, "t", Patch, Commit), (2, "t u", Patch, Branch)]), "2 ways");
        assert_eq!(judged(&[(1, "t u", Patch, Branch)]), "1 by squash: t u");
        // One commit on a branch is both.
        assert_eq!(judged(&[(1, "t", Trees, Branch), (1, "t", Trees, Commit)]), "1 by tree: t");
        // The very same change outweighs one that looks like it.
        assert_eq!(judged(&[(1, "t", Patch, Commit), (2, "u", Trees, Commit)]), "2 by tree: u");
        assert_eq!(judged(&[(1, "t", Trees, Commit), (2, "u", Trees, Branch)]), "2 ways");
    }
}
