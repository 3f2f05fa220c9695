//! `git agent plan export`: tasks as a plan.

use crate::{
    cmd::{
        Ctx,
        list::{States, states},
    },
    error::{Context as _, Error, Result, codes},
    plans::Format,
    verbs::plan::{self, ExportRequest},
    view::{json::ExportAnswer, sanitize::plural},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Tasks follow their dependencies. toml and json are complete; docs/plans.md describes what the other formats omit.")]
pub(super) struct Args {
    /// Format: toml, json, markdown, feature-list, features or beads (default: toml)
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Export only this task and its subtasks
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Export only tasks in these states, separated by commas; see 'git agent list'
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = states)]
    status: Vec<States>,
    /// Export only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
}

/// Run the command. Returns its exit code.
pub(super) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let format = chosen(ctx, &args)?;
    let request = ExportRequest { format, parent: args.parent, status: States::all(args.status), labels: args.labels };
    let plan = ctx.call(|caller| plan::export(caller, &request))?;
    let Some(file) = &args.output else {
        return ctx.out.print(&plan.text);
    };
    std::fs::write(file, &plan.text).or_environment(|| format!("cannot write '{}'", file.display()))?;
    let shown = file.to_string_lossy();
    if ctx.out.is_json() {
        ctx.out.json(&ExportAnswer { output: shown.into_owned(), format: format.as_str(), exported: plan.count })?;
    } else {
        ctx.out.status(format!("Wrote {} to '{shown}'.", plural(plan.count, "task")));
    }
    Ok(())
}

/// The format that is asked for, or the one of the file.
fn chosen(ctx: &Ctx, args: &Args) -> Result<Format> {
    let wanted = args.format.as_deref().map(plan::export_format).transpose()?;
    let to_stdout = args.output.is_none();
    match (wanted, &args.output) {
        (Some(format), _) if format != Format::Json && ctx.out.is_json() && to_stdout => {
            let message = format!("--json contradicts --format {}", format.as_str());
            Err(Error::new(codes::BAD_FORMAT, message).hint("omit one of them, or write to a file with --output"))
        }
        (Some(format), _) => Ok(format),
        (None, None) if ctx.out.is_json() => Ok(Format::Json),
        (None, None) => Ok(Format::Toml),
        (None, Some(file)) => {
            let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            Ok(match Format::of_extension(extension) {
                Some(format) => format,
                None if extension.eq_ignore_ascii_case("json") => Format::Json,
                None => Format::Toml,
            })
        }
    }
}
