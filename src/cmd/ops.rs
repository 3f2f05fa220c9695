//! `git agent ops`: the operation log of this worktree.
use bstr::ByteSlice as _;

use super::{Ctx, operation_output};
use crate::{
    domain::{
        event::{Event, Payload},
        id_prefix::short_ids,
    },
    error::Result,
    git::relay::{self, Color},
    recovery::operation::{OperationState, Recorded},
    verbs::{self, commands::CommandEntry, ops::ShownCommand},
    view::{
        first_lines,
        json::{JsonForm as _, OpShowAnswer, OperationJson, OpsAnswer},
        log::event_text,
        relative_time,
        sanitize::{self, plural},
    },
};

/// How many are shown without `--all`.
const SHOWN: usize = 20;

/// List the operations of this worktree, newest first
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Lists operations that changed the branch, the index or the work tree (rollback, undo, redo, snapshot restore, checkpoint, \
squash), and commands that only wrote to the ledger. Wherever an operation is named, a unique prefix of its id \
is enough, and op@{0} is the newest one, op@{1} the one before it."
)]
pub struct Args {
    /// Show all operations, not only the newest
    #[arg(long)]
    all: bool,
    /// Print one JSON object per line
    #[arg(long)]
    jsonl: bool,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Show the paths and changes of an operation
    Show(Show),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Operation id, unique prefix, or op@{N} (default: the last operation)
    op: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    match &args.action {
        Some(Action::Show(args)) => show(ctx, args.op.as_deref()),
        None => list(ctx, &args),
    }
}

fn list(ctx: &Ctx, args: &Args) -> Result<()> {
    let entries = ctx.call(verbs::ops::list)?;
    if args.jsonl {
        entries.iter().try_for_each(|entry| ctx.out.json_line(&OperationJson::new(entry)))?;
        return Ok(());
    }
    if ctx.out.is_json() {
        return ctx.out.json(&OpsAnswer { operations: entries.to_json() });
    }
    ctx.page()?;
    let mut text = match entries.len() {
        0 => "No operation was recorded in this worktree.\n".to_owned(),
        count => format!("{}\n", plural(count, "operation")),
    };
    let shown = if args.all { entries.len() } else { SHOWN };
    let short = short_ids(entries.iter().map(|entry| entry.id));
    let line = |entry: &CommandEntry| line(ctx, &short.get(&entry.id).cloned().unwrap_or_default(), entry);
    text.push_str(&first_lines(entries.iter().map(line), shown, " (use --all)"));
    ctx.out.print(&text)
}

/// `01KATK2X  rollback t-1 to t-1@2  (2 minutes ago by ann@here, undone)`
fn line(ctx: &Ctx, id: &str, entry: &CommandEntry) -> String {
    let mut notes = vec![format!("{} by {}", relative_time::ago(ctx.now(), entry.at), sanitize::line(&entry.by))];
    match entry.operation.as_ref().map(|recorded| (recorded.is_foreign, recorded.operation.state)) {
        Some((true, _)) => notes.push("not made in this repository".to_owned()),
        Some((_, OperationState::Begun)) => {
            notes.push("interrupted: 'git agent resume' or 'git agent undo'".to_owned());
        }
        Some((_, OperationState::Failed)) => notes.push("failed, everything was restored".to_owned()),
        _ if entry.undone_by.is_some() => notes.push("undone".to_owned()),
        _ => {}
    }
    let style = ctx.style();
    let notes = style.faint(&format!("({})", notes.join(", ")));
    format!("{}  {}  {notes}", style.id(id), sanitize::line(&entry.title))
}

fn show(ctx: &Ctx, word: Option<&str>) -> Result<()> {
    let shown = ctx.call(|caller| verbs::ops::show(caller, word))?;
    let ShownCommand { entry, events } = &shown;
    if ctx.out.is_json() {
        return ctx.out.json(&OpShowAnswer::new(&shown));
    }
    ctx.page()?;
    let mut text = format!("{}\n", line(ctx, &entry.id.to_string(), entry));
    let view = ctx.view()?;
    let is_told = |event: &Event| !matches!(event.payload, Payload::Commit(_));
    for (id, event) in events.iter().filter(|(_, event)| is_told(event)) {
        let said = event_text::say(&view, &event.payload);
        let words = said.text.lines().next().map(|line| format!(": {line}")).unwrap_or_default();
        text.push_str(&format!("  {}\n", sanitize::line(&format!("{} {id}{words}", said.verb))));
    }
    if let Some(recorded) = &entry.operation {
        text.push_str(&operation(ctx, recorded)?);
    }
    ctx.out.print(&text)
}

/// The paths and changes of an operation.
fn operation(ctx: &Ctx, recorded: &Recorded) -> Result<String> {
    let operation = &recorded.operation;
    let mut text = operation_output::moved(&operation.before, &operation.after).unwrap_or_default();
    if let Some(snapshot) = operation.snapshot {
        text.push_str(&format!("  snapshot of the previous state: {snapshot}\n"));
    }
    if let Some(late) = recorded.late {
        text.push_str(&format!("  written by other processes meanwhile: git ls-tree -r {late}\n"));
    }
    for touched in &recorded.touched {
        let where_ = match (touched.on_disk, touched.in_index) {
            (true, true) => "file and index",
            (true, false) => "file",
            (false, _) => "index",
        };
        text.push_str(&format!("  {}: {where_}\n", sanitize::bytes(touched.path.as_bstr())));
    }
    // A checkpoint, and what takes it back, change no file: what they changed is in the index.
    let part = if recorded.touched.iter().any(|touched| touched.on_disk) { "worktree" } else { "staged" };
    let sides = ["before", "after"].map(|side| format!("{}:{}{side}/{part}", recorded.commit, recorded.directory));
    let patch = relay::plain_patch(ctx.repo()?, Color::Never, sides)?;
    text.push('\n');
    text.push_str(&sanitize::lines(&patch.to_str_lossy()));
    Ok(text)
}
