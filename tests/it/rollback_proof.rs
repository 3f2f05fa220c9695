//! A file goes only if it provably was not there at the checkpoint; and what stays different is never called the same.

use std::{fs, os::unix::net::UnixListener, process::Command};

use crate::{
    recovery_failures::world,
    support::{Git, TestRepo, Whole, default_git, is_missing, on_every_git, on_one_git, program, round_trip, same},
};

/// Directories whose own ignored `.gitignore` ignores all of it, files that flags hide, and rules outside of the work tree; then `t@1`.
fn with_own_rules(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.commit_file("hidden/.gitignore", "", "first");
    repo.agent(&["add", "Try it", "--id", "t"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write("venv/.gitignore", "*\n");
    repo.write("venv/conf", "p\n");
    repo.write("venv/lib/deep/module", "m\n");
    repo.write("sub/cache/.gitignore", "# by a tool\n*\n");
    repo.write("sub/cache/entry", "e\n");
    repo.sh("git update-index --assume-unchanged hidden/.gitignore; printf '*.key\\n' >hidden/.gitignore").success();
    repo.write("hidden/my.key", "k\n");
    repo.write(".git/info/exclude", "*.local\n");
    repo.write("x.local", "l\n");
    repo.write("a.txt", "1\n");
    repo.agent(&["checkpoint", "-m", "One"]).success();
    repo
}

/// What `with_own_rules` ignores.
const IGNORED: [&str; 5] = ["venv/conf", "venv/lib/deep/module", "sub/cache/entry", "hidden/my.key", "x.local"];

/// How each of the rules can go: deleted, emptied, moved, negated.
const WAYS: [&str; 4] = [
    "rm venv/.gitignore sub/cache/.gitignore; git checkout -q -- hidden/.gitignore || : >hidden/.gitignore; : >.git/info/exclude",
    ": >venv/.gitignore; : >sub/cache/.gitignore; : >hidden/.gitignore; rm .git/info/exclude",
    "mv venv/.gitignore venv/old; mkdir other; mv sub/cache/.gitignore other/; : >hidden/.gitignore; echo nothing >.git/info/exclude",
    "echo '!*' >>venv/.gitignore; printf '!*\\n!*/\\n' >sub/cache/.gitignore; echo '!my.key' >>hidden/.gitignore; \
     echo '!x.local' >.gitignore; echo '!*.key' >hidden/.gitignore",
];

#[test]
fn what_rules_ignored_that_no_commit_has_is_not_removed() {
    on_every_git(|git| {
        for way in WAYS {
            let repo = with_own_rules(git);
            repo.sh(way).success();
            repo.sh("echo 2 >a.txt; echo young >young.txt; echo young >sub/young").success();
            let stays = |repo: &TestRepo| {
                for path in IGNORED {
                    assert!(repo.path().join(path).exists(), "{way}: {path}");
                }
                assert_eq!(repo.read("a.txt"), "1\n");
                // What can be proven still goes.
                assert!(!repo.path().join("young.txt").exists() && !repo.path().join("sub/young").exists(), "{way}");
            };
            round_trip(&repo, &["t@1"], stays);
            // The same when it was committed in between.
            repo.agent(&["checkpoint", "-m", "Two"]).success();
            for mode in ["rewind", "restore"] {
                round_trip(&repo, &["t@1", "--mode", mode], stays);
            }
            let answer = repo.agent(&["rollback", "t@1", "--dry-run", "--json"]).json();
            let paths = answer["plan"]["paths"].as_array().unwrap();
            let kept = paths.iter().filter(|path| path["action"] == "keep");
            let kept: Vec<&str> = kept.map(|path| path["path"].as_str().unwrap()).collect();
            assert!(IGNORED.iter().all(|path| kept.contains(path)), "{way}: {kept:?}");
        }
    });
}

#[test]
fn the_same_for_a_snapshot() {
    on_one_git(|git| {
        for way in WAYS {
            let repo = with_own_rules(git);
            let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
            repo.sh(way).success();
            repo.sh("echo 2 >a.txt; echo young >young.txt").success();
            let before = Whole::of(&repo);
            repo.agent(&["snapshot", "restore", &id]).success();
            for path in IGNORED {
                assert!(repo.path().join(path).exists(), "{way}: {path}");
            }
            assert!(!repo.path().join("young.txt").exists());
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, way);
        }
    });
}

#[test]
fn a_commit_that_is_no_checkpoint_proves_nothing() {
    on_one_git(|git| {
        let repo = world(git);
        repo.agent(&["init"]).success();
        repo.write("venv/.gitignore", "*\n");
        repo.write("venv/conf", "p\n");
        repo.write("a.txt", "2\n");
        repo.sh("git commit -qam two; rm venv/.gitignore; echo 3 >a.txt; echo young >young").success();
        round_trip(&repo, &["t@2"], |repo| {
            assert_eq!((repo.read("venv/conf"), repo.read("young")), ("p\n".into(), "young\n".into()));
            assert_eq!(repo.read("a.txt"), "2\n");
        });
    });
}

#[test]
fn what_a_snapshot_left_out_is_left_alone() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("git config agent.maxFileSize 1k; git init -q inner; echo theirs >inner/file").success();
        repo.write("large", "x".repeat(2000));
        let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        // Now it is small, and that is no repository any more: they were there all the same.
        repo.write("large", "small\n");
        repo.sh("rm -r inner/.git; echo young >young").success();
        let output = repo.agent(&["snapshot", "restore", &id]).success();
        assert!(output.stdout.contains("kept large: it is not in the snapshot"), "{output}");
        assert_eq!((repo.read("large"), repo.read("inner/file")), ("small\n".into(), "theirs\n".into()));
        assert!(!repo.path().join("young").exists());
    });
}

