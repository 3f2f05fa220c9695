//! Evidence: a command was run on some content, and this is how it ended.
//!
//! Evidence belongs to content, so it names the tree of the work tree (what a checkpoint of everything would commit), not
//! a commit: it survives amended messages and becomes void by itself when the content changes. A command that changes the
//! content while it runs has tested neither the one nor the other state, and proves nothing.

mod shell;

use std::sync::atomic::AtomicBool;

use bstr::BString;

pub use crate::git::worktree_tree::WorkTreeContent;
pub use shell::{EndedCommand, Output, replace_this_process, replace_this_process_with, run_apart, run_program};

use crate::{
    error::Result,
    git::{ObjectId, Repo, commit::Commit},
};

/// How a command ended, and on what it ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// Its exit code; 128 + n when signal n ended it.
    pub exit: i32,
    /// The running time in seconds.
    pub seconds: f64,
    /// The tree that the work tree was when it began.
    pub tree: ObjectId,
    /// Whether that is the tree of HEAD.
    pub is_committed: bool,
    /// Paths that changed while it ran: then the outcome says nothing about `tree`.
    pub changed: Vec<BString>,
    /// The end of what it printed.
    pub tail: Vec<u8>,
}

/// Run `command` with `sh` at the top of the work tree. `output` says where what it prints is shown; the end of it is kept in any
/// case. It is stopped, with all that it started, when `stop` is set.
///
/// # Errors
///
/// `bare-repository` in a bare repository, `command-not-runnable` if `sh` cannot be started, `cancelled`, and those of
/// [`WorkTreeContent`]. A command that fails is
/// no error: see [`Ran::exit`].
pub fn run(repo: &Repo, command: &str, output: Output, stop: Option<&AtomicBool>) -> Result<Ran> {
    let top = repo.require_work_dir("verify")?;
    let content = WorkTreeContent::new(repo);
    if stop.is_none() {
        content.remove_on_signal()?;
    }
    let tree = content.tree()?;
    let (ended, tail) = shell::run(top, command, output, stop)?;
    let after = content.tree()?;
    let changed = if after == tree { Vec::new() } else { content.differences(tree, after)? };
    let head = repo.head()?.commit.map(|id| Commit::read(repo, id)).transpose()?;
    let is_committed = head.is_some_and(|head| head.tree == tree);
    Ok(Ran { exit: ended.exit, seconds: ended.seconds, tree, is_committed, changed, tail })
}

/// The work tree as a tree: everything that is not ignored, as a checkpoint would commit it.
///
/// # Errors
///
/// `bare-repository` in a bare repository, and those of [`WorkTreeContent`].
pub fn present_tree(repo: &Repo) -> Result<ObjectId> {
    repo.require_work_dir("read the work tree")?;
    WorkTreeContent::new(repo).tree()
}
