//! Reading commits: their parents, the tasks they name, what they revert.

use crate::{
    domain::{
        message::of_commit,
        trailer::{reverts::reverts, scan},
    },
    error::{Error, Result, codes},
    git::{ObjectId, ObjectKind, Repo},
    store::history::grafts::Overlay,
};
use bstr::{BString, ByteSlice as _};

/// The part of a commit's message that the index stores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The ids of the tasks that the message names.
    pub ids: Vec<BString>,
    /// The commits that the message says it reverts, as abbreviated in it.
    pub reverts: Vec<BString>,
}

impl Said {
    /// Whether the message names no task and reverts nothing.
    pub fn is_nothing(&self) -> bool {
        self.ids.is_empty() && self.reverts.is_empty()
    }
}

/// Reads commits of a repository one by one, with a reused buffer.
pub struct Reader<'a> {
    repo: &'a Repo,
    overlay: &'a Overlay,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub fn new(repo: &'a Repo, overlay: &'a Overlay) -> Self {
        Reader { repo, overlay, buffer: Vec::new() }
    }

    /// The parents of `commit`, and what it says.
    ///
    /// # Errors
    ///
    /// `damaged-commit`; `environment` when the commit is missing.
    pub fn read(&mut self, commit: ObjectId) -> Result<(Vec<ObjectId>, Said)> {
        let overlay = self.overlay;
        let bytes = self.bytes(commit)?;
        let said = said(bytes, overlay);
        let parents = parents(bytes).ok_or_else(|| {
            Error::new(codes::DAMAGED_COMMIT, format!("commit {commit} is damaged: its parents cannot be read"))
                .hint("'git fsck' checks the whole repository")
        })?;
        Ok((overlay.parents(commit, parents), said))
    }

    /// The tasks and reverts in the message of `commit`.
    pub fn said(&mut self, commit: ObjectId) -> Result<Said> {
        let overlay = self.overlay;
        self.bytes(commit).map(|bytes| said(bytes, overlay))
    }

    fn bytes(&mut self, commit: ObjectId) -> Result<&[u8]> {
        self.repo.read_into(commit, ObjectKind::Commit, &mut self.buffer)?;
        Ok(&self.buffer)
    }
}

fn parents(bytes: &[u8]) -> Option<Vec<ObjectId>> {
    let mut lines = bytes.lines();
    lines.next()?.strip_prefix(b"tree ")?;
    lines.map_while(|line| line.strip_prefix(b"parent ")).map(|hex| ObjectId::from_hex(hex).ok()).collect()
}

fn said(bytes: &[u8], overlay: &Overlay) -> Said {
    let message = of_commit(bytes);
    Said { ids: scan::ids(message, &overlay.rules), reverts: reverts(message).map(BString::from).collect() }
}
