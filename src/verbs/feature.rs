//! Complete a feature with its last subtask.

use super::Caller;
use crate::{
    domain::{
        event::{Complete, Payload, Reason},
        graph::Graph,
        id::TaskId,
        status::Status,
        summary::Summary,
        table::{Row, Table},
        task::Task,
    },
    settings::FeatureDone,
    store::ledger::Draft,
};

/// What became of the features above a task that ended.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// Those that completed themselves, the innermost first.
    pub completed: Vec<Summary>,
    /// The one whose parts are all done and that is left to the caller: `agent.featureDone=ask`, or blockers or tasks before it are open.
    pub left: Option<Summary>,
    /// Completed ones that are open again with the part.
    pub reopened: Vec<Summary>,
}

/// Reopen the completed features above `part`, which is open again; those of `named` are reopened anyway.
pub(super) fn reopen(table: &mut Table, part: &Task, named: &[Task], draft: &mut Draft) -> Features {
    let mut features = Features::default();
    table.put_row(&Summary { status: Status::Pending, ..Summary::of(part) });
    let mut above = table.get(&part.id).and_then(Row::parent).map(Row::summary);
    // One that is reopened is completed no more, so parts of each other, which can come by a merge, end this.
    while let Some(feature) = above.take_if(|row| row.exists && row.status == Status::Completed) {
        if !named.iter().any(|task| task.id == feature.id) {
            draft.and(&feature.id, Payload::Reopen(Reason::default()));
            features.reopened.push(feature.clone());
        }
        table.put_row(&Summary { status: Status::Pending, ..feature.clone() });
        above = table.get(&feature.id).and_then(Row::parent).map(Row::summary);
    }
    features
}

/// Complete the features whose last open part is `id`, which ended in `table` already. A feature of which every part was cancelled is not
/// done; one that is blocked, or waits for others, is left to the caller.
///
/// Those of `named` are about to become something else.
pub(super) fn end(caller: &Caller, table: &mut Table, id: &TaskId, named: &[Task], draft: &mut Draft) -> Features {
    let is_auto = caller.repo().settings().feature_done() == FeatureDone::Auto;
    let mut features = Features::default();
    let mut part = id.clone();
    while let Some(feature) = finished_above(table, &part) {
        if named.iter().any(|task| task.id == feature.id) {
            break;
        }
        let graph = Graph::new(table);
        if !is_auto || !graph.get(&feature.id).is_some_and(|row| graph.is_workable(row)) {
            features.left = Some(feature);
            break;
        }
        draft.and(&feature.id, Payload::Complete(Complete::default()));
        table.put_row(&Summary { status: Status::Completed, claim: None, ..feature.clone() });
        part = feature.id.clone();
        features.completed.push(feature);
    }
    features
}

/// The open feature that `part` belongs to, if every part of it is over and one is completed.
fn finished_above(table: &Table, part: &TaskId) -> Option<Summary> {
    let feature = table.get(part)?.parent()?;
    let is_open = feature.exists() && matches!(feature.status(), Status::Pending | Status::InProgress);
    let is_part = |row: &Row<'_>| row.parent().is_some_and(|parent| parent.at() == feature.at());
    let mut parts = table.rows().filter(is_part).map(Row::status);
    let is_done = parts.clone().all(Status::is_closed) && parts.any(|status| status == Status::Completed);
    (is_open && is_done).then(|| feature.summary())
}
