//! `rollback`, the front half: what a wish for an old state of a task comes to. Nothing of the user's is touched here.
//!
//! ```text
//! in progress? shared? ── which commit ── what came after it ── which mode ── (revert, in memory) ── Goal
//!       refuse?            refuse?          (range)             refuse?        conflict? dirty?
//! ```
//!
//! What comes out is a [`Goal`]: where HEAD goes, what index and work tree shall be, and what that means for others. New
//! trees are in the repository by then, durable, and nothing refers to them.

mod execute;
mod impact;
pub mod plan;
mod preflight;
mod range;
mod refusal;
mod revert;

pub use crate::recovery::rollback::execute::{Untracked, WHOLE, carry_out, rehearse};
pub use crate::recovery::rollback::impact::{Dependent, OtherTask};
pub use crate::recovery::rollback::plan::{After, Conflict, Conflicted, Goal, NewCommit, Outcome, Scope, To};
pub use refusal::left_alone;

use bstr::BString;

use crate::{
    domain::{
        revision::Which,
        rollback::{Choice, Commit, Facts, Mode, Place, Wish, choose, decide, message},
        task::Task,
        time::Timestamp,
    },
    error::{Error, Result, codes},
    git::{ObjectId, Repo, changed_paths::Comparer, pathspec::Pathspecs, revwalk},
    query::revision,
    store::ledger::View,
};

/// A wish for an old state.
#[derive(Clone, Debug)]
pub struct Request {
    /// The task.
    pub task: Task,
    /// Which of its states; the newest checkpoint if none is named.
    pub which: Option<Which>,
    /// How, and over what.
    pub wish: Wish,
    /// Only these paths.
    pub paths: Pathspecs,
    /// `--shared`: although another task is active in this worktree.
    pub shared: bool,
    /// `--abandon-merge`: although a merge, a cherry-pick or a revert is not finished.
    pub abandon_merge: bool,
}

/// What `request` comes to, for somebody who asks at `now`.
///
/// # Errors
///
/// Every refusal of a rollback; nothing was changed then.
pub fn prepare(view: &View<'_>, request: &Request, now: Timestamp) -> Result<Outcome> {
    let repo = view.repo();
    let task = &request.task;
    let abandons = preflight::operations(repo, task, request.abandon_merge)?;
    if !request.shared {
        preflight::shared(view, task)?;
    }
    let head = preflight::head(repo, task)?;
    let to = find(view, request, head, now)?;
    let range = range::read(view, task, to.commit, head)?;
    let place = match to.commit {
        None => Place::Nowhere,
        Some(commit) if revwalk::is_ancestor(repo, commit, head)? => Place::Behind,
        Some(_) => Place::Elsewhere,
    };
    let mode = mode(request, Facts::of(place, &range)).map_err(|why| refusal::of(why, task, &to, &range))?;
    let touched = range::touched(repo, &range)?;
    let work = Work { repo, request, head, to, range, place, touched };
    let mut outcome = match mode {
        Mode::Files => Outcome::Goal(Box::new(work.files()?)),
        Mode::Rewind => Outcome::Goal(Box::new(work.rewind())),
        Mode::Restore => Outcome::Goal(Box::new(work.restore()?)),
        Mode::Revert => work.revert()?,
    };
    let goal = outcome.plan_mut();
    goal.abandons = abandons;
    goal.other_tasks = impact::other_tasks(view, &work.range, &work.touched)?;
    goal.dependents = impact::dependents(view, &task.id)?;
    Ok(outcome)
}

/// The checkpoint that is asked for.
fn find(view: &View<'_>, request: &Request, head: ObjectId, now: Timestamp) -> Result<To> {
    let which = request.which.unwrap_or(Which::Last);
    let point = revision::find(view, &request.task, which, head, now)?;
    if point.cut && which == Which::Start {
        let id = &request.task.id;
        return Err(revision::refuse_cut(&format!("roll back {id} to {id}@{which}")));
    }
    let tree = match point.commit {
        Some(commit) => revwalk::tree(view.repo(), commit)?,
        None => ObjectId::empty_tree(view.repo().gix().object_hash()),
    };
    let name = point.number.map_or_else(|| which.to_string(), |number| number.to_string());
    Ok(To { commit: point.commit, number: point.number, rule: point.rule, tree, name })
}

/// The mode: limited to paths, HEAD stays where it is, unless commits are reverted.
fn mode(request: &Request, facts: Facts) -> Result<Mode, refusal::Why> {
    if request.paths.is_everything() {
        return Ok(decide(facts, request.wish)?);
    }
    match request.wish.mode {
        Some(mode @ (Mode::Rewind | Mode::Restore)) => Err(refusal::Why::Paths(mode)),
        Some(_) => Ok(decide(facts, request.wish)?),
        None => match decide(facts, Wish { mode: None, allow_foreign: true, allow_published: true })? {
            Mode::Files | Mode::Rewind | Mode::Restore => Ok(Mode::Files),
            Mode::Revert => Ok(Mode::Revert),
        },
    }
}

/// Everything that is known when the mode is.
struct Work<'a> {
    repo: &'a Repo,
    request: &'a Request,
    head: ObjectId,
    to: To,
    range: Vec<Commit<ObjectId>>,
    place: Place,
    touched: range::Touched,
}

