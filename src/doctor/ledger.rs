//! The ledger itself: every note, line, key, anchor and dependency.

use super::{Check, Depth, Index, Level, count, failed, list};
use crate::{
    doctor::audit,
    domain::{id::TaskId, note::show_line, time::Timestamp},
    error::{Hint, Remedy, Result},
    git::Repo,
    query::missing_ledger,
    store::ledger::{
        View, anchors,
        index::{self, State},
        survey::{Survey, survey},
    },
};

pub(super) fn checks(repo: &Repo, depth: Depth, index: Index, now: Timestamp) -> Vec<Check> {
    // That the ref cannot be read has been said; there is nothing more to see then.
    let Ok(view) = View::now(repo) else { return Vec::new() };
    let taken = audit::missing(repo, &view, depth);
    if view.tip().is_none() {
        let mut checks = vec![elsewhere(&view)];
        checks.retain(|check| check.level != Level::Ok);
        checks.extend(Some(taken).filter(|taken| taken.level != Level::Ok));
        return checks;
    }
    let survey = match survey(&view) {
        Ok(survey) => survey,
        Err(error) => return vec![failed("notes", &error)],
    };
    let mut checks = vec![notes(&survey), lines(&survey), tree(&survey), anchors(repo, &survey, now), tasks(&survey)];
    checks.push(dependencies(&survey));
    checks.push(index_file(&view, &survey, depth, index).unwrap_or_else(|error| failed("index", &error)));
    checks.push(audit::lost(&view));
    checks.push(taken);
    if depth == Depth::Past {
        checks.push(audit::removals(&view));
    }
    checks
}

/// There is no ledger: is there one elsewhere?
fn elsewhere(view: &View<'_>) -> Check {
    match missing_ledger::is_elsewhere(view) {
        Err(error) => failed("ledger", &error),
        Ok(false) => Check::ok("ledger", "there are no tasks yet"),
        Ok(true) => Check::warning(
            "ledger",
            "the commits name tasks, but this clone does not have their notes",
            Remedy::FetchLedger,
        ),
    }
}

/// One finding out of several sentences: bad if one is, and what to do about the first.
fn join(name: &str, fine: String, errors: Vec<(String, Hint)>, warnings: Vec<(String, Hint)>) -> Check {
    let said = |list: &[(String, Hint)]| list.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let message = [said(&errors), said(&warnings)].concat().join("; ");
    match (errors.first(), warnings.first()) {
        (Some((_, fix)), _) => Check::error(name, message, fix.clone()),
        (None, Some((_, fix))) => Check::warning(name, message, fix.clone()),
        (None, None) => Check::ok(name, fine),
    }
}

fn notes(survey: &Survey) -> Check {
    let mut errors = Vec::new();
    if !survey.unreadable.is_empty() {
        let shown: Vec<String> = survey.unreadable.iter().map(|(key, why)| format!("{key}: {why}")).collect();
        errors.push((
            format!("{} cannot be read: {}", count(shown.len(), "note", "notes"), list(&shown)),
            Remedy::MissingObjects.into(),
        ));
    }
    for (key, id, why) in &survey.too_large {
        let whose = id.as_ref().map_or_else(|| format!("key {key}"), |id| format!("task {id}"));
        errors.push((
            format!("{why} ({whose})"),
            "'git log -p refs/notes/agent-tasks -- <key>' shows who wrote it; 'git notes --ref=agent-tasks edit <key>' shortens it".into(),
        ));
    }
    let fine = format!("{} with {}", count(survey.notes, "note", "notes"), count(survey.events, "event", "events"));
    join("notes", fine, errors, Vec::new())
}

fn lines(survey: &Survey) -> Check {
    let mut warnings = Vec::new();
    if !survey.damaged.is_empty() {
        let show = |line: &crate::domain::note::Damaged| {
            format!("line {}: {} ({})", line.number, line.why, show_line(line.line.as_ref()))
        };
        let shown: Vec<String> = survey.damaged.iter().map(|(id, line)| format!("{id} {}", show(line))).collect();
        warnings.push((
            format!(
                "{} no effect: {}",
                count(shown.len() + survey.more_damaged, "invalid line has", "invalid lines have"),
                list(&shown)
            ),
            "no action is needed; 'git notes --ref=agent-tasks show <key>' prints the whole note".into(),
        ));
    }
    if !survey.odd_titles.is_empty() {
        warnings.push((
            format!(
                "{} title with line breaks or control characters, which are escaped: {}",
                count(survey.odd_titles.len(), "task has a", "tasks have a"),
                list(&survey.odd_titles)
            ),
            Remedy::ChangeTitle.into(),
        ));
    }
    if !survey.unknown_kinds.is_empty() {
        let shown: Vec<String> =
            survey.unknown_kinds.iter().map(|(kind, number)| format!("{number} × {kind:?}")).collect();
        warnings.push((
            format!("events of kinds unknown to this version: {}", list(&shown)),
            "a newer git-agent may know them; they are kept unchanged".into(),
        ));
    }
    join("lines", "every line is valid".to_owned(), Vec::new(), warnings)
}

