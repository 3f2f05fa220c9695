//! The ledger, read onto the board.

use super::{
    deck::{Deck, Entry},
    model::Opened,
};
use crate::{
    domain::{event::Event, graph::Graph, id::TaskId, time::Timestamp},
    error::Result,
    git::Repo,
    store::ledger::View,
    verbs::board,
    view::{self, Style, log::event_text, oid, sanitize},
};

/// How many entries of the log are kept: more than any board shows.
const ENTRIES: usize = 40;

/// The content of the board for the tasks with `labels`, at `now`.
pub(super) fn deck(repo: &Repo, labels: &[String], now: Timestamp) -> Result<Deck> {
    let board = board::board(repo, labels, ENTRIES)?;
    let place = board.head.branch_name().or_else(|| board.head.commit.map(oid)).unwrap_or_default();
    let only = if labels.is_empty() { String::new() } else { format!(" [{}]", labels.join(", ")) };
    Ok(Deck {
        place: sanitize::line(&format!("{place}{only}")).into_owned(),
        active: board.active.iter().map(ToString::to_string).collect(),
        log: board.newest.iter().map(|(id, event)| entry(&board.view, id, event)).collect(),
        ..Deck::of(&Graph::new(&board.table), labels, now)
    })
}

fn entry(view: &View<'_>, id: &TaskId, event: &Event) -> Entry {
    let said = event_text::say(view, &event.payload);
    let text = said.text.lines().next().map(|line| format!(": {line}")).unwrap_or_default();
    let text = sanitize::line(&format!("{id} {}{text} ({})", said.verb, event.actor)).into_owned();
    Entry { at: minute(event.at), mark: said.mark, text }
}

/// `2026-11-22 14:35`, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.to_minute();
    text.strip_suffix(" UTC").unwrap_or(&text).to_owned()
}

/// The task `id` in lines.
pub(super) fn task(repo: &Repo, id: &str, now: Timestamp) -> Result<Opened> {
    let (story, events) = board::task(repo, id, now)?;
    let mut log = Vec::new();
    for task_event in events {
        let (said, event) = (event_text::of(&story.view, &task_event), &task_event.event);
        let head = format!("{} {} {} ({})", minute(event.at), said.mark, said.verb, event.actor);
        log.push(sanitize::line(&head).into_owned());
        let text = sanitize::lines(&said.text).replace('\t', "    ");
        log.extend(text.lines().map(|line| format!("    {line}")));
    }
    let (id, text) = (story.task.id.to_string(), view::show::text(&story, now, Style::new(false)));
    Ok(Opened { id, story: text.replace('\t', "    ").lines().map(str::to_owned).collect(), log })
}
