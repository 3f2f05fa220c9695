//! The result of a bisection, for people.

use crate::{
    cmd::Ctx,
    error::Result,
    verbs::bisect::{self, Ending, FirstBad, TestVerdict, Tested},
    view::{relative_time, sanitize},
};

/// How many paths are listed.
const PATHS: usize = 10;

/// Print `answer` and hints for the next step.
pub(super) fn show(ctx: &Ctx, answer: &bisect::Answer) -> Result<()> {
    let style = ctx.style();
    let skipped = answer.tested.iter().filter(|tested| tested.verdict == TestVerdict::Skip).count();
    let base = answer.tested.iter().find(|test| test.is_base);
    let name = |tested: Option<&Tested>| tested.map(|tested| style.task(&tested.point.name)).unwrap_or_default();
    ctx.out.print(&match &answer.ending {
        Ending::Found(bad) => found(ctx, bad),
        Ending::AlreadyBad => format!("{} is already bad: the failure is older.\n", name(base)),
        Ending::Unsure(suspects) => {
            let mut text = "Only skipped commits are left to test. The first bad commit is one of:\n".to_owned();
            for point in suspects {
                let name = if point.name.contains('@') { style.task(&point.name) } else { String::new() };
                text.push_str(&format!("  {} {name}\n", style.id(&point.commit.to_string())));
            }
            text
        }
        Ending::NeverBad if skipped == 0 => {
            format!("{} is good: there is nothing to find.\n", name(answer.tested.first()))
        }
        Ending::NeverBad => "No commit is known to be bad, but some could not be tested.\n".to_owned(),
    })?;
    let total = sanitize::plural(answer.candidates, "commit");
    let untold = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    let inside = answer.tested.iter().filter(|test| !test.is_base).count();
    let before = if base.is_some() { " and the starting point" } else { "" };
    ctx.out.status(format!("Tested {inside} of {total}{before}{untold}"));
    if let (Some(base), Ending::AlreadyBad) = (base, &answer.ending)
        && (126..=127).contains(&base.ended.exit)
    {
        let exit = base.ended.exit;
        ctx.out.hint(format!("exit code {exit}: the command could not be run there; exit with 125 to skip a commit"));
    }
    if let Some(base) = base.filter(|base| base.verdict == TestVerdict::Skip) {
        ctx.out.warn(format!("{} was skipped: the failure may be older", base.point.name));
    }
    if let Ending::Found(bad) = &answer.ending {
        next(ctx, answer, bad);
    }
    if let Some(kept) = &answer.kept {
        let kept = kept.display();
        ctx.out.status(format!("Kept its worktree as the command left it: '{kept}'"));
        ctx.out.hint(format!("to remove it: git worktree remove '{kept}'"));
    }
    Ok(())
}

fn found(ctx: &Ctx, bad: &FirstBad) -> String {
    let style = ctx.style();
    let point = &bad.point;
    let mut text = format!("{} is the first bad commit: {}\n", style.task(&point.name), style.plain(&bad.subject));
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name:<8} {value}\n"));
    field("Commit:", &style.id(&point.commit.to_string()));
    if let Some(id) = &point.task {
        let title = bad.task.as_ref().map(|task| format!(" {}", style.plain(&task.title))).unwrap_or_default();
        field("Task:", &format!("{}{title}", style.task(id)));
    }
    field("Author:", &style.plain(&bad.author));
    field("Date:", &relative_time::ago(ctx.now(), bad.at));
    let mut paths: Vec<String> = bad.paths.iter().take(PATHS).map(|path| sanitize::bytes(path.as_ref())).collect();
    if bad.paths.len() > PATHS {
        paths.push(format!("… and {} more", bad.paths.len() - PATHS));
    }
    for (at, path) in paths.iter().enumerate() {
        field(if at == 0 { "Changes:" } else { "" }, path);
    }
    text
}

/// The commands that may come next.
fn next(ctx: &Ctx, answer: &bisect::Answer, bad: &FirstBad) {
    let point = &bad.point;
    let (Some(task), Some(number)) = (&point.task, point.number) else {
        ctx.out.hint(format!("git agent show {}", point.name));
        return;
    };
    ctx.out.hint(format!("to show it: git agent show {task}@{number}"));
    // Only to a state that is known to be good.
    match &answer.good {
        Some(good) => {
            let name = match good.number.filter(|_| good.task.as_ref() == Some(task)) {
                Some(number) => format!("{task}@{number}"),
                None => good.name.clone(),
            };
            if name.starts_with(&format!("{task}@")) {
                ctx.out.hint(format!("to roll back to the last good one: git agent rollback {name}"));
            }
        }
        None if !answer.has_base && number == 1 => {
            ctx.out.hint(format!("to roll back to the start of the task: git agent rollback {task}@start"));
        }
        None => {}
    }
}
