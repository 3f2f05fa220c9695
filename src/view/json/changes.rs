//! The answer of `changes-since`.

use super::{JsonForm, NamedPath, json, text_or_hex};
use crate::{
    git::{diff::Renames, tree::Entry},
    query::changes::{Changes, Path, RangeStep, Rule, Unseen},
};

json! {
    /// The answer of `changes-since`.
    pub struct ChangesAnswer from changes: &Changes<'_> {
        /// The id of the task.
        task: String = changes.task.id.to_string(),
        /// The older side of the comparison.
        base: BaseJson = BaseJson::new(changes),
        /// The commit at which `commits` ends; null on a branch without commits.
        tip: Option<String>,
        /// The tree of the newer side. That of a work tree is not stored in the repository.
        tree: String,
        /// The clone is shallow, and its history ends in the range: there may be more changes.
        lower_bound: bool,
        /// Contents are missing in this partial clone: only renames without changes were detected.
        exact_renames_only: bool = changes.renames != Renames::Similar,
        /// The commits between base and tip, newest first.
        commits: Vec<StepJson> = changes.steps.to_json(),
        /// The changed paths, in git's order.
        changes: Vec<ChangedPathJson> = changes.paths.iter().map(|path| ChangedPathJson::new(path, changes)).collect(),
        /// Changes that are in no tree.
        unseen: Vec<UnseenJson>,
    }

    struct BaseJson from changes: &Changes<'_> {
        /// The full commit id; null for the state before the first commit.
        commit: Option<String> = changes.base.commit.to_json(),
        /// The full id of its tree; the empty tree without a commit.
        tree: String = changes.base_tree.to_string(),
        /// How it was determined: `recorded`, `rewritten`, `merge-base`, `cut-off`, `unborn` or `checkpoint`.
        rule: &'static str = changes.base.rule.as_str(),
        /// `n` of `<task>@n` if it is a checkpoint.
        number: Option<usize> = match changes.base.rule {
            Rule::Checkpoint(_, number) => Some(number),
            Rule::Start(_) => None,
        },
    }

    struct StepJson from step: &RangeStep {
        commit: String,
        /// Ids of the tasks that it belongs to.
        tasks: Vec<String>,
        /// The subject: the first paragraph of the message on one line.
        subject: String,
        /// Whether a later commit in the list reverts it.
        reverted: bool,
    }

    struct ChangedPathJson from path: &Path, changes: &Changes<'_> {
        #[serde(flatten)]
        path: NamedPath = path.change.path.to_json(),
        /// The old path of a rename or copy; null if there is none or it is not UTF-8.
        old_path: Option<String> = text_or_hex(path.change.from.as_ref().map(|(from, _)| from)).0,
        /// The bytes of the old path in hex, if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        old_path_hex: Option<String> = text_or_hex(path.change.from.as_ref().map(|(from, _)| from)).1,
        /// `A`, `M`, `D`, `R`, `C` or `T`, as in `git diff --name-status`.
        status: &'static str = path.change.status.as_str(),
        /// The similarity of a rename or copy in percent.
        score: Option<u8> = path.change.from.as_ref().map(|(_, score)| *score),
        /// The octal mode; `000000` if the path did not exist.
        old_mode: &'static str = path.change.old.map_or("000000", Entry::mode),
        /// The octal mode; `000000` if the path does not exist.
        new_mode: &'static str = path.change.new.map_or("000000", Entry::mode),
        /// Ids of the tasks of the commits that touched it, sorted.
        tasks: Vec<String> = path.tasks.iter().map(JsonForm::to_json).collect(),
        /// Whether one of these commits has no task.
        untasked: bool,
        /// Full ids of the commits that touched it or its old path, newest first.
        commits: Vec<String> = changes.commits_of(path).map(|commit| commit.to_string()).collect(),
        /// Whether it differs between base and tip.
        committed: bool = path.places.committed,
        /// Whether it differs between HEAD and the index.
        staged: bool = path.places.staged,
        /// Whether it differs between the index and the work tree.
        unstaged: bool = path.places.unstaged,
        /// Whether it is untracked.
        untracked: bool = path.places.untracked,
        /// Whether it has conflicts.
        unmerged: bool = path.places.unmerged,
    }

    struct UnseenJson from unseen: &Unseen {
        #[serde(flatten)]
        path: NamedPath,
        /// `nested-repository`, `dirty-submodule` or `unreadable`.
        reason: &'static str = unseen.why.as_str(),
    }
}
