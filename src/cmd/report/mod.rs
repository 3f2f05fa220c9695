//! `git agent report`: how far everything is, for people.

use std::path::PathBuf;

use crate::{
    cmd::context::Ctx,
    domain::{
        graph::Graph,
        report::{Report, Source},
        text::escaped_json,
    },
    error::{Context as _, Error, Result, exit},
    git::date,
    view::{Style, json::ReportAnswer, report},
};

/// Report progress: tasks by state, decisions, checkpoints and time
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The HTML report is a single file without scripts or external resources. 'execplan' is a self-contained document from \
which a new agent can continue. --json prints the same facts for programs.")]
pub struct Args {
    /// Output format: md, html, json, text or execplan (default: from the extension of FILE, or md)
    #[arg(long, value_name = "FORMAT", value_enum, hide_possible_values = true)]
    format: Option<Format>,
    /// Report only this task and its subtasks
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Also report what changed since DATE, such as 'yesterday'
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    /// Write to FILE instead of standard output
    #[arg(long, short = 'o', value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[value(alias = "markdown")]
    Md,
    Html,
    Json,
    Text,
    Execplan,
}

impl Args {
    /// The format that is asked for, or that the file's name says.
    fn format(&self, json: bool) -> Format {
        let ending = self.output.as_deref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
        let by_name = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("html" | "htm") => Some(Format::Html),
            Some("json") => Some(Format::Json),
            Some("txt") => Some(Format::Text),
            Some("md" | "markdown") => Some(Format::Md),
            _ => None,
        };
        self.format.or(by_name).unwrap_or(if json { Format::Json } else { Format::Md })
    }
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    let since = args.since.as_deref().map(|date| date::since(repo, date)).transpose()?;
    let view = ctx.view()?;
    let feature = args.parent.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    let format = args.format(ctx.out.is_json());
    let table = view.table()?;
    let tasks = crate::query::report::tasks(&view, &table)?;
    let checkpoints = match format {
        // They are not told of.
        Format::Md | Format::Text if !ctx.out.is_json() => Default::default(),
        _ => crate::query::report::checkpoints(&view, &tasks)?,
    };
    let report = Report::new(&Source {
        tasks: &tasks,
        graph: &Graph::new(&table),
        feature: feature.as_ref(),
        since,
        now: ctx.now(),
        gap: repo.settings().idle_gap(),
        checkpoints,
        text: &|text| view.text(text),
    });
    let to_terminal = args.output.is_none() && !ctx.out.is_json();
    let text = match format {
        Format::Md => report::markdown(&report),
        Format::Html => report::html(&report),
        Format::Execplan => report::execplan(&report),
        Format::Json => json(&report)?,
        Format::Text if to_terminal => report::text(&report, ctx.style(), ctx.out.width()),
        Format::Text => report::text(&report, Style::new(false), None),
    };
    let Some(path) = &args.output else {
        match (ctx.out.is_json(), format) {
            (true, Format::Json) => ctx.out.json(&ReportAnswer::new(&report, None, None))?,
            (true, _) => ctx.out.json(&ReportAnswer::new(&report, Some(text), None))?,
            (false, format) => {
                if matches!(format, Format::Md | Format::Text) {
                    ctx.page()?;
                }
                ctx.out.print(&text)?;
            }
        }
        return Ok(exit::OK);
    };
    std::fs::write(path, text).or_environment(|| format!("cannot write the report to '{}'", path.display()))?;
    if ctx.out.is_json() {
        ctx.out.json(&ReportAnswer::new(&report, None, Some(path.display().to_string())))?;
    } else {
        ctx.out.status(format!("Wrote the report to '{}'.", path.display()));
    }
    Ok(exit::OK)
}

/// The answer of `--json`, as a file.
fn json(report: &Report) -> Result<String> {
    let answer = serde_json::to_string_pretty(&ReportAnswer::new(report, None, None));
    let text = answer.map_err(|error| Error::bug("a report has no JSON").because(error))?;
    Ok(escaped_json(&text).into_owned() + "\n")
}
