//! Who calls a verb, on which repository, at what time.

use std::{
    cell::{Cell, RefCell},
    ffi::OsString,
    sync::{Arc, atomic::AtomicBool},
};

use super::Clock;
use crate::{
    commit_notes,
    domain::{
        actor::Actor,
        claim::Holder,
        id::TaskId,
        revision::{Spec, Which},
        task::Task,
        text::{NAMED, list, oid, plural, visible},
        time::{Timestamp, show_duration},
    },
    error::{Error, Result, codes},
    git::Repo,
    hook,
    query::{
        missing_ledger, own,
        revision::{self, Emptiness, Resolver},
    },
    recovery::{
        self, heal,
        operation::{OpLog, PutBack},
        snapshot,
    },
    store::{
        self, active,
        ledger::{
            self, Draft, EventAuthor, Lookup, View, Written,
            commands::Command,
            watch::{self, Noticed},
        },
    },
    sync,
};

/// What is said where the tasks are elsewhere: see [`missing_ledger`].
pub const NO_LEDGER: &str = "the commits name tasks, but this clone does not have their notes; \
    'git agent init' fetches them now and with every fetch, 'git agent sync' only once";

/// What a word is.
pub(super) enum Named {
    /// A task, or one of its checkpoints.
    Task(Box<Task>, Option<Which>),
    /// Neither; the refusal for where one is needed (`task-not-found`, `bad-checkpoint`).
    Other(Error),
}

/// The repository, the clock, and who acts.
pub struct Caller {
    repo: Repo,
    clock: Clock,
    named: Option<String>,
    noticed: Cell<bool>,
    missed: Cell<Option<bool>>,
    warnings: RefCell<Vec<String>>,
    /// What is written belongs to one command, until that ends.
    command: RefCell<Option<Command>>,
    /// Set when the front end gives up.
    stop: Option<Arc<AtomicBool>>,
}

impl Caller {
    /// A caller in `repo`; `named` is the actor if the front end was told one.
    pub fn new(repo: Repo, clock: Clock, named: Option<String>) -> Self {
        let (noticed, missed, warnings) = (Cell::new(false), Cell::new(None), RefCell::default());
        Caller { repo, clock, named, noticed, missed, warnings, command: RefCell::default(), stop: None }
    }

    /// The same for a front end that may give up: then it sets `stop`, and a command of the user's that runs is stopped.
    pub fn until(self, stop: Arc<AtomicBool>) -> Self {
        Caller { stop: Some(stop), ..self }
    }

    /// Set when the front end gives up.
    pub(super) fn stop(&self) -> Option<&AtomicBool> {
        self.stop.as_deref()
    }

    /// The repository that every verb of this caller works in.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// The time of the clock; it advances while the verb runs.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Give the front end a warning to show; the verb continues.
    pub fn warn(&self, text: impl Into<String>) {
        self.warnings.borrow_mut().push(text.into());
    }

    /// The warnings since the last call, for the front end to show.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }

