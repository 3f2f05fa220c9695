//! `git agent ready`: the tasks that can be started now, and why the others cannot.

use super::Ctx;
use crate::{
    domain::{status::Status, summary::Summary, table::Row, time::Timestamp},
    error::Result,
    verbs::{list::ListedTask, ready::ready},
    view::{json::ReadyAnswer, sanitize, tasks::Look},
};

/// List the tasks that can be started now, in the order used by 'next'
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show for each open task why it is or is not ready
    #[arg(long)]
    explain: bool,
    /// Show only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let (answer, now) = (ctx.call(|caller| ready(caller, &args.labels, args.explain))?, ctx.now());
    if ctx.out.is_json() {
        return ctx.out.json(&ReadyAnswer::new(&answer, now)?);
    }
    let (tasks, waiting) = (&answer.tasks, answer.waiting.as_deref().unwrap_or_default());
    if ctx.out.is_quiet() {
        return super::list::ids(ctx, tasks.iter().map(|row| &row.id));
    }
    ctx.page()?;
    let look = Look::new(ctx.style(), ctx.out.width(), tasks.iter().chain(waiting.iter().map(|(row, _)| row)));
    let mut page: String = tasks.iter().map(|row| look.line(&ListedTask::ready(row.clone()), 0, now)).collect();
    for (row, obstacles) in waiting {
        let reasons = match row.status {
            Status::InProgress => vec![held(row, now)],
            _ => obstacles.iter().map(ToString::to_string).collect(),
        };
        page.push_str(&look.row(row, 0, true, &[]));
        page.extend(reasons.iter().map(|reason| format!("    {}\n", sanitize::line(reason))));
    }
    ctx.out.print(&page)?;
    if !answer.table.rows().any(Row::exists) {
        ctx.say_no_tasks()?;
    } else if tasks.is_empty() && !args.explain {
        ctx.out.status("Nothing is ready.");
        ctx.out.hint("'git agent ready --explain' explains why");
    }
    Ok(())
}

/// The holder of a task in progress.
fn held(row: &Summary, now: Timestamp) -> String {
    match (&row.claim, row.live_claim(now)) {
        (_, Some((by, until))) => format!("in progress, held by {by} until {}", until.to_minute()),
        (Some((by, until)), None) => format!(
            "in progress, but the claim of {by} expired at {}; 'git agent start {}' takes it over",
            Timestamp::from_millis(*until).to_minute(),
            row.id
        ),
        (None, None) => "in progress, unclaimed".to_owned(),
    }
}
