//! One task with everything that is known of it, one of its checkpoints, a snapshot, or a revision.

mod work;

pub use work::{FeaturePart, Work};

use std::{collections::HashSet, ffi::OsString};

use bstr::BString;

use super::{Caller, Named};
use crate::{
    domain::{
        graph::{Graph, Obstacle},
        message::subject,
        revision::Which,
        status::Status,
        table::Table,
        task::{Task, Tie},
        time::Timestamp,
    },
    error::{Error, Result, codes},
    git::{ObjectId, changed_paths, rev_parse, revwalk},
    query::{
        log::TaskEvent,
        revision::{self, Emptiness, Point},
    },
    recovery::{
        checkpoint,
        snapshot::{self, Snapshot},
    },
    store::ledger::View,
};

/// The object that a word names.
pub enum Shown<'a> {
    /// A task of the ledger.
    Task(Box<Story<'a>>),
    /// A commit of a task, or the state before it was started.
    Checkpoint(Box<ShownCheckpoint<'a>>),
    /// A snapshot of this repository.
    Snapshot(Box<Snapshot>),
    /// A revision of git: the words of `git show` for it, with checkpoints as object ids.
    Revision(Vec<OsString>),
}

/// A task with everything that is known about it.
pub struct Story<'a> {
    /// The ledger, and the table of all its tasks.
    pub view: View<'a>,
    /// All tasks of [`Story::view`].
    pub table: Table,
    /// The task itself.
    pub task: Task,
    /// Its progress, subtasks and files.
    pub work: Work,
    /// Why it cannot be started, if it is pending.
    pub obstacles: Vec<Obstacle>,
    /// Its commits: those on this history, then those elsewhere.
    pub commits: Vec<ObjectId>,
    /// Its edits, oldest first, each with the previous values.
    pub edits: Vec<TaskEvent>,
    /// How many of its recorded commits are on no branch any more, except those missing in a shallow clone.
    pub lost: usize,
    /// How many of its recorded commits are missing in this shallow clone.
    pub behind_the_cut: usize,
}

/// A checkpoint that `show` describes.
pub struct ShownCheckpoint<'a> {
    /// The ledger, for titles.
    pub view: View<'a>,
    /// The task that the checkpoint belongs to.
    pub task: Task,
    /// The requested checkpoint: a number, `start`, `last` or `green`.
    pub which: Which,
    /// The commit, and how it was found.
    pub point: Point,
    /// Its tree; the empty tree for a state before the first commit.
    pub tree: ObjectId,
    /// The subject of the commit.
    pub subject: Option<String>,
    /// The paths that the commit changed.
    pub paths: Vec<BString>,
}

/// What `word` names; the active task where there is none. Writes nothing.
///
/// # Errors
///
/// Those of [`Caller::task_and_checkpoint`] and [`revision::find`]; `bad-revision` for a checkpoint that is there and a rest of the
/// word that git does not know.
pub fn show<'a>(caller: &'a Caller, word: Option<&str>) -> Result<Shown<'a>> {
    let view = caller.view()?;
    let (task, which) = match (caller.named(&view, word)?, word) {
        (Named::Task(task, which), _) => (*task, which),
        (Named::Other(why), Some(word)) => {
            return match snapshot::named(caller.repo(), word)? {
                Some(snapshot) => Ok(Shown::Snapshot(Box::new(snapshot))),
                None => revision(caller, &view, word, why).map(Shown::Revision),
            };
        }
        (Named::Other(why), None) => return Err(why),
    };
    match which {
        Some(which) => Ok(Shown::Checkpoint(Box::new(point(caller, view, task, which)?))),
        None => Ok(Shown::Task(Box::new(story(view, task, caller.now())?))),
    }
}

/// Everything that is known of `task`.
///
/// # Errors
///
/// Those of [`View::table`] and of [`View::note`].
pub fn story<'a>(view: View<'a>, task: Task, now: Timestamp) -> Result<Story<'a>> {
    let table = view.table()?;
    let graph = Graph::new(&table);
    let row = graph.get(&task.id).filter(|row| row.status() == Status::Pending);
    let obstacles = row.map(|row| graph.obstacles(&row.summary(), now)).unwrap_or_default();
    let work = Work::of(&view, &graph, &task, now)?;
    drop(graph);
    let repo = view.repo();
    let tip = repo.head().ok().and_then(|head| head.commit);
    // A history that cannot be read does not keep a task from being shown.
    let mut commits = revision::on(&view, tip, &task).unwrap_or_default();
    let known = task.commits.iter().filter(|known| known.tie != Tie::Unlinked);
    let known = known.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok());
    let here: HashSet<ObjectId> = commits.iter().copied().collect();
    let known: Vec<ObjectId> = known.filter(|id| !here.contains(id)).collect();
    let lost: HashSet<ObjectId> = revwalk::lost(repo, &known).unwrap_or_default().into_iter().collect();
    commits.extend(known.into_iter().filter(|id| !lost.contains(id)));
    let is_shallow = revwalk::shallow(repo).is_ok_and(|cut| !cut.is_empty());
    let behind_the_cut = lost.iter().filter(|id| is_shallow && !repo.has(**id)).count();
    let lost = lost.len() - behind_the_cut;
    let mut edits = TaskEvent::all(&task.id, &view.events(&task.id)?.events);
    edits.retain(|task_event| task_event.was.is_some());
    Ok(Story { view, table, task, work, obstacles, commits, edits, lost, behind_the_cut })
}

fn point<'a>(caller: &Caller, view: View<'a>, task: Task, which: Which) -> Result<ShownCheckpoint<'a>> {
    let repo = view.repo();
    let point = revision::find(&view, &task, which, repo.head()?.commit, caller.now())?;
    caller.warn_if_cut(point.cut);
    let (tree, subject, paths) = match point.commit {
        Some(id) => {
            let (tree, text) = checkpoint::read(repo, id)?;
            (tree, Some(subject(&text).to_string()), changed_paths::of_commit(repo, id)?)
        }
        None => (repo.empty_tree(), None, Vec::new()),
    };
    Ok(ShownCheckpoint { view, task, which, point, tree, subject, paths })
}

/// The revision that `word` is, which is not a task because of `why`.
fn revision(caller: &Caller, view: &View<'_>, word: &str, why: Error) -> Result<Vec<OsString>> {
    let given = [OsString::from(word)];
    let words = caller.words(view, Emptiness::Tree, &given)?;
    if rev_parse::is_revision(&words)? {
        return Ok(words);
    }
    if words == given {
        return Err(why);
    }
    Err(Error::new(codes::BAD_REVISION, format!("unknown revision '{}'", word.escape_debug()))
        .hint("its checkpoint exists, but the rest of the revision does not resolve"))
}
