//! Link commits to tasks by hand: links in the ledger take precedence over commit messages.

use std::ffi::OsString;

use bstr::{BString, ByteSlice as _};

use super::Caller;
use crate::{
    domain::{
        event::{Link, Payload, Unlink},
        id::TaskId,
        task::Task,
        text::{list, oid, plural},
    },
    error::{Error, Result, codes},
    git::{
        ObjectId,
        commit::{self, Commit},
        rev_parse,
    },
    query::revision::Emptiness,
    store::ledger::{Draft, View, commits::Owners},
};

/// How an event says that a person or an agent said so.
const BY: &str = "user";

/// How to change the tasks of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkAct {
    /// Add the task to those of the commits.
    Link,
    /// Make the task the only one of the commits.
    Move,
    /// Remove the task from those of the commits.
    Unlink,
}

/// Commits, and the task to link them to or unlink them from.
#[derive(Clone, Debug)]
pub struct Request {
    /// Commits, ranges and checkpoints, as git or `t-1@2` name them.
    pub revisions: Vec<OsString>,
    /// The task; the active one if none is named.
    pub task: Option<String>,
    /// What to do with them.
    pub act: LinkAct,
}

/// The result of [`link()`].
#[derive(Clone, Debug)]
pub struct Linked {
    /// The task, as it is now.
    pub task: Task,
    /// The commits, in the order in which they were named, each once.
    pub commits: Vec<Tied>,
}

/// A commit, and the tasks that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tied {
    /// The full id of the commit.
    pub commit: ObjectId,
    /// The first line of its message.
    pub subject: String,
    /// The ids of its tasks before.
    pub before: Vec<String>,
    /// The ids of its tasks now.
    pub after: Vec<String>,
}

impl Tied {
    /// Whether anything was recorded about it.
    pub fn changed(&self) -> bool {
        self.before != self.after
    }
}

/// Record that the commits of `request` belong to its task, or that they do not. All of them, in one commit of the ledger, or none.
///
/// # Errors
///
/// `bad-revision`, `not-linked` if none of the commits belongs to the task that they are unlinked from; `task-not-found`,
/// `no-active-task`; those of [`Caller::words`].
pub fn link(caller: &Caller, request: &Request) -> Result<Linked> {
    let commits = commits(caller, &request.revisions)?;
    let (written, mut done) = caller.write(|view| decide(caller, view, request, &commits))?;
    if let Some(task) = written.tasks.into_iter().find(|task| task.id == done.task.id) {
        done.task = task;
    }
    let tasks = done.commits.iter().flat_map(|tied| tied.before.iter().chain(&tied.after));
    let mut tasks: Vec<TaskId> = tasks.filter_map(|id| TaskId::parse(id).ok()).collect();
    tasks.sort();
    tasks.dedup();
    caller.refresh_notes(&tasks);
    Ok(done)
}

/// The events, and what they come to.
fn decide(caller: &Caller, view: &View<'_>, request: &Request, commits: &[Commit]) -> Result<(Draft, Linked)> {
    let task = caller.task(view, request.task.as_deref())?;
    let owners = Owners::read(view)?;
    let mut draft = Draft::nothing();
    let mut tied = Vec::with_capacity(commits.len());
    for commit in commits {
        let before = owners.of(commit.id, &commit.message);
        let is_task = |id: &BString| id == task.id.as_str();
        let unlinked: Vec<&BString> = match request.act {
            LinkAct::Link => Vec::new(),
            LinkAct::Move => before.iter().filter(|id| !is_task(id)).collect(),
            LinkAct::Unlink => before.iter().filter(|id| is_task(id)).collect(),
        };
        let name = commit.id.to_string();
        for id in &unlinked {
            let event = Unlink { commit: name.clone(), by: BY.to_owned() };
            draft.and(&in_ledger(view, commit, id)?, Payload::Unlink(event));
        }
        let mut after: Vec<String> =
            before.iter().filter(|id| !unlinked.contains(id)).map(ToString::to_string).collect();
        if request.act != LinkAct::Unlink {
            // What a message merely mentions is not a commit of the task for a rollback.
            if !owners.of_block(commit.id, &commit.message).iter().any(is_task) {
                draft.and(&task.id, Payload::Link(Link { commit: name, by: BY.to_owned() }));
            }
            if !before.iter().any(is_task) {
                after.push(task.id.to_string());
            }
        }
        let before = before.iter().map(ToString::to_string).collect();
        tied.push(Tied { commit: commit.id, subject: commit.subject().to_string(), before, after });
    }
    if request.act == LinkAct::Unlink && draft.events.is_empty() {
        return Err(not_linked(&task.id, &tied));
    }
    if !draft.events.is_empty() {
        let count = plural(commits.len(), "commit");
        draft.message = match request.act {
            LinkAct::Unlink => format!("unlink {count} from {}", task.id),
            LinkAct::Link | LinkAct::Move => format!("link {count} to {}", task.id),
        };
    }
    Ok((draft, Linked { task, commits: tied }))
}

