//! Colours by meaning, as git uses them; nothing at all when colour is not wanted.

use anstyle::{AnsiColor, Style as Ansi};

use crate::{domain::status::Status, view::sanitize};

/// Adds colors to texts, or not.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    on: bool,
}

impl Style {
    /// A style with or without colors.
    pub fn new(on: bool) -> Self {
        Style { on }
    }

    /// Whether it adds colors.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// Every text is cleaned before it is painted: the only escape sequences that come out of here are our own.
    fn paint(self, ansi: Ansi, text: &str) -> String {
        let text = sanitize::line(text);
        if self.on { format!("{}{text}{}", ansi.render(), ansi.render_reset()) } else { text.into_owned() }
    }

    /// `text` without color, sanitized.
    pub fn plain(self, text: &str) -> String {
        sanitize::line(text).into_owned()
    }

    /// The color of task ids and commit ids.
    pub fn id(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    /// The color of task ids next to commit ids.
    pub fn task(self, text: &str) -> String {
        self.paint(AnsiColor::Magenta.on_default(), text)
    }

    /// Names of branches and tags.
    pub fn refs(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }

    /// The color of completed tasks and passed checks.
    pub fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// The color of failed tasks and refusals.
    pub fn bad(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default(), text)
    }

    /// The color of tasks in progress.
    pub fn busy(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    /// The color of secondary information.
    pub fn faint(self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    /// The style of headings.
    pub fn strong(self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    /// The `n`-th of several colors.
    pub fn nth(self, n: usize, text: &str) -> String {
        const COLORS: [AnsiColor; 6] = [
            AnsiColor::Magenta,
            AnsiColor::Cyan,
            AnsiColor::Green,
            AnsiColor::Blue,
            AnsiColor::BrightMagenta,
            AnsiColor::BrightCyan,
        ];
        self.paint(COLORS[n % COLORS.len()].on_default(), text)
    }

    /// The color of tasks with `status`.
    pub fn status(self, status: Status, text: &str) -> String {
        match status {
            Status::Pending => self.plain(text),
            Status::InProgress => self.busy(text),
            Status::Completed => self.good(text),
            Status::Failed => self.bad(text),
            Status::Cancelled => self.faint(text),
        }
    }
}

/// The one-character mark of a task in every view. An open task that `is_blocked` by something outside has the same mark whether it is in
/// progress or not; a pending one that `waits` has another than one that can be started.
pub fn mark_of(status: Status, is_blocked: bool, waits: bool) -> &'static str {
    match status {
        Status::Pending | Status::InProgress if is_blocked => "■",
        Status::Pending if waits => "◌",
        Status::Pending => "○",
        Status::InProgress => "→",
        Status::Completed => "✓",
        Status::Failed => "✗",
        Status::Cancelled => "–",
    }
}
