//! Appending to the ledger: decide on a view, write, compare-and-swap, retry.
//!
//! The decision is a closure over a [`View`]. When another process was faster it is asked again with the new view, so two
//! agents that claim the same task at the same time get one yes and one reasoned no.

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    time::{Duration, Instant},
};

use ulid::Ulid;

use super::{
    MAX_NOTE, REF, View, clone,
    commands::Command,
    tree::{self, Changes},
    watch,
};
use crate::{
    domain::{
        actor::Actor,
        event::{Event, MAX_LINE, Payload},
        fold::Fold,
        id::TaskId,
        note::{self, Events},
        task::Task,
        text::{MAX_INLINE, MAX_TEXT, Text},
        time::Timestamp,
    },
    error::{Advice, Error, Result, TaskAdvice, codes, reasons},
    git::{
        ObjectId, RefChange, RefError, Repo,
        blocking_lock::{self, Blocking},
        lock::Lock,
        objects::{Batch, NewCommit},
    },
};

/// How long a write continues trying before it says that the ledger is busy.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The author and the time of events.
pub struct EventAuthor<'a> {
    /// The actor named in the event lines.
    pub actor: &'a Actor,
    /// The clock, read when the events are written.
    pub now: &'a dyn Fn() -> Timestamp,
    /// Refuse events without effect, because the command reports them as done.
    pub is_held_to_it: bool,
    /// The command that it is written for, which can be undone; `None`: it belongs to something else, a commit or an operation.
    pub command: Option<Command>,
}

/// Events to write in one commit of the ledger.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The new events, in their order.
    pub events: Vec<(TaskId, Payload)>,
    /// Existing events of other notes to copy into the notes of these tasks, before `events`.
    pub copies: Vec<(TaskId, Vec<Event>)>,
    /// The first line of the commit message.
    pub message: String,
    /// Do not answer the tasks afterwards: there may be thousands.
    pub is_bulk: bool,
}

impl Draft {
    /// An empty draft: nothing is written.
    pub fn nothing() -> Self {
        Draft::default()
    }

    /// A draft with a single event.
    pub fn one(id: &TaskId, payload: Payload) -> Self {
        Draft { message: format!("{} {id}", payload.kind()), events: vec![(id.clone(), payload)], ..Draft::default() }
    }

    /// Add an event at the end.
    pub fn and(&mut self, id: &TaskId, payload: Payload) {
        if self.message.is_empty() {
            self.message = format!("{} {id}", payload.kind());
        }
        self.events.push((id.clone(), payload));
    }
}

/// The result of a write.
#[derive(Debug, Default)]
pub struct Written {
    /// The new tip of the ledger; `None` if the draft was empty.
    pub commit: Option<ObjectId>,
    /// The tasks after the write, in the order of their first event; empty for a bulk write.
    pub tasks: Vec<Task>,
}

reasons! {
    /// Why the ledger is not written. Nothing was.
    pub enum WriteError {
        /// Others were faster for as long as we wait, or hold a lock (`ledger-busy`, `ref-locked`).
        Busy,
    }
}

/// Write what `decide` returns for the current ledger; called again if another process writes first.
///
/// # Errors
///
/// Whatever `decide` refuses; [`WriteError::Busy`]; `read-only`.
pub fn write<T>(
    repo: &Repo,
    author: &EventAuthor<'_>,
    mut decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>,
) -> Result<(Written, T), WriteError> {
    // Queue only when there is something to write: a refusal and a no-op work in a read-only repository, too.
    let mut view = View::now(repo)?;
    let first = decide(&view)?;
    if first.0.events.is_empty() {
        return Ok((Written::default(), first.1));
    }
    let mut decided = Some(first);
    let _queue = Lock::acquire(repo, &repo.agent_dir().join("ledger.lock"))?;
    let began = Instant::now();
    let mut blocking = Blocking::default();
    loop {
        let now = View::now(repo)?;
        // A draft is used up by the try that it is made for: an import's is as large as everything else together.
        let (draft, answer) = match decided.take().filter(|_| now.tip() == view.tip()) {
            Some(decided) => decided,
            None => {
                view = now;
                decide(&view)?
            }
        };
        if draft.events.is_empty() {
            return Ok((Written::default(), answer));
        }
        match Prepared::new(&view, author, draft)?.publish(repo)? {
            Ok(written) => return Ok((written, answer)),
            Err(RefError::Locked(_)) if blocking.lasts(repo, [REF, watch::SEEN]) => {
                return Err(WriteError::Busy(busy(repo, "nothing was recorded")));
            }
            Err(_) if began.elapsed() < TIMEOUT => std::thread::sleep(jitter()),
            Err(why) => {
                let error = busy(repo, "nothing was recorded");
                return Err(WriteError::Busy(match why {
                    RefError::Moved | RefError::Locked(_) => error,
                    RefError::Vanished(cause) | RefError::Failed(cause) => error.because(anyhow::Error::new(cause)),
                }));
            }
        }
    }
}