/// The task `id` that `commit` belongs to, if the ledger has it: only then it can say something about it.
fn in_ledger(view: &View<'_>, commit: &Commit, id: &BString) -> Result<TaskId> {
    let known = id.to_str().ok().map(|id| view.known(id)).transpose()?.flatten();
    known.map(|task| task.id).ok_or_else(|| {
        let message = format!("{} names task '{id}', which is not in this ledger", oid(commit.id));
        Error::new(codes::TASK_NOT_FOUND, message)
            .hint("'git agent sync' fetches the tasks of other clones; without --move, the task is added to those of the commit")
    })
}

fn not_linked(task: &TaskId, commits: &[Tied]) -> Error {
    let what = match commits {
        [one] => format!("{} ({}) does not belong to {task}", oid(one.commit), one.subject),
        _ => format!("none of {} belongs to {task}", plural(commits.len(), "commit")),
    };
    let owner = commits.iter().find(|tied| !tied.before.is_empty());
    let error = Error::new(codes::NOT_LINKED, format!("nothing to unlink: {what}"));
    match owner {
        Some(tied) => error.hint(format!(
            "{} belongs to {}: git agent unlink {0} --task {}",
            oid(tied.commit),
            list(&tied.before),
            tied.before[0]
        )),
        None => error.hint(format!("'git agent log {task}' lists the commits that do")),
    }
}

/// The commits that `words` name, each once: of a range all, oldest first.
fn commits(caller: &Caller, words: &[OsString]) -> Result<Vec<Commit>> {
    let repo = caller.repo();
    let view = caller.view()?;
    let mut ids: Vec<ObjectId> = Vec::new();
    for word in words {
        let unknown = || {
            let word = word.to_string_lossy();
            Error::new(codes::BAD_REVISION, format!("commit '{}' does not exist in this clone", word.escape_debug()))
                .hint("commits and ranges are named as in 'git log', or as checkpoints: t-1@2, t-1@start..t-1@last")
        };
        if word.as_encoded_bytes().starts_with(b"-") {
            return Err(unknown());
        }
        let resolved = caller.words(&view, Emptiness::NoCommits, std::slice::from_ref(word))?;
        let named = rev_parse::revisions(&resolved).map_err(|_| unknown())?;
        let is_range = !named.excluded.is_empty() || resolved.len() > 1 || named.included.len() > 1;
        match (named.included.as_slice(), is_range) {
            ([], _) => return Err(unknown()),
            ([one], false) => {
                let peeled = repo.resolve_commit(&format!("{one}^{{commit}}"))?;
                ids.push(peeled.ok_or_else(unknown)?);
            }
            (included, _) => {
                let excluded = named.excluded.iter().map(|id| format!("^{id}"));
                let words: Vec<String> = included.iter().map(ToString::to_string).chain(excluded).collect();
                let words = ["--topo-order", "--reverse"].into_iter().chain(words.iter().map(String::as_str));
                ids.extend(commit::walk(repo, &words.collect::<Vec<_>>())?.iter().map(|commit| commit.id));
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.is_empty() {
        let words = list(words.iter().map(|word| word.to_string_lossy()));
        return Err(Error::new(codes::BAD_REVISION, format!("there are no commits in {words}")));
    }
    ids.into_iter().map(|id| Commit::read(repo, id)).collect()
}
