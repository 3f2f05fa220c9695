//! The ledger itself: every note, line, key, anchor and dependency.

use super::{Check, Depth, Index, Level, count, failed, list};
use crate::{
    doctor::audit,
    domain::{id::TaskId, note::show_line, time::Timestamp},
    error::Result,
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
            "'git agent init' fetches them now and from now on, 'git agent sync' only now",
        ),
    }
}

/// One finding out of several sentences: bad if one is, and what to do about the first.
fn join(name: &str, fine: String, errors: Vec<(String, &str)>, warnings: Vec<(String, &str)>) -> Check {
    let said = |list: &[(String, &str)]| list.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let message = [said(&errors), said(&warnings)].concat().join("; ");
    match (errors.first(), warnings.first()) {
        (Some((_, fix)), _) => Check::error(name, message, *fix),
        (None, Some((_, fix))) => Check::warning(name, message, *fix),
        (None, None) => Check::ok(name, fine),
    }
}

fn notes(survey: &Survey) -> Check {
    let mut errors = Vec::new();
    if !survey.unreadable.is_empty() {
        let shown: Vec<String> = survey.unreadable.iter().map(|(key, why)| format!("{key}: {why}")).collect();
        errors.push((
            format!("{} cannot be read: {}", count(shown.len(), "note", "notes"), list(&shown)),
            "'git fsck' says what is missing; another clone may have it: 'git agent sync'",
        ));
    }
    for (key, id, why) in &survey.too_large {
        let whose = id.as_ref().map_or_else(|| format!("key {key}"), |id| format!("task {id}"));
        errors.push((
            format!("{why} ({whose})"),
            "'git log -p refs/notes/agent-tasks -- <key>' shows who wrote it; 'git notes --ref=agent-tasks edit <key>' cuts it",
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
                "{} no effect, being unreadable: {}",
                count(shown.len() + survey.more_damaged, "line has", "lines have"),
                list(&shown)
            ),
            "nothing has to be done; 'git notes --ref=agent-tasks show <key>' prints the whole note",
        ));
    }
    if !survey.odd_titles.is_empty() {
        warnings.push((
            format!(
                "{} title that is not one clean line, and is shown and used with escapes: {}",
                count(survey.odd_titles.len(), "task has a", "tasks have a"),
                list(&survey.odd_titles)
            ),
            "'git agent edit <task> --title <title>' gives it another one",
        ));
    }
    if !survey.unknown_kinds.is_empty() {
        let shown: Vec<String> =
            survey.unknown_kinds.iter().map(|(kind, number)| format!("{number} × {kind:?}")).collect();
        warnings.push((
            format!("events of kinds that this version does not know: {}", list(&shown)),
            "a newer git-agent may know them; they are kept as they are",
        ));
    }
    join("lines", "every line is read".to_owned(), Vec::new(), warnings)
}

fn tree(survey: &Survey) -> Check {
    let mut warnings = Vec::new();
    if !survey.foreign.is_empty() {
        let shown: Vec<String> = survey.foreign.iter().map(|path| show_line(path.as_ref())).collect();
        warnings.push((
            format!("the tree holds what is no note: {}", list(&shown)),
            "nothing has to be done; a merge leaves it out",
        ));
    }
    if !survey.not_tasks.is_empty() {
        warnings.push((
            format!(
                "{} on something that is no task: {}",
                count(survey.not_tasks.len(), "note", "notes"),
                list(&survey.not_tasks)
            ),
            "'git notes --ref=agent-tasks show <key>' shows one; it was probably meant for another notes ref",
        ));
    }
    if !survey.wrong_keys.is_empty() {
        let shown: Vec<String> = survey.wrong_keys.iter().map(|(key, id)| format!("{key} names {id}")).collect();
        warnings.push((
            format!("{} under a key that is not its task's: {}", count(shown.len(), "note", "notes"), list(&shown)),
            "nothing has to be done; its lines have no effect",
        ));
    }
    if !survey.duplicates.is_empty() {
        warnings.push((
            format!("the note of {} is in the tree more than once", list(&survey.duplicates)),
            "nothing has to be done: they are read together, and the next write to the task joins them",
        ));
    }
    join("tree", "the tree holds notes of tasks and nothing else".to_owned(), Vec::new(), warnings)
}

