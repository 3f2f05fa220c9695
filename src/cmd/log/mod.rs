//! `git agent log`: what happened, newest first: commits, and between them what happened to tasks.

mod date;
pub(super) mod event_text;
mod events;
mod history;
mod human;
mod json;
mod layout;
mod ledger_cache;
mod options;
mod patch;
mod request;
mod same_patch;
mod task;
mod walk;

use std::ffi::OsString;

use crate::{
    cmd::{context::Ctx, log::ledger_cache::Book},
    error::{Result, exit},
    git::log::{Graph, Log, Query},
    query::revision::{Emptiness, Owners},
};
use events::Events;
use history::{Commits, Entry, Found, History, Only, Window};
use request::Request;
use task::Wanted;

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

/// Run it.
pub fn run(ctx: &Ctx, mut args: Args) -> Result<u8> {
    let mut request = Request::new(std::mem::take(&mut args.words), std::mem::take(&mut args.paths))?;
    args.limit = args.limit.or(request.limit);
    if args.date.is_none() {
        args.date = ctx.repo()?.config().text("log.date");
    }
    let view = ctx.view()?;
    let wanted = match &args.task {
        Some(word) => Some(task::named(&view, word)?),
        None => task::first_word(ctx, &view, &mut request)?,
    };
    ctx.asking(&view, Emptiness::NoCommits, |asker| request.expand(|word, may_be_path| asker.word(word, may_be_path)))?;
    let machine = args.jsonl || ctx.out.is_json();
    if !machine {
        ctx.page()?;
    }
    let style = ctx.style();
    let query = Query {
        words: walk::words(&args, &request),
        only: None,
        paths: request.paths.clone(),
        graph: (args.graph && !machine).then(|| if style.is_on() { Graph::Painted } else { Graph::Plain }),
        decorate: !machine && request.decorate.unwrap_or_else(|| ctx.out.is_for_a_person()),
    };
    let mut history = begin(&args, &request, query, Book::new(&view)?, wanted.as_ref())?;
    if machine {
        json::print(ctx, &args, &mut history)?;
    } else {
        human::print(ctx, &args, &request, &mut history, style)?;
    }
    remarks(ctx, &history);
    Ok(exit::OK)
}

/// Set everything up so that entries can be read one after the other.
fn begin<'v>(
    args: &Args,
    request: &Request,
    mut query: Query,
    book: Book<'v>,
    wanted: Option<&Wanted>,
) -> Result<History<'v, 'v>> {
    let repo = book.repo();
    let tip = repo.head()?.commit;
    let head = tip.map(|id| id.to_string());
    let owners = Owners::new(book.view(), tip)?;
    let shallow = walk::shallow(repo)?;
    let narrow = request.narrow || !args.author.is_empty() || (request.revisions && !request.is_all());
    let window = if narrow { Window::Commits(head.clone()) } else { Window::Open };
    let events = match args.no_events || (narrow && !args.events) {
        true => Events::none(),
        false => {
            let (since, until) = walk::period(repo, args)?;
            let rows = book.rows().filter(|row| wanted.is_none_or(|wanted| row.id_str() == wanted.id));
            Events::of(rows, since, until)
        }
    };
    let of_task = wanted.zip(tip).map(|(wanted, tip)| walk::OfTask::find(repo, wanted, tip)).transpose()?;
    let numbers = of_task.as_ref().map(walk::OfTask::numbers).unwrap_or_default();
    if let Some(wanted) = wanted.filter(|wanted| wanted.task.is_none() && numbers.is_empty() && !request.revisions) {
        return Err(task::unknown(book.view(), &wanted.id));
    }
    let is_plain = query.words.len() == args.date.iter().len() && query.paths.is_empty() && query.graph.is_none();
    let mut twins = None;
    let commits = match (wanted, &of_task) {
        _ if head.is_none() && !request.revisions => Commits::None,
        (_, Some(found)) if is_plain => {
            let meanwhile = || twins = Some(same_patch::find(repo, &found.commits));
            Commits::Read(found.records(repo, query, meanwhile)?.into_iter())
        }
        (Some(wanted), _) => {
            if !request.greps {
                query.words.splice(0..0, walk::grep(wanted, &shallow));
            }
            Commits::Running(Log::start(repo, &query)?)
        }
        (None, _) => {
            if let (Some(limit), false) = (args.limit, args.checkpoints) {
                query.words.insert(0, format!("--max-count={}", limit.saturating_add(args.skip)).into());
            }
            Commits::Running(Log::start(repo, &query)?)
        }
    };
    let only = match wanted {
        Some(wanted) => Only::Of(wanted.id.clone()),
        None if args.checkpoints => Only::OfTasks,
        None => Only::All,
    };
    let mut found = Found::new(shallow, narrow);
    if let Some(of_task) = &of_task {
        found.know(of_task);
        found.twins = twins.unwrap_or_else(|| same_patch::find(repo, &of_task.commits));
    }
    Ok(History { book, commits, events, owners, only, numbers, window, found, ahead: None })
}

/// The entries that the limits let through, in the order that is asked for.
fn entries(
    args: &Args,
    history: &mut History<'_, '_>,
    mut show: impl FnMut(&mut History<'_, '_>, &Entry) -> Result<bool>,
) -> Result<()> {
    let mut kept = Vec::new();
    let mut skip = args.skip;
    let mut left = args.limit.unwrap_or(usize::MAX);
    while left > 0 {
        let Some(entry) = history.next()? else { break };
        if skip > 0 {
            skip -= 1;
            continue;
        }
        left -= 1;
        history.found.shown += 1;
        if args.reverse {
            kept.push(entry);
        } else if !show(history, &entry)? {
            return Ok(());
        }
    }
    for entry in kept.iter().rev() {
        if !show(history, entry)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Say what the reader should know about the answer.
fn remarks(ctx: &Ctx, history: &History<'_, '_>) {
    if history.found.lacking && history.book.view().tip().is_none() {
        ctx.out.warn(
            "the commits name tasks, but this clone does not have the notes that tell of them; \
             'git agent init' gets them now and from now on, 'git agent sync' only now",
        );
    }
    if history.found.is_cut() {
        ctx.out.warn("this clone is shallow: older commits may be missing; 'git fetch --unshallow' gets them");
    }
    if let Some(twins) = Some(history.found.twins.len()).filter(|twins| *twins > 0) {
        let commits = history.numbers.len();
        let patches = match commits - twins {
            1 => "one patch".to_owned(),
            patches => format!("{patches} patches"),
        };
        ctx.out.status(format!("{commits} commits of the task made {patches}: some are cherry-picks of others."));
    }
    if history.found.shown == 0 && history.found.at_end {
        ctx.out.status("Nothing like that happened.");
    }
}
