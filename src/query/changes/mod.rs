//! What changed since a task began, and who made it.
//!
//! ```text
//! base(T) ─── c ─── c ─── c ─── HEAD ┄ index ┄ work tree
//!    └──────────── one difference of two trees ──────┘      what changed
//!          └── commits of the range, each for itself ─┘     whose it is
//! ```
//!
//! *What* is a difference of two trees, with renames as git detects them. The second one is what a commit of everything
//! would have ([`WorkTreeContent`]); it is made in a directory of its own, and nothing of it stays. *Whose* it is, the commits in
//! between say: every commit that changed a path, or the path that it was renamed from, against its first parent (a merge:
//! against all of them). A commit that was reverted counts, and is marked.

mod range;
mod show;
mod uncommitted;

use std::collections::{BTreeSet, HashSet};

use bstr::BString;

pub use crate::query::changes::uncommitted::{Unseen, UnseenReason};
pub use range::RangeStep;

use crate::{
    domain::{revision::Which, task::Task, time::Timestamp},
    error::{Advice, Error, Result},
    git::{
        ObjectId, Repo,
        changed_paths::{Comparer, Difference},
        commit,
        commit::Commit,
        diff::{self, DiffEntry, Renames},
        objects::{Batch, trees::Edits},
        partial,
        pathspec::Pathspecs,
        renames, revwalk, status,
        tree::Trees,
        worktree_tree::WorkTreeContent,
    },
    query::{changes::uncommitted::Seen, revision},
    store::ledger::View,
};

/// Which changes to find.
pub struct Request {
    pub task: Task,
    /// The checkpoint to compare with; `None` and [`Which::Start`]: the state before the task was started.
    pub which: Option<Which>,
    /// The newer side of the comparison.
    pub until: Until,
    /// Only paths touched by the task's own commits and, if it is `active`, uncommitted changes.
    pub own: bool,
    /// The task is active in this worktree.
    pub active: bool,
    /// Limit to these paths; empty: all.
    pub paths: Pathspecs,
}

/// The newer side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The work tree, with staged, unstaged and untracked changes.
    Now,
    /// The commit of HEAD, without uncommitted changes.
    Head,
    Commit(ObjectId),
}

/// The changes between a base and a later state.
pub struct Changes<'r> {
    pub task: Task,
    /// The older side.
    pub base: Base,
    pub base_tree: ObjectId,
    /// The commit at which the list of commits ends; `None` on a branch without commits.
    pub tip: Option<ObjectId>,
    /// The tree of the newer side. That of a work tree exists only in memory.
    pub tree: ObjectId,
    /// The commits between base and tip, newest first.
    pub steps: Vec<RangeStep>,
    /// What changed, in git's order.
    pub paths: Vec<Path>,
    /// The history between the two is incomplete in this shallow clone: there may be more commits.
    pub lower_bound: bool,
    /// How renames were detected.
    pub renames: Renames,
    /// Git's warnings, such as too many files for rename detection; may be empty.
    pub remark: String,
    /// Changes that no tree of this repository contains.
    pub unseen: Vec<Unseen>,
    /// Only paths of the task's own commits are listed.
    pub own: bool,
    repo: &'r Repo,
    content: Option<WorkTreeContent<'r>>,
}

/// The older side of a comparison, and how it was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit; `None`: the empty tree, before the first commit.
    pub commit: Option<ObjectId>,
    /// Its committer date; `None` without a commit.
    pub at: Option<Timestamp>,
    /// The rule that determined it.
    pub rule: Rule,
    /// The clone is shallow, and the full history might lead to another state.
    pub cut: bool,
}

/// How the older side of a comparison was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The state before the task was started.
    Start(revision::Rule),
    /// A checkpoint of the task, with its number.
    Checkpoint(Which, usize),
}

