//! `doctor` on snapshots, operations and what a crash leaves.

use crate::support::{Layout, TestRepo, default_git};

/// Level, message and fix of a check.
fn check(repo: &TestRepo, name: &str) -> (String, String, String) {
    let answer = repo.agent(&["doctor", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let check = answer["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone();
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    (text("level"), text("message"), text("fix"))
}

fn world(layout: Layout) -> (TestRepo, String) {
    let repo = TestRepo::with_layout(default_git(), layout);
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "one\n", "first");
    repo.write("a", "two\n");
    let taken = repo.agent(&["snapshot", "--json"]).json();
    let id = taken["snapshot"]["id"].as_str().unwrap().to_owned();
    repo.write("a", "three\n");
    (repo, id)
}

#[test]
fn a_sound_repository_is_called_sound() {
    for layout in [Layout::Plain, Layout::Reftable, Layout::Sha256] {
        let (repo, id) = world(layout);
        repo.agent(&["snapshot", "restore", &id]).success();
        for name in ["snapshots", "operations", "interrupted", "asides", "empty-refs"] {
            let (level, message, _) = check(&repo, name);
            assert_eq!(level, "ok", "{name}: {message}");
        }
        assert_eq!(check(&repo, "snapshots").1, "2 snapshots can be read");
        assert_eq!(check(&repo, "operations").1, "1 operation can be read");
    }
}

#[test]
fn an_interrupted_operation_is_an_error_with_a_way_out() {
    let (repo, id) = world(Layout::Plain);
    let killed = repo.run("git-agent").args(["snapshot", "restore", &id]).env("GIT_AGENT_TEST_DIE", "Filled").run();
    killed.failure();
    let (level, message, fix) = check(&repo, "interrupted");
    assert_eq!(level, "error", "{message}");
    assert!(message.contains("restore snapshot"), "{message}");
    assert!(fix.contains("git agent undo") && fix.contains("git agent resume"), "{fix}");
    repo.agent(&["doctor"]).failure();
    repo.agent(&["resume"]).success();
    assert_eq!(check(&repo, "interrupted").0, "ok");
    assert_eq!(repo.read("a"), "two\n");
}

#[test]
fn what_died_just_after_its_end_is_found_and_tidied_up() {
    let (repo, id) = world(Layout::Plain);
    let killed = repo.run("git-agent").args(["snapshot", "restore", &id]).env("GIT_AGENT_TEST_DIE", "Moved").run();
    killed.failure();
    let (level, message, fix) = check(&repo, "interrupted");
    assert_eq!((level.as_str(), fix.as_str()), ("error", "'git agent resume' removes them"), "{message}");
    repo.agent(&["resume"]).success();
    assert_eq!(check(&repo, "interrupted").0, "ok");
    assert!(!repo.path().join(".git/index.lock").exists());
    assert!(!repo.path().join(".git/agent/aside").exists());
}

#[test]
fn a_ref_without_content_is_an_error() {
    let (repo, id) = world(Layout::Plain);
    std::fs::write(repo.path().join(format!(".git/refs/agent/snap/{id}")), "").unwrap();
    let (level, message, _) = check(&repo, "empty-refs");
    assert_eq!(level, "error");
    assert!(message.contains(&id), "{message}");
    // It does not stand in the way of others.
    repo.agent(&["snapshot"]).success();
    repo.agent(&["snapshot", "list"]).success();
}

#[test]
fn a_snapshot_that_is_none_is_an_error() {
    let (repo, known) = world(Layout::Plain);
    let id = "01M82JN89QFETZ6JMWA4QCXXG7";
    repo.git(&["update-ref", &format!("refs/agent/snap/{id}"), &repo.head()]).success();
    let (level, message, _) = check(&repo, "snapshots");
    assert_eq!(level, "error", "{message}");
    assert!(message.contains(id), "{message}");
    // One that was made here comes back.
    repo.git(&["update-ref", "-d", &format!("refs/agent/snap/{id}")]).success();
    repo.git(&["update-ref", &format!("refs/agent/snap/{known}"), &repo.head()]).success();
    let (level, message, fix) = check(&repo, "snapshots");
    assert_eq!(
        (level.as_str(), message.as_str()),
        ("error", "another program deleted or replaced 1 snapshot"),
        "{fix}"
    );
}

#[test]
fn files_aside_of_nobody_are_told_of() {
    let (repo, _) = world(Layout::Plain);
    repo.write(".git/agent/aside/01M82JN89QFETZ6JMWA4QCXXG7/0/0", "precious\n");
    let (level, message, _) = check(&repo, "asides");
    assert_eq!(level, "warning");
    assert!(message.contains("01M82JN89QFETZ6JMWA4QCXXG7"), "{message}");
}
