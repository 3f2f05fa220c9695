//! The index of a restore: a private copy in which the touched entries are changed, and which becomes the index at the end.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use super::disk;
use crate::{
    error::{Context as _, Result},
    git::{EntryKind, ObjectId, Repo, files, index::TempIndex, index::entries::Entries, tree::Trees},
    recovery::{
        operation::Touched,
        restore::state_view::{Staged, StateView},
    },
};
use bstr::{BStr, BString, ByteSlice as _};

/// From this many files on, looking at all of them is quicker than finding them in the index one by one.
const REFRESH_ALL: usize = 256;

/// Change the entries of `touched` in `index`, a copy of the one with the entries `live`, to what `side` says; those that say so already are
/// skipped. Answers whether there were others.
pub(crate) fn change(
    repo: &Repo,
    (index, live): (&TempIndex<'_>, &Entries),
    side: &StateView<'_>,
    touched: &[Touched],
) -> Result<bool> {
    let live = Live { repo, index: live };
    let mut wanted: Vec<(&BStr, Staged)> = Vec::new();
    for touched in touched.iter().filter(|touched| touched.in_index) {
        let staged = side.staged(touched.path.as_bstr())?;
        if live.staged(touched.path.as_bstr())? != staged {
            wanted.push((touched.path.as_bstr(), staged));
        }
    }
    if wanted.is_empty() {
        return Ok(false);
    }
    let script = script(&wanted, repo.null_id());
    index.update_entries(script)?;
    intend_to_add(repo, index, side, &wanted)?;
    let there = wanted.iter().filter(|(_, staged)| staged.entry.is_some());
    index.set_flags(there.map(|(path, staged)| (*path, staged.flags)))?;
    Ok(true)
}

/// The index as it is on the disk.
struct Live<'r> {
    repo: &'r Repo,
    index: &'r Entries,
}

impl Live<'_> {
    fn staged(&self, path: &BStr) -> Result<Staged> {
        let mut staged = Staged::default();
        let mut is_known = false;
        for entry in self.index.at(path) {
            is_known = true;
            if entry.stage > 0 {
                staged.conflicts.push((entry.stage, entry.leaf));
                continue;
            }
            staged.entry = (!entry.flags.intent_to_add).then_some(entry.leaf);
            staged.flags = entry.flags;
        }
        // A directory that a sparse index lists as a whole.
        if let Some((dir, rest)) = self.index.collapsed(path).filter(|_| !is_known) {
            staged.entry = Trees::new(self.repo).find(dir, rest)?;
            staged.flags.skip_worktree = staged.entry.is_some();
        }
        Ok(staged)
    }
}

/// What `git update-index --index-info` reads: first everything goes, so that a file can make room for a directory.
fn script(wanted: &[(&BStr, Staged)], null: ObjectId) -> Vec<u8> {
    let mut script = Vec::new();
    let mut line = |start: String, path: &BStr| {
        script.extend_from_slice(start.as_bytes());
        script.push(b'\t');
        script.extend_from_slice(path);
        script.push(0);
    };
    for (path, _) in wanted {
        line(format!("0 {null}"), path);
    }
    for (path, staged) in wanted {
        if let Some(entry) = staged.entry {
            line(format!("{} {} 0", entry.mode(), entry.id), path);
        }
        for (stage, entry) in &staged.conflicts {
            line(format!("{} {} {stage}", entry.mode(), entry.id), path);
        }
    }
    script
}

/// `git add --intent-to-add` looks for a file; it finds one in a work tree that is made for it alone.
fn intend_to_add(repo: &Repo, index: &TempIndex<'_>, side: &StateView<'_>, wanted: &[(&BStr, Staged)]) -> Result<()> {
    let intended: Vec<&BStr> =
        wanted.iter().filter(|(_, staged)| staged.flags.intent_to_add).map(|(path, _)| *path).collect();
    if intended.is_empty() {
        return Ok(());
    }
    let scratch = scratch(repo)?;
    let failed = || format!("cannot write in '{}'", scratch.display());
    files::remove_dir(&scratch)?;
    fs::create_dir(&scratch).or_environment(failed)?;
    for path in &intended {
        disk::make_parents(&scratch, path)?;
        let place = disk::place(&scratch, path)?;
        // Its mode is that of the file; of one that is skipped (an ignored one), as it is on the disk.
        let kind = match side.file(path)? {
            Some(want) => Some(want.entry.kind),
            None => match disk::look(repo.require_work_dir("restore the index")?, path)? {
                disk::Found::Link => Some(EntryKind::Link),
                disk::Found::File(bits) if bits & 0o100 != 0 => Some(EntryKind::BlobExecutable),
                _ => None,
            },
        };
        match kind {
            Some(EntryKind::Link) => std::os::unix::fs::symlink("link", place).or_environment(failed)?,
            Some(EntryKind::BlobExecutable) => {
                fs::write(&place, b"").or_environment(failed)?;
                fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).or_environment(failed)?;
            }
            _ => fs::write(place, b"").or_environment(failed)?,
        }
    }
    index.intend_to_add(&scratch, intended.iter().copied())?;
    fs::remove_dir_all(&scratch).or_environment(failed)
}

/// Let git write `paths` from `index` through its filters, where nothing stands.
pub(crate) fn check_out(index: &TempIndex<'_>, paths: &[BString]) -> Result<()> {
    // Attributes are read from the work tree: they come first.
    let (attributes, others): (Vec<_>, Vec<_>) =
        paths.iter().map(|path| path.as_bstr()).partition(|path| path.ends_with(b".gitattributes"));
    for paths in [attributes, others].into_iter().filter(|paths| !paths.is_empty()) {
        index.check_out(paths)?;
    }
    Ok(())
}

/// Tell `index` that the files of `equal` are as it has them, and let git find out whether those of `unsure` are, so that it need not read
/// them later.
pub(crate) fn refresh(index: &TempIndex<'_>, equal: &BTreeSet<&BStr>, mut unsure: Vec<BString>) -> Result<()> {
    if equal.is_empty() && unsure.is_empty() || unsure.is_empty() && index.refresh_equal(equal)? {
        return Ok(());
    }
    unsure.extend(equal.iter().map(|path| BString::from(*path)));
    if unsure.len() < REFRESH_ALL { index.refresh(&unsure) } else { index.refresh_all() }
}

/// Remove what a process that died left next to the private index: the lock of a git that was killed, files half written.
pub(crate) fn sweep(repo: &Repo) -> Result<()> {
    let index = place(repo)?;
    let lock = index.with_extension("index.lock");
    for file in [lock, repo.worktree_agent_dir().join(STATE)] {
        files::remove(&file).or_environment(|| format!("cannot remove '{}'", file.display()))?;
    }
    files::remove_dir(&scratch(repo)?)
}

/// A directory next to it that is made and removed again.
pub(crate) fn scratch(repo: &Repo) -> Result<PathBuf> {
    Ok(place(repo)?.with_extension("scratch"))
}

/// What a file of git's is written as before it gets its name, in our directory.
pub const STATE: &str = "restore.state";

/// Where the private index of an operation lies.
pub(crate) fn place(repo: &Repo) -> Result<PathBuf> {
    files::absolute(repo.worktree_agent_dir().join("restore.index"))
}
