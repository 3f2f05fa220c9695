//! The caller states that the commits of a range are a squash merge of a branch.

use std::collections::BTreeSet;

use super::{Desk, Found, Range, RepairRemark, UnlinkedReason, link, sources, unknown};
use crate::{
    domain::{
        id::TaskId,
        repair::{Evidence, RepairVerdict, Same, Whole, judge},
        text::oid,
        trailer::{
            block::{self, Syntax},
            scan,
        },
    },
    error::{Error, Result, codes},
    git::{
        ObjectId,
        commit::{self, Commit},
        patch::TreeChange,
        revwalk,
    },
    query::repair::matching::{self, Origin},
};

/// The tasks of the branch that ends at `tip`, for the commits of `range` that were made of it.
///
/// What has the content of the whole branch gets all its tasks, what has that of one of its commits gets those of that one. A commit that
/// is alone in its range gets all of them, with a remark if its content differs: it is said to be the squash.
///
/// # Errors
///
/// `no-common-history` when the branch and the range have none.
pub(super) fn find(desk: &Desk<'_>, range: Range, tip: ObjectId) -> Result<Found> {
    let mut found = Found::default();
    let repo = desk.repo;
    if revwalk::is_ancestor(repo, tip, range.tip)? {
        found.remarks.push(RepairRemark::BranchInRange(tip));
        return Ok(found);
    }
    let from = range.from.unwrap_or(range.tip);
    let Some(base) = revwalk::merge_base(repo, from, tip)? else { return Err(no_common_history(desk, tip)) };
    let branch = commit::walk(repo, &["--topo-order", "--reverse", &tip.to_string(), &format!("^{from}")])?;
    let mut origins = Vec::new();
    let mut all: BTreeSet<String> = BTreeSet::new();
    for entry in &branch {
        let tasks = sources::tasks(desk, entry);
        all.extend(tasks.iter().cloned());
        if let Some(change) = matching::change(desk, entry.id, &entry.parents).filter(|change| !change.is_empty()) {
            origins.push(Origin { source: entry.id, whole: Whole::Commit, base: None, change, tasks });
        }
    }
    if all.is_empty() {
        found.remarks.push(RepairRemark::NoTasks(tip));
        return Ok(found);
    }
    let change = TreeChange { before: revwalk::tree(repo, base)?, after: revwalk::tree(repo, tip)? };
    origins.push(Origin { source: tip, whole: Whole::Branch, base: Some(base), change, tasks: all.clone() });
    let not_from = range.from.map(|from| format!("^{from}"));
    let range_tip = range.tip.to_string();
    let words = ["--topo-order", "--reverse", "--no-merges", &range_tip].into_iter().chain(not_from.as_deref());
    let commits = commit::walk(repo, &words.collect::<Vec<_>>())?;
    let gathered = matching::among(desk, &commits.iter().collect::<Vec<_>>(), &origins)?;
    for entry in &commits {
        match judge(gathered.of(entry.id)) {
            // A commit of the branch without a task is not evidence.
            RepairVerdict::Belongs(one) if one.tasks.is_empty() => {
                found.unknown.extend(unnamed(desk, entry, UnlinkedReason::NoSource));
            }
            RepairVerdict::Belongs(one) => add(desk, &mut found, entry, one, true)?,
            RepairVerdict::Ambiguous(several) => {
                let several: Vec<Evidence<ObjectId>> = several.into_iter().cloned().collect();
                found.unknown.extend(
                    unnamed(desk, entry, UnlinkedReason::Ambiguous)
                        .map(|one| super::Unknown { candidates: several, ..one }),
                );
            }
            RepairVerdict::Unknown if commits.len() == 1 => {
                let tasks = all.iter().cloned().collect();
                let one = Evidence { source: tip, tasks, same: Same::Patch, whole: Whole::Branch };
                add(desk, &mut found, entry, &one, false)?;
                found.remarks.push(RepairRemark::ContentDiffers { commit: entry.id, tip });
            }
            RepairVerdict::Unknown => found.unknown.extend(unnamed(desk, entry, UnlinkedReason::NoSource)),
        }
    }
    Ok(found)
}

/// Link `entry` to the tasks that it neither names nor is linked to.
fn add(desk: &Desk<'_>, found: &mut Found, entry: &Commit, one: &Evidence<ObjectId>, compared: bool) -> Result<()> {
    let named = block::ids(&entry.message, desk.owners.rules(), &Syntax::default());
    let mut missing = Vec::new();
    for id in &one.tasks {
        let Ok(task) = TaskId::parse(id) else { continue };
        let is_known =
            named.iter().any(|known| *known == id.as_str()) || desk.ledger.tasks(entry.id).any(|known| *known == task);
        match desk.view.task(&task)? {
            Some(_) if !is_known => {
                let made = link(entry, &task, one.by(), Some(one.source));
                found.links.push(super::Link { compared, ..made });
            }
            Some(_) => {}
            None => missing.push(id.clone()),
        }
    }
    if !missing.is_empty() {
        found.remarks.push(RepairRemark::NotInLedger(missing));
    }
    Ok(())
}

/// `entry` names no task, and none was found.
fn unnamed(desk: &Desk<'_>, entry: &Commit, why: UnlinkedReason) -> Option<super::Unknown> {
    let is_named =
        !scan::ids(&entry.message, desk.owners.rules()).is_empty() || desk.ledger.tasks(entry.id).next().is_some();
    (!is_named).then(|| unknown(entry, why, Vec::new()))
}

fn no_common_history(desk: &Desk<'_>, tip: ObjectId) -> Error {
    let short = oid(tip);
    let error = Error::new(
        codes::NO_COMMON_HISTORY,
        format!("cannot repair: the range and the branch at {short} have no common ancestor here"),
    );
    if desk.shallow.is_empty() {
        error.hint("'git log --graph' shows how the history is connected")
    } else {
        error.hint("this clone is shallow: 'git fetch --unshallow' fetches the rest of the history")
    }
}
