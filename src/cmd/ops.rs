//! `git agent ops`: the operation log of this worktree.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use ulid::Ulid;

use crate::{
    cmd::{context::Ctx, operation_output},
    error::{Result, exit},
    git::relay::{self, Color},
    recovery::operation::{Recorded, State, undone, undone_by},
    verbs,
    view::{
        json::{OpShowAnswer, OpsAnswer, listed},
        relative_time,
        sanitize::{self, plural},
    },
};

/// How many are shown without `--all`.
const SHOWN: usize = 20;

/// List the operations of this worktree, newest first
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    /// Show all, not only the newest
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
    /// Operation id or unique prefix (default: the last operation)
    op: Option<String>,
}

/// Run `git agent ops`.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    match &args.action {
        Some(Action::Show(args)) => show(ctx, args.op.as_deref()),
        None => list(ctx, &args),
    }
}

fn list(ctx: &Ctx, args: &Args) -> Result<u8> {
    let entries = ctx.call(verbs::ops::list)?;
    if args.jsonl {
        for operation in listed(&entries) {
            ctx.out.json(&operation)?;
        }
        return Ok(exit::OK);
    }
    if ctx.out.is_json() {
        ctx.out.json(&OpsAnswer::new(&entries))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    let mut text = match entries.len() {
        0 => "No operation was recorded in this worktree.\n".to_owned(),
        count => format!("{}\n", plural(count, "operation")),
    };
    let undone = undone(&entries);
    let shown = if args.all { entries.len() } else { SHOWN };
    for recorded in entries.iter().take(shown) {
        text.push_str(&format!("  {}\n", line(ctx, &undone, recorded)));
    }
    if entries.len() > shown {
        text.push_str(&format!("  … and {} more (use --all)\n", entries.len() - shown));
    }
    ctx.out.print(&text)?;
    Ok(exit::OK)
}

/// `01JD…  rollback t-1 to t-1@2  (2 minutes ago by ann@here, undone)`
fn line(ctx: &Ctx, undone: &HashMap<Ulid, Ulid>, recorded: &Recorded) -> String {
    let operation = &recorded.operation;
    let mut notes =
        vec![format!("{} by {}", relative_time::ago(ctx.now(), operation.at), sanitize::line(&operation.by))];
    match operation.state {
        _ if recorded.is_foreign => notes.push("not made in this repository".to_owned()),
        State::Begun => notes.push("interrupted: 'git agent resume' or 'git agent undo'".to_owned()),
        State::Failed => notes.push("failed, everything was put back".to_owned()),
        State::Done if undone.contains_key(&operation.id) => notes.push("undone".to_owned()),
        State::Done => {}
    }
    let style = ctx.style();
    let notes = style.faint(&format!("({})", notes.join(", ")));
    format!("{}  {}  {notes}", style.id(&operation.id.to_string()), sanitize::line(&operation.title))
}

fn show(ctx: &Ctx, word: Option<&str>) -> Result<u8> {
    let repo = ctx.repo()?;
    let (recorded, entries) = ctx.call(|caller| verbs::ops::show(caller, word))?;
    if ctx.out.is_json() {
        ctx.out.json(&OpShowAnswer::new(&recorded, undone_by(&entries, recorded.operation.id)))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    let operation = &recorded.operation;
    let mut text = format!("{}\n", line(ctx, &undone(&entries), &recorded));
    text.push_str(&operation_output::moved(&operation.before, &operation.after).unwrap_or_default());
    if let Some(snapshot) = operation.snapshot {
        text.push_str(&format!("  snapshot of what was before: {snapshot}\n"));
    }
    if let Some(late) = recorded.late {
        text.push_str(&format!("  what others wrote in the meantime: git ls-tree -r {late}\n"));
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
    let sides = ["before", "after"].map(|side| format!("{}:{side}/{part}", recorded.commit));
    let patch = relay::plain_patch(repo, Color::Never, sides)?;
    text.push('\n');
    text.push_str(&sanitize::lines(&patch.to_str_lossy()));
    ctx.out.print(&text)?;
    Ok(exit::OK)
}
