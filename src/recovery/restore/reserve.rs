//! Reserved disk space for undoing: allocated before the first file is moved, and freed when files must be restored, so that a disk
//! that is full by then does not keep anything from being restored.
//!
//! ```text
//! <git dir>/agent/reserve/room     for a copy of the index, for lists, for the few objects that record the end
//! <git dir>/agent/reserve/0, 1 …   empty: each stands for a file or a directory that rolling back creates
//! ```
//!
//! Where the file system has files to spare, there are none of these: to make and remove fifty of them is half of what a small rollback
//! takes.
//!
//! Files that were put aside are renamed back, and need none of it, unless git's directory and the work tree are on different
//! file systems.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use rustix::fs::FallocateFlags;

use crate::{
    error::{Error, Result, codes},
    git::{Repo, files, index::real},
    recovery::path_plan::{PathChange, PathPlan},
};

/// Objects, locks and logs that the end of an operation needs, and the least that a file or directory takes, in bytes.
const ALWAYS: u64 = 512 << 10;
const BLOCK: u64 = 4096;

/// How many files and directories rolling back creates in any case: objects, locks, lists.
const FILES: usize = 48;

fn place(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("reserve")
}

/// Reserve disk space for rolling back `plan`.
///
/// # Errors
///
/// `no-room`: then nothing is taken.
pub fn take(repo: &Repo, plan: &PathPlan) -> Result<()> {
    let gone = plan.files.iter().filter(|(_, change)| matches!(change, PathChange::Remove(_)));
    let parents = |path: &BStr| path.find_iter("/").map(|at| path[..at].to_owned()).collect::<Vec<_>>();
    let directories: BTreeSet<BString> = gone.flat_map(|(path, _)| parents(path.as_bstr())).collect();
    let index = fs::metadata(real(repo)).map_or(0, |meta| meta.len());
    let lists: u64 = plan.files.keys().map(|path| path.len() as u64 + 16).sum();
    // git writes a new index next to the copy.
    let bytes = ALWAYS + 2 * index + 2 * lists + BLOCK * directories.len() as u64;
    reserve(repo, bytes, FILES + directories.len()).map_err(|error| {
        let why = "not enough free disk space to restore everything if the operation fails";
        // It is refused for that already.
        release(repo).unwrap_or_default();
        Error::new(codes::NO_ROOM, why).because(error).hint(format!(
            "{} KiB are needed next to '{}'; nothing was changed",
            bytes >> 10,
            repo.git_dir().display()
        ))
    })
}

fn reserve(repo: &Repo, bytes: u64, files: usize) -> io::Result<()> {
    let dir = place(repo);
    fs::create_dir_all(&dir)?;
    let room = File::create(dir.join("room"))?;
    match rustix::fs::fallocate(&room, FallocateFlags::empty(), 0, bytes) {
        // Only file systems that cannot do it.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => fill(room, bytes)?,
        other => other?,
    }
    if has_plenty(&dir) {
        return Ok(());
    }
    (0..files).try_for_each(|number| File::create(dir.join(number.to_string())).map(drop))
}

/// This many files that can still be made are not used up while an operation is in progress.
const PLENTY: u64 = 100_000;

/// File systems whose count of free files can be trusted.
const COUNTED: [&str; 5] = ["ext2", "ext3", "ext4", "xfs", "tmpfs"];

/// Whether it is certain that files can be made in `dir` for a while: many are free, and no one's share of them is limited.
fn has_plenty(dir: &Path) -> bool {
    let Ok(stat) = rustix::fs::statvfs(dir) else { return false };
    let mounts = || fs::read_to_string("/proc/self/mountinfo");
    stat.f_favail >= PLENTY
        && fs::metadata(dir).is_ok_and(|dir| mounts().is_ok_and(|mounts| has_no_quota(&mounts, dir.dev())))
}

/// Whether `mounts`, in the form of `/proc/self/mountinfo`, say that the file system on `device` counts its files and has no quotas.
fn has_no_quota(mounts: &str, device: u64) -> bool {
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let mut here = mounts.lines().filter(|line| line.split(' ').nth(2) == Some(&number)).peekable();
    let is_quota = |option: &str| option.contains("quota") && option != "noquota" || option.contains("jqfmt");
    here.peek().is_some()
        && here.all(|line| {
            let Some((_, system)) = line.split_once(" - ") else { return false };
            let is_counted = system.split(' ').next().is_some_and(|kind| COUNTED.contains(&kind));
            is_counted && !line.split([' ', ',']).any(is_quota)
        })
}

fn fill(mut room: File, bytes: u64) -> io::Result<()> {
    let zeros = vec![0; 1 << 16];
    let mut left = bytes;
    while left > 0 {
        let count = left.min(zeros.len() as u64);
        room.write_all(&zeros[..count as usize])?;
        left -= count;
    }
    Ok(())
}

/// Release the reserved space, if there is any.
pub fn release(repo: &Repo) -> Result<()> {
    files::remove_dir(&place(repo))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_and_unknown_file_systems_are_told() {
        let line =
            |rest: &str| format!("22 1 8:1 / / rw,relatime shared:1 - {rest}\n30 22 0:5 / /proc rw - proc proc rw\n");
        let device = rustix::fs::makedev(8, 1);
        for plain in ["ext4 /dev/sda1 rw,errors=remount-ro", "xfs /dev/sda1 rw,attr2,noquota", "tmpfs tmpfs rw,size=1k"]
        {
            assert!(has_no_quota(&line(plain), device), "{plain}");
        }
        for other in [
            "ext4 /dev/sda1 rw,usrquota",
            "ext4 /dev/sda1 rw,usrjquota=aquota.user,jqfmt=vfsv1",
            "xfs /dev/sda1 rw,prjquota",
            "nfs4 server:/home rw",
            "overlay overlay rw",
        ] {
            assert!(!has_no_quota(&line(other), device), "{other}");
        }
        assert!(!has_no_quota(&line("ext4 /dev/sda1 rw"), rustix::fs::makedev(8, 2)), "another device");
        assert!(!has_no_quota("", device));
    }
}
