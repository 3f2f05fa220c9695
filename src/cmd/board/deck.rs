//! The content of the board: cards in five columns, active agents, recent events. Its texts are escaped.

use super::load::minute;
use crate::{
    domain::{
        actor::Actor,
        claim,
        graph::{Graph, Obstacle},
        progress::Progress,
        status::Status,
        summary::Summary,
        task::DEFAULT_PRIORITY,
        time::Timestamp,
    },
    view::sanitize,
};

/// The columns of cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pile {
    /// Pending, and not ready.
    Waiting,
    /// Pending and ready.
    Ready,
    /// In progress.
    Working,
    /// Failed or cancelled.
    Failed,
    Done,
}

impl Pile {
    /// From left to right.
    pub const ALL: [Pile; 5] = [Pile::Waiting, Pile::Ready, Pile::Working, Pile::Failed, Pile::Done];

    /// Its heading.
    pub fn name(self) -> &'static str {
        match self {
            Pile::Waiting => "Waiting",
            Pile::Ready => "Ready",
            Pile::Working => "In progress",
            Pile::Failed => "Failed",
            Pile::Done => "Done",
        }
    }
}

/// A task on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub id: String,
    /// One line.
    pub title: String,
    /// Its state.
    pub status: Status,
    /// It is pending and cannot be started.
    pub waits: bool,
    /// It has an open blocker.
    pub is_blocked: bool,
    /// A remark of a few words.
    pub remark: String,
    /// The remark is a warning.
    pub is_alarming: bool,
    /// The text that the filter searches, in lower case.
    pub words: String,
}

/// An agent at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Agent {
    /// The actor.
    pub name: String,
    /// The task.
    pub task: String,
    /// The state of the claim: `1h20m left`, `expired 5m ago`.
    pub lease: String,
    /// The claim has not expired.
    pub is_live: bool,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// `2026-01-02 03:04`.
    pub at: String,
    /// One character for the kind of event.
    pub mark: &'static str,
    /// The rest of the line.
    pub text: String,
}

/// The whole content of the board.
#[derive(Clone, Debug, Default)]
pub(super) struct Deck {
    /// The branch, or where HEAD is.
    pub place: String,
    /// Ids of the active tasks of this worktree.
    pub active: Vec<String>,
    /// Only tasks with all of these labels are on it.
    pub labels: Vec<String>,
    pub piles: [Vec<Card>; 5],
    /// Overall progress.
    pub progress: Progress,
    /// Agents at work; expired claims last.
    pub agents: Vec<Agent>,
    /// Recent events, newest first.
    pub log: Vec<Entry>,
}

impl Deck {
    /// The cards of the tasks in `graph` that have all of `labels`, at `now`.
    pub fn of(graph: &Graph<'_>, labels: &[String], now: Timestamp) -> Self {
        let mut deck = Deck { progress: graph.overall(), labels: labels.to_vec(), ..Deck::default() };
        let mut rows: Vec<_> = graph.table().rows().filter(|row| row.exists() && row.has_labels(labels)).collect();
        graph.sort_by_turn(&mut rows);
        let mut ended: Vec<(Pile, i64, Card)> = Vec::new();
        let mut agents: Vec<(i64, Agent)> = Vec::new();
        for row in rows {
            let is_ready = graph.is_ready(row, now);
            let summary = row.summary();
            if let Some((by, until)) = summary.claim.as_ref().filter(|_| !summary.status.is_closed()) {
                agents.push((*until, agent(&summary, by.as_str(), *until, now)));
            }
            let pile = match summary.status {
                Status::Pending if is_ready => Pile::Ready,
                Status::Pending => Pile::Waiting,
                Status::InProgress => Pile::Working,
                Status::Failed | Status::Cancelled => Pile::Failed,
                Status::Completed => Pile::Done,
            };
            let card = Card { waits: pile == Pile::Waiting, ..card(graph, &summary, now) };
            match pile {
                Pile::Failed | Pile::Done => ended.push((pile, summary.updated_at, card)),
                _ => deck.piles[pile as usize].push(card),
            }
        }
        // What ended last comes first; failed tasks before cancelled ones.
        ended.sort_by_key(|(_, at, card)| (card.status == Status::Cancelled, std::cmp::Reverse(*at)));
        for (pile, _, card) in ended {
            deck.piles[pile as usize].push(card);
        }
        agents.sort_by_key(|(until, agent)| (!agent.is_live, std::cmp::Reverse(*until)));
        deck.agents = agents.into_iter().map(|(_, agent)| agent).collect();
        deck
    }
}

