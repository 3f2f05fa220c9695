//! The output that commands which move files and refs have in common.

use bstr::{BString, ByteSlice as _};

use super::Ctx;
use crate::{
    error::Result,
    git::Head,
    recovery::{
        Done, Outcome,
        operation::Operation,
        path_plan::{PathChange, PathPlan},
    },
    view::{
        NAMED, list, oid,
        sanitize::{self, plural},
    },
};

/// Print that nothing was done: everything is `as_it_was`, or the paths that differ from `name` were skipped.
pub(super) fn say_nothing(ctx: &Ctx, as_it_was: &str, name: &str, plan: &PathPlan) -> Result<()> {
    ctx.out.status(match plan.leaves_differences() {
        false => format!("Nothing to do: {as_it_was}"),
        true => format!("Nothing was changed: paths that may differ from {name} were skipped"),
    });
    if ctx.out.is_quiet() || !plan.leaves_differences() { Ok(()) } else { ctx.out.print(&paths(plan)) }
}

pub(super) fn say(ctx: &Ctx, first: &str, done: &Done) -> Result<()> {
    if !ctx.out.is_quiet() {
        let mut text = format!("{first}\n{}", paths(&done.plan));
        if let Some(line) = moved(&done.operation.before, &done.operation.after) {
            text.push_str(&line);
        }
        ctx.out.print(&text)?;
    }
    remarks(ctx, &done.operation, &done.late, &done.remarks);
    Ok(())
}

/// Print `text`, unless `--quiet`.
pub(super) fn print(ctx: &Ctx, text: &str) -> Result<()> {
    if ctx.out.is_quiet() { Ok(()) } else { ctx.out.print(text) }
}

/// Print warnings about an operation.
pub(super) fn remarks_of(ctx: &Ctx, outcome: &Outcome) {
    if let Some(done) = outcome.done() {
        remarks(ctx, &done.operation, &done.late, &done.remarks);
    }
}

/// Print warnings about an operation.
pub(super) fn remarks(ctx: &Ctx, operation: &Operation, late: &[BString], remarks: &[String]) {
    for path in late {
        let path = sanitize::bytes(path.as_bstr());
        ctx.out.warn(format!(
            "another process wrote to '{path}' in the meantime; to find its changes: git agent ops show {}",
            operation.id
        ));
    }
    for remark in remarks {
        ctx.out.warn(remark);
    }
}

/// `main: 1f3a… -> 9bc2…`
pub(super) fn moved(before: &Head, after: &Head) -> Option<String> {
    if before.commit == after.commit {
        return None;
    }
    let short = |head: &Head| head.commit.map_or_else(|| "nothing".to_owned(), oid);
    let name = after.branch_name().unwrap_or_else(|| "HEAD".to_owned());
    Some(format!("  {}: {} -> {}\n", sanitize::line(&name), short(before), short(after)))
}

/// The paths that `plan` writes, those that it removes, and those of which it changes only the index.
pub(super) fn effects(plan: &PathPlan) -> [Vec<String>; 3] {
    let shown = |path: &BString| sanitize::bytes(path.as_bstr());
    let (written, removed): (Vec<_>, Vec<_>) =
        plan.files.iter().partition(|(_, change)| matches!(change, PathChange::Write(_)));
    let [written, removed] = [written, removed].map(|paths| paths.into_iter().map(|(path, _)| shown(path)).collect());
    let staged = plan.staged.keys().filter(|path| !plan.files.contains_key(*path));
    [written, removed, staged.map(shown).collect()]
}

/// The paths of a plan by what happens to them.
pub(super) fn paths(plan: &PathPlan) -> String {
    let mut text = String::new();
    let mut say = |what: &str, paths: Vec<String>| {
        if !paths.is_empty() {
            text.push_str(&format!("  {what} {}: {}\n", plural(paths.len(), "path"), list(paths)));
        }
    };
    let [written, removed, staged] = effects(plan);
    say("wrote", written);
    say("removed", removed);
    say("updated only the index of", staged);
    for kept in plan.kept.iter().take(NAMED) {
        text.push_str(&format!("  kept {}: {}\n", sanitize::bytes(kept.path.as_bstr()), kept.why.as_str()));
    }
    if plan.kept.len() > NAMED {
        text.push_str(&format!("  kept {} more\n", plan.kept.len() - NAMED));
    }
    text
}
