//! What every command gets: the caller of the verbs, and where answers go. Built once.

use std::{
    cell::OnceCell,
    fs::File,
    io::{IsTerminal as _, Read as _},
    path::{Path, PathBuf},
};

#[cfg(any(debug_assertions, feature = "fault-points"))]
use crate::recovery::restore::fault_points;
use crate::{
    domain::{actor::Actor, claim::Holder, task::Task, text, time::Timestamp},
    error::{Context as _, Error, Result, codes},
    git::{Repo, cmd::Git, editor, relay::Color},
    store::ledger::View,
    verbs::{self, Caller, Clock},
    view::{Out, Style},
};

/// Everything a command needs.
pub struct Ctx {
    /// Where answers and remarks go.
    pub out: Out,
    pub clock: Clock,
    dir: PathBuf,
    actor: Option<String>,
    caller: OnceCell<Caller>,
    command_line: CommandLine,
}

/// The command line that commands describe: manuals, completions.
#[derive(Clone, Copy)]
pub struct CommandLine {
    /// The command line as a tree. Its help lists the commands that are used every day, or all.
    pub tree: fn(bool) -> clap::Command,
    /// The one-page manual for agents.
    pub agents: &'static str,
}

impl Default for CommandLine {
    fn default() -> Self {
        CommandLine { tree: |_| clap::Command::new("git-agent"), agents: "" }
    }
}

impl Ctx {
    /// A context for the directory the process is in.
    pub fn new(out: Out, actor: Option<String>) -> Self {
        #[cfg(any(debug_assertions, feature = "fault-points"))]
        fault_points::ask(["GIT_AGENT_TEST_DIE", "GIT_AGENT_TEST_FAIL"].map(|name| std::env::var(name).ok()));
        Ctx {
            out,
            clock: Clock::from_environment(),
            dir: PathBuf::from("."),
            actor,
            caller: OnceCell::new(),
            command_line: CommandLine::default(),
        }
    }

    /// A context for commands that describe `command_line`.
    #[must_use]
    pub fn with_command_line(self, command_line: CommandLine) -> Self {
        Ctx { command_line, ..self }
    }

    /// The command line, for those that describe it.
    pub fn command_line(&self) -> CommandLine {
        self.command_line
    }

    /// The caller of the verbs: the actor in the current repository.
    pub(crate) fn caller(&self) -> Result<&Caller> {
        if let Some(caller) = self.caller.get() {
            return Ok(caller);
        }
        let repo = Repo::discover(&self.dir)?;
        if let Some(report) = self.out.progress() {
            repo.report_to(report);
        }
        Ok(self.caller.get_or_init(|| Caller::new(repo, self.clock, self.actor.clone())))
    }

    /// Call a verb, and print its warnings.
    pub(crate) fn call<'a, T>(&'a self, verb: impl FnOnce(&'a Caller) -> Result<T>) -> Result<T> {
        let caller = self.caller()?;
        let answer = verb(caller);
        for warning in caller.take_warnings() {
            self.out.warn(warning);
        }
        answer
    }

    /// The repository that we are in.
    pub(crate) fn repo(&self) -> Result<&Repo> {
        Ok(self.caller()?.repo())
    }

    /// The actor that the command line names.
    pub fn named_actor(&self) -> Option<&str> {
        self.actor.as_deref()
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The ledger as it is now.
    pub(crate) fn view(&self) -> Result<View<'_>> {
        self.call(Caller::view)
    }

    /// Who acts, also outside a repository: see [`verbs::actor`].
    pub(crate) fn actor(&self) -> Result<Actor> {
        verbs::actor(self.actor.as_deref(), self.repo().ok())
    }

    /// [`Ctx::actor`] in this clone.
    pub(crate) fn holder(&self) -> Result<Holder> {
        self.caller()?.holder()
    }

    /// See [`Caller::task`].
    pub(crate) fn task(&self, view: &View<'_>, word: Option<&str>) -> Result<Task> {
        self.caller()?.task(view, word)
    }

    /// Say that there are no tasks, and how there may be some; unless it was said that they are elsewhere.
    pub fn say_no_tasks(&self) -> Result<()> {
        if !self.caller()?.misses_ledger() {
            self.out.status("There are no tasks.");
            self.out.hint(self.caller()?.how_to_get_tasks()?);
        }
        Ok(())
    }

    /// The colours that git is configured for.
    pub fn style(&self) -> Style {
        let configured = self.repo().ok().and_then(|repo| {
            let config = repo.config();
            if self.out.is_paged() && config.text("color.pager").is_some() && !config.flag("color.pager") {
                return Some("never".to_owned());
            }
            config.text("color.agent").or_else(|| config.text("color.ui"))
        });
        self.out.style(configured.as_deref())
    }

    /// The colors of standard error, as git is configured for them.
    pub fn style_of_errors(&self) -> Style {
        let config = || {
            let config = self.repo().ok()?.config();
            config.text("color.agent").or_else(|| config.text("color.ui"))
        };
        self.out.style_where(std::io::stderr().is_terminal(), config)
    }

    /// Whether git uses colours: as [`Ctx::style`] does.
    pub fn color(&self) -> Color {
        if self.style().is_on() { Color::Always } else { Color::Never }
    }

    /// Show the answer in a pager, as git chooses it, if a person reads it. `pager.agent` is git's to heed when git runs
    /// us; when we are run directly it is ours.
    pub(crate) fn page(&self) -> Result<()> {
        self.out.page(|| {
            let chosen = self.repo()?.config().text("pager.agent").unwrap_or_default();
            let command = match chosen.to_ascii_lowercase().as_str() {
                "false" | "no" | "off" | "0" => return Ok(None),
                // A command there is stronger than core.pager and PAGER, but not than GIT_PAGER.
                word if !matches!(word, "true" | "yes" | "on" | "1" | "")
                    && std::env::var_os("GIT_PAGER").is_none() =>
                {
                    chosen
                }
                _ => editor::pager(self.repo()?)?,
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
}

/// An argument that is a text; `-` reads standard input.
pub(crate) fn text_argument(argument: &str) -> Result<String> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut bytes = Vec::new();
    // Of what is too long a little more than that is enough to say so; line ends of other systems take twice the room.
    let mut input = std::io::stdin().lock().take(2 * text::MAX_TEXT as u64 + 1);
    input.read_to_end(&mut bytes).or_environment(|| "cannot read standard input".to_owned())?;
    if bytes.len() > 2 * text::MAX_TEXT {
        return Err(verbs::text::bad("text on standard input", &text::InvalidText::TooLarge));
    }
    String::from_utf8(bytes).map_err(|_| Error::new(codes::BAD_TEXT, "standard input is not UTF-8 text"))
}

/// An argument of one line: `what` names it in the refusal.
pub(crate) fn one_line(what: &str, argument: &str) -> Result<String> {
    verbs::text::line(what, &text_argument(argument)?)
}

/// An argument that may have several lines.
pub(crate) fn many_lines(what: &str, argument: &str) -> Result<String> {
    verbs::text::lines(what, &text_argument(argument)?)
}

/// The text of several lines in `file`.
pub(crate) fn text_file(what: &str, file: &Path) -> Result<String> {
    let mut text = String::new();
    let opened = File::open(file).and_then(|file| file.take(2 * text::MAX_TEXT as u64 + 1).read_to_string(&mut text));
    opened.or_environment(|| format!("cannot read '{}'", file.display()))?;
    verbs::text::lines(what, &text)
}
