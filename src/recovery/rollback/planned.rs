//! What a rollback does to files, for those who ask before and after.

use bstr::{BString, ByteSlice as _};

use super::{Goal, Scope};
use crate::{
    error::Result,
    git::{Repo, tree::Trees, walk},
    recovery::plan::{Change, Plan},
};

/// A file, and what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Where.
    pub path: BString,
    /// What.
    pub action: Action,
    /// Why, in words.
    pub reason: &'static str,
}

/// What happens to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It becomes what it was at the checkpoint.
    Write,
    /// It goes, into the snapshot.
    Remove,
    /// It stays, although it is not at the checkpoint.
    Keep,
}

/// Why a file is written.
const WANTED: &str = "it is this in the checkpoint";
/// Why a file goes.
const UNKNOWN: &str = "it is not in the checkpoint";

impl Planned {
    /// The files of `plan`, by path.
    pub fn of(plan: &Plan) -> Vec<Self> {
        let changed = plan.files.iter().map(|(path, change)| match change {
            Change::Write(_) => Planned { path: path.clone(), action: Action::Write, reason: WANTED },
            Change::Remove(why) => Planned { path: path.clone(), action: Action::Remove, reason: why.as_str() },
        });
        let kept = plan.kept.iter();
        let kept =
            kept.map(|kept| Planned { path: kept.path.clone(), action: Action::Keep, reason: kept.why.as_str() });
        let mut planned: Vec<Planned> = changed.chain(kept).collect();
        planned.sort_by(|a, b| a.path.cmp(&b.path));
        planned
    }

    /// What reaching `goal` would do to a work tree that is as HEAD has it.
    pub fn from_head(repo: &Repo, goal: &Goal) -> Result<Vec<Self>> {
        let trees = Trees::new(repo);
        let mut paths = trees.differing(walk::tree(repo, goal.head_before)?, goal.tree)?;
        if let Scope::Paths(scope) = &goal.scope {
            paths.retain(|path| scope.binary_search(path).is_ok());
        }
        let planned = |path: BString| {
            let there = trees.find(goal.tree, path.as_bstr())?.is_some();
            let (action, reason) = if there { (Action::Write, WANTED) } else { (Action::Remove, UNKNOWN) };
            Ok(Planned { path, action, reason })
        };
        paths.into_iter().map(planned).collect()
    }
}