fn anchors(repo: &Repo, survey: &Survey, now: Timestamp) -> Check {
    let missing = &survey.without_anchor;
    if missing.is_empty() {
        return Check::ok("anchors", "every task's anchor is here");
    }
    let which = format!("the anchors of {} were not here ({})", count(missing.len(), "task", "tasks"), list(missing));
    match anchors::restore(repo, missing, now) {
        Ok(()) => Check::ok("anchors", format!("{which}; they are again")),
        Err(error) => Check::warning(
            "anchors",
            format!("{which}, and could not be made again: {error}"),
            "do not run 'git notes --ref=agent-tasks prune' here: it would take their notes",
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
        warnings.push((
            format!("one id for different work of several clones: {}", list(both)),
            "'git agent edit <task> --split' gives the later work an id of its own; where it is the same work, nothing has to be done",
        ));
    }
    if !survey.fragments.is_empty() {
        warnings.push((
            format!("the event that makes them is not here: {}", list(&survey.fragments)),
            "it may be in another clone: 'git agent sync'",
        ));
    }
    if !survey.missing_texts.is_empty() {
        let shown: Vec<String> = survey.missing_texts.iter().map(|(id, blob)| format!("{blob} of {id}")).collect();
        warnings.push((
            format!(
                "{} not here, only the beginning is: {}",
                count(shown.len(), "long text is", "long texts are"),
                list(&shown)
            ),
            "it may be in another clone: 'git agent sync'",
        ));
    }
    join("tasks", count(survey.rows.iter().filter(|row| row.exists).count(), "task", "tasks"), Vec::new(), warnings)
}

fn dependencies(survey: &Survey) -> Check {
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let pairs =
        |tasks: &[(TaskId, TaskId)], word: &str| list(tasks.iter().map(|(id, other)| format!("{id} {word} {other}")));
    const CIRCLES: usize = 5;
    let open_it = "'git agent dep remove <task> --after <task>' opens it";
    let shown = survey.spelled_cycles.iter().take(CIRCLES);
    errors.extend(shown.map(|cycle| (format!("a circle of dependencies: {cycle}"), open_it)));
    if survey.cycles.len() > CIRCLES {
        errors.push((format!("{} more circles of dependencies", survey.cycles.len() - CIRCLES), open_it));
    }
    if !survey.parent_cycles.is_empty() {
        errors.push((
            format!("parts of themselves: {}", list(&survey.parent_cycles)),
            "'git agent edit <task> --no-parent' opens the circle",
        ));
    }
    if !survey.dangling_after.is_empty() {
        warnings.push((
            format!("waiting for tasks that are not here: {}", pairs(&survey.dangling_after, "comes after")),
            "they may be in another clone: 'git agent sync'; else 'git agent dep remove <task> --after <task>'",
        ));
    }
    if !survey.dangling_parents.is_empty() {
        warnings.push((
            format!("parts of tasks that are not here: {}", pairs(&survey.dangling_parents, "is a part of")),
            "they may be in another clone: 'git agent sync'; else 'git agent edit <task> --no-parent'",
        ));
    }
    join("dependencies", "every dependency leads somewhere, none in a circle".to_owned(), errors, warnings)
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
            "the derived index said something else than the notes; it is removed",
            "nothing has to be done: it is rebuilt; please report this with 'git agent --version'",
        ));
    }
    Ok(Check::ok(
        "index",
        match state {
            State::Absent | State::Damaged => "there is no derived index; the next command makes one",
            State::Behind => "the derived index is behind, and brought up to date as it is read",
            State::Current => "the derived index is current",
        },
    ))
}