    /// The ledger as it is now.
    ///
    /// # Errors
    ///
    /// As [`View::now`].
    pub fn view(&self) -> Result<View<'_>> {
        self.finish_checkpoint();
        self.take_in();
        self.notice();
        let view = View::now(&self.repo)?;
        if self.missed.get().is_none() {
            let is_missed = missing_ledger::is_elsewhere(&view)?;
            // That it was deleted is said already.
            self.missed.set(Some(is_missed || missing_ledger::is_deleted(&view)?));
            if is_missed {
                self.warn(NO_LEDGER);
            }
        }
        Ok(view)
    }

    /// Whether [`Caller::view`] has warned that the tasks are elsewhere, or that the ledger was deleted.
    pub fn misses_ledger(&self) -> bool {
        self.missed.get() == Some(true)
    }

    /// Finish a checkpoint whose process was killed: see [`recovery::finish_checkpoint`].
    fn finish_checkpoint(&self) {
        match recovery::finish_checkpoint(&self.repo) {
            Ok(true) => self.warn(recovery::checkpoint::COMPLETE_NOW),
            Ok(false) => {}
            Err(error) => {
                self.warn(format!(
                    "a checkpoint was interrupted, and the index does not match its commit yet: {error}"
                ));
            }
        }
    }

    /// A hint that names the commands which create or fetch tasks, for a ledger without any.
    ///
    /// # Errors
    ///
    /// As [`View::now`].
    pub fn how_to_get_tasks(&self) -> Result<&'static str> {
        Ok(match missing_ledger::may_be_elsewhere(&self.view()?) {
            true => "'git agent sync' fetches the tasks of other clones; 'git agent add <title>' creates one",
            false => "'git agent add <title>' creates one",
        })
    }

    /// Record the commits that were made since the last command.
    fn take_in(&self) {
        let now = self.now();
        // Where the ledger cannot be written, the trailers of the commits tell, and the next command tries again.
        if let Some((since, why)) = hook::take_in(&self.repo, now).overdue(now) {
            let waited = show_duration(now.seconds_since(since));
            let text =
                format!("commits have been waiting for {waited} to be recorded: {why}; 'git agent doctor' lists them");
            if !self.warnings.borrow().contains(&text) {
                self.warn(text);
            }
        }
    }

    /// Warn once if another program changed the ledger since git-agent last wrote to it.
    pub fn notice(&self) {
        if self.noticed.replace(true) {
            return;
        }
        // Where it cannot be examined, what the command itself does says why.
        let Noticed { losses, gone } = watch::notice(&self.repo).ok().unwrap_or_default();
        if let Some(gone) = gone {
            self.warn(format!(
                "another program replaced the ledger, and this clone's last state of it, {}, no longer \
                 exists; 'git agent sync' merges the ledger of a remote, 'git fsck --lost-found' finds lost commits",
                oid(gone)
            ));
        }
        let events = losses.iter().map(|loss| loss.events).sum();
        if let Some(first) = losses.first() {
            let more = match losses.len() {
                1 => String::new(),
                count => format!(" and {}", plural(count - 1, "other note")),
            };
            self.warn(format!(
                "another program removed {} of {}{more} from the ledger; 'git agent doctor --fix' restores them",
                plural(events, "event"),
                visible(&first.note, &[])
            ));
        }
    }

    /// Restore the operation log of this worktree, with a warning, if another program has replaced it.
    ///
    /// # Errors
    ///
    /// Those of [`OpLog::put_back`].
    pub fn put_back_operations(&self) -> Result<()> {
        match OpLog::of(&self.repo)?.put_back()? {
            PutBack::Unneeded => {}
            PutBack::Done => {
                self.warn("another program replaced the operation log of this worktree; restored its last state");
                // A gc may have taken some of it meanwhile.
                heal::chains(&self.repo)?.into_iter().for_each(|done| self.warn(done));
            }
            PutBack::Gone(last) => self.warn(format!(
                "another program replaced the operation log of this worktree, and its last operation, {}, no longer exists",
                oid(last)
            )),
        }
        Ok(())
    }

    /// Restore snapshots that another program deleted or replaced, with a warning; those that no longer exist are named once.
    ///
    /// # Errors
    ///
    /// Those of [`snapshot::put_back`].
    pub fn put_back_snapshots(&self) -> Result<()> {
        let taken = snapshot::put_back(&self.repo)?;
        if !taken.restorable.is_empty() {
            let count = plural(taken.restorable.len(), "snapshot");
            self.warn(format!("another program deleted or replaced {count} of this repository; restored"));
        }
        if !taken.gone.is_empty() {
            self.warn(format!(
                "another program deleted {}, which cannot be restored: {}",
                plural(taken.gone.len(), "snapshot"),
                list(taken.gone.iter().map(|name| name.strip_prefix(snapshot::REFS).unwrap_or(name)))
            ));
        }
        Ok(())
    }

    /// The actor that events are recorded for: see [`super::actor`].
    ///
    /// # Errors
    ///
    /// `bad-actor`.
    pub fn actor(&self) -> Result<Actor> {
        super::actor(self.named.as_deref(), Some(&self.repo))
    }

    /// [`Caller::actor`] in this clone.
    ///
    /// # Errors
    ///
    /// `bad-actor`.
    pub fn holder(&self) -> Result<Holder> {
        Ok(ledger::clone::holder(&self.repo, self.actor()?))
    }

    /// The command that something is written for: the one that is in progress, else a new one.
    pub(super) fn command(&self) -> Result<Command> {
        if let Some(command) = &*self.command.borrow() {
            return Ok(command.clone());
        }
        Ok(Command {
            id: store::new_id(self.now()),
            worktree: recovery::operation::OpLog::of(&self.repo)?.place().to_owned(),
            active: active::pointed(&self.repo)?,
            undoes: None,
        })
    }

    /// Let everything that `run` writes belong to one command, which is undone as one; inside another one, to that.
    ///
    /// # Errors
    ///
    /// Those of `run`, and of [`Caller::command`].
    pub(super) fn as_one<T>(&self, run: impl FnOnce() -> Result<T>) -> Result<T> {
        self.as_command(self.command()?, run)
    }

    /// [`Caller::as_one`], where the command is known.
    pub(super) fn as_command<T>(&self, command: Command, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let is_outer = self.command.borrow().is_none();
        if is_outer {
            self.command.replace(Some(command));
        }
        let done = run();
        if is_outer {
            self.command.take();
        }
        done
    }

    /// Write to the ledger as [`Caller::actor`].
    ///
    /// # Errors
    ///
    /// `bad-actor`; `ref-locked` when what is written begins or ends work on a task, and the pointer to the active task cannot be moved;
    /// those of `decide` and of [`ledger::write`].
    pub fn write<T>(&self, mut decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>) -> Result<(Written, T)> {
        self.take_in();
        self.notice();
        let actor = self.actor()?;
        let command = Some(self.command()?);
        let author = EventAuthor { actor: &actor, now: &|| self.clock.now(), is_held_to_it: true, command };
        let written = ledger::write(&self.repo, &author, |view| {
            let (draft, answer) = decide(view)?;
            if draft.events.iter().any(|(_, payload)| payload.is_of_work()) {
                active::refuse_locked(&self.repo)?;
            }
            Ok((draft, answer))
        });
        Ok(written?)
    }

    /// Write to the ledger of `remote` and to ours, as [`Caller::actor`].
    ///
    /// # Errors
    ///
    /// `bad-actor`, those of `decide`, and those of [`sync::write_through`].
    pub fn write_through<T>(
        &self,
        remote: &str,
        decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>,
    ) -> Result<(Written, T)> {
        self.take_in();
        let actor = self.actor()?;
        let command = Some(self.command()?);
        let author = EventAuthor { actor: &actor, now: &|| self.clock.now(), is_held_to_it: true, command };
        sync::write_through(&self.repo, remote, &author, decide)
    }

    /// Run an operation as [`Caller::actor`].
    ///
    /// # Errors
    ///
    /// `bad-actor`, and those of `act`.
    pub fn act<T>(&self, act: impl FnOnce(&recovery::OperationAuthor<'_>) -> Result<T>) -> Result<T> {
        let actor = self.actor()?;
        self.put_back_operations()?;
        // An undo is for when things went wrong: it does not depend on the ledger.
        let tasks = self.active().unwrap_or_default();
        let command = self.command.borrow().as_ref().map(|command| command.id);
        act(&recovery::OperationAuthor { actor: &actor, now: &|| self.now(), tasks, command })
    }

    /// Update the notes on the commits of `tasks`, at the end of a command that changed what they show.
    pub fn refresh_notes(&self, tasks: &[TaskId]) {
        self.refresh_notes_on(tasks, commit_notes::Scope::All);
    }

    /// The same after a command that made a commit of `tasks`.
    pub(super) fn note_new_commits(&self, tasks: &[TaskId]) {
        self.refresh_notes_on(tasks, commit_notes::Scope::New);
    }

    fn refresh_notes_on(&self, tasks: &[TaskId], scope: commit_notes::Scope) {
        // They are a convenience for people without git-agent, and made again by the next such command.
        commit_notes::refresh(&self.repo, tasks, scope, self.now()).ok();
    }

    /// The active tasks of this worktree.
    ///
    /// # Errors
    ///
    /// As [`active::read`].
    pub fn active(&self) -> Result<Vec<TaskId>> {
        active::read(&self.repo)
    }

    /// The task that `word` names, and which of its checkpoints if it names one: `t-1`, `t-1@2`, `@last`.
    ///
    /// # Errors
    ///
    /// `bad-checkpoint` for what can stand behind no `@`, and those of [`Caller::task`].
    pub fn task_and_checkpoint(&self, view: &View<'_>, word: Option<&str>) -> Result<(Task, Option<Which>)> {
        match self.named(view, word)? {
            Named::Task(task, which) => Ok((*task, which)),
            Named::Other(why) => Err(why),
        }
    }

    /// [`Caller::task_and_checkpoint`], where a word that is neither may be something else.
    ///
    /// # Errors
    ///
    /// Those of [`revision::lookup`] and [`Caller::task`].
    pub(super) fn named(&self, view: &View<'_>, word: Option<&str>) -> Result<Named> {
        let spec = match Spec::parse(word.unwrap_or_default()) {
            Ok(spec) => spec,
            Err(why) => {
                let message = format!("'{}' is not a checkpoint: {why}", word.unwrap_or_default().escape_debug());
                let hint = "'git agent log <task>' shows the checkpoints of a task with their numbers";
                return Ok(Named::Other(Error::new(codes::BAD_CHECKPOINT, message).hint(hint)));
            }
        };
        // An empty word is a mistake of the caller's, not a wish for the active task.
        let Some(word) = spec.task.or(word.filter(|word| word.is_empty())) else {
            return Ok(Named::Task(Box::new(self.task(view, None)?), spec.which));
        };
        Ok(match revision::lookup(view, word)? {
            Lookup::Task(task) => Named::Task(task, spec.which),
            Lookup::Unknown(why) => Named::Other(why),
        })
    }

    /// Warn that checkpoints may have other numbers on the full history, if this is so: see [`revision::is_cut`].
    pub fn warn_if_cut(&self, is_cut: bool) {
        if is_cut {
            self.warn(
                "this clone is shallow, and may lack older commits of the task: its checkpoints are counted from the boundary; \
                 'git fetch --unshallow' fetches the rest",
            );
        }
    }

    /// `words` for git, with the checkpoints that they name as object ids; see [`Resolver::words`].
    ///
    /// # Errors
    ///
    /// As [`Resolver::words`].
    pub fn words(&self, view: &View<'_>, emptiness: Emptiness, words: &[OsString]) -> Result<Vec<OsString>> {
        self.asking(view, emptiness, |asker| asker.words(words))
    }

    /// Let `ask` ask for checkpoints that are named inside words.
    pub fn asking<T>(&self, view: &View<'_>, emptiness: Emptiness, ask: impl FnOnce(&Resolver<'_>) -> T) -> T {
        let (active, cut) = (|| self.task(view, None), Cell::new(false));
        let snapshot = |word: &str| {
            let found = snapshot::named(&self.repo, word)?;
            found.map(|snapshot| snapshot::files(&self.repo, &snapshot)).transpose()
        };
        let asker = Resolver { view, active: &active, now: self.now(), emptiness, snapshot: &snapshot, cut };
        let answer = ask(&asker);
        self.warn_if_cut(asker.cut.get());
        answer
    }

    /// The tasks that the caller holds or left in progress in this worktree: see [`own::find`].
    ///
    /// # Errors
    ///
    /// `bad-actor`; those of [`Caller::active`], of [`View::table`] and of [`own::find`].
    pub fn own(&self, view: &View<'_>) -> Result<Vec<Task>> {
        own::find(view, &view.table()?, &self.active()?, &self.holder()?, self.now())
    }

    /// The refusal `message` for want of an active task; it names what the caller holds.
    pub(super) fn no_active_task(&self, view: &View<'_>, message: &str) -> Error {
        // What cannot be read does not make the refusal another one.
        let own = self.own(view).unwrap_or_default();
        let hint = |task: &Task| format!("you hold {}: git agent start {}", task.name(), task.id);
        Error::new(codes::NO_ACTIVE_TASK, message).hints(own.iter().take(NAMED).map(hint))
    }

    /// The task that `word` names, or the active one where none is named.
    ///
    /// # Errors
    ///
    /// Those of [`View::find`]; `no-active-task` where no task is named.
    pub fn task(&self, view: &View<'_>, word: Option<&str>) -> Result<Task> {
        if let Some(word) = word {
            return view.find(word);
        }
        let active = self.active()?;
        let id = active.first().ok_or_else(|| {
            let message = "no task is named, and none is active in this worktree";
            self.no_active_task(view, message).hint("name a task, or start one with 'git agent start <task>'")
        })?;
        view.task(id)?.ok_or_else(|| {
            Error::new(codes::TASK_NOT_FOUND, format!("the active task {id} is not in this ledger"))
                .hint("'git agent list' shows the tasks; 'git agent start <task>' activates one")
        })
    }
}
