//! Which trailers a message should have: pure, no repository, no files.
//!
//! | what git is doing | the message names |
//! |---|---|
//! | a new commit | the active task |
//! | `merge --squash` | every task of what was squashed, and the active one |
//! | amend | the tasks of HEAD; the active one if there are none |
//! | amend while rebasing | the tasks of HEAD |
//! | a part of a commit that is taken apart at an `edit` stop | the tasks of that commit |
//! | squash, fixup | the tasks of all that become one |
//! | the user resolves a pick's conflict | the tasks of what is picked |
//! | git replays a commit | what it named before: nothing is written |

use bstr::{BStr, BString};

use crate::domain::{
    id::TaskId,
    trailer::{block::Trailer, reverts::REVERTS_TASK},
};

/// Why commits of a worktree are not stamped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstamping {
    /// The reason: `the hooks of git-agent are not installed`.
    pub why: String,
    /// The setting that disables the hooks, if one does; installing them changes nothing then.
    pub disabled_by: Option<String>,
}

impl Unstamping {
    /// Because of the setting `key`.
    pub fn by_setting(key: String) -> Self {
        Unstamping { why: format!("'{key}' disables the hooks"), disabled_by: Some(key) }
    }

    /// The git command that shows where hooks are disabled.
    pub fn origin(&self) -> Option<String> {
        self.disabled_by.as_ref().map(|key| format!("git config --show-origin {key}"))
    }
}

/// The facts about a commit in progress that determine its trailers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StampFacts {
    /// Trailers of the commits that it replaces: HEAD for an amend, the commits of a squash, the picked commit.
    pub inherited: Vec<Trailer>,
    /// Task ids in the message of `git merge --squash`.
    pub squashed: Vec<BString>,
    /// Whether it amends HEAD.
    pub amends: bool,
    /// Tasks named by replaced commits, but unlinked from them in the ledger.
    pub unlinked: Vec<TaskId>,
    /// The active tasks, if the commit is made for them; the main one last.
    pub active: Vec<TaskId>,
    /// Task ids of the commit that it reverts.
    pub reverted: Vec<BString>,
}

impl StampFacts {
    /// The trailers for the message, in this order; the active task comes last.
    pub fn trailers(&self, key: &BStr) -> Vec<Trailer> {
        let mut wanted: Vec<Trailer> = Vec::new();
        let mut add = |trailer: Trailer| {
            if !wanted.contains(&trailer) {
                wanted.push(trailer);
            }
        };
        self.inherited.iter().cloned().for_each(&mut add);
        let task = |id: &BString| Trailer { key: key.to_owned(), value: id.clone() };
        self.squashed.iter().map(task).for_each(&mut add);
        let reverted = self.reverted.iter().filter(|_| !self.active.is_empty());
        reverted.map(|id| Trailer { key: REVERTS_TASK.into(), value: id.clone() }).for_each(&mut add);
        if !self.keeps() {
            self.active.iter().map(|id| task(&id.as_str().into())).for_each(&mut add);
        }
        wanted
    }

    /// Whether the commit has tasks already, which amending it does not change.
    fn keeps(&self) -> bool {
        self.amends && !(self.inherited.is_empty() && self.squashed.is_empty())
    }

    /// The tasks that an amended commit keeps, if the active one is not among them.
    pub fn kept_in_amend(&self) -> Option<Vec<BString>> {
        let kept: Vec<BString> = self.inherited.iter().map(|trailer| trailer.value.clone()).collect();
        let is_new = |id: &TaskId| !kept.iter().any(|known| known == id.as_str());
        (self.keeps() && self.active.iter().any(is_new)).then_some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(facts: &StampFacts) -> Vec<String> {
        facts.trailers("Task-Id".into()).iter().map(|t| format!("{}: {}", t.key, t.value)).collect()
    }

    #[test]
    fn the_active_task_comes_last_and_once() {
        let t = |value: &str| Trailer { key: "Task-Id".into(), value: value.into() };
        let active = vec![TaskId::parse("U").unwrap()];
        let facts = StampFacts {
            inherited: vec![t("T"), t("T")],
            squashed: vec!["S".into(), "T".into()],
            active,
            ..StampFacts::default()
        };
        assert_eq!(shown(&facts), ["Task-Id: T", "Task-Id: S", "Task-Id: U"]);
    }

    #[test]
    fn a_revert_without_an_active_task_is_not_touched() {
        let facts = StampFacts { reverted: vec!["T".into()], ..StampFacts::default() };
        assert_eq!(shown(&facts), [""; 0]);
        let facts = StampFacts { active: vec![TaskId::parse("U").unwrap()], ..facts };
        assert_eq!(shown(&facts), ["Reverts-Task: T", "Task-Id: U"]);
    }
}
