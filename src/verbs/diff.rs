//! `git diff`, with checkpoints and snapshots for revisions.

use std::ffi::OsString;

use super::Caller;
use crate::{
    error::{Error, Result, codes},
    git::{
        ObjectId, Repo,
        objects::Apart,
        raw::{self, RawChange},
        relay::{self, DiffWords},
        rev_parse::{self, Revisions},
        revwalk,
    },
    query::revision::Emptiness,
    recovery::snapshot,
};

/// A `git diff` with checkpoints and snapshots in its arguments.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Options and revisions for `git diff`; paths may follow a `--`.
    pub words: Vec<OsString>,
    /// Paths that followed a leading `--`.
    pub paths: Vec<OsString>,
}

/// The resolved arguments for `git diff`.
pub struct Words<'r> {
    /// Options, revisions, and paths that git distinguishes, checkpoints as object ids.
    pub words: Vec<OsString>,
    /// Paths behind `--`, if there is one.
    pub paths: Option<Vec<OsString>>,
    /// Those of `words` that are not options, and were given.
    plain: Vec<OsString>,
    /// The files of now, with which a snapshot is compared.
    now: Option<Apart<'r>>,
}

/// The differences between two states.
pub struct Diff {
    /// The old one: a commit or tree, `index`, or `None` for the empty tree.
    pub from: Option<String>,
    /// The new one: a commit or tree, `index`, `worktree`, or `None` for the empty tree.
    pub to: Option<String>,
    /// The changed paths.
    pub changes: Vec<RawChange>,
    /// Whether git ended with exit code 0, as it does without differences or `--exit-code`.
    pub is_success: bool,
}

/// Options whose value is the next word.
const WITH_VALUE: &str = "-S -G -O -I -l --output --diff-filter --diff-algorithm --find-object --skip-to --rotate-to \
    --word-diff-regex --src-prefix --dst-prefix --line-prefix --inter-hunk-context --anchored --ignore-matching-lines \
    --ws-error-highlight --color-moved-ws --output-indicator-new --output-indicator-old --output-indicator-context \
    --stat-width --stat-name-width";

/// Options that leave nothing to read.
const SILENT: [&str; 4] = ["-s", "--no-patch", "--check", "--no-index"];

/// The words for `git diff` that `request` stands for.
///
/// # Errors
///
/// Those of [`crate::query::revision::Resolver::words`].
pub fn words<'a>(caller: &'a Caller, request: &Request) -> Result<Words<'a>> {
    let mut given = request.words.iter().cloned();
    let mut paths = (!request.paths.is_empty()).then(|| request.paths.clone());
    let mut sorted = Vec::new();
    while let Some(word) = given.next() {
        if word == "--" {
            paths.get_or_insert_default().extend(given);
            break;
        }
        let takes_next = word.to_str().is_some_and(|word| WITH_VALUE.split(' ').any(|option| option == word));
        let is_option = word.as_encoded_bytes().starts_with(b"-");
        sorted.push((word, is_option));
        if takes_next {
            sorted.extend(given.next().map(|value| (value, true)));
        }
    }
    let view = caller.view()?;
    caller.asking(&view, Emptiness::Tree, |asker| {
        let (mut words, mut plain) = (Vec::new(), Vec::new());
        let mut snapshots = Vec::new();
        for (word, is_option) in sorted {
            if is_option {
                words.push(word);
                continue;
            }
            if let Some(found) = asker.with_snapshots(&word, paths.is_none())? {
                snapshots.push(found);
            }
            let expanded = asker.word(&word, paths.is_none())?;
            words.extend(expanded.iter().cloned());
            plain.extend(expanded);
        }
        let mut words = Words { words, paths, plain, now: None };
        if let [snapshot] = snapshots.as_slice() {
            words.compare_with_now(caller, snapshot)?;
        }
        Ok(words)
    })
}

/// The differences that `request` asks for. Writes nothing.
///
/// # Errors
///
/// `bad-option` for options that change the form of the answer; `bad-revision` with git's own words; those of [`words`].
pub fn diff(caller: &Caller, request: &Request) -> Result<Diff> {
    let words = words(caller, request)?;
    let refuse = |what: String| {
        Error::new(codes::BAD_OPTION, what).hint(
            "with --json, options can select what is compared, but not how it is shown; without it, all are supported",
        )
    };
    if let Some(silent) = SILENT.iter().find(|option| words.has(option)) {
        return Err(refuse(format!("'git agent diff --json' does not support '{silent}'")));
    }
    let output = relay::diff_raw(&words.for_git())?;
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(Error::new(codes::BAD_REVISION, format!("'git diff' failed: {}", output.said()))
            .hint("revisions, options and paths are as in 'git diff'; paths follow '--'"));
    }
    let changes = raw::read(&output.stdout)
        .ok_or_else(|| refuse("an option selects an output format other than --json".to_owned()))?;
    let (from, to) = sides(caller.repo(), &words)?;
    Ok(Diff { from, to, changes, is_success: output.status.success() })
}

impl<'a> Words<'a> {
    /// What git is asked, with the objects that it needs.
    pub fn for_git(&self) -> DiffWords<'_> {
        DiffWords { words: &self.words, paths: self.paths.as_deref(), objects: self.now.as_ref() }
    }

    /// If `snapshot` is all that is named: compare it with all files that there are now, as a snapshot of now would have them. git itself
    /// compares a tree with the files that it tracks, and takes all others for deleted.
    fn compare_with_now(&mut self, caller: &'a Caller, snapshot: &OsString) -> Result<()> {
        let is_tree = ObjectId::from_hex(snapshot.as_encoded_bytes()).is_ok();
        let of_index = self.has("--cached") || self.has("--staged") || self.has("--merge-base");
        let repo = caller.repo();
        if !is_tree || of_index || repo.work_dir().is_none() {
            return Ok(());
        }
        let Revisions { included, excluded } = rev_parse::revisions(&self.plain)?;
        let at = self.words.iter().position(|word| word == snapshot);
        let (1, 0, Some(at)) = (included.len(), excluded.len(), at) else { return Ok(()) };
        let (now, batch) = snapshot::capture(repo)?.finish()?;
        let objects = Apart::for_a_question(repo)?;
        objects.put_in(&batch)?;
        self.words.insert(at + 1, now.worktree.to_string().into());
        self.now = Some(objects);
        Ok(())
    }

    fn has(&self, option: &str) -> bool {
        self.words.iter().any(|word| word == option)
    }
}

/// What is compared with what.
fn sides(repo: &Repo, words: &Words<'_>) -> Result<(Option<String>, Option<String>)> {
    let Revisions { included, excluded } = rev_parse::revisions(&words.plain)?;
    let cached = words.has("--cached") || words.has("--staged");
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
    if words.has("--merge-base")
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