/// Let `once` write to the ledger as it is, `tries` times at most, under the lock that makes writers queue; without success `outcome` is what
/// did not happen.
///
/// # Errors
///
/// `ledger-busy` or `ref-locked` when other processes keep moving the ledger; those of `once`.
pub(super) fn in_turn<'r, T>(
    repo: &'r Repo,
    tries: u32,
    outcome: &str,
    mut once: impl FnMut(&View<'r>) -> Result<Result<T, RefError>>,
) -> Result<T> {
    let _queue = Lock::acquire(repo, &repo.agent_dir().join("ledger.lock"))?;
    for _ in 0..tries {
        match once(&View::now(repo)?)? {
            Ok(done) => return Ok(done),
            Err(RefError::Failed(error)) => return Err(error),
            Err(RefError::Moved | RefError::Locked(_) | RefError::Vanished(_)) => {}
        }
    }
    Err(busy(repo, outcome))
}

/// The ledger could not be written for as long as we wait, and so `outcome`. Names the lock of its ref if that is what is in the way.
pub(super) fn busy(repo: &Repo, outcome: &str) -> Error {
    match blocking_lock::of_refs(repo, [REF, watch::SEEN]) {
        Some(lock) => blocking_lock::error(codes::REF_LOCKED, &format!("cannot write to the ledger, {outcome}"), &lock),
        None => Error::new(codes::LEDGER_BUSY, format!("other processes keep writing to the ledger; {outcome}"))
            .hint("try again"),
    }
}

/// A draft, encoded as objects that are not written yet.
pub struct Prepared {
    batch: Batch,
    tip: Option<ObjectId>,
    commit: ObjectId,
    message: String,
    tasks: Vec<Task>,
}

impl Prepared {
    /// The commit that adds `draft` to the ledger of `view`.
    ///
    /// # Errors
    ///
    /// `note-full`, `event-too-long`, `text-too-long`, `no-effect`; when the ledger cannot be read.
    pub fn new(view: &View<'_>, author: &EventAuthor<'_>, draft: Draft) -> Result<Self> {
        let repo = view.repo();
        let mut batch = Batch::default();
        let mut changes = Changes::default();
        // An import writes ten thousand notes at once: each is closed with its last event, and not kept longer.
        let mut left: HashMap<TaskId, usize> = HashMap::new();
        draft.events.iter().for_each(|(id, _)| *left.entry(id.clone()).or_default() += 1);
        let mut open: HashMap<TaskId, (usize, OpenNote)> = HashMap::new();
        let mut tasks = Vec::new();
        for (id, events) in draft.copies {
            let mut note = OpenNote::of(view, &id)?;
            events.iter().try_for_each(|event| note.copy(event))?;
            open.insert(id, (0, note));
        }
        for (turn, (id, mut payload)) in draft.events.into_iter().enumerate() {
            store_long_texts(repo, &mut batch, &mut changes, &mut payload)?;
            let (_, note) = match open.entry(id.clone()) {
                Entry::Occupied(note) => note.into_mut(),
                Entry::Vacant(place) => place.insert((turn, OpenNote::of(view, &id)?)),
            };
            note.add(repo, author, payload)?;
            let more = left.entry(id.clone()).or_default();
            *more = more.saturating_sub(1);
            if let Some((turn, note)) = (*more == 0).then(|| open.remove(&id)).flatten() {
                let task = note.close(view, &mut batch, &mut changes)?;
                if !draft.is_bulk {
                    tasks.push((turn, task));
                }
            }
        }
        for (_, note) in open.into_values() {
            note.close(view, &mut batch, &mut changes)?;
        }
        tasks.sort_by_key(|(turn, _)| *turn);
        let tasks = tasks.into_iter().map(|(_, task)| task).collect();
        let tree = tree::edit(repo, &mut batch, view.root(), &changes)?;
        let parents: Vec<ObjectId> = view.tip().into_iter().collect();
        let message = match &author.command {
            Some(command) => command.message(&draft.message, author.actor),
            None => format!("{}\n", draft.message).into(),
        };
        let commit = NewCommit { tree, parents: &parents, message: &message, at: (author.now)(), identity: None };
        let commit = match &author.command {
            Some(_) => batch.sealed_commit(repo, &commit, REF)?,
            None => batch.commit(repo, &commit)?,
        };
        Ok(Prepared { batch, tip: view.tip(), commit, message: draft.message, tasks })
    }