impl Rule {
    /// The word for the rule in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Start(rule) => rule.as_str(),
            Rule::Checkpoint(..) => "checkpoint",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Path {
    /// The old and the new side, and the kind of change.
    pub change: DiffEntry,
    /// The commits that touched it, newest first, as indexes into [`Changes::steps`].
    pub steps: Vec<usize>,
    /// The tasks of these commits, sorted.
    pub tasks: BTreeSet<BString>,
    /// At least one of these commits has no task.
    pub untasked: bool,
    /// In which of the comparisons it differs.
    pub places: Places,
}

/// In which comparisons a path differs; a renamed path counts under both names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Between base and tip.
    pub committed: bool,
    /// Between the tree of HEAD and the index.
    pub staged: bool,
    /// Between index and work tree.
    pub unstaged: bool,
    /// It exists in the work tree, but not in the index.
    pub untracked: bool,
    /// The index has conflict stages for it.
    pub unmerged: bool,
}

impl Places {
    /// Whether a part of the change is uncommitted.
    pub fn is_uncommitted(self) -> bool {
        self.staged || self.unstaged || self.untracked || self.unmerged
    }

    fn or(self, other: Places) -> Places {
        Places {
            committed: self.committed || other.committed,
            staged: self.staged || other.staged,
            unstaged: self.unstaged || other.unstaged,
            untracked: self.untracked || other.untracked,
            unmerged: self.unmerged || other.unmerged,
        }
    }
}

/// What changed, as of `now`.
///
/// # Errors
///
/// Those of [`crate::query::revision::find`]; `bare-repository` where there is no work tree; `bad-path`.
pub fn find<'r>(view: &View<'r>, request: Request, now: Timestamp) -> Result<Changes<'r>> {
    let repo = view.repo();
    let until = request.until;
    // Git examines the work tree while we examine the history.
    let looking = match until {
        Until::Now => {
            repo.require_work_dir("compare with the work tree").map_err(|error| error.hint(Advice::CommittedOnly))?;
            Some(status::start(repo)?)
        }
        Until::Head | Until::Commit(_) => None,
    };
    let tip = match until {
        Until::Commit(commit) => Some(commit),
        Until::Now | Until::Head => repo.head()?.commit,
    };
    let base = base(view, &request.task, request.which, tip, now)?;
    let listing = commit::start(repo, base.commit, tip)?;
    let base_tree = revwalk::tree_or_empty(repo, base.commit)?;
    let tip_tree = revwalk::tree_or_empty(repo, tip)?;
    let mut comparer = Comparer::new(repo);
    let differences = comparer.differences(Some(base_tree), Some(tip_tree))?;
    let (steps, commits) = range::read(view, listing.finish()?)?;
    let shallow = revwalk::shallow(repo)?;
    let lower_bound = base.cut || commits.iter().any(|commit| shallow.contains(&commit.id));
    let seen = Seen::of(looking.map(status::Running::finish).transpose()?.unwrap_or_default());

    let interest: Vec<BString> =
        committed(&differences).chain(seen.paths()).cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let mut content = None;
    let (touched, found) = std::thread::scope(|scope| {
        // Many commits are compared while git compares the two trees.
        let attribution = range::attribute(scope, &mut comparer, &commits, &shallow, &interest)?;
        let (tree, edits) = if seen.is_clean() {
            (tip_tree, Some(Edits::new()))
        } else {
            let content = content.insert(WorkTreeContent::new(repo));
            match seen.read(repo)? {
                Some((edits, blobs)) => (content.edited(tip_tree, &edits, blobs)?, Some(edits)),
                None => content.tree_after(tip_tree, seen.paths(), &seen.dirty(), seen.nested())?,
            }
        };
        let plain = match edits.filter(|_| request.paths.is_everything()) {
            Some(edits) => {
                let differences = Trees::new(repo).overlaid(base_tree, &differences, &edits)?;
                match &content {
                    Some(content) => content.with_renames(&differences),
                    None => renames::of(repo, &Batch::default(), &differences),
                }
            }
            None => None,
        };
        let compared = match plain {
            Some(changes) => (changes, Renames::Similar, String::new()),
            None => compare(repo, &request.paths, content.as_ref(), [base_tree, tree], &seen)?,
        };
        Ok::<_, Error>((attribution.join()?, (tree, compared)))
    })?;
    let (tree, (found, renames, remark)) = found;

    let committed: HashSet<&BString> = committed(&differences).collect();
    let places = |path: &BString| Places { committed: committed.contains(path), ..seen.places(path) };
    let mut paths = Vec::with_capacity(found.len());
    for change in found {
        let mut at: Vec<usize> = change.paths().filter_map(|path| touched.get(path)).flatten().copied().collect();
        at.sort_unstable();
        at.dedup();
        let tasks: BTreeSet<BString> = at.iter().flat_map(|at| steps[*at].tasks.iter().cloned()).collect();
        let untasked = at.iter().any(|at| steps[*at].tasks.is_empty());
        let places = change.paths().map(places).fold(Places::default(), Places::or);
        paths.push(Path { change, steps: at, tasks, untasked, places });
    }
    if request.own {
        let family = revision::Family::of(view, &request.task)?;
        let is_own = |path: &Path| path.tasks.iter().any(|task| family.has(task));
        paths.retain(|path| is_own(path) || (request.active && path.places.is_uncommitted()));
    }
    Ok(Changes {
        task: request.task,
        base,
        base_tree,
        tip,
        tree,
        steps,
        paths,
        lower_bound,
        renames,
        remark,
        unseen: seen.unseen,
        repo,
        content,
        own: request.own,
    })
}