/// Expect that `t@1`, the undo of an operation and a snapshot all say that `path` may differ.
#[track_caller]
fn tells(repo: &TestRepo, path: &str, why: &str) {
    for words in [&["rollback", "t@1"][..], &["rollback", "t@1", "--", path]] {
        let output = repo.agent(words).success();
        assert!(!output.stderr.contains("Nothing to do"), "{output}");
        assert!(output.stdout.contains(&format!("kept {path}: ")) && output.stdout.contains(why), "{output}");
        let answer = repo.run("git-agent").args(words[..2].iter().chain(&["--json"]).chain(&words[2..])).run().json();
        let paths = answer["plan"]["paths"].as_array().unwrap();
        assert!(paths.iter().any(|one| one["path"] == path && one["action"] == "keep"), "{answer}");
    }
}

#[test]
fn what_is_neither_file_nor_link_is_not_called_the_same() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("rm a.txt; mkfifo a.txt").success();
        tells(&repo, "a.txt", "it is neither a regular file nor a symbolic link");
        fs::remove_file(repo.path().join("a.txt")).unwrap();
        let socket = UnixListener::bind(repo.path().join("a.txt")).unwrap();
        tells(&repo, "a.txt", "it is neither a regular file nor a symbolic link");
        drop(socket);
        fs::remove_file(repo.path().join("a.txt")).unwrap();
        if repo.sh("mknod a.txt c 1 3").code == Some(0) {
            tells(&repo, "a.txt", "it is neither a regular file nor a symbolic link");
        } else {
            eprintln!("SKIPPED: no device can be made here");
        }
        // Everything else comes back, and this is named.
        repo.sh("rm -f a.txt; mkfifo a.txt; echo edited >dir/b.txt").success();
        let output = repo.agent(&["rollback", "t@1"]).success();
        assert!(output.stdout.contains("kept a.txt: it is neither a regular file nor a symbolic link"), "{output}");
        assert_eq!(repo.read("dir/b.txt"), "b at 1\n");
        let output = repo.agent(&["undo"]).success();
        assert_eq!(repo.read("dir/b.txt"), "edited\n", "{output}");
        let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        let output = repo.agent(&["snapshot", "restore", &id]).success();
        assert!(output.stdout.contains("kept a.txt: ") && !output.stderr.contains("Nothing to do"), "{output}");
    });
}

#[test]
fn links_directories_and_modes_in_the_place_of_a_file_come_back() {
    on_one_git(|git| {
        let repo = world(git);
        let ways = [
            "rm a.txt; ln -s a.txt a.txt",
            "rm a.txt; mkdir a.txt",
            "rm a.txt; mkdir -p a.txt/a/b; echo x >a.txt/a/b/c",
            "chmod +x a.txt",
            "rm -r dir; ln -s dir dir",
            "rm -r dir; ln -s . dir",
        ];
        for way in ways {
            repo.sh(way).success();
            round_trip(&repo, &["t@1"], |repo| {
                assert_eq!(
                    (repo.read("a.txt"), repo.read("dir/b.txt")),
                    ("a at 1\n".into(), "b at 1\n".into()),
                    "{way}"
                );
            });
            repo.agent(&["rollback", "t@1"]).success();
        }
        let output = repo.agent(&["rollback", "t@1"]).success();
        assert!(output.stderr.contains("Nothing to do: everything already matches t@1"), "{output}");
    });
}

#[test]
fn a_submodule_that_is_somewhere_else_is_not_called_the_same() {
    on_one_git(|git| {
        let repo = world(git);
        let library = repo.at(repo.tmp().join("library"));
        fs::create_dir(library.path()).unwrap();
        library.git(&["init", "-q"]).success();
        library.commit_file("l", "1\n", "one");
        repo.sh("git submodule add -q ../library sub; echo 2 >a.txt").success();
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.sh("cd sub; echo 2 >l; git commit -qam two").success();
        let output = repo.agent(&["rollback", "t@2"]).success();
        assert!(output.stdout.contains("kept sub: ") && !output.stderr.contains("Nothing to do"), "{output}");
        repo.sh("cd sub; git reset -q --hard HEAD~1; echo dirty >l").success();
        let output = repo.agent(&["rollback", "t@2"]).success();
        assert!(output.stdout.contains("kept sub: ") && !output.stderr.contains("Nothing to do"), "{output}");
        repo.sh("cd sub; git checkout -q -- l").success();
        let output = repo.agent(&["rollback", "t@2"]).success();
        assert!(output.stderr.contains("Nothing to do: everything already matches t@2"), "{output}");
    });
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_the_same() {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let has_setpriv = Command::new("setpriv").arg("--version").output().is_ok_and(|output| output.status.success());
    if is_missing("setpriv", !is_root || has_setpriv) {
        return;
    }
    let repo = world(default_git());
    let copy = repo.tmp().join("bin/git-agent");
    fs::copy(program(), &copy).unwrap();
    repo.sh("chmod 000 a.txt; git config --global safe.directory '*'; chmod 755 \"$TMPDIR\"").success();
    let words = ["rollback", "t@1"];
    let run = match is_root {
        true => {
            repo.sh("chown -R 65534:65534 \"$TMPDIR\"").success();
            repo.run("setpriv")
                .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
                .args([&copy])
                .args(words)
        }
        false => repo.run(&copy).args(words),
    };
    let output = run.run().success();
    assert!(!output.stderr.contains("Nothing to do"), "{output}");
    assert!(output.stdout.contains("kept a.txt: it cannot be read"), "{output}");
}
