//! `git agent graph`: what comes after what.

use crate::{
    cmd::context::Ctx,
    domain::{
        graph::Graph,
        task_graph::{Chart, Choice},
    },
    error::{Result, exit},
    view::{graph, json::GraphAnswer, svg},
};

/// Show the dependency graph of the tasks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Output format: text, dot (Graphviz), mermaid or svg
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t, hide_possible_values = true)]
    format: Format,
    /// Show only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// Include completed and cancelled tasks
    #[arg(long, short = 'a')]
    all: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Dot,
    Mermaid,
    Svg,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let table = view.table()?;
    let tasks = Graph::new(&table);
    let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    let chart = Chart::new(&tasks, Choice { parent: parent.as_ref(), all: args.all }, ctx.now());
    let shown: std::collections::HashSet<_> = chart.nodes.iter().map(|node| &node.id).collect();
    let mut cycles = tasks.cycles();
    cycles.retain(|cycle| cycle.iter().any(|id| shown.contains(id)));
    if !ctx.out.is_json() && args.format == Format::Text {
        ctx.page()?;
        ctx.out.print(&graph::text(&chart, &cycles, ctx.style(), ctx.out.width()))?;
        match chart.nodes.is_empty() {
            true if table.is_empty() => ctx.out.status("There are no tasks."),
            true => ctx.out.status("No task is open; 'git agent graph --all' shows every task."),
            false => {}
        }
        return Ok(exit::OK);
    }
    let text = match args.format {
        Format::Text => None,
        Format::Dot => Some(graph::dot(&chart)),
        Format::Mermaid => Some(graph::mermaid(&chart)),
        Format::Svg => Some(svg::graph::graph(&chart).file()),
    };
    match (ctx.out.is_json(), text) {
        (false, Some(text)) => ctx.out.print(&text)?,
        (_, text) => ctx.out.json(&GraphAnswer::new(&chart, cycles, text))?,
    }
    Ok(exit::OK)
}
