//! `rollback`, the first half: what a [`Request`] for an old state of a task comes to. Nothing of the user's is touched here.
//!
//! ```text
//! check ───────────────▶ plan: what came after ─▶ which mode ─▶ (revert, in memory) ─▶ RollbackPlan
//! in progress? shared?          (task_commits)     refuse?       conflict? dirty?
//! ```
//!
//! Between the two the caller finds the checkpoint on the history of HEAD. [`carry_out`] is the second half.

mod execute;
mod impact;
mod plan;
mod preflight;
mod refusal;
mod revert;

pub use execute::{WHOLE, carry_out, preview};
pub use impact::{Dependent, OtherTask};
pub use plan::{After, Conflict, RollbackPlan, RollbackTarget};
pub use preflight::check;
pub use refusal::skip_reason;

use std::{collections::HashMap, ffi::OsString};

use bstr::BString;

use crate::{
    domain::{
        id::TaskId,
        rollback::{
            LaterCommit, Mode, Options, RangeFacts, Reachability, Refusal, RevertChoice, choose, decide, message,
        },
        task::Task,
    },
    error::Result,
    git::{ObjectId, Repo, changed_paths::Comparer, diff, pathspec::Pathspecs, revwalk, state},
    recovery::{
        commit::{CommitMessage, PlannedCommit},
        path_plan::Scope,
        snapshot,
        task_commits::TaskCommits,
    },
    store::ledger::{View, commits::Owners},
};

/// How to roll back, and what to override.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task and its checkpoint: `t-1@2`, `t-1`, `@start`. `None`: the newest checkpoint of the active task.
    pub checkpoint: Option<String>,
    /// `--to`: the snapshot with this id, or the last state of the task before this date.
    pub to: Option<String>,
    /// `--mode`; `None`: the history decides.
    pub mode: Option<Mode>,
    /// `--dry-run`: only plan it.
    pub dry_run: bool,
    /// `--keep-untracked`: do not touch untracked files.
    pub keep_untracked: bool,
    /// `--allow-foreign`: also undo commits of other tasks.
    pub allow_foreign: bool,
    /// `--allow-published`: rewind past commits that a remote branch or a tag contains.
    pub allow_published: bool,
    /// `--shared`: proceed even if another task is active in this worktree.
    pub shared: bool,
    /// `--abandon-merge`: abandon an unfinished merge, cherry-pick or revert.
    pub abandon_merge: bool,
    /// Limit to these pathspecs, relative to the current directory; empty: everything.
    pub paths: Vec<OsString>,
}

/// Plan the rollback of `task` to `to`, from `head`, which [`check`] answered. Its commits are those of `family`: itself, and of a feature its
/// parts.
///
/// # Errors
///
/// Why it is refused: `foreign-commits`, `published-commits`, `other-history`, `nothing-before`, `nothing-to-revert`,
/// `paths-without-commits`, `no-such-path`, `shallow-history`, `dirty-paths`; `no-identity` when git does not know who commits.
pub fn plan(
    view: &View<'_>,
    task: &Task,
    family: &[TaskId],
    to: RollbackTarget,
    head: ObjectId,
    request: &Request,
) -> Result<RollbackPlan> {
    let repo = view.repo();
    let owners = Owners::read(view)?;
    let reader = TaskCommits { repo, ids: family, owners: &owners };
    let mut range = reader.range(to.commit, head)?;
    reader.read_merges(&mut range)?;
    let reachability = match to.commit {
        None => Reachability::BeforeRoot,
        Some(commit) if revwalk::is_ancestor(repo, commit, head)? => Reachability::Ancestor,
        Some(_) => Reachability::Rewritten,
    };
    let held = to.snapshot.as_ref().map(|snapshot| snapshot::load(repo, snapshot)).transpose()?;
    let mode = mode(request, RangeFacts::of(reachability, &range), held.is_some())
        .map_err(|why| refusal::of(why, task, &to, &range))?;
    let touched = diff::touched(repo, &range.iter().map(|commit| commit.id).collect::<Vec<_>>())?;
    let tree = revwalk::tree_or_empty(repo, to.commit)?;
    let plan = RollbackPlan {
        task: task.clone(),
        to,
        mode,
        head_before: head,
        after: After::Stay,
        tree,
        held: held.map(Box::new),
        scope: Scope::Everything,
        keep_untracked: request.keep_untracked,
        drop: Vec::new(),
        revert: Vec::new(),
        skipped: Vec::new(),
        conflicts: Vec::new(),
        abandons: state::in_progress(repo).filter(|_| request.abandon_merge),
        other_tasks: impact::other_tasks(view, &range, &touched)?,
        dependents: impact::dependents(view, &task.id)?,
    };
    let head_tree = revwalk::tree(repo, head)?;
    let paths = Pathspecs::new(request.paths.clone());
    let planner = Planner { repo, head_tree, paths, reachability, range, touched };
    match mode {
        Mode::Files => planner.files(plan),
        Mode::Rewind => Ok(planner.rewind(plan)),
        Mode::Restore => planner.restore(plan),
        Mode::Revert => planner.revert(plan),
    }
}

