//! The end of a task: what is left behind is said, and a feature ends with its last part.

use serde_json::{Value, json};

use crate::support::{TestRepo, on_one_git};

/// A repository with a commit and a fixed actor, set up for stamps.
fn repo(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo
}

/// With the active task `a`.
fn at_work(git: TestRepo) -> TestRepo {
    let repo = repo(git);
    repo.agent(&["add", "A", "--id", "a"]).success();
    repo.agent(&["start", "a"]).success();
    repo
}

fn status(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"]["status"].clone()
}

fn commit(repo: &TestRepo, file: &str) -> String {
    repo.commit_file(file, file, &format!("work on {file}"))
}

#[test]
fn work_left_behind_by_complete_is_said_and_offered() {
    on_one_git(|git| {
        let repo = at_work(TestRepo::with_git(git));
        repo.write("x", "x");
        insta::allow_duplicates! {
            insta::assert_snapshot!(repo.agent(&["complete"]), @r"
            Completed a (A).
            ------- stderr -------
            warning: 1 path is not committed: x
            hint: to commit what belongs to a: git agent checkpoint --task a -m '…'
            hint: to reopen it: git agent reopen a
            ");
        }
        let commit = commit(&repo, "x");
        assert_eq!(repo.task_ids("HEAD"), [""; 0]);
        assert_eq!(repo.agent(&["status", "--json"]).json()["follow_up"], json!({"task": "a", "commits": [commit]}));
        let link = format!("git agent link {} --task a", &commit[..12]);
        let said = format!("1 commit made after a ended names no task; if part of the task: {link}\n");
        assert!(repo.agent(&["status"]).success().stdout.contains(&said));
        assert!(repo.agent(&["repair", "--dry-run"]).success().stderr.contains(&said));
        let brief = repo.agent(&["brief"]).success().stdout;
        assert!(brief.contains("1 commit made after a ended names no task") && brief.contains(&link), "{brief}");
        // Another task begins: what was before is history.
        repo.agent(&["add", "B", "--id", "b"]).success();
        repo.agent(&["start", "b"]).success();
        assert_eq!(repo.agent(&["status", "--json"]).json()["follow_up"], Value::Null);
    });
}

/// A reflog counts seconds, and a quick agent does all of this within one.
#[test]
fn what_was_there_before_the_end_is_not_offered() {
    let repo = TestRepo::new();
    repo.use_real_dates();
    repo.unset_env("GIT_AGENT_CLOCK");
    repo.git(&["commit", "-q", "--allow-empty", "-m", "base"]).success();
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a", "-q"]).success();
    repo.agent(&["complete"]).success();
    assert_eq!(repo.agent(&["status", "--json"]).json()["follow_up"], Value::Null);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "work"]).success();
    let head = repo.git(&["rev-parse", "HEAD"]).text();
    assert_eq!(repo.agent(&["status", "--json"]).json()["follow_up"]["commits"], json!([head]));
}

#[test]
fn only_what_may_belong_to_it_is_offered() {
    let repo = at_work(TestRepo::new());
    repo.agent(&["complete"]).success();
    let offered = |repo: &TestRepo| repo.agent(&["status", "--json"]).json()["follow_up"]["commits"].clone();
    assert_eq!(offered(&repo), Value::Null);
    repo.commit_file("y", "y", "of another\n\nTask-Id: other");
    assert_eq!(offered(&repo), Value::Null);
    let one = commit(&repo, "x");
    // In another worktree nothing ended.
    let side = repo.worktree("side");
    commit(&side, "z");
    assert_eq!((offered(&side), offered(&repo)), (Value::Null, json!([one])));
    // Undone, it is not offered.
    repo.git(&["reset", "-q", "--hard", "HEAD~"]).success();
    assert_eq!(offered(&repo), Value::Null);
    // Nor is what comes much later.
    repo.advance(100_000);
    commit(&repo, "later");
    assert_eq!(offered(&repo), Value::Null);
    // A detached HEAD is no exception, and a checkpoint of the task is not offered.
    repo.git(&["checkout", "-q", "--detach"]).success();
    repo.agent(&["reopen", "a"]).success();
    repo.agent(&["start", "a"]).success();
    repo.write("w", "w");
    repo.agent(&["complete"]).success();
    repo.agent(&["checkpoint", "--task", "a", "-m", "late"]).success();
    assert_eq!((repo.task_ids("HEAD"), offered(&repo)), (vec!["a".to_owned()], Value::Null));
}

