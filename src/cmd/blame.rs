//! `git agent blame`: which task each line of a file is from.

mod human;
mod request;

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
};

use crate::{
    cmd::context::Ctx,
    domain::time::Timestamp,
    error::{Result, exit},
    git::{
        ObjectId,
        blame::{self, Line},
        revwalk,
    },
    query::revision::{Owner, Owners},
    store::ledger::View,
    view::json::{self, BlameAnswer, BlameLine, BlameShare},
};

use request::Request;

/// Show the commit, task and checkpoint of each line of a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
git agent blame [<options>] [<revision>] [--] <file>. Accepts the options of 'git blame' that select lines and \
commits: -L, -w, -M, -C, --since, --ignore-rev, --ignore-revs-file, --reverse, --first-parent. The revision may be a \
checkpoint: t-1@2.

'-' marks lines without a task, a task in parentheses uncommitted lines of the active task, and '^' boundary commits.")]
pub struct Args {
    /// Show only the number of lines per task
    #[arg(long)]
    summary: bool,
    /// Options, revision and file, as for 'git blame'
    #[arg(value_name = "OPTION|REVISION|FILE", allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
    /// File to annotate
    #[arg(last = true, value_name = "FILE")]
    file: Vec<OsString>,
}

/// Whose a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    /// Of these tasks' commit; of none if there are none.
    Committed(Vec<Owner>),
    /// Nobody has committed it; these tasks are active.
    Open(Vec<String>),
}

/// Everything there is to show.
struct Blame {
    lines: Vec<Line>,
    /// By commit; `None`: not committed.
    whose: HashMap<Option<ObjectId>, Whose>,
    tip: Option<ObjectId>,
    is_cut: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let request = Request::new(ctx, &view, args.words, args.file)?;
    let found = look(ctx, &view, &request)?;
    let summary = found.summary();
    if ctx.out.is_json() {
        let tip = found.tip.map(|tip| tip.to_string());
        let lines = (!args.summary).then(|| found.lines.iter().map(|line| found.describe(line)).collect());
        ctx.out.json(&BlameAnswer::new(tip, lines, summary, found.is_cut))?;
        return Ok(exit::OK);
    }
    ctx.page()?;
    match args.summary {
        true => human::summary(ctx, &view, &found, &summary)?,
        false => human::lines(ctx, &found)?,
    }
    if found.is_cut {
        ctx.out.warn("this clone is shallow: lines of its oldest commits may be older, checkpoints are counted from there; 'git fetch --unshallow' tells");
    }
    Ok(exit::OK)
}

fn look(ctx: &Ctx, view: &View<'_>, request: &Request) -> Result<Blame> {
    let lines = blame::blame(&request.words)?;
    let tip = match request.tip()? {
        Some(tip) => Some(tip),
        None => view.repo().head()?.commit,
    };
    let mut owners = Owners::new(view, tip)?;
    let mut whose = HashMap::new();
    for line in &lines {
        let commit = line.origin.commit;
        if whose.contains_key(&commit) {
            continue;
        }
        let found = match commit {
            Some(commit) => Whose::Committed(owners.of(commit)?.to_vec()),
            None => Whose::Open(ctx.active()?.iter().map(ToString::to_string).collect()),
        };
        whose.insert(commit, found);
    }
    let shallow = revwalk::shallow(view.repo())?;
    let is_numbered =
        |whose: &Whose| matches!(whose, Whose::Committed(owners) if owners.iter().any(|owner| owner.number.is_some()));
    let counts_from_the_end = !shallow.is_empty() && whose.values().any(is_numbered) && owners.is_cut()?;
    let is_cut = counts_from_the_end || whose.keys().flatten().any(|commit| shallow.contains(commit));
    Ok(Blame { lines, whose, tip, is_cut })
}

impl Blame {
    fn whose(&self, line: &Line) -> Option<&Whose> {
        self.whose.get(&line.origin.commit)
    }

    fn describe(&self, line: &Line) -> BlameLine {
        let (tasks, numbers) = match self.whose(line) {
            Some(Whose::Committed(owners)) => (
                owners.iter().map(|owner| owner.task.clone()).collect(),
                owners.iter().map(|owner| owner.number).collect(),
            ),
            Some(Whose::Open(active)) => (active.clone(), vec![None; active.len()]),
            None => (Vec::new(), Vec::new()),
        };
        let origin = &line.origin;
        let (original_path, original_path_hex) = json::text_or_hex(Some(&*line.original_path));
        let (text, text_hex) = json::text_or_hex(Some(&line.text));
        let author = || format!("{} {}", origin.author, origin.mail);
        BlameLine {
            line: line.line,
            commit: origin.commit.map(|commit| commit.to_string()),
            boundary: origin.boundary,
            tasks,
            number: numbers.first().copied().flatten(),
            numbers,
            author: origin.commit.map(|_| author()),
            at: origin.commit.map(|_| Timestamp::from_seconds(origin.at).to_string()),
            original_line: line.original_line,
            original_path,
            original_path_hex,
            text,
            text_hex,
        }
    }

    /// How many lines are whose, most first.
    fn summary(&self) -> Vec<BlameShare> {
        let mut shares: Vec<(BlameShare, HashSet<ObjectId>)> = Vec::new();
        for line in &self.lines {
            let (tasks, committed): (Vec<Option<&str>>, bool) = match self.whose(line) {
                Some(Whose::Committed(owners)) => {
                    (owners.iter().map(|owner| Some(owner.task.as_str())).collect(), true)
                }
                Some(Whose::Open(active)) => (active.iter().map(|id| Some(id.as_str())).collect(), false),
                None => (Vec::new(), true),
            };
            let tasks = if tasks.is_empty() { vec![None] } else { tasks };
            for task in tasks {
                let is_it =
                    |(share, _): &&mut (BlameShare, _)| share.task.as_deref() == task && share.committed == committed;
                let (share, commits) = match shares.iter_mut().position(|share| is_it(&share)) {
                    Some(at) => &mut shares[at],
                    None => {
                        let share = BlameShare { task: task.map(str::to_owned), committed, lines: 0, commits: 0 };
                        shares.push((share, HashSet::new()));
                        let last = shares.len() - 1;
                        &mut shares[last]
                    }
                };
                share.lines += 1;
                commits.extend(line.origin.commit);
            }
        }
        let counted = shares.into_iter().map(|(share, commits)| BlameShare { commits: commits.len(), ..share });
        let mut shares: Vec<BlameShare> = counted.collect();
        shares.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.task.cmp(&b.task)));
        shares
    }
}
