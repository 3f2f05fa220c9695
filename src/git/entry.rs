//! Commits as git tells them: tree, parents, author and message, in UTF-8 whatever their encoding.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{cmd::Output, repo::Repo};
use crate::error::{Error, Result};

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub commit: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, as far as they are in this clone.
    pub parents: Vec<ObjectId>,
    /// Who wrote it.
    pub author: Author,
    /// The committer's mail address.
    pub committer: BString,
    /// The whole message.
    pub message: BString,
}

/// The author of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: BString,
    /// The mail address.
    pub mail: BString,
    /// `<seconds> <zone>`.
    pub date: BString,
}

/// How many fields a commit has.
const FIELDS: usize = 8;

/// These commits, in this order.
pub fn of(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<Entry>> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: String = commits.iter().map(|id| format!("{id}\n")).collect();
    let output = log(repo, &["--no-walk=unsorted", "--stdin"], wanted.into_bytes())?;
    if !output.status.success() {
        return Err(output.into_error());
    }
    read(&output.stdout)
}

/// The commits that `git log` shows for `words` (options and revisions), in its order.
pub fn walk(repo: &Repo, words: &[&str]) -> Result<Vec<Entry>> {
    let output = log(repo, words, Vec::new())?;
    if !output.status.success() {
        return Err(output.into_error());
    }
    read(&output.stdout)
}

fn log(repo: &Repo, words: &[&str], stdin: Vec<u8>) -> Result<Output> {
    let fields = ["%H", "%T", "%P", "%an", "%ae", "%ad", "%ce", "%B"].join("%x00");
    let git = repo.git().args(["log", "-z", "--no-color", "--no-patch", "--no-show-signature", "--no-notes"]);
    let git = git.args(["--encoding=UTF-8", "--date=raw", "--no-mailmap"]).arg(format!("--format=tformat:{fields}"));
    git.args(words).arg("--").stdin(stdin).output()
}

/// Each commit is a fixed number of fields, each ended by NUL, which none of them can contain.
fn read(answer: &[u8]) -> Result<Vec<Entry>> {
    let answer = answer.strip_suffix(b"\0").unwrap_or(answer);
    if answer.is_empty() {
        return Ok(Vec::new());
    }
    let fields: Vec<&[u8]> = answer.split_str("\0").collect();
    let unexpected = || Error::bug("'git log' answered in a form that was not asked for");
    let id = |hex: &[u8]| ObjectId::from_hex(hex).map_err(|_| unexpected());
    let entry = |fields: &[&[u8]]| -> Result<Entry> {
        let [commit, tree, parents, name, mail, date, committer, message] = fields else { return Err(unexpected()) };
        Ok(Entry {
            commit: id(commit)?,
            tree: id(tree)?,
            parents: parents.fields().map(id).collect::<Result<_>>()?,
            author: Author { name: (*name).into(), mail: (*mail).into(), date: (*date).into() },
            committer: (*committer).into(),
            message: (*message).into(),
        })
    };
    fields.chunks(FIELDS).map(entry).collect()
}
