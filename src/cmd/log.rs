//! `git agent log`: what happened, newest first: commits, and between them what happened to tasks.

use std::ffi::OsString;

use crate::{
    cmd::context::Ctx,
    error::{Result, exit},
    query::log::Log,
    verbs::{
        Caller,
        log::{self, Request, Words},
    },
    view::{
        self,
        json::{self, SCHEMA},
        log::{Page, json as entry_json},
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

Events have no branch, author or path, so they are left out if revisions (other than --all), paths or options that \
filter commits are given; --events shows those from the time span of the commits.

✓ and ✗ show whether the newest verification of the task on the tree of this commit passed.")]
pub struct Args {
    /// Show this task, even if its id is also a revision or a path
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Show at most N entries, counting commits and events
    #[arg(long = "max-count", short = 'n', value_name = "N")]
    limit: Option<usize>,
    /// Skip the first N entries
    #[arg(long, value_name = "N", default_value_t)]
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
    /// Show only commits whose author matches PATTERN
    #[arg(long, value_name = "PATTERN")]
    author: Vec<String>,
    /// Show only commits that belong to a task
    #[arg(long)]
    checkpoints: bool,
    /// Show events even where they are left out by default
    #[arg(long, overrides_with = "no_events")]
    events: bool,
    /// Leave out events
    #[arg(long, overrides_with = "events")]
    no_events: bool,
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

/// Ask, and show the entries as they come.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let is_json = args.jsonl || ctx.out.is_json();
    if !is_json {
        ctx.page()?;
    }
    let mut words = Words::new(args.words, args.paths)?;
    if is_json {
        words.diff.clear();
    }
    let request = Request {
        task: args.task,
        since: args.since,
        until: args.until,
        authors: args.author,
        checkpoints: args.checkpoints,
        events: if args.no_events { Some(false) } else { args.events.then_some(true) },
        limit: args.limit.or(words.limit),
        skip: args.skip,
        reverse: args.reverse,
        date: args.date.or(ctx.repo()?.config().text("log.date")),
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
    Ok(exit::OK)
}

fn print_text(ctx: &Ctx, oneline: bool, request: &Request, log: &mut Log<'_>) -> Result<()> {
    let mut page = Page::new(ctx.style(), ctx.out.width(), request.date.as_deref(), ctx.now());
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
fn print_json(ctx: &Ctx, is_lines: bool, log: &mut Log<'_>) -> Result<()> {
    let mut text = if is_lines { String::new() } else { format!("{{\"schema\":{SCHEMA},\"entries\":[") };
    let mut separator = "";
    while let Some(entry) = log.next_entry()? {
        text.push_str(separator);
        text.push_str(&json::text(&entry_json(log.view(), &entry), None)?);
        separator = if is_lines { "\n" } else { "," };
        if text.len() >= BUFFER {
            ctx.out.print(&std::mem::take(&mut text))?;
        }
        if ctx.out.reader_is_gone() {
            break;
        }
    }
    if is_lines {
        text.push_str(separator);
    } else {
        text.push_str(&format!("],\"lower_bound\":{}}}\n", log.is_cut()));
    }
    ctx.out.print(&text)
}

/// Say what the reader should know about the answer.
fn remarks(ctx: &Ctx, log: &Log<'_>) {
    let is_said = ctx.caller().is_ok_and(Caller::misses_ledger);
    view::log::remarks(log, is_said).into_iter().for_each(|remark| ctx.out.warn(remark));
    let (commits, repeated) = log.repeated();
    if repeated > 0 {
        let patches = match commits - repeated {
            1 => "one patch".to_owned(),
            count => format!("{count} patches"),
        };
        ctx.out.status(format!("{commits} commits of the task made {patches}: some are cherry-picks of others."));
    }
    if log.is_empty() {
        ctx.out.status("No matching entries.");
    }
}
