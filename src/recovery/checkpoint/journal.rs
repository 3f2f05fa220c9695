//! What a checkpoint will be recorded as, written before git moves HEAD: one that is killed after that is finished and
//! recorded by the next command that takes the operation lock.
//!
//! ```text
//! <git dir>/agent/checkpoint/
//!     staged          <mode> <object>|- - SP <path> NUL: index entries that differed from HEAD
//!     state/, rules/  0, 1, …: a name, NUL, the bytes
//!     pending         task, name, time, who, branch, the tree that was staged, whether it is everything, id: one a line
//!     journal         HEAD as it was, or 'unborn'; written last
//! ```

use std::{fs, io, path::Path};

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

use super::Before;
use crate::{
    domain::{id::TaskId, time::Timestamp},
    git::{
        Head, ObjectId, Repo,
        index::entries::Entries,
        objects::trees::Edits,
        state::Held,
        tree::{Entry, kind_of_mode},
    },
};

/// What the journal says of a branch without commits.
const UNBORN: &str = "unborn";

/// How the operation of a checkpoint is labeled in `ops`.
#[derive(Clone, Debug)]
pub struct Label {
    /// The operation's id, and that of the command that makes it.
    pub id: Ulid,
    pub task: TaskId,
    /// The checkpoint: `t-1@2`.
    pub name: String,
    pub at: Timestamp,
    pub by: String,
}

/// What is recorded before git creates the commit, so that a killed checkpoint can be completed.
pub(super) struct Journal {
    /// The label of its operation.
    pub label: Label,
    /// The state that it changes, from before.
    pub before: Before,
    /// The tree of the commit.
    pub tree: ObjectId,
    /// Whether it contains all files that are not ignored.
    pub is_everything: bool,
}

/// A journal of an unfinished checkpoint.
pub(super) struct Begun {
    pub head: Option<ObjectId>,
    /// The journal; `None` if it is incomplete.
    pub journal: Option<Journal>,
}

/// Whether a killed process left a journal.
pub(super) fn exists(repo: &Repo) -> bool {
    repo.worktree_agent_dir().join("checkpoint/journal").exists()
}

impl Journal {
    /// Write it into `dir`.
    pub(crate) fn write(&self, dir: &Path) -> io::Result<()> {
        let Before { head, staged, state, rules, .. } = &self.before;
        let branch = head.branch.as_ref().map_or("-".into(), |branch| branch.to_str_lossy());
        let is_everything = if self.is_everything { "everything" } else { "some" };
        let (Label { id, task, name, at, by }, tree) = (&self.label, self.tree);
        let lines = format!("{task}\n{name}\n{}\n{by}\n{branch}\n{tree}\n{is_everything}\n{id}\n", at.millis());
        let mut entries = Vec::new();
        for (path, entry) in staged {
            let entry = entry.map_or("- -".to_owned(), |entry| format!("{} {}", entry.mode(), entry.id));
            entries.extend_from_slice(format!("{entry} ").as_bytes());
            entries.extend_from_slice(path);
            entries.push(0);
        }
        fs::write(dir.join("staged"), entries)?;
        write_files(&dir.join("state"), state.iter().map(|held| (&held.name, &held.bytes)))?;
        write_files(&dir.join("rules"), rules.iter())?;
        fs::write(dir.join("pending"), lines)?;
        fs::write(dir.join("journal"), head.commit.map_or(UNBORN.to_owned(), |id| id.to_string()))
    }
}

fn write_files<'f>(dir: &Path, files: impl Iterator<Item = (&'f BString, &'f Vec<u8>)>) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (number, (name, bytes)) in files.enumerate() {
        fs::write(dir.join(number.to_string()), [name.as_slice(), b"\0", bytes].concat())?;
    }
    Ok(())
}

/// The journal in `dir`; `index` is the index as it was. `None` when there is none, or it is damaged.
pub(super) fn read(repo: &Repo, dir: &Path, index: &Path) -> Option<Begun> {
    let head = match fs::read_to_string(dir.join("journal")).ok()?.as_str() {
        UNBORN => None,
        id => Some(ObjectId::from_hex(id.as_bytes()).ok()?),
    };
    Some(Begun { head, journal: read_rest(repo, dir, head, index) })
}

fn read_rest(repo: &Repo, dir: &Path, head: Option<ObjectId>, index: &Path) -> Option<Journal> {
    let text = fs::read_to_string(dir.join("pending")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let [task, name, at, by, branch, tree, is_everything, id] = lines[..] else { return None };
    let label = Label {
        id: Ulid::from_string(id).ok()?,
        task: TaskId::parse(task).ok()?,
        name: name.to_owned(),
        at: Timestamp::from_millis(at.parse().ok()?),
        by: by.to_owned(),
    };
    let mut staged = Edits::new();
    for record in fs::read(dir.join("staged")).ok()?.split_str("\0").filter(|record| !record.is_empty()) {
        let words: Vec<&[u8]> = record.splitn_str(3, " ").collect();
        let [mode, id, path] = words[..] else { return None };
        let entry = kind_of_mode(mode).flatten().zip(ObjectId::from_hex(id).ok());
        staged.insert(path.into(), entry.map(|(kind, id)| Entry { kind, id }));
    }
    let state = read_files(&dir.join("state"))?.into_iter().map(|(name, bytes)| Held { name, bytes }).collect();
    let before = Before {
        head: Head { commit: head, branch: (branch != "-").then(|| branch.into()) },
        staged,
        index: if index.exists() { Entries::read_at(repo, index).ok()? } else { Entries::none(repo).ok()? },
        state,
        rules: read_files(&dir.join("rules"))?.into_iter().collect(),
    };
    let tree = ObjectId::from_hex(tree.as_bytes()).ok()?;
    Some(Journal { label, before, tree, is_everything: is_everything == "everything" })
}

fn read_files(dir: &Path) -> Option<Vec<(BString, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).ok()? {
        let bytes = fs::read(entry.ok()?.path()).ok()?;
        let (name, bytes) = bytes.split_once_str("\0")?;
        files.push((name.into(), bytes.to_vec()));
    }
    Some(files)
}
