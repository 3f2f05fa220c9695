//! `git agent diff`: `git diff`, with checkpoints for revisions.

use std::ffi::OsString;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes, exit},
    git::{
        ObjectId, Repo, raw, relay,
        rev_parse::{self, Revisions},
        revwalk,
    },
    query::revision::Emptiness,
    view::json::DiffAnswer,
};

/// Run 'git diff' with checkpoints as revisions
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Compares two revisions (A B, A..B, A...B), or one with the work tree, with all options of 'git diff': git agent diff \
t-1@1 t-1@last --stat. If a task was started before the first commit, <task>@start is the empty tree.

The exit code is that of 'git diff': 0, or 1 with --exit-code if there are differences.")]
pub struct Args {
    /// Revisions and options of 'git diff'
    #[arg(value_name = "REVISION|OPTION", allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

/// Options whose value is the next word.
const WITH_VALUE: [&str; 25] = [
    "-S",
    "-G",
    "-O",
    "-I",
    "-l",
    "--output",
    "--diff-filter",
    "--diff-algorithm",
    "--find-object",
    "--skip-to",
    "--rotate-to",
    "--word-diff-regex",
    "--src-prefix",
    "--dst-prefix",
    "--line-prefix",
    "--inter-hunk-context",
    "--anchored",
    "--ignore-matching-lines",
    "--ws-error-highlight",
    "--color-moved-ws",
    "--output-indicator-new",
    "--output-indicator-old",
    "--output-indicator-context",
    "--stat-width",
    "--stat-name-width",
];

/// What the command line says.
struct Request {
    /// Options, revisions, and paths that git tells apart, checkpoints as object ids.
    words: Vec<OsString>,
    /// Those of them that are no options.
    plain: Vec<OsString>,
    /// Paths behind `--`, if there is one.
    paths: Option<Vec<OsString>>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = Request::new(ctx, args)?;
    if ctx.out.is_json() {
        return json(ctx, &request);
    }
    let color = ctx.color();
    let git = relay::diff(color, &request.words, request.paths.as_deref(), ctx.out.is_quiet());
    match ctx.relay(git)? {
        // Nobody has to read to the end.
        None => Ok(exit::OK),
        Some(code @ (0 | 1)) => Ok(if code == 0 { exit::OK } else { exit::REFUSED }),
        // git has said why.
        Some(_) => Ok(exit::USAGE),
    }
}

impl Request {
    fn new(ctx: &Ctx, args: Args) -> Result<Self> {
        let mut given = args.words.into_iter();
        let mut paths = (!args.paths.is_empty()).then_some(args.paths);
        let mut sorted = Vec::new();
        while let Some(word) = given.next() {
            if word == "--" {
                paths.get_or_insert_default().extend(given);
                break;
            }
            let takes_next = word.to_str().is_some_and(|word| WITH_VALUE.contains(&word));
            let is_option = word.as_encoded_bytes().starts_with(b"-");
            sorted.push((word, is_option));
            if takes_next {
                sorted.extend(given.next().map(|value| (value, true)));
            }
        }
        let view = ctx.view()?;
        let (mut words, mut plain) = (Vec::new(), Vec::new());
        ctx.asking(&view, Emptiness::Tree, |asker| {
            for (word, is_option) in sorted {
                if is_option {
                    words.push(word);
                    continue;
                }
                let expanded = asker.word(&word, paths.is_none())?;
                words.extend(expanded.iter().cloned());
                plain.extend(expanded);
            }
            Ok::<_, Error>(())
        })?;
        Ok(Request { words, plain, paths })
    }

    fn has(&self, option: &str) -> bool {
        self.words.iter().any(|word| word == option)
    }
}

/// Options that leave nothing to read.
const SILENT: [&str; 4] = ["-s", "--no-patch", "--check", "--no-index"];

fn json(ctx: &Ctx, request: &Request) -> Result<u8> {
    let refuse = |what: String| {
        Error::new(codes::BAD_OPTION, what)
            .hint("with --json options may choose what is compared, not how it is shown; 'git agent diff' without it takes all")
    };
    if let Some(silent) = SILENT.iter().find(|option| request.has(option)) {
        return Err(refuse(format!("'git agent diff --json' does not take '{silent}'")));
    }
    let output = relay::diff_raw(&request.words, request.paths.as_deref())?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        let complaint = output.complaint();
        let said = complaint.lines().next().unwrap_or_default().trim_start_matches("fatal: ");
        return Err(Error::new(codes::BAD_REVISION, format!("git cannot show this difference: {said}"))
            .hint("revisions, options and paths are those of 'git diff'; paths come after '--'"));
    }
    let changes = raw::read(&output.stdout)
        .ok_or_else(|| refuse("an option chooses another form of answer than --json".to_owned()))?;
    let (from, to) = sides(ctx.repo()?, request)?;
    ctx.out.json(&DiffAnswer::new(from, to, &changes))?;
    Ok(if output.status.success() { exit::OK } else { exit::REFUSED })
}

/// What is compared with what.
fn sides(repo: &Repo, request: &Request) -> Result<(Option<String>, Option<String>)> {
    let Revisions { included, excluded } = rev_parse::revisions(&request.plain)?;
    let cached = request.has("--cached") || request.has("--staged");
    let mut old = match (included.as_slice(), excluded.first()) {
        // `A..B` is B and not A; `A...B` is B, A, and not their common past, with which B is compared.
        (_, Some(base)) => Some(*base),
        ([first, ..], None) => Some(*first),
        ([], None) if cached => rev_parse::commit("HEAD")?,
        ([], None) => return Ok((Some("index".to_owned()), Some("worktree".to_owned()))),
    };
    let new = match (included.as_slice(), excluded.is_empty()) {
        ([first, ..], false) => Some(*first),
        ([_, second], true) => Some(*second),
        _ => None,
    };
    if request.has("--merge-base")
        && let Some(commit) = old
    {
        let other = if included.len() == 2 { new } else { rev_parse::commit("HEAD")? };
        old = other.map(|other| revwalk::merge_base(repo, commit, other)).transpose()?.flatten();
    }
    // The state before all commits is a tree that need not be there.
    let shown = |id: ObjectId| (!id.is_empty_tree()).then(|| id.to_string());
    let uncommitted = if cached { "index" } else { "worktree" };
    Ok((old.and_then(shown), new.map_or_else(|| Some(uncommitted.to_owned()), shown)))
}
