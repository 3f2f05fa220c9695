//! Work that passes from one task to the next: what is not committed, and commits that HEAD does not contain, are said.

use serde_json::{Value, json};

use crate::support::TestRepo;

/// A repository with a commit, hooks, and the tasks `a`, `b` and `c`, of which `a` is active.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    for id in ["a", "b", "c"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
    repo.agent(&["start", "a", "-q"]).success();
    repo
}

#[test]
fn a_start_says_what_another_task_left() {
    let repo = repo();
    repo.write("x", "x");
    insta::assert_snapshot!(repo.agent(&["start", "b"]), @r"
    Started b (b).
    ------- stderr -------
    a is no longer the active task of this worktree; it stays in progress.
    warning: 1 path is not committed: x; from now on, a checkpoint commits it for b
    hint: to commit what belongs to a: git agent checkpoint --task a -m '…'
    hint: to release it: git agent pause b
    ");
    // The way out that it names.
    repo.agent(&["checkpoint", "--task", "a", "-m", "work of a", "-q"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    // Nothing is left, or the task goes on: nothing is said.
    let quiet = |words: &[&str]| assert_eq!(repo.agent(words).json()["uncommitted"], Value::Null, "{words:?}");
    quiet(&["start", "a", "--json"]);
    repo.write("x", "y");
    quiet(&["start", "a", "--json"]);
    // Both are active: a checkpoint is of both.
    quiet(&["start", "b", "--also", "--json"]);
    repo.agent(&["pause", "b", "-q"]).success();
    let left = |goes_to: &str| {
        json!({
            "task": "a",
            "goes_to": goes_to,
            "counts": {"staged": 0, "unstaged": 1, "untracked": 0},
            "paths": {"total": 1, "shown": ["x"]},
        })
    };
    // Paused or completed in between, and whichever command starts the next one.
    repo.agent(&["pause", "a", "-q"]).success();
    assert_eq!(repo.agent(&["start", "b", "--json"]).json()["uncommitted"], left("b"));
    repo.agent(&["start", "a", "-q"]).success();
    repo.agent(&["complete", "-q"]).success();
    repo.agent(&["complete", "b", "-q"]).success();
    assert_eq!(repo.agent(&["next", "--start", "--json"]).json()["uncommitted"], left("c"));
}

#[test]
fn complete_says_once_where_uncommitted_work_goes() {
    let repo = repo();
    repo.write("x", "x");
    insta::assert_snapshot!(repo.agent(&["complete", "--next"]), @r"
    Completed a (a).
    Started b (b).
    ------- stderr -------
    warning: 1 path is not committed: x; from now on, a checkpoint commits it for b
    hint: to commit what belongs to a: git agent checkpoint --task a -m '…'
    ");
    // With another active task, it goes there.
    repo.agent(&["start", "c", "--also", "-q"]).success();
    let paused = repo.agent(&["pause", "b", "--json"]).json()["uncommitted"].clone();
    assert_eq!((&paused["task"], &paused["goes_to"]), (&json!("b"), &json!("c")));
    // Several at once end: nothing is active, and the paths are said once.
    repo.agent(&["start", "b", "--also", "-q"]).success();
    let ended = repo.agent(&["complete", "b", "c"]).success().stderr;
    assert_eq!((ended.matches("not committed").count(), ended.contains("from now on")), (1, false), "{ended}");
    // What another task left, where the completed one was not active here.
    for id in ["d", "e"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
    }
    let done = repo.agent(&["complete", "d", "--next", "--json"]).json()["uncommitted"].clone();
    assert_eq!((&done["task"], &done["goes_to"]), (&json!("c"), &json!("e")));
}

#[test]
fn complete_names_commits_that_head_does_not_contain() {
    let repo = repo();
    repo.git(&["switch", "-q", "-c", "topic"]).success();
    let commit = repo.commit_file("x", "x", "work");
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    repo.git(&["switch", "-q", "main"]).success();
    let said = format!("warning: HEAD does not contain 1 commit of a on 'topic': {}\n", &commit[..12]);
    let done = repo.agent(&["complete", "a"]).success();
    assert!(done.stderr.contains(&said), "{}", done.stderr);
    repo.agent(&["reopen", "a", "-q"]).success();
    assert_eq!(repo.agent(&["complete", "a", "--json"]).json()["elsewhere"], json!([commit]));
    // Merged, it is here; so it is after a cherry-pick.
    let none = |repo: &TestRepo| {
        repo.agent(&["reopen", "a", "-q"]).success();
        let done = repo.agent(&["complete", "a", "--json"]).json();
        assert_eq!(done["elsewhere"], Value::Null, "{done}");
    };
    repo.git(&["cherry-pick", &commit]).success();
    none(&repo);
    repo.git(&["reset", "-q", "--hard", "HEAD~"]).success();
    repo.git(&["merge", "-q", "--no-edit", "topic"]).success();
    none(&repo);
    // Rewritten, it is here.
    repo.git(&["reset", "-q", "--hard", &commit]).success();
    repo.git(&["branch", "-q", "-D", "topic"]).success();
    repo.git(&["commit", "-q", "--amend", "-m", "other work"]).success();
    none(&repo);
    // Nothing has it any more: said with what keeps it.
    repo.git(&["reset", "-q", "--hard", "HEAD~"]).success();
    repo.agent(&["reopen", "a", "-q"]).success();
    let done = repo.agent(&["complete", "a"]).success().stderr;
    assert!(
        done.contains("no branch contains 1 commit of a: ") || done.contains("no branch contains 2 commits of a: "),
        "{done}"
    );
    let keep =
        done.split('\'').find(|words| words.starts_with("git branch <name> ")).unwrap().replace("<name>", "kept");
    repo.sh(&keep).success();
    assert_eq!(repo.task_ids("kept"), ["a"]);
    let done = repo.agent(&["complete", "a", "--json"]).json();
    assert!(done["elsewhere"].as_array().is_some_and(|commits| !commits.is_empty()), "{done}");
}

#[test]
fn complete_names_unstamped_commits_of_another_branch() {
    let repo = repo();
    repo.git(&["switch", "-q", "-c", "topic"]).success();
    repo.write("x", "x");
    repo.git(&["add", "x"]).success();
    repo.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "work"]).success();
    let commit = repo.head();
    assert_eq!(repo.task_ids("HEAD"), [""; 0]);
    repo.git(&["switch", "-q", "main"]).success();
    let said = format!(
        "1 commit on 'topic' made while a was active names no task: 'git agent link {} --task a' links",
        &commit[..12]
    );
    let done = repo.agent(&["complete", "a"]).success();
    assert!(done.stderr.contains(&said), "{}", done.stderr);
}

/// Everything within seconds, and with a committer date that is set: what was done first is older.
#[test]
fn log_has_events_and_commits_in_the_order_of_what_was_done() {
    for date in [None, Some("2026-01-02T03:04:05Z"), Some("2036-01-02T03:04:05Z")] {
        let repo = TestRepo::new();
        repo.set_env("GIT_AGENT_ACTOR", "ada@box");
        repo.use_real_dates();
        repo.unset_env("GIT_AGENT_CLOCK");
        if let Some(date) = date {
            repo.set_env("GIT_COMMITTER_DATE", date);
        }
        repo.agent(&["init", "-q"]).success();
        repo.agent(&["add", "A", "--id", "a", "-q"]).success();
        repo.agent(&["start", "a", "-q"]).success();
        repo.commit_file("x", "x", "work one");
        repo.agent(&["note", "a", "half way", "-q"]).success();
        repo.commit_file("y", "y", "work two");
        repo.agent(&["complete", "a", "-q"]).success();
        for words in [&["log", "--json"][..], &["log", "a", "--json"]] {
            let entries = repo.agent(words).json()["entries"].clone();
            let said: Vec<String> = entries
                .as_array()
                .unwrap()
                .iter()
                .map(|entry| entry["subject"].as_str().or(entry["kind"].as_str()).unwrap_or("?").to_owned())
                .collect();
            assert_eq!(said, ["complete", "work two", "note", "work one", "start", "create"], "{date:?} {words:?}");
        }
    }
}

#[test]
fn a_task_that_ends_in_one_worktree_is_said_in_the_other_one_where_it_was_active() {
    let repo = repo();
    let other = repo.worktree("other");
    other.agent(&["start", "a", "-q"]).success();
    repo.write("left", "1\n");
    // It is active in both, and ends in one.
    let said = other.agent(&["complete", "a"]).success().stderr;
    assert!(said.contains("a was the active task of '") && said.contains("where 1 path is not committed"), "{said}");
    let follow_up = |repo: &TestRepo| repo.agent(&["status", "--json"]).json()["follow_up"].clone();
    assert_eq!(follow_up(&repo), Value::Null);
    let commit = repo.commit_file("left", "1\n", "work");
    assert_eq!(repo.task_ids("HEAD"), [""; 0]);
    assert_eq!((follow_up(&repo), follow_up(&other)), (json!({"task": "a", "commits": [commit]}), Value::Null));
}

#[test]
fn work_of_another_session_in_the_same_worktree_is_not_taken_without_a_word() {
    let repo = repo();
    repo.agent(&["pause", "a", "-q"]).success();
    let session =
        |name: &str, words: &[&str]| repo.run("git-agent").args(words).env("GIT_AGENT_SESSION", name).run().success();
    session("one", &["start", "a", "-q"]);
    repo.write("x", "x");
    let started = session("two", &["start", "b"]).stderr;
    assert!(started.contains("1 path is not committed: x; from now on, a checkpoint commits it for b\n"), "{started}");
    assert!(started.contains("git agent checkpoint --task a -m"), "{started}");
    repo.write("y", "y");
    let only = session("two", &["checkpoint", "--only", "y", "-m", "of b"]).stderr;
    assert!(!only.contains("another session"), "{only}");
    let all = session("two", &["checkpoint", "-m", "of both"]).stderr;
    assert!(all.contains("another session is at work on a in this worktree, and b@2 may contain its changes"), "{all}");
    // Nothing to commit, nothing to say; and a session that is alone is not warned.
    assert!(!session("two", &["checkpoint"]).stderr.contains("another session"));
    session("one", &["complete", "a", "-q"]);
    repo.write("x", "more");
    assert!(!session("two", &["checkpoint", "-m", "more"]).stderr.contains("another session"));
}