impl Work<'_> {
    /// A goal that changes nothing yet.
    fn goal(&self, mode: Mode) -> Goal {
        Goal {
            task: self.request.task.clone(),
            to: self.to.clone(),
            mode,
            head_before: self.head,
            after: After::Stay,
            tree: self.to.tree,
            scope: Scope::Everything,
            drop: Vec::new(),
            revert: Vec::new(),
            skipped: Vec::new(),
            abandons: None,
            other_tasks: Vec::new(),
            dependents: Vec::new(),
        }
    }

    fn files(&self) -> Result<Goal> {
        let paths = &self.request.paths;
        let scope = match paths.is_everything() {
            true => Scope::Everything,
            false => {
                let head_tree = revwalk::tree(self.repo, self.head)?;
                let paths = paths.present(self.repo, &[self.to.tree, head_tree])?;
                if paths.is_empty() {
                    let (id, to) = (&self.request.task.id, &self.to.name);
                    return Err(Error::new(
                        codes::NO_SUCH_PATH,
                        format!("cannot roll back {id}: neither {id}@{to} nor the work tree has such a path"),
                    )
                    .hint("paths are relative to the current directory, as in 'git add'"));
                }
                Scope::Paths(paths.into_iter().collect())
            }
        };
        Ok(Goal { scope, ..self.goal(Mode::Files) })
    }

    fn rewind(&self) -> Goal {
        let after = self.to.commit.map_or(After::Stay, After::MoveTo);
        Goal { after, drop: self.range.iter().map(|commit| commit.id).collect(), ..self.goal(Mode::Rewind) }
    }

    fn restore(&self) -> Result<Goal> {
        if revwalk::tree(self.repo, self.head)? == self.to.tree {
            // The commits come to nothing together; one more would say so, and nobody asked.
            return Ok(self.goal(Mode::Files));
        }
        // Of another history it cannot be said that its commits are taken back.
        let revert: Vec<ObjectId> = match self.place {
            Place::Elsewhere => Vec::new(),
            Place::Behind | Place::Nowhere => self.range.iter().map(|commit| commit.id).collect(),
        };
        let after = After::Commit(self.commit(Mode::Restore, self.to.tree, &revert)?);
        Ok(Goal { after, revert, ..self.goal(Mode::Restore) })
    }

    fn revert(&self) -> Result<Outcome> {
        let Choice { steps, skipped } = choose(&self.range);
        let task = &self.request.task;
        if steps.is_empty() {
            return Err(refusal::nothing_left(task, &self.to, &skipped));
        }
        preflight::complete(self.repo, task, &steps)?;
        let taken: Vec<ObjectId> =
            steps.iter().flat_map(|step| std::iter::once(&step.commit).chain(&step.with)).copied().collect();
        let head_tree = revwalk::tree(self.repo, self.head)?;
        let known = Goal { tree: head_tree, scope: Scope::Paths(Vec::new()), skipped, ..self.goal(Mode::Revert) };
        let tree = match revert::revert(self.repo, head_tree, &steps, &self.request.paths)? {
            revert::Reverted::Tree(tree) => tree,
            revert::Reverted::Conflicts { commit, paths } => {
                let conflicts = self.conflicts(commit, paths, &taken);
                return Ok(Outcome::Conflicts(Box::new(Conflicted { plan: known, conflicts })));
            }
        };
        if tree == head_tree {
            return Err(refusal::nothing_to_take_back(task, &self.to));
        }
        let paths = Comparer::new(self.repo).differing(head_tree, tree)?;
        preflight::dirty(self.repo, task, head_tree, &paths)?;
        let after = After::Commit(self.commit(Mode::Revert, tree, &taken)?);
        Ok(Outcome::Goal(Box::new(Goal { after, tree, scope: Scope::Paths(paths), revert: taken, ..known })))
    }

    /// Who else was at the paths that `commit` cannot be taken back from.
    fn conflicts(&self, commit: ObjectId, paths: Vec<BString>, taken: &[ObjectId]) -> Vec<Conflict> {
        let later = self.range.iter().map(|commit| commit.id).take_while(|id| *id != commit);
        let later: Vec<ObjectId> = later.filter(|id| !taken.contains(id)).collect();
        let at = |path: &BString| {
            let touched = |id: &ObjectId| self.touched.get(id).is_some_and(|paths| paths.contains(path));
            std::iter::once(commit).chain(later.iter().copied().filter(touched)).collect()
        };
        paths.into_iter().map(|path| Conflict { commits: at(&path), path }).collect()
    }

    /// The commit that a restore or a revert puts on top.
    fn commit(&self, mode: Mode, tree: ObjectId, undone: &[ObjectId]) -> Result<NewCommit> {
        preflight::identity(self.repo, &self.request.task)?;
        let settings = self.repo.settings();
        let merges = self.range.iter().filter(|commit| commit.is_merge());
        let mainlines: std::collections::HashMap<ObjectId, ObjectId> =
            merges.filter_map(|merge| Some((merge.id, *merge.parents.first()?))).collect();
        let undone = undone
            .iter()
            .map(|id| message::Undone { commit: id.to_string(), mainline: mainlines.get(id).map(ToString::to_string) });
        let message = message::Message {
            prefix: settings.subject_prefix(),
            task: self.request.task.id.clone(),
            checkpoint: self.to.name.clone(),
            mode,
            undone: undone.collect(),
            parts: !self.request.paths.is_everything(),
            rules: settings.trailer_rules(),
        };
        Ok(NewCommit { tree, parents: vec![self.head], message, signed: self.repo.config().flag("commit.gpgSign") })
    }
}
