//! What every command gets: the repository, the clock, who acts, and where answers go. Built once.

use std::{
    cell::{Cell, OnceCell},
    ffi::OsString,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use bstr::ByteSlice as _;

use crate::{
    commit_notes,
    domain::{
        actor::Actor,
        claim::Holder,
        id::TaskId,
        revision::{Spec, Which},
        task::Task,
        text,
        time::Timestamp,
    },
    error::{Context as _, Error, Result},
    git::{
        Repo,
        cmd::{self, Git},
        host_name, objects,
    },
    query::revision::{self, Asker, Emptiness},
    store::{
        active,
        ledger::{self, Author, Draft, View, Written, watch},
    },
    sync,
    view::{Out, sanitize},
};

/// Sets the clock, for tests and imports: an RFC 3339 time at which this process begins.
pub const CLOCK_VARIABLE: &str = "GIT_AGENT_CLOCK";

/// The clock. Nothing below `cmd` asks the system for the time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    at: Timestamp,
}

impl Clock {
    /// The system's clock, or what [`CLOCK_VARIABLE`] sets it to.
    pub fn from_environment() -> Self {
        let set = std::env::var(CLOCK_VARIABLE).ok().and_then(|text| Timestamp::parse_rfc3339(&text));
        let system = || {
            let millis = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
            Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
        };
        Clock { began: Instant::now(), at: set.unwrap_or_else(system) }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(0);
        Timestamp::from_millis(self.at.millis().saturating_add(passed))
    }
}

/// Agent hosts by a variable that they set for the commands they run, and what their agents are called.
const HOSTS: [(&str, &str); 9] = [
    ("CLAUDECODE", "claude"),
    ("CODEX_SESSION_ID", "codex"),
    ("CODEX_THREAD_ID", "codex"),
    ("GEMINI_CLI", "gemini"),
    ("COPILOT_CLI", "copilot"),
    ("COPILOT_AGENT_SESSION_ID", "copilot"),
    ("OPENCODE", "opencode"),
    ("CURSOR_TRACE_ID", "cursor"),
    ("CURSOR_AGENT", "cursor"),
];

/// Everything a command needs.
pub struct Ctx {
    /// Where answers and remarks go.
    pub out: Out,
    /// The clock.
    pub clock: Clock,
    dir: PathBuf,
    actor: Option<String>,
    repo: OnceCell<Repo>,
    noticed: Cell<bool>,
}

impl Ctx {
    /// A context for the directory the process is in.
    pub fn new(out: Out, actor: Option<String>) -> Self {
        Ctx {
            out,
            clock: Clock::from_environment(),
            dir: PathBuf::from("."),
            actor,
            repo: OnceCell::new(),
            noticed: Cell::new(false),
        }
    }

    /// The repository that we are in.
    pub fn repo(&self) -> Result<&Repo> {
        if self.repo.get().is_none() {
            let repo = Repo::discover(&self.dir)?;
            if let Some(report) = self.out.progress() {
                repo.report_to(report);
            }
            return Ok(self.repo.get_or_init(|| repo));
        }
        self.repo.get().ok_or_else(|| Error::bug("the repository was just opened"))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The ledger as it is now.
    pub fn view(&self) -> Result<View<'_>> {
        self.notice();
        View::now(self.repo()?)
    }

    /// Say what another program took out of the ledger since we last wrote to it; looked at once.
    fn notice(&self) {
        if self.noticed.replace(true) {
            return;
        }
        // Where it cannot be looked at, what the command itself does says why.
        let losses = self.repo().and_then(watch::notice).unwrap_or_default();
        let events = losses.iter().map(|loss| loss.events).sum();
        if let Some(first) = losses.first() {
            let more = match losses.len() {
                1 => String::new(),
                count => format!(" and {}", sanitize::plural(count - 1, "other note")),
            };
            self.out.warn(format!(
                "another program took {} of {}{more} out of the ledger; 'git agent doctor --fix' brings them back",
                sanitize::plural(events, "event"),
                sanitize::line(&first.note)
            ));
        }
    }