/// The mode: limited to paths, HEAD stays where it is, unless commits are reverted.
fn mode(request: &Request, facts: RangeFacts, is_snapshot: bool) -> Result<Mode, refusal::ModeRefusal> {
    let Request { mode, allow_foreign, allow_published, .. } = *request;
    if request.paths.is_empty() {
        return match decide(facts, Options { mode, allow_foreign, allow_published }) {
            Ok(Mode::Revert) | Err(Refusal::NothingToRevert) if is_snapshot => Err(refusal::ModeRefusal::Snapshot),
            decided => Ok(decided?),
        };
    }
    if is_snapshot && mode.is_none() {
        return Ok(Mode::Files);
    }
    match mode {
        Some(mode @ (Mode::Rewind | Mode::Restore)) => Err(refusal::ModeRefusal::Paths(mode)),
        Some(Mode::Revert) if is_snapshot => Err(refusal::ModeRefusal::Snapshot),
        Some(_) => Ok(decide(facts, Options { mode, allow_foreign, allow_published })?),
        None => match decide(facts, Options { mode: None, allow_foreign: true, allow_published: true })? {
            Mode::Files | Mode::Rewind | Mode::Restore => Ok(Mode::Files),
            Mode::Revert => Ok(Mode::Revert),
        },
    }
}

/// Fills in what is particular to a mode.
struct Planner<'a> {
    repo: &'a Repo,
    head_tree: ObjectId,
    paths: Pathspecs,
    reachability: Reachability,
    /// What came after the checkpoint, newest first.
    range: Vec<LaterCommit<ObjectId>>,
    /// The paths that those commits changed.
    touched: HashMap<ObjectId, Vec<BString>>,
}

impl Planner<'_> {
    fn files(&self, mut plan: RollbackPlan) -> Result<RollbackPlan> {
        if !self.paths.is_everything() {
            let mut trees = vec![plan.tree, self.head_tree];
            trees.extend(plan.held.iter().flat_map(|held| [held.worktree, held.staged]));
            let paths = self.paths.present(self.repo, &trees)?;
            if paths.is_empty() {
                return Err(refusal::no_such_path(&plan));
            }
            plan.scope = Scope::of(paths);
        }
        Ok(plan)
    }

    fn rewind(&self, mut plan: RollbackPlan) -> RollbackPlan {
        plan.after = plan.to.commit.map_or(After::Stay, After::MoveTo);
        plan.drop = self.range.iter().map(|commit| commit.id).collect();
        plan
    }

    fn restore(&self, mut plan: RollbackPlan) -> Result<RollbackPlan> {
        if self.head_tree == plan.tree {
            // The commits come to nothing together; one more that says so was not asked for.
            plan.mode = Mode::Files;
            return Ok(plan);
        }
        // Of another history it cannot be said that its commits are reverted.
        if self.reachability != Reachability::Rewritten {
            plan.revert = self.range.iter().map(|commit| commit.id).collect();
        }
        plan.after = After::Commit(Box::new(self.commit(&plan)?));
        Ok(plan)
    }

    fn revert(&self, mut plan: RollbackPlan) -> Result<RollbackPlan> {
        let RevertChoice { steps, skipped } = choose(&self.range);
        if steps.is_empty() {
            return Err(refusal::nothing_left(&plan, &skipped));
        }
        preflight::complete(self.repo, &plan.task, &steps)?;
        plan.skipped = skipped;
        let reverted: Vec<ObjectId> =
            steps.iter().flat_map(|step| std::iter::once(&step.commit).chain(&step.with)).copied().collect();
        match revert::revert(self.repo, self.head_tree, &steps, &self.paths)? {
            revert::Reverted::Tree(tree) => plan.tree = tree,
            revert::Reverted::Conflicts { commit, paths } => {
                plan.tree = self.head_tree;
                plan.scope = Scope::of([]);
                plan.conflicts = self.conflicts(commit, paths, &reverted);
                return Ok(plan);
            }
        }
        if plan.tree == self.head_tree {
            return Err(refusal::nothing_to_take_back(&plan));
        }
        let paths = Comparer::new(self.repo).differing(self.head_tree, plan.tree)?;
        preflight::dirty(self.repo, &plan.task, self.head_tree, &paths)?;
        plan.scope = Scope::of(paths);
        plan.revert = reverted;
        plan.after = After::Commit(Box::new(self.commit(&plan)?));
        Ok(plan)
    }

    /// Who else was at the paths that `commit` cannot be undone from.
    fn conflicts(&self, commit: ObjectId, paths: Vec<BString>, reverted: &[ObjectId]) -> Vec<Conflict> {
        let later = self.range.iter().map(|commit| commit.id).take_while(|id| *id != commit);
        let later: Vec<ObjectId> = later.filter(|id| !reverted.contains(id)).collect();
        let at = |path: &BString| {
            let touched = |id: &ObjectId| self.touched.get(id).is_some_and(|paths| paths.contains(path));
            std::iter::once(commit).chain(later.iter().copied().filter(touched)).collect()
        };
        paths.into_iter().map(|path| Conflict { commits: at(&path), path }).collect()
    }

    /// The commit that a restore or a revert puts on top.
    fn commit(&self, plan: &RollbackPlan) -> Result<PlannedCommit> {
        preflight::identity(self.repo, &plan.task)?;
        let settings = self.repo.settings();
        let merges = self.range.iter().filter(|commit| commit.is_merge());
        let mainlines: HashMap<ObjectId, ObjectId> =
            merges.filter_map(|merge| Some((merge.id, *merge.parents.first()?))).collect();
        let mainline = |id: &ObjectId| mainlines.get(id).map(ToString::to_string);
        let undone = plan.revert.iter().map(|id| message::Undone { commit: id.to_string(), mainline: mainline(id) });
        let message = message::Message {
            prefix: settings.subject_prefix(),
            task: plan.task.id.clone(),
            to: plan.name(),
            mode: plan.mode,
            undone: undone.collect(),
            parts: !self.paths.is_everything(),
            rules: settings.trailer_rules(),
        };
        let message = CommitMessage::Rollback(message);
        Ok(PlannedCommit { tree: plan.tree, parents: vec![plan.head_before], message, author: None })
    }
}
