//! Operations of git that are under way in a worktree: merge, rebase, cherry-pick, …

use super::repo::Repo;

/// An unfinished operation and how a person gets out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InProgress {
    /// `a merge`, `a rebase`, …
    pub what: &'static str,
    /// The command that goes on with it.
    pub go_on: &'static str,
    /// The command that gives it up.
    pub abort: &'static str,
}

/// File or directory in the git directory, and what its presence means. The first one found counts: a rebase leaves
/// `CHERRY_PICK_HEAD`, too.
const MARKS: [(&str, InProgress); 8] = [
    ("rebase-merge", operation("a rebase", "git rebase --continue", "git rebase --abort")),
    ("rebase-apply/applying", operation("an am session", "git am --continue", "git am --abort")),
    ("rebase-apply", operation("a rebase", "git rebase --continue", "git rebase --abort")),
    ("MERGE_HEAD", operation("a merge", "git merge --continue", "git merge --abort")),
    ("CHERRY_PICK_HEAD", operation("a cherry-pick", "git cherry-pick --continue", "git cherry-pick --abort")),
    ("REVERT_HEAD", operation("a revert", "git revert --continue", "git revert --abort")),
    ("sequencer", operation("a sequence of picks", "git cherry-pick --continue", "git cherry-pick --abort")),
    ("BISECT_LOG", operation("a bisection", "git bisect good|bad", "git bisect reset")),
];

const fn operation(what: &'static str, go_on: &'static str, abort: &'static str) -> InProgress {
    InProgress { what, go_on, abort }
}

/// What is under way in this worktree, if anything.
pub fn in_progress(repo: &Repo) -> Option<InProgress> {
    MARKS.into_iter().find(|(mark, _)| repo.git_dir().join(mark).exists()).map(|(_, operation)| operation)
}
