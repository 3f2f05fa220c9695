//! What people read.

use super::{commit, start};
use crate::{
    snapshot_durable::spy,
    support::{
        TestRepo,
        ledger::{Ledger, task_id},
    },
};
use git_agent::domain::event::{self, Payload};

/// Two tasks and nobody at work on the same files.
fn shared() -> TestRepo {
    let repo = TestRepo::new();
    repo.write("move.rs", "one\ntwo\nthree\n");
    repo.commit_file("a.rs", "one\ntwo\nthree\nfour\nfive\n", "first");
    start(&repo);
    commit(&repo, "a.rs", "one\ntwo\nthree\nfour\nsix\n", "T-1");
    repo.git(&["mv", "move.rs", "moved.rs"]).success();
    repo.git(&["commit", "-q", "-m", "Move it\n\nTask-Id: T-2"]).success();
    repo.commit_file("moved.rs", "one\ntwo\nthree\nmore\n", "by hand");
    commit(&repo, "new.rs", "fresh\n", "T-1");
    repo
}

#[test]
fn a_page_says_since_when_what_and_whose() {
    let repo = shared();
    repo.write("a.rs", "one\ntwo\nthree\nfour\nseven\n");
    repo.git(&["add", "a.rs"]).success();
    repo.write("a.rs", "one\ntwo\nthree\nfour\neight\n");
    repo.write("notes.txt", "remember\n");
    repo.write_script("run.sh", "#!/bin/sh\n");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1"]), @r"
    Since T-1 was started at 2d059f0655bf (17 seconds ago): 5 paths changed, 4 commits (1 without a task), 3 not committed.

    M  a.rs                T-1           staged, not staged
    R  move.rs → moved.rs  T-2, no task
    A  new.rs              T-1
    A  notes.txt                         untracked
    A  run.sh                            untracked
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1", "--own"]), @r"
    Since T-1 was started at 2d059f0655bf (18 seconds ago): 2 paths of T-1 changed, 4 commits (1 without a task), 1 not committed.

    M  a.rs    T-1  staged, not staged
    A  new.rs  T-1
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1@1", "--committed"]), @r"
    Since T-1@1, 905877f417be (13 seconds ago): 2 paths changed, 3 commits (1 without a task).

    R  move.rs → moved.rs  T-2, no task
    A  new.rs              T-1
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1@1", "--at", "T-1@last", "--name-status"]), @r"
    R073	move.rs	moved.rs
    A	new.rs
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1@last", "--committed"]), @"Since T-1@2, ade228f52bbb (7 seconds ago): nothing changed.");
}