fn committed(differences: &[Difference]) -> impl Iterator<Item = &BString> {
    differences.iter().map(|difference| &difference.path)
}

/// The state `which` of `task` on the history of `tip`.
fn base(view: &View<'_>, task: &Task, which: Option<Which>, tip: Option<ObjectId>, now: Timestamp) -> Result<Base> {
    let which = which.unwrap_or(Which::Start);
    let point = revision::find(view, task, which, tip, now)?;
    let rule = point.rule.map_or_else(|| Rule::Checkpoint(which, point.number.unwrap_or_default()), Rule::Start);
    let commit = point.commit.and_then(|commit| Commit::read(view.repo(), commit).ok());
    let at = commit.map(|commit| Timestamp::from_seconds(commit.at));
    Ok(Base { commit: point.commit, at, rule, cut: point.cut })
}

/// The differences, with renames as far as what is here shows them: nothing is fetched for them.
fn compare(
    repo: &Repo,
    paths: &Pathspecs,
    content: Option<&WorkTreeContent<'_>>,
    trees: [ObjectId; 2],
    seen: &Seen,
) -> Result<(Vec<DiffEntry>, Renames, String)> {
    if trees[0] == trees[1] && paths.is_everything() {
        return Ok((Vec::new(), Renames::Similar, String::new()));
    }
    let ask = |renames| diff::trees(repo, content, renames, trees, paths);
    if partial::is_partial(repo) {
        let (plain, _) = ask(Renames::Off)?;
        if lacking(repo, plain.iter(), |path| seen.differs(path)) > 0 && plain.iter().any(|change| change.old.is_none())
        {
            let (changes, remark) = ask(Renames::Exact)?;
            return Ok((changes, Renames::Exact, remark));
        }
    }
    let (changes, remark) = ask(Renames::Similar)?;
    Ok((changes, Renames::Similar, remark))
}

/// How many files' contents are not here. What the work tree has other than HEAD, as `in_work_tree` says, is.
fn lacking<'c>(
    repo: &Repo,
    changes: impl Iterator<Item = &'c DiffEntry> + Clone,
    in_work_tree: impl Fn(&BString) -> bool,
) -> usize {
    let old = changes.clone().filter_map(|change| change.old);
    let new = changes.filter(|change| !in_work_tree(&change.path)).filter_map(|change| change.new);
    partial::missing(repo, old.chain(new).filter(|entry| !entry.is_submodule()).map(|entry| entry.id))
}

impl Changes<'_> {
    /// The commits that touched `path`, newest first.
    pub fn commits_of<'c>(&'c self, path: &'c Path) -> impl Iterator<Item = ObjectId> + 'c {
        path.steps.iter().filter_map(|at| self.steps.get(*at)).map(|step| step.commit)
    }
}
