//! `git agent plan import`: the difference between a plan and the ledger, as events.

use std::io::Read as _;

use crate::{
    cmd::Ctx,
    domain::task::named,
    error::{Context as _, Result},
    plans::Difference,
    verbs::plan::{self, ImportRequest, LeftKind, MAX_PLAN, PlanSource},
    view::{
        json::ImportAnswer,
        sanitize::{self, plural},
        shorten,
    },
};

/// How many kinds of warnings are printed.
const WARNED: usize = 10;

/// How many tasks of a kind are named when they have been imported.
const NAMED: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Tasks without an id get one derived from their name, the same on each import. A task that has progressed further than \
the plan says is left unchanged. docs/plans.md describes the formats.")]
pub(super) struct Args {
    /// Plan file; '-' reads standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Format of the plan: toml, json, features, feature-list, markdown, beads, task-master, todo or ralph (default:
    /// detected)
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Make the top-level tasks of the plan subtasks of TASK, and prefix generated ids with its id
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Update titles even of tasks that have been started or completed under another title
    #[arg(long)]
    force: bool,
}

/// Run the command. Returns its exit code.
pub(super) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let format = args.format.as_deref().map(plan::format).transpose()?;
    let source = read(&args.file)?;
    let request = ImportRequest { source, format, parent: args.parent, force: args.force, dry_run: args.dry_run };
    let done = ctx.call(|caller| plan::import(caller, &request))?;
    warn_of_left(ctx, &args.file, &done.left);
    if ctx.out.is_json() {
        return ctx.out.json(&ImportAnswer::new(&done, args.dry_run));
    }
    if args.dry_run {
        ctx.page()?;
    }
    if ctx.out.is_quiet() {
        let ids: String = done.difference.added.iter().map(|(id, ..)| format!("{id}\n")).collect();
        ctx.out.print(&ids)?;
    } else {
        let most = if args.dry_run { usize::MAX } else { NAMED };
        ctx.out.print(&page(&done.difference, args.dry_run, most))?;
    }
    if done.commit.is_some() {
        ctx.out.hint("to drop a task: git agent cancel <task>; to change one: git agent edit <task>");
    }
    Ok(())
}

/// Read `file`; `-` is standard input.
fn read(file: &str) -> Result<PlanSource> {
    let name = if file == "-" { "standard input".into() } else { sanitize::line(file) };
    let failed = || format!("cannot read the plan '{name}'");
    let mut bytes = Vec::new();
    // A byte more than it may have is enough to refuse it.
    if file == "-" {
        std::io::stdin().lock().take(MAX_PLAN + 1).read_to_end(&mut bytes).or_environment(failed)?;
        return PlanSource::new(None, bytes);
    }
    let opened = std::fs::File::open(file).or_environment(failed)?;
    opened.take(MAX_PLAN + 1).read_to_end(&mut bytes).or_environment(failed)?;
    PlanSource::new(Some(file), bytes)
}

/// Warn of parts of the plan that were not imported unchanged.
fn warn_of_left(ctx: &Ctx, file: &str, left: &[LeftKind]) {
    for kind in left.iter().take(WARNED) {
        let first = kind.first.join(", ");
        ctx.out.warn(match kind.count {
            1 => format!("{file}:{first}: {}", kind.what),
            count => {
                let more = if count > kind.first.len() { ", …" } else { "" };
                format!("{file}: {} ({count} times: {first}{more})", kind.what)
            }
        });
    }
    if left.len() > WARNED {
        ctx.out.warn(format!("{} more kinds of problems in the plan; --json lists them", left.len() - WARNED));
    }
}

/// What changes, for people: at most `most` tasks of a kind.
fn page(difference: &Difference, dry_run: bool, most: usize) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&sanitize::line(&line));
        text.push('\n');
    };
    let added = difference.added.len();
    for (id, title, feature) in difference.added.iter().take(most) {
        let part = feature.as_ref().map(|feature| format!(", a subtask of {feature}")).unwrap_or_default();
        say(format!("+ {}{part}", named(id, title)));
    }
    if added > most {
        say(format!("+ … and {} more", added - most));
    }
    let changed = difference.changed().count();
    for (id, title, change) in difference.changed().take(most) {
        say(format!("~ {}", named(id, title)));
        for field in &change.fields {
            let (before, after) = (shorten(&field.before, 60), shorten(&field.after, 60));
            match before.is_empty() {
                true => say(format!("    {}: {after}", field.name)),
                false => say(format!("    {}: {before} -> {after}", field.name)),
            }
        }
    }
    if changed > most {
        say(format!("~ … and {} more", changed - most));
    }
    let kept = difference.kept().count();
    for (id, title, why) in difference.kept().take(most) {
        say(format!("= {}, kept: {why}", named(id, title)));
    }
    if kept > most {
        say(format!("= … and {} more", kept - most));
    }
    let missing = difference.missing.len();
    for (id, title) in difference.missing.iter().take(most) {
        say(format!("- {}, no longer in this file", named(id, title)));
    }
    if missing > most {
        say(format!("- … and {} more", missing - most));
    }
    say(sum(added, changed, kept, difference.unchanged, dry_run));
    text
}

/// What happens, in one line.
fn sum(added: usize, changed: usize, kept: usize, unchanged: usize, dry_run: bool) -> String {
    let more = |count: usize, what: &str| if count == 0 { String::new() } else { format!(", {count} {what}") };
    let rest = more(unchanged, "unchanged") + &more(kept, "kept");
    match (added + changed, dry_run) {
        (0, _) if rest.is_empty() => "The plan is empty: nothing to do.".to_owned(),
        (0, _) => format!("Nothing to do{rest}."),
        (_, true) => format!("Would add {} and change {changed}{rest}.", plural(added, "task")),
        (_, false) => format!("Added {} and changed {changed}{rest}.", plural(added, "task")),
    }
}
