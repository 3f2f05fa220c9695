//! The commits of a range with what they say, as one `git log`: grafts, replacements and shallow boundaries are git's matter.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{repo::Repo, stream::Stream};
use crate::error::{Error, Result};

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents, as far as they are in this clone.
    pub parents: Vec<ObjectId>,
    /// Its message, in UTF-8.
    pub message: BString,
}

/// A list that git is still making.
pub struct Running(Option<Stream>);

/// What git is told of each commit.
const FORMAT: &str = "--format=tformat:%H%x00%T%x00%P%x00%B";

/// Begin to list the commits reachable from `tip` and not from `from`, children before their parents, in git's topological
/// order. Whatever else takes time can be done before [`Running::finish`].
pub fn start(repo: &Repo, from: Option<ObjectId>, tip: Option<ObjectId>) -> Result<Running> {
    let Some(tip) = tip.filter(|tip| Some(*tip) != from) else { return Ok(Running(None)) };
    let git =
        repo.git().args(["-c", "log.showSignature=false", "log", "-z", "--topo-order", "--no-patch", "--no-color"]);
    let git = git.args(["--encoding=UTF-8", "--no-notes", "--no-mailmap", FORMAT]).arg(tip.to_string());
    Ok(Running(Some(git.args(from.map(|from| format!("^{from}"))).arg("--").stream()?)))
}

impl Running {
    /// The commits.
    pub fn finish(self) -> Result<Vec<Commit>> {
        let Some(mut stream) = self.0 else { return Ok(Vec::new()) };
        let mut commits = Vec::new();
        while let Some(id) = stream.next(0)? {
            let mut field = || stream.next(0).map(Option::unwrap_or_default);
            let (tree, parents, message) = (field()?, field()?, field()?);
            commits.push(commit(&id, &tree, &parents, message).ok_or_else(unexpected)?);
        }
        let output = stream.finish()?;
        if output.status.success() { Ok(commits) } else { Err(output.into_error()) }
    }
}

fn commit(id: &[u8], tree: &[u8], parents: &[u8], message: Vec<u8>) -> Option<Commit> {
    let read = |hex: &[u8]| ObjectId::from_hex(hex).ok();
    let parents = parents.fields().map(read).collect::<Option<_>>()?;
    Some(Commit { id: read(id)?, tree: read(tree)?, parents, message: message.into() })
}

fn unexpected() -> Error {
    Error::bug("'git log' answered in a form that was not asked for")
}
