//! Which task each line of a file is from.

use std::{
    collections::{HashMap, HashSet},
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use bstr::ByteSlice as _;

use super::Caller;
use crate::{
    error::{Error, Result, codes},
    git::{
        ObjectId,
        blame::{self, Line},
        rev_parse, revwalk,
    },
    query::revision::{Emptiness, NumberedTask, NumberedTasks, Resolver},
    store::ledger::View,
};

/// A `git blame` with checkpoints in its arguments.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Options, revision and file, as for `git blame`.
    pub words: Vec<OsString>,
    /// The file, if it followed a leading `--`.
    pub file: Vec<OsString>,
}

/// The tasks that a line belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The tasks of its commit; may be empty.
    Committed(Vec<NumberedTask>),
    /// The line is not committed; these tasks are active.
    Uncommitted(Vec<String>),
}

/// The annotated lines of a file.
pub struct Blame<'a> {
    /// The ledger, for the titles of the tasks.
    pub view: View<'a>,
    /// The lines, in the order of the file.
    pub lines: Vec<Line>,
    /// The commit on whose history checkpoints are counted.
    pub tip: Option<ObjectId>,
    /// The clone is shallow: lines of its oldest commits may be older, and checkpoints are counted from there.
    pub is_cut: bool,
    /// By commit; `None`: not committed.
    whose: HashMap<Option<ObjectId>, Whose>,
}

/// The lines of one task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The task; `None`: lines without a task.
    pub task: Option<String>,
    /// Whether the lines are committed.
    pub committed: bool,
    /// The number of lines.
    pub lines: usize,
    /// The number of commits that they come from.
    pub commits: usize,
}

/// Options whose value is the next word.
const WITH_VALUE: &str = "-L -S --contents --ignore-rev --ignore-revs-file --since";

/// Options that change the form of the output: letters, and names.
const LETTERS: &[u8] = b"bceflnpst";
const FORMS: &str = "--porcelain --line-porcelain --incremental --show-email --show-name --show-number --show-stats --score-debug \
    --date --abbrev --color-lines --color-by-age --progress --encoding";

/// Annotate the lines of a file with their tasks. Writes nothing.
///
/// # Errors
///
/// `no-file`, `bad-option`, `bad-revision`; those of [`Resolver::word`].
pub fn blame<'a>(caller: &'a Caller, request: &Request) -> Result<Blame<'a>> {
    let view = caller.view()?;
    let words = Words::new(caller, &view, request)?;
    let lines = blame::blame(&words.words)?;
    let tip = match words.tip()? {
        Some(tip) => Some(tip),
        None => view.repo().head()?.commit,
    };
    let mut owners = NumberedTasks::new(&view, tip)?;
    let mut whose = HashMap::new();
    for line in &lines {
        let commit = line.origin.commit;
        if whose.contains_key(&commit) {
            continue;
        }
        let found = match commit {
            Some(commit) => Whose::Committed(owners.of(commit)?.to_vec()),
            None => Whose::Uncommitted(caller.active()?.iter().map(ToString::to_string).collect()),
        };
        whose.insert(commit, found);
    }
    let shallow = revwalk::shallow(view.repo())?;
    let is_numbered =
        |whose: &Whose| matches!(whose, Whose::Committed(owners) if owners.iter().any(|owner| owner.number.is_some()));
    let counts_from_the_end = !shallow.is_empty() && whose.values().any(is_numbered) && owners.is_cut()?;
    let is_cut = counts_from_the_end || whose.keys().flatten().any(|commit| shallow.contains(commit));
    Ok(Blame { view, lines, whose, tip, is_cut })
}

