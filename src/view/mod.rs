//! Output: answers to stdout, as an API; status, hints and warnings to stderr, for people.

pub(crate) mod blame;
pub mod brief;
pub(crate) mod changes;
mod columns;
pub(crate) mod graph;
pub mod hint;
pub(crate) mod host;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod pager;
pub(crate) mod relative_time;
pub(crate) mod report;
pub(crate) mod sanitize;
pub(crate) mod show;
pub(crate) mod status;
mod style;
pub(crate) mod svg;
pub(crate) mod tasks;

use std::{
    cell::{Cell, RefCell},
    io::{self, IsTerminal as _, Write as _},
};

use bstr::ByteSlice as _;
use serde::Serialize;

pub use crate::{
    domain::text::{NAMED, list, oid, shell_word, shorten},
    view::columns::{ListRow, first_lines, id_width, pad},
};
pub use style::{Style, mark_of};

use pager::Pager;

use crate::error::{Error, Result, codes};

/// When to color the output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// If it goes to a terminal, and git's configuration allows it.
    #[default]
    Auto,
    /// Even if it does not go to a terminal.
    Always,
    /// Never.
    Never,
}

/// The streams, and how to use them.
#[derive(Debug)]
pub struct Out {
    json: bool,
    quiet: bool,
    color: ColorChoice,
    selection: Option<json::Selection>,
    gone: Cell<bool>,
    paging: RefCell<Paging>,
}

/// Whether the answer goes to a pager.
#[derive(Debug)]
enum Paging {
    /// Output is not paged.
    Off,
    /// It will, once there is one: errors that come first go to the terminal.
    Wanted(String),
    /// Output goes through this pager.
    On(Pager),
}

impl Out {
    /// Streams as the command line asks for them.
    pub fn new(json: bool, quiet: bool, color: ColorChoice) -> Self {
        Out { json, quiet, color, selection: None, gone: Cell::new(false), paging: RefCell::new(Paging::Off) }
    }

    /// Answers about tasks have the fields of `selection`; they are JSON then.
    #[must_use]
    pub fn with_selection(self, selection: Option<json::Selection>) -> Self {
        Out { json: self.json || selection.is_some(), selection, ..self }
    }

    /// Which fields of tasks are wanted; `None`: all.
    pub fn selection(&self) -> Option<&json::Selection> {
        self.selection.as_ref()
    }

    /// Whether the answer is one JSON object.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Whether remarks are not wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Styles for stdout. `configured` is what git's `color.ui` says.
    pub fn style(&self, configured: Option<&str>) -> Style {
        match configured {
            Some("always") if self.color == ColorChoice::Auto => Style::new(true),
            _ => self.style_where(self.is_for_a_person(), || configured.map(str::to_owned)),
        }
    }

