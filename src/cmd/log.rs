//! `git agent log`: commits, and the events of tasks between them, newest first.

use std::ffi::OsString;

use super::Ctx;
use crate::{
    error::{Error, Result, codes},
    query::log::Log,
    verbs::{
        Caller,
        log::{self, Words},
        timeline,
    },
    view::{
        self,
        json::{self, LogEntry, SCHEMA},
        log::{LogPage, json as entry_json},
    },
};

/// How many bytes of JSON are collected before they are written.
const BUFFER: usize = 32 * 1024;

/// Show commits with their tasks, and the events of tasks, newest first
///
/// Accepts the options of 'git log' that select and order commits: revisions and ranges, --all, --grep, --no-merges, -S,
/// -L, paths after '--' and so on; -p, --stat and similar options show changes.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Without a task, all commits of the current history are shown, with their tasks. With a task (its id or a unique \
prefix, as the first argument), only its commits, numbered, and its events are shown. An argument that is also a \
revision or a path is refused as ambiguous; use '--task' or '--' to disambiguate.

<task>@2, @last, @start and @green can be used wherever a revision can: t-1@1..t-1@last, ^t-1@2, t-1@2~1.

Events have no branch, author or path, so they are omitted if revisions (other than --all), paths or options that \
filter commits are given; --events shows those from the time span of the commits.

✓ and ✗ show whether the newest verification of the task on the tree of this commit passed.

--snapshots shows the snapshots of the work tree instead: of the task, of a session, or all, each with its changes \
since the previous one. 'show' and 'diff' accept their ids, 'rollback TASK --to ID' restores one.")]
pub struct Args {
    /// Show this task, even if its id is also a revision or a path
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Show at most N entries, counting commits and events
    #[arg(long = "max-count", short = 'n', value_name = "N", value_parser = super::count)]
    limit: Option<usize>,
    /// Skip the first N entries
    #[arg(long, value_name = "N", default_value_t, value_parser = super::count)]
    skip: usize,
    /// Show one line per entry
    #[arg(long)]
    oneline: bool,
    /// Show entries newer than DATE
    #[arg(long, alias = "after", value_name = "DATE")]
    since: Option<String>,
    /// Show entries older than DATE
    #[arg(long, alias = "before", value_name = "DATE")]
    until: Option<String>,
    /// Show only commits and events of tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
    /// Show only commits whose author matches PATTERN
    #[arg(long, value_name = "PATTERN")]
    author: Vec<String>,
    /// Show only commits that belong to a task
    #[arg(long)]
    checkpoints: bool,
    /// Show events even where they are omitted by default
    #[arg(long, overrides_with = "no_events")]
    events: bool,
    /// Omit events
    #[arg(long, overrides_with = "events")]
    no_events: bool,
    /// Show snapshots instead of commits and events
    #[arg(long, conflicts_with_all = ["author", "checkpoints", "events", "no_events", "graph"])]
    snapshots: bool,
    /// Show only snapshots of the session with this id, or a prefix of it
    #[arg(long, value_name = "ID", requires = "snapshots")]
    session: Option<String>,
    /// Show the oldest entries first
    #[arg(long)]
    reverse: bool,
    /// Draw the commit graph
    #[arg(long, conflicts_with = "reverse")]
    graph: bool,
    /// Date format, as in 'git log'
    #[arg(long, value_name = "FORMAT")]
    date: Option<String>,
    /// Print one JSON object per line, one per entry
    #[arg(long)]
    jsonl: bool,
    /// Task, and options and revisions of 'git log'
    #[arg(value_name = "TASK|OPTION|REVISION", allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
    /// Show only commits that touch these paths
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let is_json = args.jsonl || ctx.out.is_json();
    if !is_json {
        ctx.page()?;
    }
    let mut words = Words::new(args.words, args.paths)?;
    let date = args.date.or(ctx.repo()?.config().text("log.date"));
    if args.snapshots {
        let task = args.task.or(only_task(&words)?);
        let (limit, skip) = (args.limit.or(words.limit), args.skip);
        let Args { session, since, until, reverse, .. } = args;
        let request = timeline::Request { task, session, since, until, limit, skip, reverse };
        let form = Form { is_json, jsonl: args.jsonl, oneline: args.oneline };
        return snapshots(ctx, &request, &form, date.as_deref());
    }
    if is_json {
        words.diff.clear();
    }
    let request = log::Request {
        task: args.task,
        since: args.since,
        until: args.until,
        authors: args.author,
        labels: args.labels,
        checkpoints: args.checkpoints,
        events: if args.no_events { Some(false) } else { args.events.then_some(true) },
        limit: args.limit.or(words.limit),
        skip: args.skip,
        reverse: args.reverse,
        date,
        graph: args.graph && !is_json,
        decorate: !is_json && words.decorate.unwrap_or_else(|| ctx.out.is_for_a_person()),
        colors: ctx.style().is_on(),
        words,
    };
    let mut log = ctx.call(|caller| log::log(caller, &request))?;
    if is_json {
        print_json(ctx, args.jsonl, &mut log)?;
    } else {
        print_text(ctx, args.oneline, &request, &mut log)?;
    }
    remarks(ctx, &log);
    Ok(())
}

