//! The ledger itself: every note, line, key, anchor and dependency.

use super::{Check, Depth, Finding, Index, Level, count, list, plural};
use crate::{
    doctor::audit,
    domain::{note::show_line, time::Timestamp},
    error::{Remedy, Result},
    git::Repo,
    query::missing_ledger,
    store::ledger::{
        View, anchors,
        index::{self, TaskIndexState},
        survey::{Survey, survey},
    },
};

pub(super) fn checks(repo: &Repo, depth: Depth, index: Index, now: Timestamp) -> Vec<Check> {
    // That the ref cannot be read has been said; there is nothing more to see then.
    let Ok(view) = View::now(repo) else { return Vec::new() };
    let taken = audit::missing(repo, &view, depth);
    if view.tip().is_none() {
        let mut checks = vec![Check::of("ledger", elsewhere(&view)), Check::of("taken", taken)];
        checks.retain(|check| check.finding.level != Level::Ok);
        return checks;
    }
    let survey = match survey(&view) {
        Ok(survey) => survey,
        Err(error) => return vec![Check::of("notes", Err(error))],
    };
    let mut checks = vec![
        Check::of("notes", Ok(notes(&survey))),
        Check::of("lines", Ok(lines(&survey))),
        Check::of("tree", Ok(tree(&survey))),
        Check::of("anchors", Ok(anchors(repo, &survey, now))),
        Check::of("tasks", Ok(tasks(&survey))),
        Check::of("dependencies", Ok(dependencies(&survey))),
        Check::of("index", index_file(&view, &survey, depth, index)),
        Check::of("reflog", audit::lost(&view)),
        Check::of("taken", taken),
    ];
    if depth == Depth::Past {
        checks.push(Check::of("history", audit::removals(&view)));
    }
    checks
}

/// There is no ledger: is there one elsewhere?
fn elsewhere(view: &View<'_>) -> Result<Finding> {
    Ok(match missing_ledger::is_elsewhere(view)? {
        false => Finding::ok("there are no tasks yet"),
        true => {
            Finding::warning("the commits name tasks, but this clone does not have their notes", Remedy::FetchLedger)
        }
    })
}

fn notes(survey: &Survey) -> Finding {
    let fine = format!("{} with {}", plural(survey.notes, "note"), plural(survey.events, "event"));
    let check = Finding::ok(fine).and(
        Level::Error,
        survey.unreadable.iter().map(|(key, why)| format!("{key}: {why}")),
        |notes| format!("{} cannot be read", plural(notes, "note")),
        Remedy::MissingObjects,
    );
    survey.too_large.iter().fold(check, |check, (key, id, why)| {
        let whose = id.as_ref().map_or_else(|| format!("key {key}"), |id| format!("task {id}"));
        check.say(
            Level::Error,
            format!("{why} ({whose})"),
            "'git log -p refs/notes/agent-tasks -- <key>' shows who wrote it; 'git notes --ref=agent-tasks edit <key>' shortens it",
        )
    })
}

fn lines(survey: &Survey) -> Finding {
    let damaged = survey
        .damaged
        .iter()
        .map(|(id, line)| format!("{id} line {}: {} ({})", line.number, line.why, show_line(line.line.as_ref())));
    Finding::ok("every line is valid")
        .and(
            Level::Warning,
            damaged,
            |lines| {
                let lines = lines + survey.more_damaged;
                format!("{} no effect", count(lines, "invalid line has", "invalid lines have"))
            },
            "no action is needed; 'git notes --ref=agent-tasks show <key>' prints the whole note",
        )
        .and(
            Level::Warning,
            &survey.odd_titles,
            |tasks| {
                let who = count(tasks, "task has a", "tasks have a");
                format!("{who} title with line breaks or control characters, which are escaped")
            },
            Remedy::ChangeTitle,
        )
        .and(
            Level::Warning,
            survey.unknown_kinds.iter().map(|(kind, number)| format!("{number} × {kind:?}")),
            |_| "events of kinds unknown to this version".to_owned(),
            "a newer git-agent may know them; they are kept unchanged",
        )
}

