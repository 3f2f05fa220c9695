//! `git agent ready`: what can be started now, and why the rest cannot.

use crate::{
    cmd::context::Ctx,
    domain::{graph::Graph, status::Status, summary::Summary, table::Row, time::Timestamp},
    error::{Result, exit},
    verbs::list::Listed,
    view::{
        json::{ReadyAnswer, TaskJson, Unready},
        sanitize,
        tasks::Look,
    },
};

/// List the tasks that can be started now, in the order used by 'next'
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show for each open task why it is or is not ready
    #[arg(long)]
    explain: bool,
}

/// Carry out `git agent ready` and print the result. Returns the exit code.
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
            reasons: graph.obstacles(row, now).iter().map(ToString::to_string).collect(),
        };
        let tasks = TaskJson::several(&view, &graph, ready.iter().map(|row| &row.id), now)?;
        ctx.out.json(&ReadyAnswer::new(tasks, args.explain.then(|| waiting.iter().map(unready).collect())))?;
        return Ok(exit::OK);
    }
    if ctx.out.is_quiet() {
        return super::list::ids(ctx, ready.iter().map(|row| &row.id));
    }
    ctx.page()?;
    let look = Look::new(ctx.style(), ctx.out.width(), ready.iter().chain(&waiting));
    let mut page: String = ready.iter().map(|row| look.line(&Listed::ready(row.clone()), 0, now)).collect();
    for row in &waiting {
        let reasons = match row.status {
            Status::InProgress => vec![held(row, now)],
            _ => graph.obstacles(row, now).iter().map(ToString::to_string).collect(),
        };
        let reasons: String = reasons.iter().map(|reason| format!("    {}\n", sanitize::line(reason))).collect();
        page.push_str(&look.row(row, 0, &[]));
        page.push_str(&reasons);
    }
    ctx.out.print(&page)?;
    if ready.is_empty() && !args.explain && !ctx.caller()?.misses_ledger() {
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
        (None, None) => "in progress, held by no agent".to_owned(),
    }
}
