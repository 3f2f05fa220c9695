//! Changes compared: which paths they touch, and the id of their patch (`git patch-id`).
//!
//! A change is a pair of trees, so that one commit and a whole branch are compared in the same way. Patches are compared to the byte
//! (`--verbatim`): by default git ignores white space, and then a reindented file looks like another one.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{raw, repo::Repo};
use crate::error::{Error, Result};

/// The difference between two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TreeChange {
    /// The old tree.
    pub before: ObjectId,
    /// The new tree.
    pub after: ObjectId,
}

impl TreeChange {
    /// Whether the trees are the same.
    pub fn is_empty(self) -> bool {
        self.before == self.after
    }
}

/// How many patches are held in memory at a time.
const AT_ONCE: usize = 100;

/// Which paths each of `changes` touches, and how: modes and status of every one. Those whose trees are not here are omitted.
pub fn paths(repo: &Repo, changes: &[TreeChange]) -> Result<HashMap<TreeChange, BString>> {
    let mut found: HashMap<TreeChange, BString> = HashMap::new();
    let answer = differences(repo, changes, &["--raw", "-z", "--no-abbrev"])?;
    for (change, rows) in raw::read_groups(&answer, header).ok_or_else(unexpected)? {
        let print = found.entry(change.ok_or_else(unexpected)?).or_default();
        for row in rows {
            let status = row.status.to_string();
            for part in [row.old_mode.as_bytes(), row.new_mode.as_bytes(), status.as_bytes(), &row.path] {
                print.extend_from_slice(part);
                print.push(0);
            }
        }
    }
    Ok(found)
}

/// The id of the patch of each of `changes`. Those whose objects are not here are omitted.
pub fn ids(repo: &Repo, changes: &[TreeChange]) -> Result<HashMap<TreeChange, BString>> {
    let mut found = HashMap::new();
    for changes in changes.chunks(AT_ONCE) {
        let words = ["-p", "-U3", "--full-index", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"];
        let answer = differences(repo, changes, &[&words[..], &["--diff-algorithm=myers"]].concat())?;
        // `git patch-id` distinguishes patches by lines that name a commit; ours are numbers.
        let mut stream: Vec<u8> = Vec::with_capacity(answer.len());
        let mut order: Vec<TreeChange> = Vec::new();
        let width = repo.hex_len();
        for line in answer.lines_with_terminator() {
            match header(line.trim_end_with(|c| c == '\n')) {
                Some(change) => {
                    order.push(change);
                    stream.extend_from_slice(format!("commit {:0width$x}\n", order.len()).as_bytes());
                }
                None => stream.extend_from_slice(line),
            }
        }
        let answer = repo.git().args(["patch-id", "--verbatim"]).stdin(stream).run()?;
        for line in answer.lines() {
            let (id, number) = line.split_once_str(" ").ok_or_else(unexpected)?;
            let number = number.to_str().ok().and_then(|hex| usize::from_str_radix(hex.trim(), 16).ok());
            let change = number.and_then(|number| order.get(number.checked_sub(1)?)).ok_or_else(unexpected)?;
            found.insert(*change, BString::from(id));
        }
    }
    Ok(found)
}

/// `git diff-tree` of all changes: each begins with a line that names both trees.
fn differences(repo: &Repo, changes: &[TreeChange], words: &[&str]) -> Result<Vec<u8>> {
    let mut changes = changes.iter().filter(|change| !change.is_empty()).peekable();
    if changes.peek().is_none() {
        return Ok(Vec::new());
    }
    let git = repo.git().args(["diff-tree", "--stdin", "-r", "--no-renames", "--no-ext-diff", "--no-color"]);
    git.args(words).stdin_lines(changes.map(|change| format!("{} {}", change.before, change.after))).run()
}

/// `<tree> <tree>`. No line of a patch begins with a digit or a letter `a` to `f` and looks like that.
fn header(line: &[u8]) -> Option<TreeChange> {
    let (before, after) = line.split_once_str(" ")?;
    Some(TreeChange { before: ObjectId::from_hex(before).ok()?, after: ObjectId::from_hex(after).ok()? })
}

fn unexpected() -> Error {
    Error::bug("unexpected output from 'git diff-tree' or 'git patch-id'")
}
