//! `git agent squash`: the commits of a task at the tip become one.

use std::io::IsTerminal as _;

use bstr::{BString, ByteSlice as _};

use super::{Ctx, editor, many_lines, operation_output};
use crate::{
    domain::{
        squash::{SquashObstacle, Stop},
        task::Task,
    },
    error::{Error, Result},
    git::{ObjectId, commit::Commit},
    recovery::squash,
    verbs::{self, squash::SquashPlan},
    view::{
        NAMED, first_lines,
        json::SquashAnswer,
        oid,
        sanitize::{self, plural},
    },
};

/// Squash a task's unpublished commits at the tip into one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Squashes the commits at the tip that belong to the task and that no remote branch and no tag contains, up to the first \
commit of another task; a merge is included only with everything it brings in. The new commit has the tree of HEAD, so \
the index, the work tree and uncommitted changes stay as they are. Its author is that of the oldest commit.

The message consists of the title of the task, the subjects of the commits and the decisions; in a terminal it is \
opened in an editor. Task-Id trailers are always kept, other trailers (Co-authored-by, Signed-off-by, …) once each.

No hooks run except reference-transaction. 'git agent undo' restores the old commits.")]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Commit message without trailers; '-' reads standard input
    #[arg(short, long, value_name = "MSG")]
    message: Option<String>,
    /// Squash the commits after this ancestor of HEAD (a revision or checkpoint)
    #[arg(long, value_name = "REV")]
    onto: Option<String>,
    /// Edit the message
    #[arg(short, long, overrides_with = "no_edit")]
    edit: bool,
    /// Do not edit the message
    #[arg(long)]
    no_edit: bool,
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// How to squash without an editor.
const ESCAPE: editor::Escape =
    editor::Escape { what: "squash", hint: "-m <message> sets the message, --no-edit uses the proposed one" };

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = verbs::squash::Request { task: args.task.clone(), onto: args.onto.clone() };
    let plan = ctx.call(|caller| verbs::squash::plan(caller, &request))?;
    let task = &plan.task;
    // One commit alone is only reworded, and only on demand.
    let is_enough = plan.commits.len() > 1 || !plan.commits.is_empty() && (args.message.is_some() || args.edit);
    if !is_enough {
        return nothing(ctx, &plan, None);
    }
    let message = message(ctx, &args, &plan)?;
    if plan.is_idle(&message) {
        return nothing(ctx, &plan, Some(&message));
    }
    if args.dry_run {
        if ctx.out.is_json() {
            return ctx.out.json(&SquashAnswer::new(&plan, Some(&message), None));
        }
        ctx.out.print(&rehearsed(ctx, &plan, &message)?)?;
        ctx.out.hint("nothing was changed; run it again without --dry-run to apply it");
        return Ok(());
    }
    let done = ctx.call(|caller| verbs::squash::carry_out(caller, &plan, &message))?;
    if ctx.out.is_json() {
        ctx.out.json(&SquashAnswer::new(&plan, Some(&message), Some(&done)))?;
        operation_output::remarks(ctx, &done.operation, &done.late, &done.remarks);
        return Ok(());
    }
    let new = done.operation.after.commit.map(|commit| commit.to_string()).unwrap_or_default();
    let subject = crate::domain::message::subject(&message);
    let first = match plan.commits.len() {
        1 => format!("Reworded {} of {}: {subject}", oid(&new), task.id),
        count => format!("Squashed {} of {} into {}: {subject}", plural(count, "commit"), task.id, oid(&new)),
    };
    operation_output::say(ctx, &sanitize::line(&first), &done)?;
    // Where a task begins are commits of others; anything else is worth a word.
    let is_news = |stop: &Stop<ObjectId>| stop.merge.is_some() || !matches!(stop.why, SquashObstacle::Foreign(_));
    if plan.stop.as_ref().is_some_and(is_news)
        && let Some(line) = stop(ctx, &plan)?
    {
        ctx.out.status(line);
    }
    ctx.out.hint(format!("to undo it: git agent undo; to show it: git show {}", oid(&new)));
    Ok(())
}