#[test]
fn colours_are_those_of_git() {
    let repo = shared();
    repo.git(&["rm", "-q", "new.rs"]).success();
    repo.commit_file("run.sh", "#!/bin/sh\n", "by hand");
    repo.git(&["update-index", "--chmod=+x", "a.rs"]).success();
    let page = repo.agent(&["changes-since", "T-1", "--color=always"]).success().stdout;
    insta::assert_snapshot!(page.replace('\u{1b}', "^"), @r"
    Since ^[35mT-1^[0m was started at ^[33m2d059f0655bf^[0m (21 seconds ago): 3 paths changed, 5 commits (2 without a task), 1 not committed.

    M  a.rs                ^[35mT-1         ^[0m  ^[32mstaged^[0m, ^[31mnot staged^[0m
    ^[36mR^[0m  move.rs → moved.rs  T-2, no task
    ^[32mA^[0m  run.sh              no task
    ");
    let patch = repo.agent(&["changes-since", "T-1", "-p", "--color=always", "--", "a.rs"]).success().stdout;
    assert!(patch.contains("\u{1b}[32m+"), "{patch:?}");
    assert!(!repo.agent(&["changes-since", "T-1", "-p"]).success().stdout.contains('\u{1b}'));
}

#[test]
fn the_rule_that_found_the_start_is_said() {
    let repo = TestRepo::new();
    start(&repo);
    commit(&repo, "a", "1", "T-1");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1"]), @r"
    Since T-1 was started, before the first commit: 1 path changed, 1 commit.

    A  a  T-1
    ");

    let repo = TestRepo::new();
    repo.commit_file("a", "0", "first");
    start(&repo);
    commit(&repo, "b", "1", "T-1");
    let recorded = repo.git(&["rev-parse", "HEAD~1"]).text();
    repo.git(&["switch", "-q", "--orphan", "other"]).success();
    repo.commit_file("a", "0", "first, better");
    repo.git(&["cherry-pick", "main"]).success();
    let page = repo.agent(&["changes-since", "T-1"]).success().stdout.replace(&recorded[..12], "<recorded>");
    insta::assert_snapshot!(page, @r"
    Since 3e31e249abd9 (3 seconds ago), the parent of T-1's oldest commit here: its starting point <recorded> was rewritten: 1 path changed, 1 commit.

    A  b  T-1
    ");

    let repo = TestRepo::new();
    repo.commit_file("a", "0", "first");
    repo.commit_file("a", "1", "second");
    start(&repo);
    repo.git(&["commit", "-q", "--amend", "-m", "amended"]).success();
    repo.write("c", "1");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1"]), @r"
    Since 9047274fbd8a (9 seconds ago), where this history forks from 6f3b4581a29f, the starting point of T-1: 2 paths changed, 1 commit (1 without a task), 1 not committed.

    M  a  no task
    A  c           untracked
    ");
    assert_eq!(repo.agent(&["changes-since", "T-1", "--json"]).json()["base"]["rule"], "merge-base");
}

#[test]
fn reverted_commits_count_and_are_marked() {
    let repo = shared();
    let reverted = repo.head();
    repo.git(&["revert", "--no-edit", "HEAD"]).success();
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1"]), @r"
    Since T-1 was started at 2d059f0655bf (18 seconds ago): 2 paths changed, 5 commits (2 without a task).

    M  a.rs                T-1
    R  move.rs → moved.rs  T-2, no task

    Reverted since:
      ade228f52bbb  new.rs: fresh
    ");
    let answer = repo.agent(&["changes-since", "T-1", "--json"]).json();
    let commits = answer["commits"].as_array().unwrap();
    let marked: Vec<_> = commits.iter().filter(|commit| commit["reverted"] == true).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!(marked[0]["commit"], reverted);
    // It is as it was, and two commits touched it; there is nothing to list.
    assert!(answer["changes"].as_array().unwrap().iter().all(|change| change["path"] != "new.rs"));
}

#[test]
fn links_of_the_ledger_say_whose_a_commit_is() {
    let repo = shared();
    let unsaid = repo.git(&["rev-parse", "HEAD~1"]).text();
    let of = |repo: &TestRepo| {
        let answer = repo.agent(&["changes-since", "T-1", "--json", "--", "moved.rs"]).json();
        answer["changes"][0].clone()
    };
    assert_eq!((of(&repo)["untasked"].clone(), of(&repo)["tasks"].to_string()), (true.into(), "[\"T-2\"]".into()));
    let ledger = Ledger::of(&repo, "me");
    ledger.add("T-3");
    let link = event::Link { commit: unsaid, by: "tree".into() };
    ledger.write(vec![(task_id("T-3"), Payload::Link(link))]);
    assert_eq!(of(&repo)["untasked"], false);
    assert_eq!(of(&repo)["tasks"].to_string(), "[\"T-2\",\"T-3\"]");
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let repo = shared();
    insta::assert_snapshot!(repo.agent(&["changes-since"]), @r"
    ------- stderr -------
    error: no task is named, and none is active in this worktree
    hint: you hold T-1 (Do it): git agent start T-1
    hint: name a task, or start one with 'git agent start <task>'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1@9"]), @r"
    ------- stderr -------
    error: T-1@9 does not exist: T-1 has 2 checkpoints on this history
    nothing was changed
    hint: T-1@2 is ade228f52bbb, 3s ago: new.rs: fresh
    hint: T-1@1 is 905877f417be, 11s ago: a.rs: one two three four six
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1", "--at", "nowhere"]), @r"
    ------- stderr -------
    error: commit 'nowhere' does not exist
    hint: '--at' takes a git revision or a checkpoint: <task>@2, <task>@last
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1", "--", "../elsewhere"]), @r"
    ------- stderr -------
    error: git rejects these paths: ../elsewhere: '../elsewhere' is outside repository at '$TMP/repo'
    [exit code 2]
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1", "-z"]), @r"
    ------- stderr -------
    error: the following required arguments were not provided:
      <--name-only|--name-status|--stat|--patch>

    Usage: git agent changes-since -z <--name-only|--name-status|--stat|--patch> <TASK[@CHECKPOINT]> [-- <PATH>...]

    For more information, try '--help'.
    [exit code 2]
    ");
    repo.agent(&["add", "never started", "--id", "T-9"]).success();
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-9"]), @r"
    ------- stderr -------
    error: cannot determine where T-9 began: it was never started
    nothing was changed
    hint: 'git agent show T-9' shows what is known about it
    [exit code 1]
    ");
    insta::assert_snapshot!(repo.agent(&["changes-since", "T-1@last"]), @"Since T-1@2, ade228f52bbb (9 seconds ago): nothing changed.");
}

#[test]
fn git_compares_trees_only_where_it_may_count_in_another_way() {
    let repo = TestRepo::new();
    repo.commit_file("a", "0\n", "first");
    repo.commit_file("b", "0\n", "second");
    start(&repo);
    commit(&repo, "a", "1\n", "T-1");
    repo.write("b", "dirty\n");
    let calls = spy(&repo);
    let asked = |lines: &[&str]| {
        std::fs::write(&calls, "").unwrap();
        assert_eq!(repo.agent(&["changes-since", "T-1", "--name-status"]).lines(), lines);
        let calls = std::fs::read_to_string(&calls).unwrap();
        let words = ["status", "log", "add", "write-tree", "diff-tree"];
        words.into_iter().filter(|word| calls.split_whitespace().any(|said| said == *word)).collect::<Vec<_>>()
    };
    assert_eq!(asked(&["M\ta", "M\tb"]), ["status"]);
    repo.git(&["mv", "b", "c"]).success();
    assert_eq!(asked(&["M\ta", "D\tb", "A\tc"]), ["status"]);
    // Before 2.44, git ignores what comes after the last line.
    repo.write("c", "0\n0");
    assert_eq!(asked(&["M\ta", "R066\tb\tc"]), ["status", "diff-tree"]);
    repo.git(&["reset", "-q", "--hard"]).success();
    // A merge has an order that git decides.
    repo.git(&["checkout", "-q", "-b", "side", "HEAD^"]).success();
    commit(&repo, "b", "1\n", "T-1");
    repo.git(&["merge", "-q", "-m", "Merge", "main"]).success();
    assert_eq!(asked(&["M\ta", "M\tb"]), ["status", "log"]);
}
