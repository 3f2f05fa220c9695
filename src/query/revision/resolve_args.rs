//! Words for git, with checkpoints by name: `t-1@1..t-1@last` becomes a range of object ids.
//!
//! A word that git knows as a ref keeps git's meaning, unless it is a task's checkpoint as well: then it is refused, as a word
//! that is a path, too, is where paths may stand. Nothing is guessed.

use std::{
    cell::Cell,
    ffi::{OsStr, OsString},
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
    path::Path,
};

use bstr::ByteSlice as _;

use super::{find, task};
use crate::{
    domain::{
        revision::{Dots, End, Spec, Which, Word, word},
        task::Task,
        time::Timestamp,
    },
    error::{Advice, Error, Hint, Result, TaskAdvice, codes},
    git::ObjectId,
    store::ledger::View,
};

/// What a command makes of the state before the first commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emptiness {
    /// It compares trees: the empty tree is one.
    Tree,
    /// It walks commits: there are none.
    NoCommits,
}

/// Resolves checkpoints and snapshots in arguments for git.
pub struct Resolver<'a> {
    /// The ledger that tasks and their links are read from.
    pub view: &'a View<'a>,
    /// Finds the active task, for `@2` without a task.
    pub active: &'a dyn Fn() -> Result<Task>,
    /// The current time, for claims and `@start`.
    pub now: Timestamp,
    /// What the command makes of `@start` of a task that began before all commits.
    pub emptiness: Emptiness,
    /// The tree of the snapshot that a word names, if it names one.
    pub snapshot: &'a dyn Fn(&str) -> Result<Option<ObjectId>>,
    /// Set when one of the words may mean another commit on the whole history: see [`super::Point::cut`].
    pub cut: Cell<bool>,
}

/// What the end of a range is.
enum Found {
    /// A revision, or a range of two.
    Revision(Vec<u8>),
    /// The state before the first commit.
    Nothing,
}

