//! The commits that a completion warns about: those that name no task, and those that HEAD does not contain.

use crate::{
    domain::{
        task::Task,
        text::{oid, plural},
    },
    error::Result,
    git::ObjectId,
    query::{
        elsewhere::{self, Elsewhere},
        unstamped,
    },
    verbs::{Caller, setup},
};

/// Commits that are named one by one.
const NAMED: usize = 5;

/// The commits that were made here while `task`, as it was before, was active, and name no task; said with the command that links them.
pub(super) fn unstamped(caller: &Caller, task: &Task) -> Result<Vec<ObjectId>> {
    setup::warn_of_hooks(caller)?;
    let active = std::slice::from_ref(task);
    let found = unstamped::find(caller.repo(), active)?;
    let commits: Vec<ObjectId> = found.iter().map(|one| one.commit).collect();
    warn_of_unstamped(caller, task, &commits, "");
    if let Some(Elsewhere { commits, branch, .. }) = unstamped::elsewhere(caller.repo(), active)? {
        warn_of_unstamped(caller, task, &commits, &on(branch.as_deref()));
    }
    Ok(commits)
}

fn warn_of_unstamped(caller: &Caller, task: &Task, commits: &[ObjectId], place: &str) {
    if !commits.is_empty() {
        let id = &task.id;
        let names = names(commits);
        let do_not = if commits.len() == 1 { "names no task" } else { "name no task" };
        caller.warn(format!(
            "{}{place} made while {id} was active {do_not}: 'git agent link {names} --task {id}' links those that belong to it",
            plural(commits.len(), "commit")
        ));
    }
}

/// The commits of `task` that HEAD does not contain; said with the branch that does, or with the command that makes one.
pub(super) fn elsewhere(caller: &Caller, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(Elsewhere { commits, branch, is_lost }) = elsewhere::of_task(caller.repo(), task)? else {
        return Ok(Vec::new());
    };
    let names = names(&commits);
    let (count, place) = (plural(commits.len(), "commit"), on(branch.as_deref()));
    caller.warn(match commits.last().filter(|_| is_lost) {
        Some(newest) => {
            let newest = oid(newest);
            format!("no branch contains {count} of {}: {names}; 'git branch <name> {newest}' keeps the newest", task.id)
        }
        None => format!("HEAD does not contain {count} of {}{place}: {names}", task.id),
    });
    Ok(commits)
}

/// As words of a command: `1a2b3c4d5e6f 7a8b9c0d1e2f …`
fn names(commits: &[ObjectId]) -> String {
    let more = if commits.len() > NAMED { " …" } else { "" };
    commits.iter().take(NAMED).map(oid).collect::<Vec<_>>().join(" ") + more
}

/// ` on 'topic'`
fn on(branch: Option<&str>) -> String {
    branch.map_or_else(String::new, |branch| format!(" on '{branch}'"))
}
