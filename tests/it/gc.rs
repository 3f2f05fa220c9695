//! `gc`: what is old and of no use goes, everything else stays.

use crate::support::{Layout, Run, TestRepo, default_git, on_one_git};

const DAY: i64 = 24 * 60 * 60;

/// The refs of snapshots, as git lists them.
fn snapshots(repo: &TestRepo) -> Vec<String> {
    repo.git(&["for-each-ref", "--format=%(refname)", "refs/agent/snap"]).lines()
}

/// Change a file and take a snapshot; answers its ref.
fn snap(repo: &TestRepo, text: &str) -> String {
    repo.write("work", format!("{text}\n"));
    let answer = repo.agent(&["snapshot", "-m", text, "--json"]).json();
    assert_eq!(answer["snapshot"]["created"], true, "{answer}");
    answer["snapshot"]["ref"].as_str().unwrap().to_owned()
}

fn start(layout: Layout) -> TestRepo {
    let repo = TestRepo::with_layout(default_git(), layout);
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo
}

#[test]
fn what_a_killed_process_left_is_removed_when_it_is_old() {
    let repo = start(Layout::Plain);
    repo.agent(&["add", "Work", "--id", "t-1", "-q"]).success();
    let dirs = ["objects", "objects/pack", "agent", "agent-id", "agent-id/tips"].map(|dir| format!(".git/{dir}"));
    let leave = || {
        let script = "for dir; do echo x >$dir/.tmpOld123; touch -d '2 days ago' $dir/.tmpOld123 $dir/.tmpodd; echo x >$dir/.tmpNew123; done";
        repo.sh(&format!("set -- {}; {script}", dirs.join(" "))).success();
    };
    let left = |name: &str| dirs.iter().filter(|dir| repo.path().join(dir).join(name).exists()).count();
    leave();
    repo.agent(&["gc", "-q"]).success();
    assert_eq!([left(".tmpOld123"), left(".tmpNew123"), left(".tmpodd")], [0, 5, 5]);
    leave();
    repo.git(&["config", "maintenance.auto", "true"]).success();
    repo.agent(&["start", "t-1", "-q"]).success();
    repo.write("a", "two\n");
    repo.agent(&["checkpoint", "-q", "-m", "two"]).success();
    assert_eq!(left(".tmpOld123"), 0);
    repo.fsck();
}

#[test]
fn old_snapshots_go_and_young_ones_stay() {
    for layout in [Layout::Plain, Layout::Reftable, Layout::Sha256] {
        let repo = start(layout);
        let old = snap(&repo, "old");
        repo.advance(13 * DAY);
        let young = snap(&repo, "young");
        repo.advance(2 * DAY);
        let rehearsal = repo.agent(&["gc", "--dry-run", "--json"]).json();
        assert_eq!(rehearsal["dropped"][0], old.rsplit('/').next().unwrap(), "{rehearsal}");
        assert!(
            rehearsal["freed_bytes"].as_u64() > Some(0) && rehearsal["freed_bytes"] != rehearsal["bytes"],
            "{rehearsal}"
        );
        assert_eq!(snapshots(&repo), [old.clone(), young.clone()], "a rehearsal drops nothing");
        let commit = repo.git(&["rev-parse", &old]).text();
        repo.agent(&["gc"]).success();
        assert_eq!(snapshots(&repo), [young]);
        repo.git(&["cat-file", "-e", &commit]).success();
        // With an operation, too: its commits stay, and are not room that is freed.
        repo.write("work", "edit\n");
        repo.agent(&["snapshot", "restore", snapshots(&repo)[0].rsplit('/').next().unwrap()]).success();
        let again = repo.agent(&["gc", "--json"]).json();
        assert_eq!(again["dropped"].as_array().map(Vec::len), Some(0), "{again}");
        assert_eq!(again["freed_bytes"], 0, "{again}");
        repo.fsck();
    }
}

#[test]
fn settings_say_how_long() {
    let repo = start(Layout::Plain);
    let one = snap(&repo, "one");
    repo.advance(3 * 60 * 60);
    assert_eq!(repo.agent(&["gc", "--json"]).json()["kept"], 1);
    repo.git(&["config", "agent.keepFor", "2h"]).success();
    repo.agent(&["gc"]).success();
    assert!(!snapshots(&repo).contains(&one));
}