/// The whole message: given, edited, or the proposal.
fn message(ctx: &Ctx, args: &Args, plan: &SquashPlan) -> Result<BString> {
    let repo = ctx.repo()?;
    let given = args.message.as_deref().map(|text| many_lines("message", text)).transpose()?;
    let talks = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let is_asked = given.is_none() && !args.no_edit && talks && !ctx.out.is_json() && !ctx.out.is_quiet();
    let whole = ctx.call(|caller| verbs::squash::message(caller, plan, given.as_deref()))?;
    if args.dry_run || !(args.edit || is_asked) {
        return Ok(whole);
    }
    let about = format!(
        "This is the message of the commit that replaces {} of {}. Lines starting\nwith '{}' are ignored; an empty message aborts \
         the squash. Task trailers are kept.",
        plural(plan.commits.len(), "commit"),
        plan.task.id,
        editor::MARK
    );
    let edited = editor::edit(repo, whole.as_bstr(), &about, ESCAPE)?;
    // A trailer of others that was deleted in the editor stays out.
    plan.message(repo, &edited, &[])
}

/// Print why there is nothing to squash.
fn nothing(ctx: &Ctx, plan: &SquashPlan, message: Option<&BString>) -> Result<()> {
    if ctx.out.is_json() {
        return ctx.out.json(&SquashAnswer::new(plan, message, None));
    }
    let id = &plan.task.id;
    let said = match plan.commits.as_slice() {
        [] => format!("Nothing to squash: no commit of {id} comes after it"),
        [only] if message.is_some() => format!("Nothing to do: {} already has this message", named(only)),
        [only] => format!("Nothing to squash: {id} has only one commit at the tip, {}", named(only)),
        several => return Err(Error::bug(format!("a squash of {} commits is reported as empty", several.len()))),
    };
    ctx.out.status(said);
    if message.is_none()
        && let Some(line) = stop(ctx, plan)?
    {
        ctx.out.status(line);
    }
    if message.is_none() && !plan.commits.is_empty() {
        ctx.out.hint(format!("to change its message: git agent squash {id} -m <message>"));
    }
    Ok(())
}

/// Why the squash ends at this commit.
fn stop(ctx: &Ctx, plan: &SquashPlan) -> Result<Option<String>> {
    let Some(stop) = &plan.stop else { return Ok(None) };
    Ok(Some(format!("The commit below is kept: {}", squash::why(ctx.repo()?, &plan.task.id, stop)?)))
}

fn rehearsed(ctx: &Ctx, plan: &SquashPlan, message: &BString) -> Result<String> {
    let Task { id, .. } = &plan.task;
    let onto = plan.onto.map_or_else(|| "the first commit of the history".to_owned(), on_top_of);
    let what = plural(plan.commits.len(), "commit");
    let mut page = format!("Would squash {what} of {id} into one, {onto}.\n");
    let line = |entry: &Commit| sanitize::line(&named(entry)).into_owned();
    page.push_str(&first_lines(plan.commits.iter().rev().map(line), NAMED, ""));
    if let Some(line) = stop(ctx, plan)? {
        page.push_str(&format!("{}\n", sanitize::line(&line)));
    }
    page.push_str("The message:\n");
    for line in message.lines() {
        let line = format!("    {}", sanitize::bytes(line.as_bstr()));
        page.push_str(&format!("{}\n", line.trim_end()));
    }
    Ok(page)
}

fn on_top_of(commit: ObjectId) -> String {
    format!("on top of {}", oid(commit))
}

/// `0123456789ab Fix login`
fn named(entry: &Commit) -> String {
    format!("{} {}", oid(entry.id), crate::domain::message::subject(&entry.message))
}
