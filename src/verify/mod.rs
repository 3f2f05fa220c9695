//! Evidence: a command was run on some content, and this is how it ended.
//!
//! Evidence belongs to content, so it names the tree of the work tree (what a checkpoint of everything would commit), not
//! a commit: it survives amended messages and becomes void by itself when the content changes. A command that changes the
//! content while it runs has tested neither the one nor the other state, and proves nothing.

mod shell;

use std::{path::Path, time::Duration};

use bstr::{BString, ByteSlice as _};

pub use shell::{Ended, Voice, replace_this_process, run_apart, run_program};

use crate::{
    checkpoint::survey::Survey,
    error::{Context as _, Result},
    git::{ObjectId, Repo, index, index::PrivateIndex},
};

/// What the directories of [`Content`] are called.
const PREFIX: &str = "verify-";
/// When such a directory belongs to nobody any more.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// How a command ended, and on what it ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// Its exit code; 128 + n when signal n ended it.
    pub exit: i32,
    /// How long it ran.
    pub seconds: f64,
    /// The tree that the work tree was when it began.
    pub tree: ObjectId,
    /// Paths that changed while it ran: then the outcome says nothing about `tree`.
    pub changed: Vec<BString>,
}

/// Run `command` in the work tree.
pub fn run(repo: &Repo, command: &str, voice: Voice) -> Result<Ran> {
    let top = repo.require_work_dir("verify")?;
    let content = Content::open(repo)?;
    let tree = content.tree()?;
    let ended = shell::run(top, command, voice)?;
    let after = content.tree()?;
    let changed = if after == tree { Vec::new() } else { content.differences(tree, after)? };
    Ok(Ran { exit: ended.exit, seconds: ended.seconds, tree, changed })
}

/// The work tree as a tree: everything that is not ignored, as a checkpoint would take it.
pub fn present_tree(repo: &Repo) -> Result<ObjectId> {
    repo.require_work_dir("look at its content")?;
    Content::open(repo)?.tree()
}

/// Remove what killed processes left behind a day ago or earlier.
fn sweep(agent: &Path) {
    for entry in std::fs::read_dir(agent).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
        if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) && age.is_some_and(|age| age > STALE) {
            // What cannot be removed is tried again by the next one.
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

/// A look at the work tree that leaves nothing behind: index and new objects are in a directory that is removed.
struct Content<'r> {
    repo: &'r Repo,
    dir: tempfile::TempDir,
}

impl<'r> Content<'r> {
    fn open(repo: &'r Repo) -> Result<Self> {
        let agent = std::path::absolute(repo.worktree_agent_dir());
        let agent = agent.or_environment(|| "the current directory is gone".to_owned())?;
        let failed = || format!("cannot write in '{}'", agent.display());
        std::fs::create_dir_all(&agent).or_environment(failed)?;
        sweep(&agent);
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&agent).or_environment(failed)?;
        std::fs::create_dir(dir.path().join("objects")).or_environment(failed)?;
        Ok(Content { repo, dir })
    }

    fn tree(&self) -> Result<ObjectId> {
        let real = index::real(self.repo);
        let private = PrivateIndex::copy(self.repo, &real, self.dir.path().join("index"))?;
        let nested = Survey::of(&private, None)?.nested;
        let private = private.with_objects_in(self.dir.path().join("objects"));
        private.add(None, &nested)?;
        private.write_tree()
    }

    fn differences(&self, one: ObjectId, other: ObjectId) -> Result<Vec<BString>> {
        let private = PrivateIndex::existing(self.repo, self.dir.path().join("index"));
        let git = private.with_objects_in(self.dir.path().join("objects")).git();
        let words = ["diff-tree", "-r", "-z", "--name-only", "--no-renames"];
        let answer = git.args(words).args([one.to_string(), other.to_string()]).run()?;
        Ok(answer.split_str("\0").filter(|path| !path.is_empty()).map(BString::from).collect())
    }
}
