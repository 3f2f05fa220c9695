//! `changes-since` against an oracle that is made of stock git's plumbing alone.

mod oracle;
mod places;
mod renames;
mod words;
mod worlds;

use crate::support::TestRepo;

/// The task that everything is about, added and started, and not active.
fn start(repo: &TestRepo) {
    repo.agent(&["add", "Do it", "--id", "T-1"]).success();
    repo.agent(&["start", "T-1"]).success();
    repo.deactivate();
}

/// A commit of `task`; answers its id.
fn commit(repo: &TestRepo, file: &str, content: &str, task: &str) -> String {
    repo.commit_file(file, content, &format!("{file}: {}\n\nTask-Id: {task}", content.trim()))
}