    /// The id of the commit to be written.
    pub fn commit(&self) -> ObjectId {
        self.commit
    }

    /// Write the objects, without moving the ledger.
    ///
    /// # Errors
    ///
    /// As [`Batch::write`].
    pub fn store(&self, repo: &Repo) -> Result<()> {
        self.batch.write(repo)
    }

    /// Say what was written, when the ledger has the commit by other means; its objects are made safe from a gc.
    ///
    /// # Errors
    ///
    /// As [`Batch::secure`].
    pub fn written(self, repo: &Repo) -> Result<Written> {
        self.batch.secure(repo)?;
        Ok(Written { commit: Some(self.commit), tasks: self.tasks })
    }

    /// Write the objects and move the ledger; the inner error says that another process was faster.
    fn publish(self, repo: &Repo) -> Result<Result<Written, RefError>> {
        let moved = publish(repo, &self.batch, self.tip, self.commit, &self.message)?;
        Ok(moved.map(|()| Written { commit: Some(self.commit), tasks: self.tasks }))
    }
}

/// Write the objects and move the ledger from `tip` to `commit`.
pub(super) fn publish(
    repo: &Repo,
    batch: &Batch,
    tip: Option<ObjectId>,
    commit: ObjectId,
    message: &str,
) -> Result<Result<(), RefError>> {
    batch.write(repo)?;
    if !batch.is_there(repo) {
        // A whole gc went by in between.
        batch.secure(repo)?;
    }
    let change = || {
        let mut changes = vec![RefChange { name: REF.to_owned(), expected: tip, new: Some(commit) }];
        changes.extend(watch::moves(repo, tip, commit).map_err(RefError::Failed)?);
        repo.refs().change(repo, &changes, &format!("{}{message}", watch::REFLOG))
    };
    let mut changed = change();
    if let Err(RefError::Vanished(_)) = changed {
        // It began after we looked, and may begin again: kept objects are safe from every gc.
        batch.keep_durable(repo)?;
        changed = change();
    }
    match changed {
        Ok(()) => batch.secure(repo).map(Ok),
        Err(RefError::Failed(error)) => Err(error),
        Err(retry) => Ok(Err(retry)),
    }
}

/// How much of a note only the end of its task may fill, in bytes: 64 lines.
const ROOM_TO_END: u64 = 64 * MAX_LINE as u64;

/// A note that is being added to.
struct OpenNote {
    id: TaskId,
    text: Vec<u8>,
    /// Its events, with those that were added, in the order of the fold.
    events: Vec<Event>,
    /// What they say.
    fold: Fold,
    /// The number of the next event.
    next: u64,
    /// Actors and the clones that their events name.
    clones: BTreeSet<(Actor, Ulid)>,
    /// Whether something is added that ends the task.
    ends: bool,
    lines: Vec<String>,
}

impl OpenNote {
    /// The note of `id` as `view` has it.
    fn of(view: &View<'_>, id: &TaskId) -> Result<Self> {
        let text = view.note(id)?;
        let read = Events::read(&text);
        let fold = Fold::of(id.clone(), &read.events);
        let next = read.next_n();
        let clones = read.events.iter().filter_map(|event| Some((event.actor.clone(), event.clone_id?))).collect();
        Ok(OpenNote { id: id.clone(), text, events: read.events, fold, next, clones, ends: false, lines: Vec::new() })
    }

    /// Put what was added into `batch` and `changes`; answers with the task as it is now.
    fn close(self, view: &View<'_>, batch: &mut Batch, changes: &mut Changes) -> Result<Task> {
        let repo = view.repo();
        let key = view.key(&self.id)?;
        // A new task; or one whose anchor a shallow fetch did not bring, which 'git notes prune' would take for dead.
        if self.text.is_empty() || !repo.has(key) {
            batch.blob(repo, note::anchor(&self.id).into_bytes())?;
            changes.anchors.push((self.id.to_string(), key));
        }
        let text = note::append(&self.id, &self.text, self.lines.iter().map(String::as_str));
        let room = if self.ends { MAX_NOTE } else { MAX_NOTE - ROOM_TO_END };
        if text.len() as u64 > room {
            return Err(Error::new(
                codes::NOTE_FULL,
                format!(
                    "the note of {} is full: it has {} of at most {MAX_NOTE} bytes; nothing \
was recorded",
                    self.id,
                    self.text.len()
                ),
            )
            .hint(TaskAdvice::CompleteAnyway.about(&self.id))
            .hint(Advice::NewTask));
        }
        changes.notes.insert(key, batch.blob(repo, text)?);
        Ok(self.fold.finish())
    }

