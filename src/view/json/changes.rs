//! The answer of `changes-since`.

use bstr::{BString, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{NamedPath, PathJson, SCHEMA};
use crate::{
    git::{ObjectId, diff::Renames, tree::Entry},
    query::changes::{Base, Changes, Path, Rule, Step},
};

/// `changes-since`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangesAnswer {
    schema: u32,
    /// The task.
    task: String,
    /// Since when.
    base: BaseJson,
    /// The commit up to which commits are listed; null on a branch without commits.
    tip: Option<String>,
    /// The tree up to which changes are listed. That of a work tree is in no repository.
    tree: String,
    /// The history is cut off in between (shallow clone): there may be more.
    lower_bound: bool,
    /// The contents that tell of renames are not here (partial clone): only those that changed nothing were found.
    exact_renames_only: bool,
    /// The commits between base and tip, newest first.
    commits: Vec<StepJson>,
    /// The changed paths, in git's order.
    changes: Vec<ChangedPathJson>,
    /// Paths that are in no tree.
    unseen: Vec<UnseenJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BaseJson {
    /// The commit; null: there was none.
    commit: Option<String>,
    /// Its tree, or the empty one.
    tree: String,
    /// How it was found: `recorded`, `rewritten`, `merge-base`, `cut-off`, `unborn` or `checkpoint`.
    rule: &'static str,
    /// n of `<task>@n` for a checkpoint.
    number: Option<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct StepJson {
    commit: String,
    /// The tasks that it belongs to.
    tasks: Vec<String>,
    /// The first paragraph of its message on one line.
    subject: String,
    /// A later commit in the list reverts it.
    reverted: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ChangedPathJson {
    #[serde(flatten)]
    path: NamedPath,
    /// Where it was before, when it was renamed or copied; null as well when that is not UTF-8.
    old_path: Option<String>,
    /// The bytes of the old path in hex when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_path_hex: Option<String>,
    /// `A`, `M`, `D`, `R`, `C` or `T`, as in git.
    status: &'static str,
    /// How similar a renamed or copied file is to the old one, in percent.
    score: Option<u8>,
    /// As git writes it; `000000`: it was not there.
    old_mode: &'static str,
    /// As git writes it; `000000`: it is not there.
    new_mode: &'static str,
    /// The tasks of the commits that touched it, sorted.
    tasks: Vec<String>,
    /// One of them has no task.
    untasked: bool,
    /// The commits that touched it (or what it was renamed from), newest first.
    commits: Vec<String>,
    /// It differs between base and tip.
    committed: bool,
    /// It differs between HEAD and index.
    staged: bool,
    /// It differs between index and work tree.
    unstaged: bool,
    /// It is in the work tree, and git does not know it.
    untracked: bool,
    /// It is in conflict.
    unmerged: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
struct UnseenJson {
    #[serde(flatten)]
    path: NamedPath,
    /// `nested-repository`, `dirty-submodule` or `unreadable`.
    reason: &'static str,
}

impl ChangesAnswer {
    /// `changes` as JSON.
    pub fn new(changes: &Changes<'_>) -> Self {
        let unseen = changes.unseen.iter();
        ChangesAnswer {
            schema: SCHEMA,
            task: changes.task.id.to_string(),
            base: base(&changes.base, changes.base_tree),
            tip: changes.tip.map(|tip| tip.to_string()),
            tree: changes.tree.to_string(),
            lower_bound: changes.lower_bound,
            exact_renames_only: changes.renames != Renames::Similar,
            commits: changes.steps.iter().map(step).collect(),
            changes: changes.paths.iter().map(|path| changed(changes, path)).collect(),
            unseen: unseen
                .map(|one| UnseenJson { path: NamedPath::new(one.path.as_bstr()), reason: one.why.as_str() })
                .collect(),
        }
    }
}

fn base(base: &Base, tree: ObjectId) -> BaseJson {
    let number = match base.rule {
        Rule::Checkpoint(_, number) => Some(number),
        Rule::Start(_) => None,
    };
    BaseJson {
        commit: base.commit.map(|commit| commit.to_string()),
        tree: tree.to_string(),
        rule: base.rule.as_str(),
        number,
    }
}

fn step(step: &Step) -> StepJson {
    StepJson {
        commit: step.commit.to_string(),
        tasks: texts(&step.tasks),
        subject: step.subject.to_str_lossy().into_owned(),
        reverted: step.reverted,
    }
}

fn changed(changes: &Changes<'_>, path: &Path) -> ChangedPathJson {
    let change = &path.change;
    let (old_path, old_path_hex) = match change.from.as_ref().map(|(from, _)| PathJson::new(from.as_bstr())) {
        Some(PathJson::Text(path)) => (Some(path), None),
        Some(PathJson::Bytes { path_hex }) => (None, Some(path_hex)),
        None => (None, None),
    };
    ChangedPathJson {
        path: NamedPath::new(change.path.as_bstr()),
        old_path,
        old_path_hex,
        status: change.status.letter(),
        score: change.from.as_ref().map(|(_, score)| *score),
        old_mode: mode(change.old),
        new_mode: mode(change.new),
        tasks: texts(&path.tasks),
        untasked: path.untasked,
        commits: changes.commits_of(path).map(|commit| commit.to_string()).collect(),
        committed: path.places.committed,
        staged: path.places.staged,
        unstaged: path.places.unstaged,
        untracked: path.places.untracked,
        unmerged: path.places.unmerged,
    }
}

fn mode(entry: Option<Entry>) -> &'static str {
    entry.map_or("000000", Entry::mode)
}

fn texts<'t>(ids: impl IntoIterator<Item = &'t BString>) -> Vec<String> {
    ids.into_iter().map(|id| id.to_str_lossy().into_owned()).collect()
}
