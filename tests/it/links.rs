//! Commits that belong to tasks without naming them, as `repair` finds: every query knows them.

use serde_json::Value;

use crate::support::{TestRepo, ledger::Ledger, ledger::task_id, on_one_git};
use git_agent::domain::event::{self, Payload};

/// Link `commit` to `task`, as `repair` does.
fn link(repo: &TestRepo, commit: &str, task: &str) {
    let link = event::Link { commit: commit.to_owned(), by: "patch".into() };
    Ledger::of(repo, "ada@box").write(vec![(task_id(task), Payload::Link(link))]);
}

/// Tasks A and B; commits of A, of nobody but linked to B, of A and linked to B, of nobody.
fn world() -> (TestRepo, Vec<String>) {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    for id in ["A", "B"] {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
        repo.agent(&["start", id, "-q"]).success();
        repo.deactivate();
    }
    let commits = vec![
        repo.commit_file("a", "1\n", "first\n\nTask-Id: A"),
        repo.commit_file("b", "2\n", "second"),
        repo.commit_file("c", "3\n", "third\n\nTask-Id: A"),
        repo.commit_file("d", "4\n", "fourth"),
    ];
    link(&repo, &commits[1], "B");
    link(&repo, &commits[2], "B");
    (repo, commits)
}

/// `(commit, tasks)` of what a log shows.
fn log(repo: &TestRepo, words: &[&str]) -> Vec<(String, Vec<String>)> {
    let lines = repo.agent(&[&["log", "--jsonl"][..], words].concat()).success().lines();
    let lines = lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let commits = lines.filter(|line| line["type"] == "commit");
    commits.map(|line| (text(&line["commit"]), line["tasks"].as_array().unwrap().iter().map(text).collect())).collect()
}

#[test]
fn every_form_of_the_log_knows_the_tasks_that_commits_are_linked_to() {
    let (repo, commits) = world();
    let one = |at: usize, tasks: &[&str]| (commits[at].clone(), tasks.iter().map(|id| (*id).to_owned()).collect());
    let all = [one(3, &[]), one(2, &["A", "B"]), one(1, &["B"]), one(0, &["A"])];
    let base = log(&repo, &["--max-parents=0"]).remove(0);
    assert_eq!(log(&repo, &[]), [&all[..], std::slice::from_ref(&base)].concat());
    assert_eq!(log(&repo, &["--no-events"]), [&all[..], std::slice::from_ref(&base)].concat());
    assert_eq!(log(&repo, &["HEAD~2..HEAD"]), all[..2]);
    assert_eq!(log(&repo, &["--", "b", "c"]), all[1..3]);
    assert_eq!(log(&repo, &["--checkpoints"]), all[1..]);
    assert_eq!(log(&repo, &["--checkpoints", "--no-events", "-n1"]), all[1..2]);
    assert_eq!(log(&repo, &["A"]), [all[1].clone(), all[3].clone()]);
    assert_eq!(log(&repo, &["B"]), all[1..3]);
    assert_eq!(log(&repo, &["B", "--no-merges", "--", "b", "c"]), all[1..3]);
    assert_eq!(log(&repo, &["--task", "B", "--grep", "second"]), all[2..3]);
}

#[test]
fn each_task_of_a_commit_has_its_own_number() {
    let (repo, commits) = world();
    let line = repo.agent(&["log", "A", "--oneline", "--no-events"]).success().lines()[0].clone();
    assert!(line.contains("A@2 B@2 third"), "{line}");
    repo.commit_file("e", "5\n", "fifth\n\nTask-Id: B\nTask-Id: A\nTask-Id: C");
    let page = repo.agent(&["log", "B", "-n1", "--no-events"]).success().stdout;
    for expected in ["Task:   B@3 B", "Task:   A@3 A", "Task:   C@1 (not in this ledger)"] {
        assert!(page.contains(expected), "{page}");
    }
    let entries = repo.agent(&["log", "B", "--no-events", "--json"]).json();
    let numbers: Vec<&Value> = entries["entries"].as_array().unwrap().iter().map(|one| &one["numbers"]).collect();
    assert_eq!(numbers, [&serde_json::json!([3, 3, 1]), &serde_json::json!([2, 2]), &serde_json::json!([1])]);
    let shown = repo.agent(&["show", "A@2", "--json"]).json();
    assert_eq!(shown["checkpoint"]["commit"], Value::from(commits[2].clone()));
}

#[test]
fn notes_on_commits_and_refusals_name_linked_tasks() {
    let (repo, commits) = world();
    repo.agent(&["repair"]).success();
    let note = repo.git(&["notes", "--ref=agent", "show", &commits[2]]).text();
    assert!(note.contains("A@2") && note.contains("B@2"), "{note}");
    // What is linked to another task is not squashed, nor rewound, as if it were nobody's.
    repo.git(&["reset", "-q", "--hard", &commits[1]]).success();
    repo.commit_file("e", "5\n", "fifth\n\nTask-Id: A");
    let squash = repo.agent(&["squash", "A", "--onto", "A@start"]).exits(1);
    assert!(squash.stderr.contains("belongs to B"), "{squash}");
    let rollback = repo.agent(&["rollback", "A@1", "--mode", "rewind"]).exits(1);
    assert!(rollback.stderr.contains("commits of other tasks"), "{rollback}");
}

