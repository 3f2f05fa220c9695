//! The ledger through the library: many writes in little time.

use std::{cell::Cell, collections::BTreeMap};

use git_agent::{
    domain::{
        actor::Actor,
        event::{self, Payload},
        id::TaskId,
        task::Task,
        text::Text,
        time::Timestamp,
    },
    git::Repo,
    store::ledger::{self, Draft, EventAuthor, View},
};

use super::TestRepo;

/// Numbers that look random and are the same every time, unless `GIT_AGENT_TEST_SEED` says otherwise.
pub struct Random(u64);

impl Random {
    /// From the seed of the environment and a number of the test's own.
    pub fn new(salt: u64) -> Self {
        let seed: u64 = std::env::var("GIT_AGENT_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
        Random((seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)).max(1))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// True once in `n`.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// `items` in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// The ledger of one repository, written to by one actor whose clock ticks.
pub struct Ledger {
    /// The repository, as the library sees it.
    pub repo: Repo,
    actor: Actor,
    seconds: Cell<i64>,
}

impl Ledger {
    /// Of `repo`, written to by `actor`.
    pub fn of(repo: &TestRepo, actor: &str) -> Self {
        let repo = Repo::discover(repo.path()).expect("a repository");
        Ledger { repo, actor: Actor::new(actor).expect("an actor"), seconds: Cell::new(1_767_400_000) }
    }

    /// Write `events` in one commit.
    #[track_caller]
    pub fn write(&self, events: Vec<(TaskId, Payload)>) {
        let now = || {
            self.seconds.set(self.seconds.get() + 1);
            Timestamp::from_seconds(self.seconds.get())
        };
        let draft = Draft { events, message: "test".into(), ..Draft::default() };
        let author = EventAuthor { actor: &self.actor, now: &now, is_held_to_it: false, command: None };
        ledger::write(&self.repo, &author, |_| Ok((draft.clone(), ()))).expect("the ledger can be written");
    }

    /// Add task `id`.
    #[track_caller]
    pub fn add(&self, id: &str) {
        self.write(vec![(task_id(id), create(id))]);
    }

    /// Add a remark to task `id`.
    #[track_caller]
    pub fn remark(&self, id: &str, text: &str) {
        self.write(vec![(task_id(id), remark(text))]);
    }

    /// The ledger as it is now.
    pub fn view(&self) -> View<'_> {
        View::now(&self.repo).expect("a ledger")
    }

    /// Every task that the index has, also those whose `create` is elsewhere, with everything that is known of it.
    pub fn tasks(&self) -> BTreeMap<TaskId, Task> {
        let view = self.view();
        let rows = view.table().expect("the index can be read").summaries();
        let fold = |id: TaskId| Task::from_events(id.clone(), &view.events(&id).expect("a readable note").events);
        rows.into_iter().map(|row| (row.id.clone(), fold(row.id))).collect()
    }

    /// The number of events in the note of `id`.
    pub fn count(&self, id: &str) -> usize {
        self.view().events(&task_id(id)).expect("readable").events.len()
    }
}

/// `text` as an id.
pub fn task_id(text: &str) -> TaskId {
    TaskId::parse(text).expect("an id")
}

/// The event that makes a task called `title`.
pub fn create(title: &str) -> Payload {
    Payload::Create(event::Create { title: title.to_owned(), ..event::Create::default() })
}

/// A remark.
pub fn remark(text: &str) -> Payload {
    Payload::Note(event::Note { text: Text::Inline(text.to_owned()) })
}