    /// Styles for a stream that a person reads if `is_shown`. `configured` is what git's `color.ui` says, asked for only where it matters.
    pub fn style_where(&self, is_shown: bool, configured: impl FnOnce() -> Option<String>) -> Style {
        let is_allowed = || {
            std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
                && !matches!(configured().as_deref(), Some("false" | "never" | "no" | "off"))
        };
        Style::new(match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => is_shown && is_allowed(),
        })
    }

    /// The answer as text. Colours stay; any other control character, and what shows as nothing, becomes an escape: whatever a
    /// command forgot to clean does not reach a terminal or a model.
    ///
    /// # Errors
    ///
    /// As [`Out::write`].
    pub fn print(&self, text: &str) -> Result<()> {
        self.write(sanitize::painted(text).as_bytes())
    }

    /// What git prints, in its colours: exact bytes for programs (a patch has to apply), cleaned as [`Out::print`] does for a reader.
    ///
    /// # Errors
    ///
    /// As [`Out::write`].
    pub fn relay(&self, bytes: &[u8]) -> Result<()> {
        if self.is_for_a_person() { self.print(&bytes.to_str_lossy()) } else { self.write(bytes) }
    }

    /// The answer as bytes, as they are. A reader that has seen enough is not an error.
    ///
    /// # Errors
    ///
    /// `output` when they cannot be written (a full disk).
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        if self.gone.get() {
            return Ok(());
        }
        let written = match &mut *self.pager() {
            Paging::On(pager) => pager.write(bytes),
            _ => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush())
            }
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.gone.set(true);
                Ok(())
            }
            Err(error) => Err(Error::new(codes::OUTPUT, "cannot write the answer").because(error)),
            Ok(()) => Ok(()),
        }
    }

    /// Show the answer in the pager `command` if it goes to a terminal and is one for people.
    ///
    /// # Errors
    ///
    /// Those of `command`.
    pub fn page(&self, command: impl FnOnce() -> Result<Option<String>>) -> Result<()> {
        if !self.json && io::stdout().is_terminal() {
            self.paging.replace(command()?.map_or(Paging::Off, Paging::Wanted));
        }
        Ok(())
    }

    /// Whether the answer goes through a pager, ours or one that git started.
    pub fn is_paged(&self) -> bool {
        !matches!(*self.paging.borrow(), Paging::Off) || std::env::var_os(pager::IN_USE).is_some()
    }

    /// Whether a person reads the answer: it goes to a terminal, or through a pager to one.
    pub fn is_for_a_person(&self) -> bool {
        io::stdout().is_terminal() || std::env::var_os(pager::IN_USE).is_some()
    }

    /// How many columns the reader's terminal has, if there is one.
    pub fn width(&self) -> Option<usize> {
        if !self.is_for_a_person() {
            return None;
        }
        let told =
            std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
        let of_terminal = || rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
        told.or_else(of_terminal).filter(|columns| *columns > 0).or(Some(80))
    }

    /// Nothing more will be said: wait until it is read.
    pub fn finish(&self) {
        drop(self.paging.replace(Paging::Off));
    }

    fn pager(&self) -> std::cell::RefMut<'_, Paging> {
        let mut paging = self.paging.borrow_mut();
        if let Paging::Wanted(command) = &*paging {
            // Without a pager the answer is still an answer.
            *paging = Pager::start(command).map_or(Paging::Off, Paging::On);
        }
        paging
    }

    /// Whether the reader of stdout has gone.
    pub fn reader_is_gone(&self) -> bool {
        self.gone.get()
    }

    /// The answer as one JSON object on one line, with the version of the contract.
    ///
    /// # Errors
    ///
    /// When standard output cannot be written.
    pub fn json(&self, answer: &impl Serialize) -> Result<()> {
        self.json_line(&json::Versioned::new(answer))
    }

    /// [`Out::json`] of one who goes to work: its tasks have the fields that this needs, unless others are asked for.
    ///
    /// # Errors
    ///
    /// As [`Out::write`].
    pub fn work_json(&self, answer: &impl Serialize) -> Result<()> {
        let selection = self.selection.clone().unwrap_or_else(json::Selection::work);
        self.write(format!("{}\n", json::text(&json::Versioned::new(answer), Some(&selection))?).as_bytes())
    }

    /// A part of an answer (`--jsonl`) as one JSON object on one line.
    ///
    /// # Errors
    ///
    /// As [`Out::write`].
    pub fn json_line(&self, part: &impl Serialize) -> Result<()> {
        self.write(format!("{}\n", json::text(part, self.selection.as_ref())?).as_bytes())
    }

    /// The answer: as one JSON object with `--json`, as text without.
    ///
    /// # Errors
    ///
    /// As [`Out::write`].
    pub fn answer<J: Serialize>(&self, json: impl FnOnce() -> J, text: impl FnOnce() -> String) -> Result<()> {
        if self.json { self.json(&json()) } else { self.print(&text()) }
    }

    /// How to show how far something is; nothing without a terminal.
    pub fn progress(&self) -> Option<fn(Option<&str>)> {
        let show: fn(Option<&str>) = |text| {
            // To the start of the line, and what was there before is erased.
            let mut stderr = io::stderr().lock();
            write!(stderr, "\r\x1b[K{}", text.unwrap_or_default()).and_then(|()| stderr.flush()).unwrap_or_default();
        };
        (!self.quiet && io::stderr().is_terminal()).then_some(show)
    }

    /// What was done: `Started t-7k3fq.`
    pub fn status(&self, text: impl AsRef<str>) {
        if !self.quiet && !self.json {
            self.remark("", text.as_ref());
        }
    }

    /// What to do next, or how to undo.
    pub fn hint(&self, text: impl AsRef<str>) {
        if !self.quiet && !self.json {
            self.remark("hint: ", text.as_ref());
        }
    }

    /// Something that the reader should know although it worked.
    pub fn warn(&self, text: impl AsRef<str>) {
        self.remark("warning: ", text.as_ref());
    }

    /// A failure: on stderr for people, as one JSON object on stdout with `--json`.
    pub fn error(&self, error: &Error) {
        if self.json {
            // There is nowhere left to say that this did not work.
            self.json(&json::ErrorAnswer::new(error)).unwrap_or_default();
            return;
        }
        self.remark("error: ", &error.to_string());
        if matches!(error.kind(), crate::error::Kind::Refused | crate::error::Kind::Conflict) {
            let exception = error.exception().map(|what| format!(", but {what}")).unwrap_or_default();
            self.remark("", &format!("nothing was changed{exception}"));
        }
        if let Some(excerpt) = error.excerpt_lines() {
            self.excerpt(excerpt);
        }
        for hint in &hint::lines(error) {
            self.remark("hint: ", hint);
        }
    }

    /// The end of what a command printed, on stderr and indented.
    pub fn excerpt(&self, text: &str) {
        text.lines().for_each(|line| self.remark("    ", line));
    }

    fn remark(&self, head: &str, text: &str) {
        // What would be written across the pager's screen is read in it instead, as with git.
        if let Paging::On(pager) = &mut *self.paging.borrow_mut()
            && io::stderr().is_terminal()
        {
            return pager.write(format!("{head}{}\n", sanitize::lines(text)).as_bytes()).unwrap_or_default();
        }
        let mut stderr = io::stderr().lock();
        // Stderr may be closed.
        writeln!(stderr, "{head}{}", sanitize::lines(text)).unwrap_or_default();
    }
}