#[test]
fn what_was_brought_back_is_not_shown_as_reverted() {
    let (repo, commits) = world();
    let reverted = |expected: &[&str]| {
        let mut expected: Vec<String> = expected.iter().map(|one| (*one).to_owned()).collect();
        expected.sort();
        let of = |value: &Value| {
            let all = value.as_array().unwrap().iter().filter(|one| one["reverted"] == true);
            let mut all: Vec<String> = all.map(|one| one["commit"].as_str().unwrap().to_owned()).collect();
            all.sort();
            all
        };
        let log = |words: &[&str]| {
            of(&repo.agent(&[&["log", "--no-events", "--json"][..], words].concat()).json()["entries"])
        };
        assert_eq!(log(&[]), expected, "log");
        assert_eq!(of(&repo.agent(&["changes-since", "A", "--json"]).json()["commits"]), expected, "changes-since");
        assert_eq!(log(&["A"]), expected, "log A");
    };
    let revert = |commit: &str| {
        repo.git(&["revert", "--no-edit", commit]).success();
        // It belongs to the task that it takes something back of.
        repo.run("git").args(["commit", "-q", "--amend", "--trailer", "Task-Id: A", "--no-edit"]).run().success();
        repo.head()
    };
    let first = revert(&commits[0]);
    reverted(&[&commits[0]]);
    let second = revert(&first);
    reverted(&[&first]);
    let third = revert(&second);
    reverted(&[&commits[0], &second]);
    repo.git(&["cherry-pick", "-x", &commits[0]]).success();
    reverted(&[&second]);
    let again = repo.head();
    revert(&again);
    reverted(&[&commits[0], &second, &again]);
    assert_ne!(third, again);
}

#[test]
fn hooks_carry_the_tasks_on_that_a_commit_is_linked_to() {
    let (repo, commits) = world();
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["start", "A", "-q"]).success();
    repo.git(&["reset", "-q", "--hard", &commits[1]]).success();
    repo.git(&["commit", "-q", "--amend", "-m", "second, reworded"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["B"], "amend");
    repo.git(&["reset", "-q", "--hard", &commits[2]]).success();
    repo.git(&["commit", "-q", "--amend", "--no-edit"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["A", "B"], "amend of a commit that names a task, too");
    repo.git(&["reset", "-q", "--hard", &commits[1]]).success();
    repo.git(&["revert", "--no-edit", "HEAD"]).success();
    let message = String::from_utf8(repo.message("HEAD")).unwrap();
    assert!(message.contains("\nReverts-Task: B\n") && message.contains("\nTask-Id: A"), "{message}");
    // A conflict that is resolved, a fixup, a squash merge.
    repo.git(&["switch", "-q", "--detach", &commits[0]]).success();
    repo.write("b", "other\n");
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "other"]).success();
    repo.git(&["cherry-pick", &commits[1]]).exits(1);
    repo.write("b", "both\n");
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "--no-edit"]).success();
    assert_eq!(repo.task_ids("HEAD"), ["B"], "the resolution of a pick");
    repo.git(&["switch", "-q", "-c", "side", &commits[1]]).success();
    repo.deactivate();
    repo.write("b", "fixed\n");
    repo.git(&["commit", "-qa", "--fixup", "HEAD"]).success();
    repo.run("git")
        .args(["rebase", "-q", "-i", "--autosquash", &commits[0]])
        .env("GIT_SEQUENCE_EDITOR", ":")
        .run()
        .success();
    assert_eq!(repo.task_ids("HEAD"), ["B"], "fixup");
    repo.agent(&["start", "A", "-q"]).success();
    repo.git(&["switch", "-q", "--detach", &commits[0]]).success();
    repo.git(&["merge", "-q", "--squash", &commits[2]]).success();
    repo.run("git").args(["commit", "-q", "--no-edit"]).run().success();
    assert_eq!(repo.task_ids("HEAD"), ["A", "B"], "squash merge");
}

#[test]
fn a_commit_that_was_linked_to_another_task_is_not_missed_any_more() {
    let (repo, _) = world();
    repo.agent(&["start", "A", "-q"]).success();
    let made = repo.commit_file("z", "1\n", "by another tool");
    let is_told_of =
        || repo.agent(&["status", "--json"]).json()["unstamped"].as_array().unwrap().contains(&made.clone().into());
    assert!(is_told_of());
    link(&repo, &made, "B");
    assert!(!is_told_of());
}

/// Operations and snapshots keep what a rebase left; that does not make it a part of any branch.
#[test]
fn show_tells_the_commits_of_the_branch_from_those_that_were_rewritten() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("a", "a\n", "base");
        repo.agent(&["init", "-q"]).success();
        repo.agent(&["add", "A", "--id", "a", "-q"]).success();
        repo.agent(&["start", "a", "-q"]).success();
        repo.write("b", "1\n");
        repo.agent(&["checkpoint", "-qm", "one"]).success();
        let commits = || {
            let shown = repo.agent(&["show", "a"]).success().stdout;
            let line = shown.lines().find_map(|line| line.strip_prefix("Commits:")).unwrap_or_default();
            line.trim().to_owned()
        };
        assert_eq!(commits(), repo.head()[..12]);
        // No hook sees this commit, also where hooks are in git's configuration.
        let up = repo.git(&["commit-tree", "-p", "HEAD~1", "-m", "up", "HEAD~1^{tree}"]).success().stdout;
        repo.git(&["rebase", "-q", up.trim()]).success();
        assert_eq!(commits(), format!("{} (and 1 on no branch)", &repo.head()[..12]));
        // What another branch has is not lost.
        repo.git(&["branch", "old", "ORIG_HEAD"]).success();
        assert!(!commits().contains("on no branch"), "{}", commits());
    });
}
