//! `git agent sync` beside itself: processes of one clone that fetch and push the same refs at once.

use std::process::{Command, Stdio};

use crate::support::{Git, TestRepo, default_git, on_one_git};

/// Two clones of one remote, with the task `one` in all of them.
fn clones(git: &Git) -> (TestRepo, TestRepo) {
    let repo = TestRepo::with_git(git);
    repo.commit_file("a", "one\n", "first");
    repo.git(&["init", "-q", "--bare", "../remote"]).success();
    repo.git(&["remote", "add", "origin", "../remote"]).success();
    repo.agent(&["add", "One", "--id", "one", "-q"]).success();
    repo.agent(&["sync", "-q"]).success();
    repo.git(&["clone", "-q", "../remote", "../other"]).success();
    let other = repo.at(repo.tmp().join("other"));
    other.agent(&["sync", "-q"]).success();
    (repo, other)
}

#[test]
fn several_at_once_all_succeed() {
    on_one_git(|git| {
        let (repo, other) = clones(git);
        for round in 0..4 {
            other.agent(&["note", &format!("remark {round}"), "--task", "one", "-q"]).success();
            other.agent(&["sync", "-q"]).success();
            repo.agent(&["note", &format!("reply {round}"), "--task", "one", "-q"]).success();
            let start = |mut command: Command| {
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
            };
            let running: Vec<_> = (0..4).map(|_| start(repo.run("git-agent").args(["sync"]).into_command())).collect();
            for sync in running {
                let output = sync.wait_with_output().unwrap();
                assert!(output.status.success(), "{git}: {}", String::from_utf8_lossy(&output.stderr));
            }
        }
        other.agent(&["sync", "-q"]).success();
        let notes = |repo: &TestRepo| repo.agent(&["show", "one", "--json"]).json()["task"]["notes"].clone();
        assert_eq!(notes(&repo).as_array().map(Vec::len), Some(8));
        assert_eq!(notes(&other), notes(&repo));
    });
}

#[test]
fn a_lock_that_was_left_behind_is_named() {
    let (repo, other) = clones(default_git());
    other.agent(&["add", "Two", "--id", "two", "-q"]).success();
    other.agent(&["sync", "-q"]).success();
    let lock = ".git/refs/notes/agent-tasks.lock";
    repo.write(lock, "");
    let refused = repo.agent(&["sync"]).exits(4);
    let says = format!("cannot write to the ledger, it was not merged: './{lock}' exists");
    assert!(refused.stderr.contains(&says) && refused.stderr.contains("remove the file"), "{refused}");
    assert!(repo.path().join(lock).exists(), "it may belong to a living process");
    std::fs::remove_file(repo.path().join(lock)).unwrap();
    repo.agent(&["sync"]).success();
    repo.agent(&["show", "two"]).success();
}
