//! No room on the disk, directories that cannot be written, an index that somebody holds: refused or put back.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::View;
use crate::support::{TestRepo, default_git};

/// A file system that is mounted until this is dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// `None` where we may not mount.
    fn new(args: &[&str], place: &Path) -> Option<Self> {
        let status = Command::new("mount").args(args).arg(place).stdout(Stdio::null()).stderr(Stdio::null()).status();
        match status.is_ok_and(|status| status.success()) {
            true => Some(Mounted(place.to_owned())),
            false => {
                eprintln!("'mount {}' does not work here: skipped", args.join(" "));
                None
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let status = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(status.is_ok_and(|status| status.success()), "{:?} stays mounted", self.0);
    }
}

/// Something to restore: files that were changed, removed, made, and a directory in the place of a file. Answers the snapshot.
fn scene(repo: &TestRepo) -> String {
    for file in ["a", "dir/b", "dir/c", "gone"] {
        repo.write(file, format!("{file}\n").repeat(400));
    }
    repo.commit_file("swap", "a file\n", "first");
    repo.write("a", "edited\n".repeat(300));
    repo.write("new/untracked", "new\n");
    let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().expect("an id").to_owned();
    repo.write("a", "edited again\n".repeat(900));
    repo.write("dir/b", "edited\n".repeat(700));
    fs::remove_file(repo.path().join("gone")).expect("a file");
    fs::remove_file(repo.path().join("swap")).expect("a file");
    repo.write("swap/inner", "a directory\n");
    repo.git(&["add", "dir/b"]).success();
    id
}

#[test]
fn a_full_disk_is_survived_wherever_it_is_full() {
    let repo = TestRepo::without_repository(default_git());
    let Some(_disk) = Mounted::new(&["-t", "tmpfs", "-o", "size=4m", "none"], repo.path()) else { return };
    repo.git(&["init", "-q", "-b", "main"]).success();
    let id = scene(&repo);
    let before = View::of(&repo);
    let filler = repo.path().join(".git/filler");
    let mut outcomes = [0; 3];
    let mut room = 0;
    loop {
        let zeros = vec![0; 1 << 12];
        let mut file = File::create(&filler).expect("a file");
        while std::io::Write::write_all(&mut file, &zeros).is_ok() {}
        let full = file.metadata().expect("a file").len();
        file.set_len(full.saturating_sub(room)).expect("a shorter file");
        drop(file);
        let output = repo.agent(&["snapshot", "restore", &id]);
        fs::remove_file(&filler).expect("a file");
        let when = format!("with room for {room} bytes:\n{output}");
        match output.code {
            Some(0) => {
                outcomes[0] += 1;
                repo.agent(&["undo"]).success();
            }
            Some(6) => {
                outcomes[1] += 1;
                repo.agent(&["undo"]).success();
            }
            _ => outcomes[2] += 1,
        }
        View::of(&repo).expect_same(&before, &when);
        // Once there is room enough there is enough.
        if outcomes[0] == 3 {
            break;
        }
        room += 4 << 10;
        assert!(room < 4 << 20, "{when}");
    }
    let [done, interrupted, refused] = outcomes;
    eprintln!("done {done} times, interrupted {interrupted} times, refused or put back {refused} times");
    assert!(refused > 0);
    repo.fsck();
}

#[test]
fn a_directory_that_cannot_be_written_is_refused_beforehand() {
    let repo = TestRepo::with_git(default_git());
    let id = scene(&repo);
    let dir = repo.path().join("dir");
    let dir_text = dir.to_str().expect("a path").to_owned();
    let Some(_bound) = Mounted::new(&["--bind", &dir_text], &dir) else { return };
    let Some(_again) = Mounted::new(&["-o", "remount,ro,bind"], &dir) else { return };
    let before = View::of(&repo);
    let output = repo.agent(&["snapshot", "restore", &id]);
    assert_eq!(output.code, Some(1), "{output}");
    assert!(output.stderr.contains("cannot change files in 'dir'"), "{output}");
    View::of(&repo).expect_same(&before, "a directory cannot be written");
    std::mem::forget(_again);
}

#[test]
fn an_index_that_somebody_holds_is_not_touched() {
    let repo = TestRepo::with_git(default_git());
    let id = scene(&repo);
    let before = View::of(&repo);
    let lock = repo.path().join(".git/index.lock");
    fs::write(&lock, "").expect("a lock");
    let output = repo.agent(&["snapshot", "restore", &id]).exits(4);
    assert!(output.stderr.contains("index.lock"), "{output}");
    fs::remove_file(&lock).expect("the lock is not ours to remove");
    View::of(&repo).expect_same(&before, "the index is held");
    repo.agent(&["snapshot", "restore", &id]).success();
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&before, "undone");
}
