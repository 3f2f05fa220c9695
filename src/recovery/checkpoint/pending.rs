//! What a checkpoint will be recorded as, written down before git moves HEAD: one that is killed right after is recorded by
//! the next command.
//!
//! ```text
//! <git dir>/agent/checkpoint/
//!     pending         task, name, time, who, branch, the tree that was staged, whether it is everything: one a line
//!     staged          <mode> <object>|- - SP <path> NUL: index entries that differed from HEAD
//!     state/, rules/  0, 1, …: a name, NUL, the bytes
//! ```

use std::{fs, io, path::Path};

use bstr::{BString, ByteSlice as _};

use super::{Before, What};
use crate::{
    domain::{id::TaskId, time::Timestamp},
    git::{
        Head, ObjectId, Repo, entries::Entries, objects::trees::Edits, state::Held, status::entry_kind, tree::Entry,
    },
};

/// What a checkpoint is called.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its task.
    pub task: TaskId,
    /// Its name: `t-1@2`.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// All that is known before git makes the commit.
pub struct Pending {
    /// What it is called.
    pub label: Label,
    /// What it will change, as it was before.
    pub before: Before,
    /// The tree that was staged.
    pub tree: ObjectId,
    /// It was to take everything that is not ignored.
    pub is_everything: bool,
}

/// Write it down in `dir`.
///
/// # Errors
///
/// Where nothing can be written.
pub fn write(dir: &Path, label: &Label, before: &Before, tree: ObjectId, what: &What) -> io::Result<()> {
    let branch = before.head.branch.as_ref().map_or("-".into(), |branch| branch.to_str_lossy());
    let is_everything = if *what == What::Everything { "everything" } else { "some" };
    let Label { task, name, at, by } = label;
    let lines = format!("{task}\n{name}\n{}\n{by}\n{branch}\n{tree}\n{is_everything}\n", at.millis());
    let mut staged = Vec::new();
    for (path, leaf) in &before.staged {
        let entry = leaf.map(Entry::from).map_or("- -".to_owned(), |entry| format!("{} {}", entry.mode(), entry.id));
        staged.extend_from_slice(format!("{entry} ").as_bytes());
        staged.extend_from_slice(path);
        staged.push(0);
    }
    fs::write(dir.join("staged"), staged)?;
    write_files(&dir.join("state"), before.state.iter().map(|held| (&held.name, &held.bytes)))?;
    write_files(&dir.join("rules"), before.rules.iter())?;
    fs::write(dir.join("pending"), lines)
}

fn write_files<'f>(dir: &Path, files: impl Iterator<Item = (&'f BString, &'f Vec<u8>)>) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    for (number, (name, bytes)) in files.enumerate() {
        fs::write(dir.join(number.to_string()), [name.as_slice(), b"\0", bytes].concat())?;
    }
    Ok(())
}

/// What was written down in `dir`, where HEAD was `head`; `index` is the index as it was. `None` when it is not whole.
pub fn read(repo: &Repo, dir: &Path, head: Option<ObjectId>, index: &Path) -> Option<Pending> {
    let text = fs::read_to_string(dir.join("pending")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let [task, name, at, by, branch, tree, is_everything] = lines[..] else { return None };
    let label = Label {
        task: TaskId::parse(task).ok()?,
        name: name.to_owned(),
        at: Timestamp::from_millis(at.parse().ok()?),
        by: by.to_owned(),
    };
    let mut staged = Edits::new();
    for record in fs::read(dir.join("staged")).ok()?.split_str("\0").filter(|record| !record.is_empty()) {
        let words: Vec<&[u8]> = record.splitn_str(3, " ").collect();
        let [mode, id, path] = words[..] else { return None };
        let leaf = entry_kind(mode).flatten().zip(ObjectId::from_hex(id).ok());
        staged.insert(path.into(), leaf);
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
    Some(Pending { label, before, tree, is_everything: is_everything == "everything" })
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
