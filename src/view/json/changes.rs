//! The answer of `changes-since`.

use super::{JsonForm, NamedPath, json, text_or_hex};
use crate::{
    git::{diff::Renames, tree::Entry},
    query::changes::{Changes, Path, Rule, Step, Unseen},
};

json! {
    /// `changes-since`.
    pub struct ChangesAnswer from changes: &Changes<'_> {
        /// The task.
        task: String = changes.task.id.to_string(),
        /// Since when.
        base: BaseJson = BaseJson::new(changes),
        /// The commit up to which commits are listed; null on a branch without commits.
        tip: Option<String>,
        /// The tree up to which changes are listed. That of a work tree is in no repository.
        tree: String,
        /// The history is cut off in between (shallow clone): there may be more.
        lower_bound: bool,
        /// The contents that tell of renames are not here (partial clone): only those that changed nothing were found.
        exact_renames_only: bool = changes.renames != Renames::Similar,
        /// The commits between base and tip, newest first.
        commits: Vec<StepJson> = changes.steps.to_json(),
        /// The changed paths, in git's order.
        changes: Vec<ChangedPathJson> = changes.paths.iter().map(|path| ChangedPathJson::new(path, changes)).collect(),
        /// Paths that are in no tree.
        unseen: Vec<UnseenJson>,
    }

    struct BaseJson from changes: &Changes<'_> {
        /// The commit; null: there was none.
        commit: Option<String> = changes.base.commit.to_json(),
        /// Its tree, or the empty one.
        tree: String = changes.base_tree.to_string(),
        /// How it was found: `recorded`, `rewritten`, `merge-base`, `cut-off`, `unborn` or `checkpoint`.
        rule: &'static str = changes.base.rule.as_str(),
        /// n of `<task>@n` for a checkpoint.
        number: Option<usize> = match changes.base.rule {
            Rule::Checkpoint(_, number) => Some(number),
            Rule::Start(_) => None,
        },
    }

    struct StepJson from step: &Step {
        commit: String,
        /// The tasks that it belongs to.
        tasks: Vec<String>,
        /// The first paragraph of its message on one line.
        subject: String,
        /// A later commit in the list reverts it.
        reverted: bool,
    }

    struct ChangedPathJson from path: &Path, changes: &Changes<'_> {
        #[serde(flatten)]
        path: NamedPath = path.change.path.to_json(),
        /// Where it was before, when it was renamed or copied; null as well when that is not UTF-8.
        old_path: Option<String> = text_or_hex(path.change.from.as_ref().map(|(from, _)| from)).0,
        /// The bytes of the old path in hex when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        old_path_hex: Option<String> = text_or_hex(path.change.from.as_ref().map(|(from, _)| from)).1,
        /// `A`, `M`, `D`, `R`, `C` or `T`, as in git.
        status: &'static str = path.change.status.as_str(),
        /// How similar a renamed or copied file is to the old one, in percent.
        score: Option<u8> = path.change.from.as_ref().map(|(_, score)| *score),
        /// As git writes it; `000000`: it was not there.
        old_mode: &'static str = path.change.old.map_or("000000", Entry::mode),
        /// As git writes it; `000000`: it is not there.
        new_mode: &'static str = path.change.new.map_or("000000", Entry::mode),
        /// The tasks of the commits that touched it, sorted.
        tasks: Vec<String> = path.tasks.iter().map(JsonForm::to_json).collect(),
        /// One of them has no task.
        untasked: bool,
        /// The commits that touched it (or what it was renamed from), newest first.
        commits: Vec<String> = changes.commits_of(path).map(|commit| commit.to_string()).collect(),
        /// It differs between base and tip.
        committed: bool = path.places.committed,
        /// It differs between HEAD and index.
        staged: bool = path.places.staged,
        /// It differs between index and work tree.
        unstaged: bool = path.places.unstaged,
        /// It is in the work tree, and git does not know it.
        untracked: bool = path.places.untracked,
        /// It is in conflict.
        unmerged: bool = path.places.unmerged,
    }

    struct UnseenJson from unseen: &Unseen {
        #[serde(flatten)]
        path: NamedPath,
        /// `nested-repository`, `dirty-submodule` or `unreadable`.
        reason: &'static str = unseen.why.as_str(),
    }
}
