//! Notes on commits, as stock git shows them.

use crate::support::{TestRepo, on_one_git};

/// The note of `rev`, as plain git shows it.
fn note(repo: &TestRepo, rev: &str) -> String {
    repo.git(&["log", "-1", "--notes=agent", "--format=%N", rev, "--"]).success().stdout.trim_end().to_owned()
}

/// A repository in which T-1 is active, with hooks.
fn started(repo: TestRepo) -> TestRepo {
    repo.commit_file("a", "0", "first");
    repo.agent(&["init"]).success();
    repo.agent(&["add", "Add a login form", "--id", "T-1"]).success();
    repo.agent(&["start", "T-1"]).success();
    repo
}

#[test]
fn plain_git_shows_task_checkpoint_and_verification() {
    on_one_git(|git| {
        let repo = started(TestRepo::with_git(git));
        repo.write("a", "1");
        repo.agent(&["checkpoint", "-m", "one"]).success();
        assert_eq!(note(&repo, "HEAD"), "T-1@1 Add a login form");
        repo.commit_file("a", "2", "by plain git");
        assert_eq!(note(&repo, "HEAD"), "", "a commit does not wait for its note");
        repo.agent(&["verify", "--", "true"]).success();
        assert_eq!(note(&repo, "HEAD"), "T-1@2 Add a login form\n✓ true");
        assert_eq!(note(&repo, "HEAD~1"), "T-1@1 Add a login form");
        assert_eq!(note(&repo, "HEAD~2"), "");
        repo.agent(&["verify", "--", "exit 3"]).exits(1);
        assert_eq!(note(&repo, "HEAD"), "T-1@2 Add a login form\n✗ exit 3 (exit code 3)");
        repo.agent(&["complete"]).success();
        // Nothing new: nothing is written.
        let tip = repo.git(&["rev-parse", "refs/notes/agent"]).success().text();
        repo.agent(&["complete", "T-1"]).success();
        assert_eq!(repo.git(&["rev-parse", "refs/notes/agent"]).success().text(), tip);
        repo.fsck();
    });
}

#[test]
fn a_commit_of_two_tasks_says_both_and_nobody_is_noted_when_it_is_switched_off() {
    let repo = started(TestRepo::new());
    repo.agent(&["add", "Other", "--id", "T-2"]).success();
    repo.agent(&["start", "T-2", "--also"]).success();
    repo.write("a", "1");
    repo.agent(&["checkpoint", "-m", "both"]).success();
    let said = note(&repo, "HEAD");
    assert!(said.contains("T-1@1 Add a login form") && said.contains("T-2@1 Other"), "{said}");
    repo.git(&["config", "agent.displayNotes", "false"]).success();
    repo.write("a", "2");
    repo.agent(&["checkpoint", "-m", "unseen"]).success();
    assert_eq!(note(&repo, "HEAD"), "");
}

#[test]
fn a_checkpoint_notes_commits_made_without_one_and_those_that_they_move_on() {
    let repo = started(TestRepo::new());
    repo.git(&["switch", "-q", "-c", "aside"]).success();
    repo.write("b", "1");
    repo.git(&["add", "b"]).success();
    repo.git(&["commit", "-q", "-m", "by hand\n\nTask-Id: T-1"]).success();
    repo.git(&["switch", "-q", "main"]).success();
    repo.write("a", "1");
    repo.agent(&["checkpoint", "-m", "one"]).success();
    let first = repo.git(&["rev-parse", "HEAD"]).success().text();
    assert_eq!(note(&repo, &first), "T-1@1 Add a login form");
    repo.git(&["switch", "-q", "aside"]).success();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "main"]).success();
    repo.write("a", "2");
    repo.agent(&["checkpoint", "-m", "two"]).success();
    // On this branch the commit that was made by hand comes first: the number of the other one has moved on.
    assert_eq!(note(&repo, "HEAD~2"), "T-1@1 Add a login form");
    assert_eq!(note(&repo, &first), "T-1@2 Add a login form");
    // The hooks stamped the merge, too.
    assert_eq!(note(&repo, "HEAD^"), "T-1@3 Add a login form");
    assert_eq!(note(&repo, "HEAD"), "T-1@4 Add a login form");
}

#[test]
fn a_checkpoint_after_a_merge_corrects_the_numbers_that_it_changed() {
    let repo = started(TestRepo::new());
    let save = |file: &str, message: &str| {
        repo.write(file, message);
        repo.agent(&["checkpoint", "-m", message]).success();
        repo.head()
    };
    let first = save("a", "one");
    repo.git(&["switch", "-q", "-c", "aside"]).success();
    let aside = [save("b", "aside"), save("b", "aside again")];
    repo.git(&["switch", "-q", "main"]).success();
    let mains = [save("a", "two"), save("a", "three")];
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "aside"]).success();
    let merge = repo.head();
    let last = save("a", "four");
    let log = repo.agent(&["log", "T-1", "--no-events", "--json"]).json();
    for commit in [&first, &aside[0], &aside[1], &mains[0], &mains[1], &merge, &last] {
        let entry = log["entries"].as_array().unwrap().iter().find(|entry| entry["commit"] == *commit.as_str());
        let number = &entry.expect("a commit of the task")["number"];
        assert_eq!(note(&repo, commit), format!("T-1@{number} Add a login form"), "{log}");
    }
}

#[test]
fn a_checkpoint_brings_a_new_title_to_all_notes() {
    let repo = started(TestRepo::new());
    for text in ["1", "2"] {
        repo.write("a", text);
        repo.agent(&["checkpoint", "-m", text]).success();
    }
    repo.agent(&["edit", "T-1", "--title", "Log in"]).success();
    repo.write("a", "3");
    repo.agent(&["checkpoint", "-m", "three"]).success();
    let notes = ["HEAD~2", "HEAD~1", "HEAD"].map(|rev| note(&repo, rev));
    assert_eq!(notes, ["T-1@1 Log in", "T-1@2 Log in", "T-1@3 Log in"]);
}

#[test]
fn notes_travel_and_two_clones_come_to_the_same() {
    let repo = started(TestRepo::new());
    repo.write("a", "1");
    repo.agent(&["checkpoint", "-m", "one"]).success();
    let other = repo.clone_of_hub();
    other.agent(&["init"]).success();
    other.agent(&["sync"]).success();
    assert_eq!(note(&other, "HEAD"), "T-1@1 Add a login form");
    // Each notes a commit of its own; both end with both.
    repo.write("a", "2");
    repo.agent(&["checkpoint", "-m", "two"]).success();
    other.write("b", "1");
    other.agent(&["checkpoint", "--task", "T-1", "-m", "elsewhere"]).success();
    repo.agent(&["sync"]).success();
    other.agent(&["sync"]).success();
    repo.agent(&["sync"]).success();
    let tip = |repo: &TestRepo| repo.git(&["rev-parse", "refs/notes/agent"]).success().text();
    assert_eq!(tip(&repo), tip(&other));
    let count = repo.git(&["notes", "--ref=agent", "list"]).success().stdout.lines().count();
    assert_eq!(count, 3);
}