impl Blame<'_> {
    /// The tasks of `line`; `None` if it is not a line of this answer.
    pub fn whose(&self, line: &Line) -> Option<&Whose> {
        self.whose.get(&line.origin.commit)
    }

    /// The number of lines of each task, the largest first.
    pub fn shares(&self) -> Vec<Share> {
        let mut shares: Vec<(Share, HashSet<ObjectId>)> = Vec::new();
        for line in &self.lines {
            let (tasks, committed): (Vec<Option<&str>>, bool) = match self.whose(line) {
                Some(Whose::Committed(owners)) => {
                    (owners.iter().map(|owner| Some(owner.task.as_str())).collect(), true)
                }
                Some(Whose::Uncommitted(active)) => (active.iter().map(|id| Some(id.as_str())).collect(), false),
                None => (Vec::new(), true),
            };
            let tasks = if tasks.is_empty() { vec![None] } else { tasks };
            for task in tasks {
                let is_it =
                    |(share, _): &&mut (Share, _)| share.task.as_deref() == task && share.committed == committed;
                let (share, commits) = match shares.iter_mut().position(|share| is_it(&share)) {
                    Some(at) => &mut shares[at],
                    None => {
                        let share = Share { task: task.map(str::to_owned), committed, lines: 0, commits: 0 };
                        shares.push((share, HashSet::new()));
                        let last = shares.len() - 1;
                        &mut shares[last]
                    }
                };
                share.lines += 1;
                commits.extend(line.origin.commit);
            }
        }
        let counted = shares.into_iter().map(|(share, commits)| Share { commits: commits.len(), ..share });
        let mut shares: Vec<Share> = counted.collect();
        shares.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.task.cmp(&b.task)));
        shares
    }
}

/// The words for `git blame`.
struct Words {
    /// Options, revisions as object ids, `--`, the file.
    words: Vec<OsString>,
    revisions: Vec<OsString>,
}

impl Words {
    fn new(caller: &Caller, view: &View<'_>, request: &Request) -> Result<Self> {
        let (words, mut file) = (request.words.clone(), request.file.clone());
        let (mut options, mut plain) = (Vec::new(), Vec::new());
        let mut given = words.into_iter();
        while let Some(word) = given.next() {
            if word == "--" {
                file.extend(given);
                break;
            }
            if !word.as_bytes().starts_with(b"-") || word == "-" {
                plain.push(word);
                continue;
            }
            refuse_form(&word)?;
            let value = if WITH_VALUE.split(' ').any(|option| word == option) { given.next() } else { None };
            options.push((word, value));
        }
        if file.is_empty() {
            let last = plain.pop();
            file.push(last.ok_or_else(|| {
                Error::new(codes::NO_FILE, "no file is named")
                    .hint("git agent blame [<options of git blame>] [<revision>] [--] <file>")
            })?);
        }
        caller.asking(view, Emptiness::NoCommits, |asker| {
            let mut words = Vec::new();
            for (option, value) in options {
                add_option(asker, &mut words, option, value)?;
            }
            let mut revisions = Vec::new();
            for word in plain {
                revisions.extend(asker.word(&word, false)?);
            }
            words.extend(revisions.iter().cloned());
            words.push("--".into());
            words.extend(file);
            Ok(Words { words, revisions })
        })
    }

    /// The commit whose file is blamed, if one is named.
    fn tip(&self) -> Result<Option<ObjectId>> {
        let named = rev_parse::revisions(&self.revisions)?;
        // A tag stands for its commit.
        Ok(named.included.first().map(|id| rev_parse::commit(&id.to_string())).transpose()?.flatten())
    }
}

/// Commits to be ignored may be checkpoints, too.
fn add_option(
    asker: &Resolver<'_>,
    words: &mut Vec<OsString>,
    option: OsString,
    value: Option<OsString>,
) -> Result<()> {
    const HEAD: &[u8] = b"--ignore-rev=";
    match (option.as_bytes().strip_prefix(HEAD), value) {
        (Some(revision), _) => {
            for word in asker.word(OsStr::from_bytes(revision), false)? {
                words.push(OsString::from_vec([HEAD, word.as_bytes()].concat()));
            }
        }
        (None, Some(revision)) if option == "--ignore-rev" => {
            for word in asker.word(&revision, false)? {
                words.extend([option.clone(), word]);
            }
        }
        (None, value) => {
            words.push(option);
            words.extend(value);
        }
    }
    Ok(())
}

fn refuse_form(word: &OsStr) -> Result<()> {
    let name = word.as_bytes().split_once_str("=").map_or(word.as_bytes(), |(name, _)| name);
    let is_letter = matches!(name, [b'-', letter] if LETTERS.contains(letter));
    if !is_letter && !FORMS.split(' ').any(|form| form.as_bytes() == name) {
        return Ok(());
    }
    let word = word.to_string_lossy();
    Err(Error::new(codes::BAD_OPTION, format!("'git agent blame' does not support '{}'", word.escape_debug()))
        .hint("it supports the default format, --summary and --json; for others, use 'git blame'"))
}
