//! What came of a bisection, for people.

use crate::{
    bisect::Range,
    cmd::context::Ctx,
    domain::{id::TaskId, time::Timestamp},
    error::Result,
    store::ledger::View,
    view::{
        json::{BisectAnswer, BisectBad, PathJson},
        relative_time, sanitize,
    },
};

/// How many paths are listed.
const PATHS: usize = 10;

/// Print `answer`, and say what can be done next.
pub(super) fn show(ctx: &Ctx, view: &View<'_>, range: &Range, answer: &BisectAnswer) -> Result<()> {
    let style = ctx.style();
    let newest = answer.tested.first().map(|test| test.point.name.clone()).unwrap_or_default();
    let base = answer.tested.iter().find(|test| test.base);
    let text = match (&answer.first_bad, answer.reason) {
        (Some(bad), _) => found(ctx, view, bad)?,
        (None, Some("already-bad")) => {
            let name = base.map(|base| base.point.name.clone()).unwrap_or_default();
            format!("{} is bad already: it was broken before.\n", style.task(&name))
        }
        (None, Some("skipped")) => {
            let mut text = "The first bad one is one of these; what could not be told stands between:\n".to_owned();
            for point in &answer.suspects {
                let name = if point.name.contains('@') { style.task(&point.name) } else { String::new() };
                text.push_str(&format!("  {} {name}\n", style.id(&point.commit)));
            }
            text
        }
        (None, _) if answer.skipped.is_empty() => {
            format!("{} is good: there is nothing to find.\n", style.task(&newest))
        }
        (None, _) => "None is known to be bad, but some could not be told.\n".to_owned(),
    };
    ctx.out.print(&text)?;
    let total = sanitize::plural(range.commits.len(), "commit");
    let skipped = match answer.skipped.len() {
        0 => String::new(),
        some => format!(", {some} could not be told"),
    };
    let inside = answer.tested.iter().filter(|test| !test.base).count();
    ctx.out.status(format!(
        "Tested {inside} of {total}{}{skipped}",
        if base.is_some() { " and the state before" } else { "" }
    ));
    if let (Some(base), Some("already-bad")) = (base, answer.reason)
        && (126..=127).contains(&base.exit)
    {
        ctx.out.hint(format!(
            "exit code {}: the command could not be run there; 'exit 125' says that it cannot tell",
            base.exit
        ));
    }
    if let Some(base) = base.filter(|base| base.verdict == "skip") {
        ctx.out.warn(format!("{} could not be told: it may have been broken before", base.point.name));
    }
    if let Some(bad) = &answer.first_bad {
        next(ctx, range, answer, bad);
    }
    if let Some(kept) = &answer.kept {
        ctx.out.status(format!("Its worktree is '{kept}', as the command left it"));
        ctx.out.hint(format!("to get rid of it: git worktree remove '{kept}'"));
    }
    Ok(())
}

fn found(ctx: &Ctx, view: &View<'_>, bad: &BisectBad) -> Result<String> {
    let style = ctx.style();
    let point = &bad.point;
    let mut text = format!("{} is the first bad one: {}\n", style.task(&point.name), style.plain(&bad.subject));
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name:<8} {value}\n"));
    field("Commit:", &style.id(&point.commit));
    if let Some(id) = &point.task {
        let task = TaskId::parse(id).ok().map(|id| view.task(&id)).transpose()?.flatten();
        let title = task.map(|task| format!(" {}", style.plain(&task.title))).unwrap_or_default();
        field("Task:", &format!("{}{title}", style.task(id)));
    }
    field("Author:", &style.plain(&bad.author));
    if let Some(at) = Timestamp::parse_rfc3339(&bad.at) {
        field("Date:", &relative_time::ago(ctx.now(), at));
    }
    let shown = bad.paths.iter().take(PATHS).map(|path| match path {
        PathJson::Text(path) => style.plain(path),
        PathJson::Bytes { path_hex } => format!("(bytes {path_hex})"),
    });
    let mut paths: Vec<String> = shown.collect();
    if bad.paths.len() > PATHS {
        paths.push(format!("… and {} more", bad.paths.len() - PATHS));
    }
    for (at, path) in paths.iter().enumerate() {
        field(if at == 0 { "Changes:" } else { "" }, path);
    }
    Ok(text)
}

/// The commands that may come next.
fn next(ctx: &Ctx, range: &Range, answer: &BisectAnswer, bad: &BisectBad) {
    let point = &bad.point;
    let (Some(task), Some(number)) = (&point.task, point.number) else {
        ctx.out.hint(format!("git agent show {}", point.name));
        return;
    };
    ctx.out.hint(format!("to look at it: git agent show {task}@{number}"));
    // Only to a state that is known to be good.
    let good = answer.good.as_ref().map(|good| match good.number.filter(|_| good.task.as_ref() == Some(task)) {
        Some(good) => format!("{task}@{good}"),
        None => good.name.clone(),
    });
    let is_first = range.base.is_none() && number == 1;
    match good {
        Some(good) if good.starts_with(&format!("{task}@")) => {
            ctx.out.hint(format!("to go back to what was good: git agent rollback {good}"));
        }
        None if is_first => ctx.out.hint(format!("to go back to what was before: git agent rollback {task}@start")),
        _ => {}
    }
}