    /// Who acts: `--actor`, `GIT_AGENT_ACTOR`, the agent host that runs us, the person that git
    /// knows ([`objects::person`]); with the host's name. `unknown` where there is none.
    pub fn actor(&self) -> Result<Actor> {
        let variable = std::env::var("GIT_AGENT_ACTOR").ok().filter(|name| !name.trim().is_empty());
        let machine = host_name();
        if let Some(name) = self.actor.clone().or(variable) {
            return Actor::at_host(&name, &machine).ok_or_else(|| {
                Error::usage("bad-actor", format!("'{}' is not a name for an actor", name.escape_debug()))
            });
        }
        let host = HOSTS.iter().find(|(name, _)| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
        let name = match host {
            Some((_, name)) => Some((*name).to_owned()),
            // What is saved may be in a repository that we are not in.
            None => self.repo().ok().and_then(objects::person).map(|name| name.to_str_lossy().into_owned()),
        };
        let known = name.and_then(|name| Actor::at_host(&name, &machine));
        known.or_else(|| Actor::at_host("unknown", &machine)).ok_or_else(|| Error::bug("no name for the actor"))
    }

    /// [`Ctx::actor`] in this clone.
    pub fn holder(&self) -> Result<Holder> {
        Ok(ledger::clone::holder(self.repo()?, self.actor()?))
    }

    /// Write to the ledger as [`Ctx::actor`].
    pub fn write<T>(&self, decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>) -> Result<(Written, T)> {
        self.notice();
        let actor = self.actor()?;
        ledger::write(self.repo()?, &Author { actor: &actor, now: &|| self.clock.now(), is_held_to_it: true }, decide)
    }

    /// Show the answer in a pager, as git chooses it, if somebody looks at it. `pager.agent` is git's to heed when git runs
    /// us; when we are run directly it is ours.
    pub fn page(&self) -> Result<()> {
        self.out.page(|| {
            let chosen = self.repo()?.settings().text("pager.agent").unwrap_or_default();
            let command = match chosen.to_ascii_lowercase().as_str() {
                "false" | "no" | "off" | "0" => return Ok(None),
                // A command there is stronger than core.pager and PAGER, but not than GIT_PAGER.
                word if !matches!(word, "true" | "yes" | "on" | "1" | "")
                    && std::env::var_os("GIT_PAGER").is_none() =>
                {
                    chosen
                }
                _ => cmd::line(&self.repo()?.git().args(["var", "GIT_PAGER"]).run()?).to_string(),
            };
            Ok(Some(command).filter(|command| !command.is_empty() && command != "cat"))
        })
    }

    /// Show what `git` prints, and answer its exit code; `None` if a signal ended it or the reader has seen enough.
    ///
    /// A reader gets it in the pager and cleaned ([`Out::relay`]); a program gets git's own bytes.
    ///
    /// # Errors
    ///
    /// `git-not-runnable`, `output`.
    pub fn relay(&self, git: Git) -> Result<Option<i32>> {
        if !self.out.is_for_a_person() {
            return Ok(git.attached()?.code());
        }
        self.page()?;
        let width = self.out.width().map(|width| width.to_string());
        let mut answer = width.into_iter().fold(git, |git, width| git.env("COLUMNS", width)).relayed()?;
        while let Some(line) = answer.next(b'\n')? {
            self.out.relay(&[&line[..], b"\n"].concat())?;
            if self.out.reader_is_gone() {
                return Ok(None);
            }
        }
        Ok(answer.finish()?.status.code())
    }

    /// Write to the ledger of `remote` and to ours, as [`Ctx::actor`].
    pub fn write_through<T>(
        &self,
        remote: &str,
        decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>,
    ) -> Result<(Written, T)> {
        let actor = self.actor()?;
        sync::write_through(
            self.repo()?,
            remote,
            &Author { actor: &actor, now: &|| self.clock.now(), is_held_to_it: true },
            decide,
        )
    }

    /// Bring the notes on the commits of `tasks` up to date, at the end of a command that changed what they say.
    pub fn display(&self, tasks: &[TaskId]) {
        // They are a convenience for people without git-agent, and made again by the next such command.
        self.repo().and_then(|repo| commit_notes::refresh(repo, tasks, self.now())).map(drop).unwrap_or_default();
    }

    /// The active tasks of this worktree.
    pub fn active(&self) -> Result<Vec<TaskId>> {
        active::read(self.repo()?)
    }

    /// The task that `word` names, and which of its checkpoints if it names one: `t-1`, `t-1@2`, `@last`.
    ///
    /// # Errors
    ///
    /// `bad-checkpoint` for what can stand behind no `@`, and those of [`Ctx::task`].
    pub fn task_and_checkpoint(&self, view: &View<'_>, word: Option<&str>) -> Result<(Task, Option<Which>)> {
        let spec = Spec::parse(word.unwrap_or_default()).map_err(|why| {
            let shown = word.unwrap_or_default().escape_debug();
            Error::usage("bad-checkpoint", format!("'{shown}' is no checkpoint: {why}"))
                .hint("'git agent log <task>' shows the checkpoints of a task with their numbers")
        })?;
        // An empty word is a mistake of the caller's, not a wish for the active task.
        let task = spec.task.or(word.filter(|word| word.is_empty()));
        let task = task.map_or_else(|| self.task(view, None), |word| revision::task(view, word))?;
        Ok((task, spec.which))
    }

    /// Say that checkpoints may have other numbers on the whole history, if they do: see [`revision::is_cut`].
    pub fn warn_if_cut(&self, is_cut: bool) {
        if is_cut {
            self.out.warn(
                "this clone is shallow, and older commits of the task may be behind its end: its checkpoints are counted from there; \
                 'git fetch --unshallow' gets the rest",
            );
        }
    }

    /// `words` for git, with the checkpoints that they name as object ids; see [`Asker::words`].
    pub fn words(&self, view: &View<'_>, emptiness: Emptiness, words: &[OsString]) -> Result<Vec<OsString>> {
        self.asking(view, emptiness, |asker| asker.words(words))
    }

    /// Let `ask` ask for checkpoints that are named inside words.
    pub fn asking<T>(&self, view: &View<'_>, emptiness: Emptiness, ask: impl FnOnce(&Asker<'_>) -> T) -> T {
        let (active, cut) = (|| self.task(view, None), Cell::new(false));
        let asker = Asker { view, active: &active, now: self.now(), emptiness, cut };
        let answer = ask(&asker);
        self.warn_if_cut(asker.cut.get());
        answer
    }