    /// Add `event` of another note, as it is.
    fn copy(&mut self, event: &Event) -> Result<()> {
        let line = event.to_line().ok_or_else(|| Error::bug("an event that was read does not fit into a line"))?;
        self.fold.apply(event);
        self.events.push(event.clone());
        self.lines.push(line);
        self.next = self.next.max(event.n.saturating_add(1));
        self.clones.extend(event.clone_id.map(|clone| (event.actor.clone(), clone)));
        Ok(())
    }

    fn add(&mut self, repo: &Repo, author: &EventAuthor<'_>, payload: Payload) -> Result<()> {
        let at = (author.now)();
        let id = crate::store::new_id(at);
        let clone_id = self.clone_id(repo, author, &payload)?;
        let event = Event { at, id, actor: author.actor.clone(), n: self.next, clone_id, payload };
        let line = event.to_line().ok_or_else(|| {
            Error::new(
                codes::EVENT_TOO_LONG,
                format!("what '{}' records does not fit into one line of {MAX_LINE} bytes", event.payload.kind()),
            )
            .hint("name fewer files or tasks at once, or put the text into the description")
        })?;
        // What the command is about to tell has to be what every reader will see.
        let has_effect = self.fold.apply(&event);
        if !has_effect && author.is_held_to_it {
            return Err(Error::new(
                codes::NO_EFFECT,
                format!("'{}' would have no effect on {}: its note contradicts it", event.payload.kind(), self.id),
            )
            .hint(TaskAdvice::CheckNote.about(&self.id)));
        }
        self.ends |= matches!(event.payload, Payload::Complete(_) | Payload::Fail(_) | Payload::Cancel(_));
        self.lines.push(line);
        self.next = event.n + 1;
        self.clones.extend(event.clone_id.map(|clone| (event.actor.clone(), clone)));
        let starts_over = matches!(event.payload, Payload::Withdraw(_));
        self.events.push(event);
        if starts_over {
            self.fold = Fold::of(self.id.clone(), &self.events);
        }
        Ok(())
    }

    /// The clone that the next event names: claims always do; another event only where an actor of this name in another
    /// clone has claimed the task, so that it does not pass for a sign of life there.
    fn clone_id(&self, repo: &Repo, author: &EventAuthor<'_>, payload: &Payload) -> Result<Option<Ulid>> {
        if matches!(payload, Payload::Start(_) | Payload::Claim(_)) {
            return clone::id(repo).map(Some);
        }
        let same_name = self.clones.iter().filter(|(actor, _)| actor == author.actor);
        let mut clones = same_name.map(|(_, clone)| *clone).peekable();
        if clones.peek().is_none() {
            return Ok(None);
        }
        let ours = clone::id(repo)?;
        Ok(clones.any(|other| other != ours).then_some(ours))
    }
}

/// Move texts that are too long for a line into blobs.
fn store_long_texts(repo: &Repo, batch: &mut Batch, changes: &mut Changes, payload: &mut Payload) -> Result<()> {
    if let Payload::Complete(complete) = payload
        && let Some(result) = &complete.result
    {
        let text = result.as_str().map_or_else(|| result.to_string(), ToOwned::to_owned);
        if text.len() > MAX_INLINE {
            complete.stored = Some(Text::Inline(text));
            complete.result = None;
        }
    }
    for text in payload.texts_mut() {
        let long = match text {
            Text::Inline(long) if long.len() > MAX_INLINE => std::mem::take(long),
            _ => continue,
        };
        if long.len() > MAX_TEXT {
            return Err(Error::new(
                codes::TEXT_TOO_LONG,
                format!("a text has {} bytes, more than the maximum of {MAX_TEXT}; nothing was recorded", long.len()),
            )
            .hint("put it into a file in the repository and refer to that"));
        }
        let blob = batch.blob(repo, long.clone().into_bytes())?;
        changes.texts.push(blob);
        *text = Text::stored(blob.to_string(), &long);
    }
    Ok(())
}

/// A few milliseconds, different every time: losers of a race must not meet again.
fn jitter() -> Duration {
    Duration::from_micros(500 + (Ulid::generate().random() % 7_500) as u64)
}
