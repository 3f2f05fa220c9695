//! `git agent report`: how far everything is, for people.

use std::path::PathBuf;

use super::Ctx;
use crate::{
    domain::{report::Report, text::escaped_json},
    error::{Context as _, Error, Result},
    verbs::report,
    view::{
        Style,
        json::{ReportAnswer, Versioned},
        report as forms,
    },
};

/// Report progress: tasks by state, decisions, checkpoints and time
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The HTML report is a single file without scripts or external resources. 'execplan' is a self-contained document from \
which a new agent can continue. --json prints the same facts for programs.")]
pub struct Args {
    /// Output format: md, html, json, text or execplan (default: from the extension of FILE; text on a terminal, otherwise md)
    #[arg(long, value_name = "FORMAT", value_enum, hide_possible_values = true)]
    format: Option<Format>,
    /// Report only this task and its subtasks
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Report only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
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
    /// The requested format, or the one of the file's extension.
    fn format(&self, json: bool, on_terminal: bool) -> Format {
        let ending = self.output.as_deref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
        let by_name = match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("html" | "htm") => Some(Format::Html),
            Some("json") => Some(Format::Json),
            Some("txt") => Some(Format::Text),
            Some("md" | "markdown") => Some(Format::Md),
            _ => None,
        };
        let default = match (json, on_terminal && self.output.is_none()) {
            (true, _) => Format::Json,
            (false, true) => Format::Text,
            (false, false) => Format::Md,
        };
        self.format.or(by_name).unwrap_or(default)
    }
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let is_json = ctx.out.is_json();
    let format = args.format(is_json, ctx.out.is_for_a_person());
    let no_checkpoints = matches!(format, Format::Md | Format::Text) && !is_json;
    let request = report::Request { feature: args.parent, labels: args.labels, since: args.since, no_checkpoints };
    let report = ctx.call(|caller| report::report(caller, &request))?;
    let to_terminal = args.output.is_none() && !is_json;
    let text = match format {
        Format::Md => forms::markdown(&report),
        Format::Html => forms::html(&report),
        Format::Execplan => forms::execplan(&report),
        Format::Json => json(&report)?,
        Format::Text if to_terminal => forms::text(&report, ctx.style(), ctx.out.width()),
        Format::Text => forms::text(&report, Style::new(false), None),
    };
    if let Some(path) = &args.output {
        std::fs::write(path, text).or_environment(|| format!("cannot write the report to '{}'", path.display()))?;
        let path = path.display().to_string();
        ctx.out.status(format!("Wrote the report to '{path}'."));
        if is_json {
            ctx.out.json(&ReportAnswer::new(&report, None, Some(path)))?;
        }
    } else if is_json {
        ctx.out.json(&ReportAnswer::new(&report, (format != Format::Json).then_some(text), None))?;
    } else {
        if matches!(format, Format::Md | Format::Text) {
            ctx.page()?;
        }
        ctx.out.print(&text)?;
    }
    Ok(())
}

/// The answer of `--json`, as a file.
fn json(report: &Report) -> Result<String> {
    let answer = serde_json::to_string_pretty(&Versioned::new(ReportAnswer::new(report, None, None)));
    let text = answer.map_err(|error| Error::bug("a report has no JSON").because(error))?;
    Ok(escaped_json(&text).into_owned() + "\n")
}