    /// The task that `word` names, or the active one where none is named.
    pub fn task(&self, view: &View<'_>, word: Option<&str>) -> Result<Task> {
        if let Some(word) = word {
            return view.find(word);
        }
        let active = self.active()?;
        let id = active.first().ok_or_else(|| {
            Error::usage("no-active-task", "no task is named, and none is active in this worktree")
                .hint("name a task, or begin one with 'git agent start <task>'")
        })?;
        view.task(id)?.ok_or_else(|| {
            Error::usage("task-not-found", format!("the active task {id} is not in this ledger"))
                .hint("'git agent list' shows the tasks; 'git agent start <task>' makes one of them the active one")
        })
    }
}

/// An argument that is a text; `-` reads standard input.
pub fn text_argument(argument: &str) -> Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut bytes = Vec::new();
    // Of what is too long a little more than that is enough to say so; line ends of other systems take twice the room.
    let mut input = std::io::stdin().lock().take(2 * text::MAX_TEXT as u64 + 1);
    input.read_to_end(&mut bytes).or_environment(|| "cannot read standard input".to_owned())?;
    if bytes.len() > 2 * text::MAX_TEXT {
        return Err(bad_text("text on standard input", &text::InvalidText::TooLarge));
    }
    String::from_utf8(bytes).map_err(|_| Error::usage("bad-text", "standard input is not UTF-8 text"))
}

/// An argument of one line: `what` names it in the refusal.
pub fn one_line(what: &str, argument: &str) -> Result<String> {
    text::one_line(&text_argument(argument)?).map_err(|why| bad_text(what, &why))
}

/// An argument that may have several lines.
pub fn many_lines(what: &str, argument: &str) -> Result<String> {
    text::many_lines(&text_argument(argument)?).map_err(|why| bad_text(what, &why))
}

/// The text of several lines in `file`.
pub fn text_file(what: &str, file: &Path) -> Result<String> {
    let mut text = String::new();
    let opened = File::open(file).and_then(|file| file.take(2 * text::MAX_TEXT as u64 + 1).read_to_string(&mut text));
    opened.or_environment(|| format!("cannot read '{}'", file.display()))?;
    text::many_lines(&text).map_err(|why| bad_text(what, &why))
}

/// A text that is refused.
pub fn bad_text(what: &str, why: &text::InvalidText) -> Error {
    Error::usage("bad-text", format!("cannot take the {what}: {why}"))
}
