//! The ledger, read onto the board.

use super::{
    deck::{Deck, Entry},
    model::Opened,
};
use crate::{
    domain::{
        event::{Event, Payload},
        graph::Graph,
        id::TaskId,
        time::Timestamp,
    },
    error::Result,
    git::Repo,
    store::{active, ledger::View},
    verbs::show,
    view::{self, Style, log::event_text, oid, sanitize},
};

/// How many entries of the log are kept: more than any board shows.
const ENTRIES: usize = 40;

/// Everything for the board, as it is at `now`.
pub(super) fn deck(repo: &Repo, now: Timestamp) -> Result<Deck> {
    let view = View::now(repo)?;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let head = repo.head()?;
    let place = head.branch_name().or_else(|| head.commit.map(oid));
    Ok(Deck {
        place: sanitize::line(&place.unwrap_or_default()).into_owned(),
        // Not what is remembered of it: that would be written down.
        active: active::pointed(repo)?.iter().map(ToString::to_string).collect(),
        log: newest(&view, &graph)?,
        ..Deck::of(&graph, now)
    })
}

/// The newest events of all tasks. A task is read only if its last event may be among them.
fn newest(view: &View<'_>, graph: &Graph<'_>) -> Result<Vec<Entry>> {
    let mut rows: Vec<_> = graph.table().rows().filter(|row| row.exists()).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at(), row.at())));
    let mut found: Vec<(TaskId, Event)> = Vec::new();
    for row in rows {
        if found.get(ENTRIES - 1).is_some_and(|(_, event)| event.at.millis() > row.updated_at()) {
            break;
        }
        let id = row.id();
        found.extend(told(view, &id)?.into_iter().map(|event| (id.clone(), event)));
        found.sort_by_key(|(_, event)| std::cmp::Reverse((event.at, event.order())));
        found.truncate(ENTRIES);
    }
    let entry = |(id, event): &(TaskId, Event)| {
        let said = event_text::say(view, &event.payload);
        let text = said.text.lines().next().map(|line| format!(": {line}")).unwrap_or_default();
        Entry {
            at: minute(event.at),
            mark: said.mark,
            text: sanitize::line(&format!("{id} {}{text} ({})", said.verb, event.actor)).into_owned(),
        }
    };
    Ok(found.iter().map(entry).collect())
}

/// The events of a task that people want to read, oldest first.
fn told(view: &View<'_>, id: &TaskId) -> Result<Vec<Event>> {
    let mut events = view.events(id)?.events;
    events.retain(|event| !matches!(event.payload, Payload::Commit(_)));
    Ok(events)
}

fn minute(at: Timestamp) -> String {
    at.to_minute().trim_end_matches(" UTC").to_owned()
}

/// The task `id` in lines.
pub(super) fn task(repo: &Repo, id: &str, now: Timestamp) -> Result<Opened> {
    let view = View::now(repo)?;
    let task = view.find(id)?;
    let story = show::story(view, task.clone(), now)?;
    let story = view::show::text(&story, now, Style::new(false));
    let mut log = Vec::new();
    let mut events = view.events(&task.id)?.events;
    events.sort_by_key(|event| std::cmp::Reverse(event.order()));
    for event in events {
        let said = event_text::say(&view, &event.payload);
        let head = format!("{} {} {} ({})", minute(event.at), said.mark, said.verb, event.actor);
        log.push(sanitize::line(&head).into_owned());
        let text = sanitize::lines(&said.text).replace('\t', "    ");
        log.extend(text.lines().map(|line| format!("    {line}")));
    }
    let story = story.replace('\t', "    ").lines().map(str::to_owned).collect();
    Ok(Opened { id: task.id.to_string(), story, log })
}