#[test]
fn pause_fail_and_cancel_say_it_too() {
    let repo = at_work(TestRepo::new());
    repo.agent(&["add", "B", "--id", "b", "--after", "a"]).success();
    repo.write("x", "x");
    repo.git(&["add", "x"]).success();
    repo.write("a.txt", "two\n");
    let paused = repo.agent(&["pause", "--json"]).json();
    assert_eq!(paused["uncommitted"]["counts"], json!({"staged": 1, "unstaged": 1, "untracked": 0}));
    assert_eq!(paused["uncommitted"]["paths"], json!({"total": 2, "shown": ["a.txt", "x"]}));
    repo.agent(&["start", "a"]).success();
    insta::assert_snapshot!(repo.agent(&["fail", "--reason", "no key"]), @r"
    Attempt 1 of a (A) failed.
    ------- stderr -------
    warning: 2 paths are not committed: a.txt, x
    hint: to commit what belongs to a: git agent checkpoint --task a -m '…'
    hint: to undo what it changed: git agent rollback a@start --dry-run
    hint: 'git agent start a' starts attempt 2
    ");
    // What is not active here left nothing here.
    insta::assert_snapshot!(repo.agent(&["cancel", "a"]), @r"
    Cancelled a (A).
    ------- stderr -------
    Waiting for it: b (B).
    hint: to remove the dependency: git agent dep remove <task> --after a
    hint: to reopen it: git agent reopen a
    ");
    repo.agent(&["reopen", "a"]).success();
    let cancelled = repo.agent(&["cancel", "a", "--json"]).json();
    assert_eq!((&cancelled["dependents"], &cancelled["uncommitted"]), (&json!(["b"]), &Value::Null));
    // Several at once.
    repo.agent(&["add", "F", "--id", "f"]).success();
    for part in ["p", "q", "r"] {
        repo.agent(&["add", part, "--id", part, "--parent", "f"]).success();
    }
    repo.agent(&["complete", "p"]).success();
    let both = repo.agent(&["cancel", "q", "r", "--json"]).json();
    assert_eq!((&both["features"], both["tasks"].as_array().map(Vec::len)), (&json!(["f"]), Some(2)));
    repo.agent(&["reopen", "q", "r", "f"]).success();
    assert_eq!(status(&repo, "f"), "pending");
    repo.agent(&["cancel", "q", "r", "f"]).success();
    assert_eq!(status(&repo, "f"), "cancelled");
    // A task that waits for several of them is named once.
    repo.agent(&["reopen", "q", "r"]).success();
    for task in ["y", "z"] {
        repo.agent(&["add", task, "--id", task, "--after", "q", "--after", "r"]).success();
    }
    assert_eq!(repo.agent(&["cancel", "q", "r", "--json"]).json()["dependents"], json!(["y", "z"]));
}

#[test]
fn complete_dirty_refuses_or_commits() {
    let repo = at_work(TestRepo::new());
    repo.git(&["config", "agent.completeDirty", "refuse"]).success();
    repo.write("x", "x");
    insta::assert_snapshot!(repo.agent(&["complete"]), @r"
    ------- stderr -------
    error: cannot complete a: 1 path not committed (agent.completeDirty is refuse)
    nothing was changed
    hint: commit them with it: git agent complete a -m '…'
    hint: to complete it anyway: git agent complete a --force
    [exit code 1]
    ");
    repo.git(&["config", "agent.completeDirty", "checkpoint"]).success();
    let done = repo.agent(&["complete", "--next"]).success();
    assert!(done.stdout.starts_with("Saved a@1 as ") && !done.stderr.contains("not committed"), "{done}");
    assert_eq!((repo.task_ids("HEAD"), status(&repo, "a")), (vec!["a".to_owned()], "completed".into()));
    // A clean work tree needs no commit, and a task that is active elsewhere no clean work tree.
    let head = repo.head();
    repo.agent(&["add", "B", "--id", "b"]).success();
    repo.agent(&["start", "b"]).success();
    repo.agent(&["complete"]).success();
    repo.git(&["config", "agent.completeDirty", "refuse"]).success();
    let side = repo.worktree("side");
    repo.agent(&["add", "C", "--id", "c"]).success();
    side.agent(&["start", "c"]).success();
    repo.write("y", "y");
    repo.agent(&["complete", "c"]).success();
    assert_eq!(repo.head(), head);
}

#[test]
fn in_the_middle_of_a_merge_or_rebase_nothing_is_completed() {
    on_one_git(|git| {
        let repo = at_work(TestRepo::with_git(git));
        repo.sh("git switch -qc side; echo side >a.txt; git commit -qam side; git switch -q main").success();
        repo.sh("echo main >a.txt; git commit -qam main").success();
        for stop in ["merge", "rebase"] {
            repo.git(&[stop, "side"]).failure();
            for words in [&["complete"][..], &["complete", "-m", "x", "--verify", "true", "--next"]] {
                let refused = repo.run("git-agent").args(words).args(["--json"]).run().exits(1).stdout;
                assert!(refused.contains("operation-in-progress"), "{refused}");
            }
            assert_eq!(status(&repo, "a"), "in_progress");
            repo.git(&[stop, "--abort"]).success();
        }
        repo.git(&["merge", "side"]).failure();
        repo.agent(&["complete", "--force"]).success();
    });
}

/// The feature `f` with the parts `one`, `two`, and `g` with the part `three`.
fn features(repo: &TestRepo) {
    for (id, parent) in [("f", None), ("g", Some("f")), ("one", Some("f")), ("two", Some("f")), ("three", Some("g"))] {
        let parent = parent.map(|parent| format!("--parent={parent}"));
        repo.run("git-agent").args(["add", id, "--id", id]).args(parent).run().success();
    }
    repo.agent(&["add", "After", "--id", "after", "--after", "f", "--priority", "4"]).success();
}

#[test]
fn a_feature_ends_with_its_last_part() {
    let repo = repo(TestRepo::new());
    features(&repo);
    repo.agent(&["complete", "one"]).success();
    repo.agent(&["complete", "two"]).success();
    assert_eq!(status(&repo, "f"), "pending");
    repo.agent(&["start", "three"]).success();
    let tip = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
    insta::assert_snapshot!(repo.agent(&["complete", "--next"]), @r"
    Completed three (three).
    Completed g (g): its subtasks are completed.
    Completed f (f): its subtasks are completed.
    Started after (After).
    ");
    assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks~1"]).text(), tip, "one commit of the ledger");
    assert_eq!((status(&repo, "g"), status(&repo, "f")), ("completed".into(), "completed".into()));
    assert_eq!(repo.agent(&["show", "f", "--json"]).json()["task"]["attempts"], 1);
    // And it is open again with any part.
    assert_eq!(repo.agent(&["reopen", "three", "-q"]).success().stdout, "three\n");
    assert_eq!((status(&repo, "g"), status(&repo, "f")), ("pending".into(), "pending".into()));
    let again = repo.agent(&["complete", "three", "--json"]).json();
    assert_eq!(again["features"], json!(["g", "f"]));
    let reopened = repo.agent(&["reopen", "one"]).success().stdout;
    assert_eq!(reopened, "Reopened one (one).\nAlso reopened f (f).\n");
    assert_eq!(status(&repo, "g"), "completed");
}

#[test]
fn a_cancelled_last_part_ends_it_if_anything_was_done() {
    let repo = repo(TestRepo::new());
    features(&repo);
    let answer = repo.agent(&["cancel", "three", "--json"]).json();
    assert_eq!(answer["features"], Value::Null, "nothing was done in it");
    assert_eq!(status(&repo, "g"), "pending");
    repo.agent(&["complete", "one"]).success();
    repo.agent(&["complete", "two"]).success();
    // What is left of the feature comes after everything else, whatever its priority.
    repo.agent(&["edit", "g", "--priority", "0"]).success();
    repo.agent(&["add", "Work", "--id", "work", "--priority", "4"]).success();
    assert_eq!(repo.agent(&["next", "--json"]).json()["task"]["id"], "work");
    let ready = repo.agent(&["ready", "--json"]).json()["tasks"].clone();
    let ids: Vec<&str> = ready.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["work", "g"]);
    let answer = repo.agent(&["cancel", "g", "--json"]).json();
    assert_eq!(answer["features"], json!(["f"]));
    assert_eq!(status(&repo, "f"), "completed");
}

#[test]
fn a_feature_that_is_blocked_or_asked_for_is_left_to_the_caller() {
    let repo = repo(TestRepo::new());
    features(&repo);
    repo.agent(&["block", "g", "--on", "a review"]).success();
    let done = repo.agent(&["complete", "three"]).success();
    assert!(
        done.stderr
            .contains("hint: every subtask of g (g) is completed; to complete it as a whole: git agent complete g\n"),
        "{done}"
    );
    repo.git(&["config", "agent.featureDone", "ask"]).success();
    repo.agent(&["complete", "g", "--force"]).success();
    repo.agent(&["complete", "one"]).success();
    let done = repo.agent(&["complete", "two"]).success();
    assert!(done.stderr.contains("every subtask of f (f) is completed"), "{done}");
    assert_eq!(status(&repo, "f"), "pending");
    repo.agent(&["complete", "f"]).success();
}

#[test]
fn a_blocked_task_in_progress_looks_blocked() {
    let repo = at_work(TestRepo::new());
    repo.agent(&["block", "--on", "a key"]).success();
    assert!(repo.agent(&["status"]).success().stdout.contains(", blocked: a key)\n"));
    assert!(repo.agent(&["list"]).success().stdout.contains("■ a A  (1 blocker open, ada@box, "));
    let brief = repo.agent(&["brief"]).success().stdout;
    assert!(brief.contains("- in progress, blocked, attempt 1"), "{brief}");
    assert!(repo.agent(&["report"]).success().stdout.contains("blocked: a key"));
}
