//! Sessions of agent hosts: which task each works on, whose a claim is, and which of them broke off.

use std::path::PathBuf;

use crate::support::{Output, TestRepo};

/// A repository with hooks and the tasks `a` and `b`.
fn with_tasks() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "First", "--id", "a", "-q"]).success();
    repo.agent(&["add", "Second", "--id", "b", "-q"]).success();
    repo
}

/// Run git-agent in the session `id` of Claude Code.
fn in_session(repo: &TestRepo, id: &str, args: &[&str]) -> Output {
    repo.run("git").args(["agent"]).args(args).env("CLAUDECODE", "1").env("CLAUDE_CODE_SESSION_ID", id).run()
}

/// Commit `file` in that session.
fn commit_in(repo: &TestRepo, id: &str, file: &str) {
    repo.write(file, "x\n");
    repo.git(&["add", file]).success();
    let commit = repo.run("git").args(["commit", "-qm", file]).env("CLAUDECODE", "1");
    commit.env("CLAUDE_CODE_SESSION_ID", id).run().success();
}

/// A program that runs a line, as an agent host does, and ends.
fn host_program(repo: &TestRepo) -> PathBuf {
    let sh = std::fs::canonicalize("/bin/sh").unwrap();
    let host = repo.tmp().join("some-host");
    std::fs::copy(sh, &host).unwrap();
    host
}

#[test]
fn two_sessions_in_one_worktree_stamp_their_own_tasks() {
    let repo = with_tasks();
    in_session(&repo, "s1", &["start", "a"]).success();
    in_session(&repo, "s2", &["start", "b"]).success();
    commit_in(&repo, "s1", "one");
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    commit_in(&repo, "s2", "two");
    assert_eq!(repo.task_ids("HEAD"), ["b"]);
    // The end of one leaves the other.
    in_session(&repo, "s2", &["complete"]).success();
    commit_in(&repo, "s1", "three");
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    let status = in_session(&repo, "s1", &["status", "--json"]).json();
    assert_eq!(status["active"][0], "a", "{status}");
}

#[test]
fn a_session_without_a_task_gets_none_of_another_one() {
    let repo = with_tasks();
    in_session(&repo, "s1", &["start", "a"]).success();
    commit_in(&repo, "s2", "one");
    assert_eq!(repo.task_ids("HEAD"), [""; 0]);
    // A person, who has no session, works on what the worktree works on.
    repo.write("two", "x\n");
    repo.git(&["add", "two"]).success();
    repo.git(&["commit", "-qm", "two"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    // And so does a session where a person began the task.
    repo.agent(&["start", "b"]).success();
    commit_in(&repo, "s2", "three");
    assert_eq!(repo.task_ids("HEAD"), ["b"]);
}

#[test]
fn a_second_session_is_refused_until_it_takes_over() {
    let repo = with_tasks();
    in_session(&repo, "s1", &["start", "a"]).success();
    for args in [["start", "a"], ["claim", "a"]] {
        let refused = in_session(&repo, "s2", &args).exits(1);
        assert!(refused.stderr.contains("another session of claude@"), "{refused}");
        assert!(refused.stderr.contains("git agent start a --take-over"), "{refused}");
    }
    in_session(&repo, "s1", &["start", "a"]).success();
    let taken = in_session(&repo, "s2", &["start", "a", "--take-over"]).success();
    assert!(taken.stderr.contains("still alive"), "{taken}");
    in_session(&repo, "s1", &["start", "a"]).exits(1);
}

#[test]
fn the_other_worktree_is_named() {
    let repo = with_tasks();
    let linked = repo.worktree("linked");
    in_session(&linked, "s1", &["start", "a"]).success();
    let refused = in_session(&repo, "s2", &["start", "a"]).exits(1);
    assert!(refused.stderr.contains("in the worktree 'linked'"), "{refused}");
}

#[test]
fn a_worktree_of_an_agent_inherits_the_task_of_its_session() {
    let repo = with_tasks();
    in_session(&repo, "s1", &["start", "a"]).success();
    let linked = repo.worktree("linked");
    commit_in(&linked, "s1", "one");
    assert_eq!(linked.task_ids("HEAD"), ["a"]);
    commit_in(&linked, "s2", "two");
    assert_eq!(linked.task_ids("HEAD"), [""; 0]);
}

#[test]
fn a_session_that_broke_off_is_told_of_and_stops_no_one() {
    let repo = with_tasks();
    let host = host_program(&repo);
    let start = "git agent start a -q; :";
    let run = repo.run(&host).args(["-c", start]).env("CLAUDECODE", "1").env("CLAUDE_CODE_SESSION_ID", "s1");
    run.run().success();
    let brief = in_session(&repo, "s2", &["brief"]).text();
    assert!(brief.contains("The last session here (claude on a) ended unexpectedly"), "{brief}");
    let data = in_session(&repo, "s2", &["brief", "--json"]).json();
    assert_eq!(data["state"]["broke_off"]["session"], "s1");
    let taken = in_session(&repo, "s2", &["start", "a"]).success();
    assert!(taken.stderr.contains("which broke off"), "{taken}");
}

#[test]
fn the_innermost_host_acts() {
    let repo = with_tasks();
    let host = host_program(&repo);
    let by = |id: &str| repo.agent(&["show", id, "--json"]).json()["task"]["created_by"].as_str().unwrap().to_owned();
    for (outer, inner, name) in
        [("CLAUDECODE", "CODEX_SESSION_ID", "codex"), ("CODEX_SESSION_ID", "CLAUDECODE", "claude")]
    {
        let line = format!("{} -c '{inner}=x git agent add inside --id {name} -q; :'; :", host.display());
        repo.run(&host).args(["-c", &line]).env(outer, "1").run().success();
        assert!(by(name).starts_with(name), "{}", by(name));
    }
    // A person's terminal in Cursor has this.
    repo.run("git").args(["agent", "add", "x", "--id", "person", "-q"]).env("CURSOR_TRACE_ID", "1").run().success();
    assert!(!by("person").starts_with("cursor"), "{}", by("person"));
}