#[test]
fn an_open_task_keeps_its_snapshots_and_a_closed_one_its_last_for_a_while() {
    let repo = start(Layout::Plain);
    repo.agent(&["add", "--id", "t-1", "Long"]).success();
    repo.agent(&["start", "t-1"]).success();
    let taken: Vec<String> = (0..22).map(|at| snap(&repo, &format!("state {at}"))).collect();
    repo.advance(200 * DAY);
    repo.agent(&["gc"]).success();
    assert_eq!(snapshots(&repo), taken[2..], "the newest 20 of an open task stay");
    repo.agent(&["complete", "t-1"]).success();
    repo.agent(&["gc"]).success();
    assert_eq!(snapshots(&repo), taken[21..], "the last of a closed one stays for 90 days");
    repo.advance(91 * DAY);
    repo.agent(&["gc"]).success();
    assert!(snapshots(&repo).is_empty());
}

#[test]
fn operations_that_stay_keep_their_snapshots_and_can_be_undone() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.set_env("GIT_AGENT_ACTOR", "ann@here");
        repo.commit_file("work", "zero\n", "first");
        repo.git(&["config", "agent.keepOperations", "3"]).success();
        let state = snap(&repo, "state");
        let id = state.rsplit('/').next().unwrap();
        for at in 0..5 {
            repo.write("work", format!("edit {at}\n"));
            repo.agent(&["snapshot", "restore", id]).success();
        }
        repo.advance(100 * DAY);
        let answer = repo.agent(&["gc", "--json"]).json();
        assert_eq!((&answer["operations"][0]["dropped"], &answer["operations"][0]["kept"]), (&2.into(), &3.into()));
        assert_eq!(repo.agent(&["ops", "--json"]).json()["operations"].as_array().map(Vec::len), Some(3));
        assert_eq!(snapshots(&repo).len(), 3, "those of the operations");
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        for expected in ["edit 4\n", "edit 3\n", "edit 2\n"] {
            repo.agent(&["undo"]).success();
            assert_eq!(repo.read("work"), expected);
        }
        repo.agent(&["undo"]).exits(1);
        repo.fsck();
    });
}

#[test]
fn an_interrupted_operation_and_what_cannot_be_read_are_left_alone() {
    let repo = start(Layout::Plain);
    repo.git(&["config", "agent.keepOperations", "1"]).success();
    let state = snap(&repo, "state");
    let id = state.rsplit('/').next().unwrap();
    repo.write("work", "edit\n");
    repo.agent(&["snapshot", "restore", id]).success();
    repo.write("work", "another edit\n");
    let killed: Run = repo.run("git-agent").args(["snapshot", "restore", id]).env("GIT_AGENT_TEST_DIE", "Cleared");
    killed.run().failure();
    repo.advance(100 * DAY);
    let answer = repo.agent(&["gc", "--json"]).json();
    assert_eq!(answer["operations"][0]["dropped"], 0, "{answer}");
    assert!(answer["remarks"][0].as_str().unwrap().contains("skipped"), "{answer}");
    repo.agent(&["undo"]).success();
    assert_eq!(repo.read("work"), "another edit\n");
    // A ref that is no snapshot is nobody's to drop.
    let blob = repo.git(&["rev-parse", "HEAD:a"]).text();
    repo.git(&["update-ref", "refs/agent/snap/odd", &blob]).success();
    repo.agent(&["gc"]).success();
    assert!(snapshots(&repo).contains(&"refs/agent/snap/odd".to_owned()));
}

#[test]
fn it_says_what_it_does() {
    let repo = start(Layout::Plain);
    assert_eq!(
        repo.agent(&["gc"]).success().stdout,
        "Nothing is old enough to expire.\nKept: 0 snapshots and 0 operations, 0 bytes together\n"
    );
    snap(&repo, "before the storm");
    repo.advance(15 * DAY);
    let said = repo.agent(&["gc", "--dry-run"]).success().stdout;
    assert!(said.starts_with("Would expire 1 snapshot and 0 operations with "), "{said}");
    assert!(said.contains("2 weeks ago: before the storm") || said.contains("15 days ago: before the storm"), "{said}");
    assert!(said.ends_with("Kept: 0 snapshots and 0 operations, 0 bytes together\n"), "{said}");
}
