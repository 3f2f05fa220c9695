//! Commits: what they consist of.
//!
//! [`of`] and [`walk`] ask `git log`, and so does [`start`] unless it can give the same answer itself: grafts, replacements and shallow
//! boundaries count, and texts are in UTF-8 whatever their encoding. [`Commit::read`] reads the object itself, in this process.

use bstr::{BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{CommitRef, Kind},
};

use super::{cmd::Git, replace, repo::Repo, revwalk, stream::Stream};
use crate::{
    domain::message,
    error::{Context as _, Error, Result},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: ObjectId,
    pub tree: ObjectId,
    /// Its parents; from `git log`, as far as they are in this clone.
    pub parents: Vec<ObjectId>,
    /// Name, address and date of the author.
    pub author: CommitAuthor,
    /// The committer's mail address.
    pub committer: BString,
    /// The committer date, in seconds since the epoch.
    pub at: i64,
    /// The complete commit message.
    pub message: BString,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitAuthor {
    pub name: BString,
    /// The email address, without `<>`.
    pub mail: BString,
    /// The date as git stores it: `<seconds> <zone>`.
    pub date: BString,
}

impl Commit {
    /// Read the object `id`: what it says itself, in its own encoding.
    ///
    /// # Errors
    ///
    /// When it is missing, damaged or no commit.
    pub fn read(repo: &Repo, id: ObjectId) -> Result<Self> {
        Self::parse(repo, id, &repo.read_as(id, Kind::Commit)?)
    }

    /// [`Commit::read`], and whether this repository made it for the ref `place`.
    ///
    /// # Errors
    ///
    /// As [`Commit::read`].
    pub fn read_sealed(repo: &Repo, id: ObjectId, place: &str) -> Result<(Self, bool)> {
        let bytes = repo.read_as(id, Kind::Commit)?;
        Ok((Self::parse(repo, id, &bytes)?, repo.is_made_here(place, id, &bytes)))
    }

    /// The commit `id`, whose bytes these are.
    ///
    /// # Errors
    ///
    /// When it is damaged.
    pub fn parse(repo: &Repo, id: ObjectId, bytes: &[u8]) -> Result<Self> {
        let damaged = || format!("commit {id} is damaged");
        let commit = CommitRef::from_bytes(bytes, repo.gix().object_hash()).or_environment(damaged)?;
        // As git, which takes malformed lines for empty.
        let (author, committer) = (commit.author().unwrap_or_default(), commit.committer().unwrap_or_default());
        Ok(Commit {
            id,
            tree: commit.tree(),
            parents: commit.parents().collect(),
            author: CommitAuthor { name: author.name.into(), mail: author.email.into(), date: author.time.into() },
            committer: committer.email.into(),
            at: committer.seconds(),
            message: message::of_commit(bytes).into(),
        })
    }

    /// The first paragraph of the message on one line, as git's `%s`.
    pub fn subject(&self) -> BString {
        message::subject(&self.message)
    }
}

/// These commits, in this order.
///
/// # Errors
///
/// `git-failed` when one is missing.
pub fn of(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<Commit>> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    read(log(repo).args(["--no-walk=unsorted", "--stdin", "--"]).stdin_lines(commits).stream()?)
}

/// The commits that `git log` shows for `words` (options and revisions), in its order.
///
/// # Errors
///
/// `git-failed`.
pub fn walk(repo: &Repo, words: &[&str]) -> Result<Vec<Commit>> {
    read(log(repo).args(words).arg("--").stream()?)
}

/// The result of a walk that may still be running.
pub enum Running {
    Done(Vec<Commit>),
    Git(Stream),
}

/// Begin to list the commits reachable from `tip` and not from `from`, children before their parents, in git's topological
/// order. Whatever else takes time can be done before [`Running::finish`].
///
/// # Errors
///
/// `git-not-runnable`.
pub fn start(repo: &Repo, from: Option<ObjectId>, tip: Option<ObjectId>) -> Result<Running> {
    let Some(tip) = tip else { return Ok(Running::Done(Vec::new())) };
    if let Some(commits) = in_line(repo, from, tip) {
        return Ok(Running::Done(commits));
    }
    let git = log(repo).arg("--topo-order").arg(tip.to_string()).args(from.map(|from| format!("^{from}")));
    Ok(Running::Git(git.arg("--").stream()?))
}

/// More commits than this are listed by git, while this process does something else.
const FEW: usize = 1000;

/// The commits from `tip` back to `from`, without it, if they are in one line, and if git reads each of them as it is: without grafts,
/// replacements, a shallow boundary or another encoding.
fn in_line(repo: &Repo, from: Option<ObjectId>, tip: ObjectId) -> Option<Vec<Commit>> {
    let is_plain = repo.replacements().is_empty() && replace::grafts(repo).is_empty();
    if !is_plain || !revwalk::shallow(repo).ok()?.is_empty() {
        return None;
    }
    let (mut commits, mut next) = (Vec::new(), Some(tip));
    while next != from {
        let id = next?;
        let bytes = repo.read_as(id, Kind::Commit).ok()?;
        let commit = Commit::parse(repo, id, &bytes).ok()?;
        let is_utf8 = !bytes[..bytes.len() - commit.message.len()].contains_str("\nencoding ");
        next = match commit.parents[..] {
            [] => None,
            [parent] => Some(parent),
            _ => return None,
        };
        commits.push(commit);
        if !is_utf8 || commits.len() > FEW {
            return None;
        }
    }
    Some(commits)
}

impl Running {
    /// Wait for the commits.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn finish(self) -> Result<Vec<Commit>> {
        match self {
            Running::Done(commits) => Ok(commits),
            Running::Git(stream) => read(stream),
        }
    }
}

/// What git is told of each commit: fields that end in NUL, which none of them can contain.
const FORMAT: &str = "--format=tformat:%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%ce%x00%ct%x00%B";

fn log(repo: &Repo) -> Git {
    let git = repo.git().args(["-c", "log.showSignature=false", "log", "-z", "--no-color", "--no-patch", "--no-notes"]);
    git.args(["--encoding=UTF-8", "--date=raw", "--no-mailmap", FORMAT])
}

fn read(mut stream: Stream) -> Result<Vec<Commit>> {
    let unexpected = || Error::bug("unexpected output from 'git log'");
    let id = |hex: &[u8]| ObjectId::from_hex(hex).map_err(|_| unexpected());
    let mut commits = Vec::new();
    while let Some(hex) = stream.next(0)? {
        let mut field = || stream.next(0).map(|field| BString::from(field.unwrap_or_default()));
        commits.push(Commit {
            id: id(&hex)?,
            tree: id(&field()?)?,
            parents: field()?.fields().map(id).collect::<Result<_>>()?,
            author: CommitAuthor { name: field()?, mail: field()?, date: field()? },
            committer: field()?,
            at: field()?.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(unexpected)?,
            message: field()?,
        });
    }
    let output = stream.finish()?;
    if output.status.success() { Ok(commits) } else { Err(output.into_error()) }
}
