//! A lock file that a killed process left: the command that it blocks names it, says what to do, and never removes it.

use crate::support::{Layout, TestRepo, at_once, default_git};

/// Each lock with a command that it blocks.
const FILES: [(&str, &str); 13] = [
    (".git/refs/notes/agent-tasks.lock", "note x"),
    (".git/refs/agent/ledger/seen.lock", "note x"),
    (".git/packed-refs.lock", "note x"),
    (".git/refs/worktree/agent/active.lock", "start u"),
    (".git/refs/worktree/agent/active.lock", "pause"),
    (".git/refs/worktree/agent/active.lock", "complete"),
    (".git/refs/worktree/agent/active.lock", "fail --reason x"),
    (".git/refs/worktree/agent/active.lock", "cancel t"),
    (".git/index.lock", "checkpoint -m x"),
    (".git/index.lock", "rollback t@1 --mode restore"),
    (".git/HEAD.lock", "rollback t@1 --mode restore"),
    (".git/refs/agent/ops/main.lock", "rollback t@1 --mode restore"),
    (".git/config.lock", "init"),
];
const REFTABLE: [(&str, &str); 2] =
    [(".git/reftable/tables.list.lock", "note x"), (".git/reftable/tables.list.lock", "rollback t@1 --mode restore")];

fn world(layout: Layout) -> TestRepo {
    let repo = TestRepo::with_layout(default_git(), layout);
    repo.commit_file("a", "one\n", "first");
    repo.agent(&["add", "--id", "t", "T"]).success();
    repo.agent(&["add", "--id", "u", "U"]).success();
    repo.agent(&["start", "t"]).success();
    for text in ["two\n", "three\n"] {
        repo.write("a", text);
        repo.agent(&["checkpoint"]).success();
    }
    repo.write("a", "four\n");
    repo
}

fn play(layout: Layout, rows: &[(&str, &str)]) {
    at_once(rows, |(lock, command)| {
        let repo = world(layout);
        let words: Vec<&str> = command.split(' ').collect();
        repo.write(lock, "");
        let ledger = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
        let said = repo.agent(&words);
        assert_eq!(said.code, Some(4), "{lock}, {command}: {said}");
        assert!(said.stderr.contains(&format!("{lock}' exists")), "{lock}, {command}: {said}");
        assert!(said.stderr.contains("one crashed: remove the file"), "{lock}, {command}: {said}");
        assert!(repo.path().join(lock).exists(), "{lock}, {command}: it may be in use");
        assert_eq!(repo.read("a"), "four\n");
        assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text(), ledger, "{lock}, {command}");
        std::fs::remove_file(repo.path().join(lock)).unwrap();
        repo.agent(&words).success();
        repo.fsck();
    });
}

#[test]
fn the_error_names_the_file_and_says_what_to_do() {
    play(Layout::Plain, &FILES);
}

#[test]
fn so_it_does_where_refs_are_in_a_reftable() {
    if default_git().has_reftable() {
        play(Layout::Reftable, &REFTABLE);
    }
}

#[test]
fn doctor_lists_those_that_are_left() {
    let repo = world(Layout::Plain);
    let locks =
        [".git/HEAD.lock", ".git/packed-refs.lock", ".git/refs/heads/topic.lock", ".git/refs/agent/ops/main.lock"];
    for lock in locks {
        repo.write(lock, "");
        assert!(!repo.agent(&["doctor"]).stdout.contains(lock), "it may be in use");
        repo.sh(&format!("touch -d '1 hour ago' {lock}")).success();
    }
    let doctor = repo.agent(&["doctor"]);
    for lock in locks {
        assert!(doctor.stdout.contains(lock), "{lock}: {doctor}");
    }
}