fn tree(survey: &Survey) -> Finding {
    let check = Finding::ok("the tree contains only notes of tasks")
        .and(
            Level::Warning,
            survey.foreign.iter().map(|path| show_line(path.as_ref())),
            |_| "entries in the tree that are not notes".to_owned(),
            "no action is needed; a merge drops them",
        )
        .and(
            Level::Warning,
            &survey.not_tasks,
            |notes| format!("{} on an object that is not a task", plural(notes, "note")),
            "'git notes --ref=agent-tasks show <key>' shows one; it was probably meant for another notes ref",
        )
        .and(
            Level::Warning,
            survey.wrong_keys.iter().map(|(key, id)| format!("{key} names {id}")),
            |notes| format!("{} under a key that does not belong to its task", plural(notes, "note")),
            "no action is needed; its lines have no effect",
        );
    if survey.duplicates.is_empty() {
        return check;
    }
    let message = format!("the note of {} is in the tree more than once", list(&survey.duplicates));
    let fix = "no action is needed: they are read as one, and the next write to the task merges them";
    check.say(Level::Warning, message, fix)
}

fn anchors(repo: &Repo, survey: &Survey, now: Timestamp) -> Finding {
    let missing = &survey.without_anchor;
    if missing.is_empty() {
        return Finding::ok("every task has its anchor");
    }
    let which = format!("the anchors of {} were missing ({})", plural(missing.len(), "task"), list(missing));
    match anchors::restore(repo, missing, now) {
        Ok(()) => Finding::ok(format!("{which} and have been recreated")),
        Err(error) => Finding::warning(
            format!("{which} and could not be recreated: {error}"),
            "do not run 'git notes --ref=agent-tasks prune': it would delete their notes",
        ),
    }
}

fn tasks(survey: &Survey) -> Finding {
    let tasks = survey.rows.iter().filter(|row| row.exists).count();
    let both = survey.created_twice.iter().map(|(id, titles)| {
        let titles: Vec<String> = titles.iter().map(|title| format!("'{title}'")).collect();
        format!("{id}: {}", titles.join(" and "))
    });
    Finding::ok(plural(tasks, "task"))
        .and(Level::Warning, both, |_| "several clones used one id for different work".to_owned(), Remedy::Split)
        .and(
            Level::Warning,
            &survey.fragments,
            |_| "tasks without the event that adds them".to_owned(),
            Remedy::FetchMissing,
        )
        .and(
            Level::Warning,
            survey.missing_texts.iter().map(|(id, blob)| format!("{blob} of {id}")),
            |texts| {
                let which = count(texts, "long text is", "long texts are");
                format!("{which} missing, except for the beginning")
            },
            Remedy::FetchMissing,
        )
}

fn dependencies(survey: &Survey) -> Finding {
    const CIRCLES: usize = 5;
    let mut check = Finding::ok("every dependency exists, and there is no cycle");
    for cycle in survey.spelled_cycles.iter().take(CIRCLES) {
        check = check.say(Level::Error, format!("dependency cycle: {cycle}"), Remedy::BreakCycle);
    }
    if survey.cycles.len() > CIRCLES {
        let more = format!("{} more dependency cycles", survey.cycles.len() - CIRCLES);
        check = check.say(Level::Error, more, Remedy::BreakCycle);
    }
    check
        .and(
            Level::Error,
            &survey.parent_cycles,
            |_| "tasks that are their own ancestors".to_owned(),
            Remedy::BreakParentCycle,
        )
        .and(
            Level::Warning,
            survey.dangling_after.iter().map(|(id, other)| format!("{id} comes after {other}")),
            |_| "dependencies on tasks that are not in this ledger".to_owned(),
            Remedy::MissingDependencies,
        )
        .and(
            Level::Warning,
            survey.dangling_parents.iter().map(|(id, other)| format!("{id} is a subtask of {other}")),
            |_| "subtasks of tasks that are not in this ledger".to_owned(),
            Remedy::MissingParents,
        )
}

fn index_file(view: &View<'_>, survey: &Survey, depth: Depth, index: Index) -> Result<Finding> {
    let state = index::state(view);
    if index == Index::Rebuild || state == TaskIndexState::Damaged {
        index::forget(view.repo())?;
        let rows = view.table()?.len();
        let why = if state == TaskIndexState::Damaged { "was damaged and" } else { "" };
        return Ok(Finding::ok(
            format!("the derived index {why} was rebuilt: {}", plural(rows, "task")).replace("  ", " "),
        ));
    }
    if depth == Depth::Past && view.table()?.summaries() != survey.rows {
        index::forget(view.repo())?;
        return Ok(Finding::error("the derived index contradicted the notes and was deleted", Remedy::ReportIndex));
    }
    Ok(Finding::ok(match state {
        TaskIndexState::Absent | TaskIndexState::Damaged => "there is no derived index; the next command creates it",
        TaskIndexState::Behind => "the derived index is behind; the next read updates it",
        TaskIndexState::Current => "the derived index is current",
    }))
}