fn agent(row: &Summary, by: &str, until: i64, now: Timestamp) -> Agent {
    let until = Timestamp::from_millis(until);
    let is_live = claim::is_live(until, now);
    let lease = match is_live {
        true => format!("{} left", short(until, now)),
        false => format!("expired {} ago", short(now, until)),
    };
    Agent { name: sanitize::line(by).into_owned(), task: row.id.to_string(), lease, is_live }
}

fn card(graph: &Graph<'_>, row: &Summary, now: Timestamp) -> Card {
    let (remark, is_alarming) = remark(graph, row, now);
    let by = row.claim.as_ref().map(|(by, _)| by.as_str()).or(row.actor.as_ref().map(Actor::as_str));
    Card {
        id: row.id.to_string(),
        title: sanitize::line(&row.title).into_owned(),
        status: row.status,
        waits: false,
        is_blocked: row.blockers > 0,
        remark: sanitize::line(&remark).into_owned(),
        is_alarming,
        words: format!("{} {} {} {}", row.id, row.title, by.unwrap_or_default(), row.labels.join(" ")).to_lowercase(),
    }
}

fn remark(graph: &Graph<'_>, row: &Summary, now: Timestamp) -> (String, bool) {
    match row.status {
        Status::InProgress if row.blockers > 0 => ("blocked".to_owned(), true),
        Status::InProgress => match (&row.claim, row.live_claim(now)) {
            (Some((by, _)), Some(_)) => (by.to_string(), false),
            (Some((by, _)), None) => (format!("stale: {by}"), true),
            (None, _) => ("unclaimed".to_owned(), true),
        },
        Status::Failed => (row.failure.clone().unwrap_or_default(), true),
        Status::Cancelled if row.duplicate_of.is_some() || row.why.is_some() => {
            let original = row.duplicate_of.as_ref().map(|original| format!("duplicate of {original}"));
            (original.or(row.why.clone()).unwrap_or_default(), false)
        }
        Status::Completed | Status::Cancelled => {
            (format!("{} ago", short(now, Timestamp::from_millis(row.updated_at))), false)
        }
        Status::Pending => match graph.obstacles(row, now).into_iter().next() {
            None if row.why.is_some() => (row.why.clone().unwrap_or_default(), false),
            None if row.priority == DEFAULT_PRIORITY => (String::new(), false),
            None => (format!("p{}", row.priority), false),
            Some(Obstacle::Waits { on, status, .. }) => (format!("after {on}"), status == Some(Status::Failed)),
            Some(Obstacle::Cancelled(feature)) => (format!("{feature} is cancelled"), false),
            Some(Obstacle::Blocked(_)) => ("blocked".to_owned(), true),
            Some(Obstacle::PutOff(until)) => (format!("until {}", minute(until)), false),
            Some(Obstacle::Claimed { by, .. }) => (format!("for {by}"), false),
            Some(Obstacle::Subtasks(count)) => (sanitize::plural(count as usize, "open subtask"), false),
            Some(Obstacle::Cycle(_)) => ("in a cycle".to_owned(), true),
            Some(Obstacle::Status(_)) => (String::new(), false),
        },
    }
}

/// `5s`, `3h`, `2d`: for columns.
fn short(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.seconds_since(then);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}
