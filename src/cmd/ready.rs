//! `git agent ready`: what can be started now, and why the rest cannot.

use super::list;
use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        graph::{Graph, Obstacle, show_cycle},
        status::Status,
        summary::Summary,
        table::Row,
        time::Timestamp,
    },
    error::{Result, exit},
    view::{
        json::{ReadyAnswer, Unready},
        sanitize::{self, plural},
    },
};

/// List the tasks that can be started now, in the order used by 'next'
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show for each open task why it is or is not ready
    #[arg(long)]
    explain: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let now = ctx.now();
    let ready: Vec<Summary> = graph.ready(now).into_iter().map(Row::summary).collect();
    let waiting: Vec<Summary> = match args.explain {
        true => {
            let open = table.rows().filter(|row| row.exists() && !row.status().is_closed());
            open.filter(|row| !graph.is_ready(*row, now)).map(Row::summary).collect()
        }
        false => Vec::new(),
    };
    if ctx.out.is_json() {
        let unready = |row: &Summary| Unready {
            id: row.id.to_string(),
            reasons: graph.obstacles(row, now).iter().map(say).collect(),
        };
        let tasks = list::tasks_json(&view, &graph, &ready, now)?;
        ctx.out.json(&ReadyAnswer::new(tasks, args.explain.then(|| waiting.iter().map(unready).collect())))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    let look = list::Look::new(ctx, ready.iter().chain(&waiting));
    let mut page: String = ready.iter().map(|row| look.line(&graph, row, now)).collect();
    for row in &waiting {
        let reasons = match row.status {
            Status::InProgress => vec![held(row, now)],
            _ => graph.obstacles(row, now).iter().map(say).collect(),
        };
        let reasons: String = reasons.iter().map(|reason| format!("    {}\n", sanitize::line(reason))).collect();
        page.push_str(&look.row(row, 0, &[]));
        page.push_str(&reasons);
    }
    ctx.out.print(&page)?;
    if ready.is_empty() && !args.explain {
        ctx.out.status("Nothing is ready.");
        ctx.out.hint("'git agent ready --explain' says why");
    }
    Ok(exit::OK)
}

/// Who is at a task that is in progress.
fn held(row: &Summary, now: Timestamp) -> String {
    match (&row.claim, row.live_claim(now)) {
        (_, Some((by, until))) => format!("in progress, held by {by} until {}", until.to_minute()),
        (Some((by, until)), None) => format!(
            "in progress, but the claim of {by} ran out at {}; 'git agent start {}' takes it over",
            Timestamp::from_millis(*until).to_minute(),
            row.id
        ),
        (None, None) => "in progress, held by nobody".to_owned(),
    }
}

/// An obstacle in words.
pub(super) fn say(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::Status(status) => task_change::say(*status).to_owned(),
        Obstacle::Waits { on, status: None, .. } => format!("waits for {on}, which this ledger does not have"),
        Obstacle::Waits { on, status: Some(Status::Failed), failure: Some(why) } => {
            format!("waits for {on}, which failed: {why}")
        }
        Obstacle::Waits { on, status: Some(status), .. } => {
            format!("waits for {on}, which is {}", task_change::say(*status))
        }
        Obstacle::Cycle(cycle) => format!("is in a circle of dependencies: {}", show_cycle(cycle)),
        Obstacle::Blocked(count) => format!("{} open", plural(*count as usize, "blocker")),
        Obstacle::Claimed { by, until } => format!("held by {by} until {}", until.to_minute()),
        Obstacle::Subtasks(count) => format!("{} open", plural(*count as usize, "subtask")),
    }
}