/// How the snapshots are shown.
struct Form {
    is_json: bool,
    jsonl: bool,
    oneline: bool,
}

/// The task that `words` name, in which nothing else may be: snapshots are on no branch.
fn only_task(words: &Words) -> Result<Option<String>> {
    let (first, rest) = match words.words.as_slice() {
        [first, rest @ ..] if words.first == Some(0) => (Some(first), rest),
        rest => (None, rest),
    };
    let wrong = rest.iter().chain(&words.diff).chain(&words.paths).next();
    match (wrong, first.map(|word| word.to_str())) {
        (None, None) => Ok(None),
        (None, Some(Some(task))) => Ok(Some(task.to_owned())),
        (wrong, _) => {
            let word = wrong.or(first).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
            let why = format!("'git agent log --snapshots' does not accept '{}'", word.escape_debug());
            Err(Error::new(codes::BAD_OPTION, why)
                .hint("it accepts a task, --session, --since, --until, --max-count, --skip and --reverse")
                .hint("'git agent diff SNAPSHOT [SNAPSHOT] -- PATH' shows what changed in a path"))
        }
    }
}

/// Show snapshots as they come.
fn snapshots(ctx: &Ctx, request: &timeline::Request, form: &Form, date: Option<&str>) -> Result<()> {
    let timeline = ctx.call(|caller| timeline::timeline(caller, request))?;
    let mut page = LogPage::new(ctx.style(), ctx.out.width(), date, ctx.now());
    let (mut json, mut is_empty) = (Json::new(form.jsonl), true);
    for step in timeline {
        let step = step?;
        is_empty = false;
        if form.is_json {
            json.add(ctx, &view::log::snapshots::json(&step))?;
        } else {
            page.add_snapshot(&step, form.oneline);
            if page.text.len() >= BUFFER / 4 {
                ctx.out.print(&std::mem::take(&mut page.text))?;
            }
        }
        if ctx.out.reader_is_gone() {
            break;
        }
    }
    if form.is_json {
        return json.end(ctx, false);
    }
    ctx.out.print(&page.text)?;
    if is_empty {
        ctx.out.status("No matching snapshots.");
    }
    Ok(())
}

fn print_text(ctx: &Ctx, oneline: bool, request: &log::Request, log: &mut Log<'_>) -> Result<()> {
    let mut page = LogPage::new(ctx.style(), ctx.out.width(), request.date.as_deref(), ctx.now());
    while let Some(entry) = log.next_entry()? {
        page.add(log, &entry, oneline);
        if page.text.len() >= BUFFER / 4 || !request.words.diff.is_empty() {
            ctx.out.print(&std::mem::take(&mut page.text))?;
        }
        if ctx.out.reader_is_gone() {
            break;
        }
    }
    ctx.out.print(&page.text)
}

/// One object, or with `--jsonl` one a line; written entry by entry.
struct Json {
    text: String,
    is_lines: bool,
    separator: &'static str,
}

impl Json {
    fn new(is_lines: bool) -> Self {
        let text = if is_lines { String::new() } else { format!("{{\"schema\":{SCHEMA},\"entries\":[") };
        Json { text, is_lines, separator: "" }
    }

    fn add(&mut self, ctx: &Ctx, entry: &LogEntry) -> Result<()> {
        self.text.push_str(self.separator);
        self.text.push_str(&json::text(entry, None)?);
        self.separator = if self.is_lines { "\n" } else { "," };
        if self.text.len() >= BUFFER {
            ctx.out.print(&std::mem::take(&mut self.text))?;
        }
        Ok(())
    }

    fn end(mut self, ctx: &Ctx, is_cut: bool) -> Result<()> {
        if self.is_lines {
            self.text.push_str(self.separator);
        } else {
            self.text.push_str(&format!("],\"lower_bound\":{is_cut}}}\n"));
        }
        ctx.out.print(&self.text)
    }
}

fn print_json(ctx: &Ctx, is_lines: bool, log: &mut Log<'_>) -> Result<()> {
    let mut json = Json::new(is_lines);
    while let Some(entry) = log.next_entry()? {
        json.add(ctx, &entry_json(log.view(), &entry))?;
        if ctx.out.reader_is_gone() {
            break;
        }
    }
    json.end(ctx, log.is_cut())
}

/// Print warnings about the answer.
fn remarks(ctx: &Ctx, log: &Log<'_>) {
    let is_said = ctx.caller().is_ok_and(Caller::misses_ledger);
    view::log::remarks(log, is_said).into_iter().for_each(|remark| ctx.out.warn(remark));
    let (commits, repeated) = log.repeated();
    if repeated > 0 {
        let patches = match commits - repeated {
            1 => "one patch".to_owned(),
            count => format!("{count} patches"),
        };
        ctx.out.status(format!("{commits} commits of the task contain {patches}: some are cherry-picks of others."));
    }
    if log.is_empty() {
        ctx.out.status("No matching entries.");
    }
}
