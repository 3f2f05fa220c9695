//! `git agent graph`: the dependency graph.

use super::Ctx;
use crate::{
    error::Result,
    verbs::graph,
    view::{graph as text, json::GraphAnswer, svg},
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

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = graph::Request { parent: args.parent, all: args.all };
    let answer = ctx.call(|caller| graph::graph(caller, &request))?;
    let chart = &answer.chart;
    let drawn = match args.format {
        Format::Text => None,
        Format::Dot => Some(text::dot(chart)),
        Format::Mermaid => Some(text::mermaid(chart)),
        Format::Svg => Some(svg::graph::graph(chart).file()),
    };
    if ctx.out.is_json() {
        ctx.out.json(&GraphAnswer::new(chart, answer.cycles, drawn))?;
    } else if let Some(drawn) = drawn {
        ctx.out.print(&drawn)?;
    } else {
        ctx.page()?;
        ctx.out.print(&text::text(chart, &answer.cycles, ctx.style(), ctx.out.width()))?;
        if !answer.has_tasks {
            ctx.say_no_tasks()?;
        } else if chart.nodes.is_empty() {
            ctx.out.status("No task is open; 'git agent graph --all' shows every task.");
        }
    }
    Ok(())
}
