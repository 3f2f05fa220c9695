//! The state of a worktree and its tasks, as text.

use crate::{
    domain::{
        active_time,
        task::Task,
        time::{Timestamp, show_duration},
    },
    store::active,
    verbs::{setup, status::WorktreeStatus},
    view::{ListRow, NAMED, Style, hint, mark_of, oid, sanitize, shorten},
};

/// `status` for people, in lines of `width` columns if there is a width.
pub fn text(status: &WorktreeStatus, now: Timestamp, style: Style, width: Option<usize>) -> String {
    let mut page = String::new();
    let place = match (status.head.branch_name(), status.head.commit) {
        (Some(branch), _) => format!("On branch {branch}"),
        (None, Some(commit)) => format!("HEAD detached at {}", oid(commit)),
        (None, None) => "No commits yet".to_owned(),
    };
    page.push_str(&format!("{}\n", sanitize::line(&place)));
    if let Some(operation) = &status.interrupted {
        let title = sanitize::line(&operation.title);
        page.push_str(&format!("Interrupted: {title}: 'git agent undo' undoes it, 'git agent resume' finishes it\n"));
    }
    if let Some(operation) = &status.left_behind {
        let title = sanitize::line(&operation.title);
        page.push_str(&format!("Killed while cleaning up: {title}: 'git agent resume' removes what is left\n"));
    }
    if let Some(operation) = &status.in_progress {
        page.push_str(&format!("In progress: {} ('{}' or '{}')\n", operation.what, operation.go_on, operation.abort));
    }
    for (id, task) in &status.active {
        match task {
            Some(task) => page.push_str(&working_on(status, task, now, style, width)),
            None => {
                let id = style.id(id.as_str());
                page.push_str(&format!("Active task {id} is not in this ledger; 'git agent sync' may fetch it\n"));
            }
        }
    }
    for id in &status.foreign {
        page.push_str(&format!(
            "{id} is not active: another program, such as a fetch, set {}; 'git agent start {id}' makes it active\n",
            active::REF
        ));
    }
    for task in status.held.iter().take(NAMED) {
        let (id, what) = (style.id(task.id.as_str()), task.status.in_words());
        let title = sanitize::line(&task.title);
        page.push_str(&format!("Held by you, {what}: {id} {title}; to continue: git agent start {}\n", task.id));
    }
    if status.held.len() > NAMED {
        page.push_str(&format!("Held by you: {} more\n", status.held.len() - NAMED));
    }
    if status.active.is_empty() {
        page.push_str("No task is active: commits made here are not stamped\n");
    }
    page.push_str(&dirt(status));
    page.push_str(&unstamped(status));
    if let Some(unstamping) = &status.unstamping {
        let why = sanitize::line(&unstamping.why);
        page.push_str(&format!("Commits made here are not stamped: {why}; {}\n", setup::remedy(unstamping)));
    }
    if let Some(after) = &status.follow_up {
        let line = format!("{}; if part of the task: {}", hint::follow_up(after), hint::link_command(after));
        page.push_str(&format!("{}\n", sanitize::line(&line)));
    }
    let is_elsewhere = status.counts.is_empty() && status.may_be_elsewhere;
    let sync = if is_elsewhere { "; 'git agent sync' fetches the tasks of other clones" } else { "" };
    page.push_str(&format!("Tasks: {}{sync}\n", status.counts));
    page
}

fn working_on(status: &WorktreeStatus, task: &Task, now: Timestamp, style: Style, width: Option<usize>) -> String {
    let time = show_duration(active_time::active(task, status.idle_gap, now));
    let blocked = task.blockers.first().map(|blocker| format!(", blocked: {}", shorten(blocker.text.preview(), 60)));
    let blocked = blocked.unwrap_or_default();
    ListRow::new(style)
        .left(mark_of(task.status, !task.blockers.is_empty(), false), |style: Style, text: &str| {
            style.status(task.status, text)
        })
        .left(" Working on ", Style::plain)
        .left(task.id.as_str(), Style::id)
        .left(" ", Style::plain)
        .middle(&task.title)
        .right(&format!("  ({time}{blocked})"), Style::faint)
        .render(width)
}

fn dirt(status: &WorktreeStatus) -> String {
    let dirty = status.dirty;
    let kinds = [
        (dirty.staged, "staged"),
        (dirty.unstaged, "not staged"),
        (dirty.untracked, "untracked"),
        (dirty.unmerged, "unmerged"),
        (dirty.hidden, "hidden from git status"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
    if kinds.is_empty() {
        return "Nothing uncommitted\n".to_owned();
    }
    format!("Uncommitted paths: {}\n", kinds.join(", "))
}

/// Commits that should name a task and do not.
fn unstamped(status: &WorktreeStatus) -> String {
    let Some(newest) = status.unstamped.last() else { return String::new() };
    let (count, newest) = (sanitize::plural(status.unstamped.len(), "commit"), oid(newest));
    let what = if status.unstamped.len() == 1 { "does not name it" } else { "do not name it" };
    format!("{count} made while the task was active {what} ({newest}): 'git agent repair' adds missing links\n")
}

/// `status` for scripts: a stable `key value` pair per line.
pub fn porcelain(status: &WorktreeStatus) -> String {
    let dirty = status.dirty;
    let mut lines = vec![
        format!("actor {}", status.actor),
        format!("head {}", status.head.commit.map_or("-".to_owned(), |id| id.to_string())),
        format!("branch {}", status.head.branch_name().as_deref().unwrap_or("-")),
        format!("dirty {} {} {}", dirty.staged, dirty.unstaged, dirty.untracked),
    ];
    if dirty.unmerged > 0 {
        lines.push(format!("unmerged {}", dirty.unmerged));
    }
    let mut counts: Vec<(&str, usize)> =
        status.counts.tasks.iter().map(|(state, count)| (state.as_str(), *count)).collect();
    counts.sort_unstable();
    lines.extend(status.active.iter().map(|(id, _)| format!("active {id}")));
    lines.extend(status.held.iter().map(|task| format!("held {}", task.id)));
    lines.extend(counts.iter().map(|(state, count)| format!("count {state} {count}")));
    lines.push(format!("count features {}", status.counts.features));
    lines.extend(status.unstamped.iter().map(|id| format!("unstamped {id}")));
    lines.extend(status.unstamping.iter().map(|unstamping| format!("hooks-missing {}", unstamping.why)));
    lines.extend(status.interrupted.iter().map(|operation| format!("interrupted {}", operation.id)));
    lines.extend(status.left_behind.iter().map(|operation| format!("left-behind {}", operation.id)));
    lines.iter().map(|line| format!("{}\n", sanitize::line(line))).collect()
}