impl Resolver<'_> {
    /// `words` with full object ids for the checkpoints that they name, on the history of HEAD. Options are left unchanged,
    /// values of options must not be among them; what stands behind `--` is a path.
    ///
    /// # Errors
    ///
    /// `ambiguous-word` for what is a checkpoint and something else, too; `task-not-found`, `no-such-checkpoint` and those of
    /// [`super::start()`]; `empty-history` for the commits of a state that had none.
    pub fn words(&self, words: &[OsString]) -> Result<Vec<OsString>> {
        let end = words.iter().position(|word| word == "--");
        let (revisions, paths) = words.split_at(end.unwrap_or(words.len()));
        let mut answer = Vec::with_capacity(words.len());
        for word in revisions {
            answer.extend(self.word(word, end.is_none())?);
        }
        answer.extend(paths.iter().cloned());
        Ok(answer)
    }

    /// One word, which may become none, or two.
    ///
    /// # Errors
    ///
    /// As [`Resolver::words`].
    pub fn word(&self, word: &OsStr, may_be_path: bool) -> Result<Vec<OsString>> {
        match self.with_snapshots(word, may_be_path)? {
            Some(found) => self.with_checkpoints(&found, false),
            None => self.with_checkpoints(word, may_be_path),
        }
    }

    /// `word` with trees for the snapshots that it names; `None` if it names none, or trees are of no use here.
    ///
    /// # Errors
    ///
    /// `ambiguous-word` for what is a snapshot and something else, too; those of [`Resolver::snapshot`].
    pub fn with_snapshots(&self, word: &OsStr, may_be_path: bool) -> Result<Option<OsString>> {
        if self.emptiness != Emptiness::Tree || word.as_bytes().starts_with(b"-") {
            return Ok(None);
        }
        let mut answer = Vec::new();
        let mut is_named = false;
        for part in word::parts(word.as_bytes()) {
            let found = std::str::from_utf8(part).map_or(Ok(None), |name| (self.snapshot)(name))?;
            match found {
                Some(tree) => {
                    let name = String::from_utf8_lossy(part);
                    if let Some(other) = self.other(&name, word, may_be_path)? {
                        let hint = "for the snapshot: 'refs/agent/snap/<id>:worktree', with its whole id";
                        return Err(ambiguous(&name, "a snapshot", other, hint));
                    }
                    is_named = true;
                    answer.extend_from_slice(tree.to_string().as_bytes());
                }
                None => answer.extend_from_slice(part),
            }
        }
        Ok(is_named.then(|| OsString::from_vec(answer)))
    }

    fn with_checkpoints(&self, word: &OsStr, may_be_path: bool) -> Result<Vec<OsString>> {
        let bytes = word.as_bytes();
        let as_it_is = || Ok(vec![word.to_owned()]);
        let Some(parsed) = Word::parse(bytes.as_bstr()).filter(|_| !bytes.starts_with(b"-")) else { return as_it_is() };
        let left = self.end(&parsed.left, word, may_be_path)?;
        let right = parsed.right.as_ref().map(|(dots, end)| Ok::<_, Error>((*dots, self.end(end, word, may_be_path)?)));
        let (left, right) = match (left, right.transpose()?) {
            // A path, or a ref: git's.
            (None, None) => return as_it_is(),
            (left, right) => {
                let right = right.map(|(dots, end)| (dots, end.unwrap_or_else(|| as_written(parsed.right.as_ref()))));
                (left.unwrap_or_else(|| Found::Revision(written(&parsed.left))), right)
            }
        };
        let tree = || self.view.repo().empty_tree().to_string().into_bytes();
        let is_tree = self.emptiness == Emptiness::Tree;
        let not = |id: Vec<u8>| if parsed.negated { [b"^".to_vec(), id].concat() } else { id };
        let words = match (left, right) {
            (Found::Revision(id), None) => vec![not(id)],
            (Found::Nothing, None) if is_tree => vec![not(tree())],
            // Less what there is not.
            (Found::Nothing, None) if parsed.negated => Vec::new(),
            (Found::Nothing, None) => return Err(nothing(word)),
            (Found::Nothing, Some((_, Found::Nothing))) if !is_tree => return Err(nothing(word)),
            (Found::Nothing, Some((Dots::Three, _))) | (_, Some((Dots::Three, Found::Nothing))) if is_tree => {
                return Err(no_base(word));
            }
            // Everything that the one side has and the other one, which is nothing, has not.
            (Found::Nothing, Some((_, Found::Revision(id)))) if !is_tree => {
                vec![if id.is_empty() { b"HEAD".to_vec() } else { id }]
            }
            (Found::Revision(id), Some((Dots::Three, Found::Nothing))) => {
                vec![if id.is_empty() { b"HEAD".to_vec() } else { id }]
            }
            (_, Some((Dots::Two, Found::Nothing))) if !is_tree => return Err(nothing(word)),
            (left, Some((dots, right))) => {
                let id = |found| match found {
                    Found::Revision(id) => id,
                    Found::Nothing => tree(),
                };
                vec![not([id(left), dots.as_str().into(), id(right)].concat())]
            }
        };
        Ok(words.into_iter().map(OsString::from_vec).collect())
    }

    /// What `end` of `word` is; `None`: what git makes of it.
    fn end(&self, end: &End<'_>, word: &OsStr, may_be_path: bool) -> Result<Option<Found>> {
        let Some((spec, name)) = &end.name else { return Ok(None) };
        let Some((task, which)) = self.task(spec, name, word, may_be_path)? else { return Ok(None) };
        let head = self.view.repo().head()?.commit;
        let point = find(self.view, &task, which, head, self.now)?;
        self.cut.set(self.cut.get() || point.cut);
        let commit = match point.commit {
            Some(commit) => commit,
            None if end.rest.is_empty() => return Ok(Some(Found::Nothing)),
            None => return Err(nothing(word)),
        };
        Ok(Some(Found::Revision([commit.to_string().as_bytes(), end.rest.as_bytes()].concat())))
    }

    /// The task and the checkpoint that `spec` means; `None` when it means nothing of ours.
    fn task(&self, spec: &Spec<'_>, name: &str, word: &OsStr, may_be_path: bool) -> Result<Option<(Task, Which)>> {
        let Some(which) = spec.which else { return Ok(None) };
        let found = match spec.task {
            Some(word) => task(self.view, word),
            None => (self.active)(),
        };
        let other = self.other(name, word, may_be_path)?;
        match (found, other) {
            (Ok(task), None) => Ok(Some((task, which))),
            (Ok(task), Some(other)) => {
                let what = format!("checkpoint {which} of task {}", task.id);
                let hint = TaskAdvice::CheckpointCommit.about(&task.id);
                Err(ambiguous(name, &what, other, hint))
            }
            (Err(_), Some(_)) => Ok(None),
            (Err(error), None) => Err(error),
        }
    }

    /// What else `name`, of which `word` consists or with which it begins, is to git.
    fn other(&self, name: &str, word: &OsStr, may_be_path: bool) -> Result<Option<&'static str>> {
        if self.view.repo().resolve_commit(name)?.is_some() {
            return Ok(Some("a revision"));
        }
        Ok((may_be_path && Path::new(word).symlink_metadata().is_ok()).then_some("a path"))
    }
}

/// The refusal of `name`, which is `what` and `other`, too.
fn ambiguous(name: &str, what: &str, other: &str, hint: impl Into<Hint>) -> Error {
    let name = name.escape_debug();
    Error::new(codes::AMBIGUOUS_WORD, format!("'{name}' is both {what} and {other}")).hint(hint).hint(match other {
        "a path" => format!("for the path: write it after '--', or as './{name}'"),
        _ => "for the revision: write it as 'refs/heads/…' or as a full object id".to_owned(),
    })
}

/// What stands on the right of a range, as it was written.
fn as_written(right: Option<&(Dots, End<'_>)>) -> Found {
    Found::Revision(right.map(|(_, end)| written(end)).unwrap_or_default())
}

fn written(end: &End<'_>) -> Vec<u8> {
    let name = end.name.as_ref().map_or("", |(_, name)| *name);
    [name.as_bytes(), end.rest.as_bytes()].concat()
}

fn nothing(word: &OsStr) -> Error {
    let word = word.to_string_lossy();
    Error::new(
        codes::EMPTY_HISTORY,
        format!("'{}' refers to the state before the first commit, which has no commits", word.escape_debug()),
    )
    .hint(Advice::DiffOrRange)
}

fn no_base(word: &OsStr) -> Error {
    let word = word.to_string_lossy();
    Error::new(
        codes::EMPTY_HISTORY,
        format!("'{}' needs a merge base, and the state before the first commit has none", word.escape_debug()),
    )
    .hint("use two dots to compare the states themselves")
}
