//! One operation, and what must hold after it whatever it was.

use std::{collections::BTreeMap, fs};

use bstr::{BStr, BString, ByteSlice as _};
use git_agent::{
    git::{ObjectId, Repo, tree::Trees},
    recovery::{
        operation::{OpLog, OperationState, Recorded},
        snapshot::{self, WorktreeState},
    },
};

use super::{
    look::{Node, View, touches},
    make::World,
};
use crate::support::Output;

/// What an operation did.
pub struct Done {
    /// What was recorded of it; `None` if there was nothing to do, or it was refused.
    pub recorded: Option<Recorded>,
    /// What was before it.
    pub before: View,
    /// What is after it.
    pub after: View,
    /// What the program said.
    pub output: Output,
}

impl Done {
    /// Its id.
    pub fn id(&self) -> Option<String> {
        self.recorded.as_ref().map(|recorded| recorded.operation.id.to_string())
    }
}

impl World {
    /// The repository as the library sees it.
    pub fn library(&self) -> Repo {
        Repo::discover(self.here.path()).expect("a repository")
    }

    /// The newest operation.
    pub fn newest(&self) -> Option<Recorded> {
        OpLog::of(&self.library()).and_then(|log| log.last()).expect("a log that can be read")
    }

    /// Run git-agent with `args`, and check what holds for all operations.
    #[track_caller]
    pub fn operate(&self, args: &[&str]) -> Done {
        let known = self.newest().map(|recorded| recorded.operation.id);
        let (before, touched, index) = (View::of(&self.here), touches(&self.here), self.index_bytes());
        let output = self.agent(args);
        let after = View::of(&self.here);
        let recorded = self.newest().filter(|recorded| Some(recorded.operation.id) != known);
        let what = args.join(" ");
        let code = output.code.unwrap_or_else(|| panic!("'{what}' was killed"));
        assert_ne!(code, 70, "'{what}' found a bug:\n{output}");
        match &recorded {
            Some(recorded) if code == 0 => {
                assert_eq!(recorded.operation.state, OperationState::Done, "'{what}' is not done");
                self.lost_nothing(recorded, &before, &after, &what);
                self.touched_nothing_else(recorded, &touched, &what);
            }
            _ => {
                assert!(
                    recorded.is_none_or(|recorded| recorded.operation.state == OperationState::Failed),
                    "'{what}' is interrupted"
                );
                after.expect_same(&before, &format!("'{what}' ended with {code} and changed something"));
                // What was put back may have other times.
                let is_refused = self.newest().is_none_or(|newest| Some(newest.operation.id) == known);
                assert!(
                    !is_refused || index == self.index_bytes(),
                    "'{what}' ended with {code} and changed the index file"
                );
            }
        }
        self.left_nothing(&what);
        let recorded = self.newest().filter(|recorded| Some(recorded.operation.id) != known && code == 0);
        Done { recorded, before, after, output }
    }

    /// Take `done` back: then it was never there.
    #[track_caller]
    pub fn undo(&self, done: &Done) -> Option<Done> {
        let id = done.id()?;
        let undone = self.operate(&["undo", &id]);
        assert_eq!(undone.output.code, Some(0), "{id} cannot be undone:\n{}", undone.output);
        undone.after.expect_same(&done.before, &format!("{id}, undone, is not what was before it"));
        Some(undone)
    }

    fn index_bytes(&self) -> Option<Vec<u8>> {
        fs::read(self.git_dir().join("index")).ok()
    }

    /// Every byte that was there is there, or stored.
    #[track_caller]
    pub fn lost_nothing(&self, recorded: &Recorded, before: &View, after: &View, what: &str) {
        let repo = self.library();
        let moment = snapshot::load_tree(&repo, recorded.before, &recorded.operation.before).expect("a moment");
        let stored = recorded.operation.snapshot.expect("a snapshot");
        let stored = snapshot::find(&repo, &stored.to_string()).expect("the snapshot is there");
        assert_eq!(stored.tree, recorded.before, "'{what}': the snapshot is not what was before");
        let trees = Trees::new(&repo);
        for (path, node) in before.files.iter().filter(|(path, node)| after.files.get(*path) != Some(node)) {
            assert!(
                is_stored(&repo, &trees, &moment, path.as_bstr(), node),
                "'{what}' lost {path:?}: {node:?}, which is in no snapshot"
            );
        }
    }

    #[track_caller]
    fn touched_nothing_else(&self, recorded: &Recorded, before: &BTreeMap<BString, super::look::Touch>, what: &str) {
        let now = touches(&self.here);
        for (path, touch) in before {
            let is_planned = recorded.touched.iter().any(|touched| touched.on_disk && touched.path == *path);
            assert!(is_planned || now.get(path) == Some(touch), "'{what}' touched {path:?}, which it did not plan to");
        }
    }

    /// Nothing but locks is left in our directory, and no lock in git's.
    #[track_caller]
    pub fn left_nothing(&self, what: &str) {
        let git_dir = self.git_dir();
        assert!(!git_dir.join("index.lock").exists(), "'{what}' left the lock of the index");
        for entry in fs::read_dir(git_dir.join("agent")).into_iter().flatten() {
            let name = entry.expect("an entry").file_name().into_string().expect("a name");
            let is_ours = ["restore", "aside", "index.lock", "scratch"].iter().any(|start| name.starts_with(start));
            assert!(!is_ours, "'{what}' left '{name}'");
        }
    }
}

/// Whether `node` can be had from `moment`.
fn is_stored(repo: &Repo, trees: &Trees<'_>, moment: &WorktreeState, path: &BStr, node: &Node) -> bool {
    let entry = trees.find(moment.worktree, path).expect("a tree that can be read");
    let is_blob = |bytes: &[u8]| {
        let id = entry.map(|entry| entry.id);
        id == Some(blob(repo, bytes)) && repo.read(blob(repo, bytes)).is_ok()
    };
    match node {
        Node::File(mode, bytes) => moment.raw.get(path) == Some(mode) && is_blob(bytes),
        Node::Link(target) => is_blob(target),
        Node::Directory(mode) => {
            // One that is left is made by what is in it.
            moment.dirs.get(path).is_none_or(|known| known == mode)
        }
        Node::Special => false,
    }
}

fn blob(repo: &Repo, bytes: &[u8]) -> ObjectId {
    repo.blob_id(bytes).expect("a hash")
}
