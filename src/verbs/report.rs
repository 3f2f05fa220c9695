//! Progress: what is done, in progress and left, with decisions, checkpoints and time.

use super::Caller;
use crate::{
    domain::{
        graph::Graph,
        report::{Place, Report, Source},
    },
    error::Result,
    git::date,
    query::report,
    recovery::snapshot,
};

/// What to report.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only this task and its subtasks.
    pub feature: Option<String>,
    /// Only tasks that have all of these labels.
    pub labels: Vec<String>,
    /// Also count changes since this date, in any format of git.
    pub since: Option<String>,
    /// Omit the commits of the tasks: formats that do not show them need not read the history.
    pub no_checkpoints: bool,
}

/// Gather the facts of a report. Writes nothing.
///
/// # Errors
///
/// `bad-date`; `task-not-found`, `task-ambiguous` for the feature; when the ledger or the history cannot be read.
pub fn report(caller: &Caller, request: &Request) -> Result<Report> {
    let repo = caller.repo();
    let since = request.since.as_deref().map(|date| date::since(repo, date)).transpose()?;
    let view = caller.view()?;
    let feature = request.feature.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    let table = view.table()?;
    let tasks = report::tasks(&view, &table)?;
    let checkpoints = if request.no_checkpoints { Default::default() } else { report::checkpoints(&view, &tasks)? };
    let mut report = Report::new(&Source {
        tasks: &tasks,
        graph: &Graph::new(&table),
        feature: feature.as_ref(),
        labels: &request.labels,
        since,
        now: caller.now(),
        gap: repo.settings().idle_gap(),
        checkpoints,
        saved: snapshot::saved(repo)?,
        text: &|text| view.text(text),
    });
    report.place = Place { repository: repo.name(), branch: repo.head()?.branch_name() };
    Ok(report)
}