fn tree(survey: &Survey) -> Check {
    let mut warnings = Vec::new();
    if !survey.foreign.is_empty() {
        let shown: Vec<String> = survey.foreign.iter().map(|path| show_line(path.as_ref())).collect();
        warnings.push((
            format!("entries in the tree that are not notes: {}", list(&shown)),
            "no action is needed; a merge drops them".into(),
        ));
    }
    if !survey.not_tasks.is_empty() {
        warnings.push((
            format!(
                "{} on an object that is not a task: {}",
                count(survey.not_tasks.len(), "note", "notes"),
                list(&survey.not_tasks)
            ),
            "'git notes --ref=agent-tasks show <key>' shows one; it was probably meant for another notes ref".into(),
        ));
    }
    if !survey.wrong_keys.is_empty() {
        let shown: Vec<String> = survey.wrong_keys.iter().map(|(key, id)| format!("{key} names {id}")).collect();
        warnings.push((
            format!(
                "{} under a key that does not belong to its task: {}",
                count(shown.len(), "note", "notes"),
                list(&shown)
            ),
            "no action is needed; its lines have no effect".into(),
        ));
    }
    if !survey.duplicates.is_empty() {
        warnings.push((
            format!("the note of {} is in the tree more than once", list(&survey.duplicates)),
            "no action is needed: they are read as one, and the next write to the task merges them".into(),
        ));
    }
    join("tree", "the tree contains only notes of tasks".to_owned(), Vec::new(), warnings)
}

fn anchors(repo: &Repo, survey: &Survey, now: Timestamp) -> Check {
    let missing = &survey.without_anchor;
    if missing.is_empty() {
        return Check::ok("anchors", "every task has its anchor");
    }
    let which = format!("the anchors of {} were missing ({})", count(missing.len(), "task", "tasks"), list(missing));
    match anchors::restore(repo, missing, now) {
        Ok(()) => Check::ok("anchors", format!("{which} and have been recreated")),
        Err(error) => Check::warning(
            "anchors",
            format!("{which} and could not be recreated: {error}"),
            "do not run 'git notes --ref=agent-tasks prune': it would delete their notes",
        ),
    }
}

fn tasks(survey: &Survey) -> Check {
    let mut warnings = Vec::new();
    if !survey.created_twice.is_empty() {
        let both = survey.created_twice.iter().map(|(id, titles)| {
            let titles: Vec<String> = titles.iter().map(|title| format!("'{title}'")).collect();
            format!("{id}: {}", titles.join(" and "))
        });
        warnings.push((format!("several clones used one id for different work: {}", list(both)), Remedy::Split.into()));
    }
    if !survey.fragments.is_empty() {
        warnings.push((
            format!("tasks without the event that adds them: {}", list(&survey.fragments)),
            Remedy::FetchMissing.into(),
        ));
    }
    if !survey.missing_texts.is_empty() {
        let shown: Vec<String> = survey.missing_texts.iter().map(|(id, blob)| format!("{blob} of {id}")).collect();
        warnings.push((
            format!(
                "{} missing, except for the beginning: {}",
                count(shown.len(), "long text is", "long texts are"),
                list(&shown)
            ),
            Remedy::FetchMissing.into(),
        ));
    }
    join("tasks", count(survey.rows.iter().filter(|row| row.exists).count(), "task", "tasks"), Vec::new(), warnings)
}

fn dependencies(survey: &Survey) -> Check {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let pairs =
        |tasks: &[(TaskId, TaskId)], word: &str| list(tasks.iter().map(|(id, other)| format!("{id} {word} {other}")));
    const MOST_CYCLES: usize = 5;
    let open_it = || Hint::from(Remedy::BreakCycle);
    let shown = survey.spelled_cycles.iter().take(MOST_CYCLES);
    errors.extend(shown.map(|cycle| (format!("dependency cycle: {cycle}"), open_it())));
    if survey.cycles.len() > MOST_CYCLES {
        errors.push((format!("{} more dependency cycles", survey.cycles.len() - MOST_CYCLES), open_it()));
    }
    if !survey.parent_cycles.is_empty() {
        errors.push((
            format!("tasks that are their own ancestors: {}", list(&survey.parent_cycles)),
            Remedy::BreakParentCycle.into(),
        ));
    }
    if !survey.dangling_after.is_empty() {
        warnings.push((
            format!(
                "dependencies on tasks that are not in this ledger: {}",
                pairs(&survey.dangling_after, "comes after")
            ),
            Remedy::MissingDependencies.into(),
        ));
    }
    if !survey.dangling_parents.is_empty() {
        warnings.push((
            format!(
                "subtasks of tasks that are not in this ledger: {}",
                pairs(&survey.dangling_parents, "is a subtask of")
            ),
            Remedy::MissingParents.into(),
        ));
    }
    join("dependencies", "every dependency exists, and there is no cycle".to_owned(), errors, warnings)
}

fn index_file(view: &View<'_>, survey: &Survey, depth: Depth, index: Index) -> Result<Check> {
    let state = index::state(view);
    if index == Index::Rebuild || state == State::Damaged {
        index::forget(view.repo())?;
        let rows = view.table()?.len();
        let why = if state == State::Damaged { "was damaged and" } else { "" };
        return Ok(Check::ok(
            "index",
            format!("the derived index {why} was rebuilt: {}", count(rows, "task", "tasks")).replace("  ", " "),
        ));
    }
    if depth == Depth::Past && view.table()?.summaries() != survey.rows {
        index::forget(view.repo())?;
        return Ok(Check::error(
            "index",
            "the derived index contradicted the notes and was deleted",
            Remedy::ReportIndex,
        ));
    }
    Ok(Check::ok(
        "index",
        match state {
            State::Absent | State::Damaged => "there is no derived index; the next command creates it",
            State::Behind => "the derived index is behind; the next read updates it",
            State::Current => "the derived index is current",
        },
    ))
}
