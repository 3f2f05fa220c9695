//! A disk that is full on the way: whatever happens, everything is as it was, or as it shall be.

use std::{fs, path::PathBuf, process::Command};

use crate::support::{TestRepo, Whole, default_git, found, on_one_git, same};

/// A file system of its own, until dropped.
struct Mounted(PathBuf);

impl Mounted {
    fn new(path: PathBuf, options: &str) -> Option<Self> {
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).output();
        status.is_ok_and(|output| output.status.success()).then_some(Mounted(path))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().expect("umount runs");
    }
}

/// A repository on a small disk: at `t@1` there is a large file that is not there now, and small ones that were others.
fn small_disk(repo: &TestRepo) {
    repo.git(&["init", "-q", "-b", "main"]).success();
    repo.agent(&["add", "Try it", "--id", "t"]).success();
    repo.agent(&["start", "t"]).success();
    repo.sh("head -c 1500000 /dev/urandom >large; for n in 1 2 3 4 5 6 7 8; do mkdir d$n; echo 1 >d$n/f; done")
        .success();
    repo.agent(&["checkpoint", "-m", "One"]).success();
    repo.sh(
        "rm -r large d1 d2; for n in 3 4 5 6 7 8; do echo 2 >d$n/f; done; mkdir -p new/deep/er; echo n >new/deep/er/f",
    )
    .success();
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo.sh("git gc -q").success();
}

/// Leave `free` KiB on the disk of `repo`.
fn hog(repo: &TestRepo, free: u64) {
    let answer = repo.sh("rm -f .git/hog; df -k --output=avail . | tail -n 1").text();
    let there: u64 = answer.trim().parse().expect("a number");
    repo.sh(&format!("head -c {}k /dev/zero >.git/hog", there.saturating_sub(free))).success();
}

#[test]
fn what_was_moved_is_put_back_on_a_full_disk() {
    on_one_git(|git| {
        let repo = TestRepo::without_repository(git);
        let Some(_mounted) = found("mount", Mounted::new(repo.path().to_owned(), "size=6m")) else { return };
        small_disk(&repo);
        let before = Whole::of(&repo);
        let (mut refused, mut put_back, mut done) = (0, 0, 0);
        for free in [60, 300, 500, 560, 600, 620, 640, 660, 700, 800, 1000, 1300, 1800, 2300, 2600] {
            hog(&repo, free);
            let output = repo.agent(&["rollback", "t@1"]);
            match output.code {
                Some(0) => {
                    done += 1;
                    fs::remove_file(repo.path().join(".git/hog")).unwrap();
                    repo.agent(&["undo"]).success();
                }
                Some(6) => panic!("with {free} KiB it was not put back:\n{output}"),
                _ if output.stderr.contains("everything was restored to its previous state") => put_back += 1,
                _ => refused += 1,
            }
            fs::remove_file(repo.path().join(".git/hog")).unwrap_or_default();
            same(&Whole::of(&repo), &before, &format!("with {free} KiB:\n{output}"));
            assert!(!repo.path().join(".git/agent/reserve").exists(), "{free}");
        }
        assert!(refused > 0 && put_back > 0 && done > 0, "refused {refused}, put back {put_back}, done {done}");
        repo.fsck();
    });
}

#[test]
fn somebody_else_takes_the_room_in_the_middle() {
    let repo = TestRepo::without_repository(default_git());
    let Some(_mounted) = found("mount", Mounted::new(repo.path().to_owned(), "size=6m")) else { return };
    small_disk(&repo);
    // A filter that fills the disk when the first file is written, to the last byte and the last file name.
    repo.sh("printf '* filter=hog\\n' >.git/info/attributes").success();
    let script = "#!/bin/sh\ncat >/dev/null; cat /dev/zero >.git/hog 2>/dev/null; exit 1\n";
    fs::write(repo.tmp().join("bin/hog"), script).unwrap();
    repo.sh("chmod +x \"$TMPDIR/bin/hog\"; git config filter.hog.smudge hog; git config filter.hog.clean cat; git config filter.hog.required true")
        .success();
    let before = Whole::of(&repo);
    for _ in 0..2 {
        let output = repo.agent(&["rollback", "t@1"]).failure();
        assert!(output.stderr.contains("everything was restored to its previous state"), "{output}");
        let is_full = repo.sh("df -k --output=avail . | tail -n 1").text();
        assert!(is_full.trim().parse::<u64>().unwrap() < 1024, "{is_full}");
        fs::remove_file(repo.path().join(".git/hog")).unwrap();
        same(&Whole::of(&repo), &before, "after a full disk");
    }
    // Killed there, it is taken back on the full disk, too.
    let script = "#!/bin/sh\ncat >/dev/null; cat /dev/zero >.git/hog 2>/dev/null; kill -9 $(awk '{print $4}' /proc/$PPID/stat)\n";
    fs::write(repo.tmp().join("bin/hog"), script).unwrap();
    repo.agent(&["rollback", "t@1"]).failure();
    if repo.agent(&["ops", "--json"]).json()["operations"][0]["state"] == "begun" {
        repo.agent(&["undo"]).success();
    }
    fs::remove_file(repo.path().join(".git/hog")).unwrap();
    same(&Whole::of(&repo), &before, "after a kill on a full disk");
}

#[test]
fn no_file_name_is_left() {
    let repo = TestRepo::without_repository(default_git());
    let Some(_mounted) = found("mount", Mounted::new(repo.path().to_owned(), "size=16m,nr_inodes=600")) else { return };
    small_disk(&repo);
    let before = Whole::of(&repo);
    let mut put_back = 0;
    for free in (0..90).step_by(6) {
        let taken = format!(
            "mkdir .git/names; n=$(df --output=iavail . | tail -n 1); n=$((n-{free})); i=0; \
             while [ $i -lt $n ]; do : >.git/names/$i; i=$((i+1)); done"
        );
        repo.sh(&taken).success();
        let output = repo.agent(&["rollback", "t@1"]);
        assert_ne!(output.code, Some(6), "with {free} names:\n{output}");
        put_back += usize::from(output.stderr.contains("everything was restored to its previous state"));
        repo.sh("rm -r .git/names").success();
        if output.code == Some(0) {
            repo.agent(&["undo"]).success();
        }
        same(&Whole::of(&repo), &before, &format!("with {free} names:\n{output}"));
    }
    eprintln!("put back {put_back} times");
}
