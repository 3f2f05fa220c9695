//! What random worlds have found, made small.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use super::View;
use crate::support::{Layout, TestRepo, default_git};

fn snapshot(repo: &TestRepo) -> String {
    repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().expect("an id").to_owned()
}

/// The id of a repository with one file `x`, which git is told not to look at, and one file `y`.
fn with_skipped_file() -> TestRepo {
    let repo = TestRepo::with_git(default_git());
    repo.write("y", "one\n");
    repo.commit_file("x", "as committed\n", "first");
    repo.git(&["update-index", "--skip-worktree", "x"]).success();
    repo
}

#[test]
fn a_skip_worktree_file_that_was_there_comes_back() {
    let repo = with_skipped_file();
    let (id, then) = (snapshot(&repo), View::of(&repo));
    fs::remove_file(repo.path().join("x")).expect("a file");
    let without = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id]).success();
    View::of(&repo).expect_same(&then, "restored");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&without, "undone");
}

#[test]
fn a_skip_worktree_file_that_was_missing_is_missing_after_undo() {
    let repo = with_skipped_file();
    repo.write("x", "edited\n");
    let id = snapshot(&repo);
    fs::remove_file(repo.path().join("x")).expect("a file");
    let without = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id]).success();
    assert_eq!(repo.read("x"), "edited\n");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&without, "undone");
}

#[test]
fn a_directory_outside_of_a_sparse_index_stays_outside() {
    let repo = TestRepo::with_git(default_git());
    for file in ["in/a", "out/b", "out/deep/c"] {
        repo.write(file, "one\n");
    }
    repo.commit_file("top", "one\n", "first");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]).success();
    let id = snapshot(&repo);
    repo.write("in/a", "two\n");
    let then = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id, "--", "out", "in"]).success();
    assert!(!repo.path().join("out").exists(), "a sparse checkout is not expanded");
    assert_eq!(repo.read("in/a"), "one\n");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "undone");
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_left_out_again_after_undo() {
    let repo = TestRepo::with_git(default_git());
    repo.write("in/a", "one\n");
    repo.commit_file("out/b", "one\n", "first");
    repo.git(&["sparse-checkout", "set", "--cone", "in"]).success();
    // Somebody puts it there all the same: git takes it for checked out from then on.
    repo.write("out/b", "one\n");
    repo.write("in/a", "two\n");
    let id = snapshot(&repo);
    fs::remove_dir_all(repo.path().join("out")).expect("a directory");
    repo.git(&["update-index", "--skip-worktree", "out/b"]).success();
    let then = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id]).success();
    assert_eq!(repo.read("out/b"), "one\n");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "undone");
}

#[test]
fn a_submodule_with_other_ids_damages_no_tree() {
    let repo = TestRepo::with_layout(default_git(), Layout::Sha256);
    repo.git(&["init", "-q", "--object-format=sha1", "module"]).success();
    let module = repo.at("module");
    module.commit_file("inside", "1\n", "inside");
    repo.commit_file("x", "1\n", "first");
    module.commit_file("inside", "2\n", "more");
    let id = snapshot(&repo);
    repo.fsck();
    repo.write("x", "2\n");
    repo.agent(&["snapshot", "restore", &id]).success();
    repo.fsck();
    assert_eq!((repo.read("x").as_str(), module.read("inside").as_str()), ("1\n", "2\n"));
}

/// Make `file` as a git does that is killed at once, an hour ago.
fn leave(file: &str, repo: &TestRepo) {
    let file = File::create(repo.path().join(file)).expect("a file");
    file.set_modified(SystemTime::now() - Duration::from_secs(3600)).expect("a time");
}

/// A repository with an operation that died at `step`, and what was before it.
fn died_at(step: &str) -> (TestRepo, View) {
    let repo = TestRepo::with_git(default_git());
    repo.commit_file("x", "zero\n", "first");
    repo.write("x", "one\n");
    let id = snapshot(&repo);
    repo.write("x", "two\n");
    repo.git(&["add", "x"]).success();
    let then = View::of(&repo);
    let dies = repo.run("git-agent").args(["snapshot", "restore", &id]).env("GIT_AGENT_TEST_DIE", step).run();
    assert_eq!(dies.code, None, "{dies}");
    (repo, then)
}

#[test]
fn what_a_killed_git_left_does_not_stop_undo() {
    let (repo, then) = died_at("Indexed");
    let status = repo.agent(&["status"]).success().stdout;
    assert!(status.contains("Interrupted: restore snapshot"), "{status}");
    let status = repo.agent(&["status", "--porcelain"]).success().stdout;
    assert!(status.lines().any(|line| line.starts_with("interrupted ")), "{status}");
    leave(".git/refs/agent/ops/main.lock", &repo);
    leave(".git/agent/restore.index.lock", &repo);
    leave(".git/agent/restore.state", &repo);
    fs::create_dir(repo.path().join(".git/agent/restore.scratch")).expect("a directory");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "taken back");
    let left = fs::read_dir(repo.path().join(".git/agent")).expect("a directory");
    let left: Vec<_> = left.map(|entry| entry.expect("an entry").file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("restore")), "left: {left:?}");
    assert!(!repo.path().join(".git/refs/agent/ops/main.lock").exists());
}

#[test]
fn a_lock_that_no_git_of_ours_left_stays() {
    let (repo, then) = died_at("Locked");
    repo.agent(&["undo"]).success();
    leave(".git/refs/agent/ops/main.lock", &repo);
    let id = snapshot(&repo);
    repo.write("x", "three\n");
    let now = View::of(&repo);
    let refused = repo.agent(&["snapshot", "restore", &id]);
    assert_eq!(refused.code, Some(4), "{refused}");
    assert!(repo.path().join(".git/refs/agent/ops/main.lock").exists());
    View::of(&repo).expect_same(&now, "refused");
    assert!(now.differs_from(&then).is_some());
}

#[test]
fn a_branch_that_was_moved_before_the_end_goes_back_or_stays() {
    for way in ["undo", "resume"] {
        let repo = TestRepo::with_git(default_git());
        repo.commit_file("x", "0\n", "first");
        repo.agent(&["add", "t-1", "--id", "t-1"]).success();
        repo.agent(&["start", "t-1"]).success();
        for content in ["1\n", "2\n"] {
            repo.write("x", content);
            repo.agent(&["checkpoint", "-m", "more"]).success();
        }
        let then = View::of(&repo);
        let rollback = repo.run("git-agent").args(["rollback", "t-1@1"]).env("GIT_AGENT_TEST_DIE", "Indexed").run();
        assert_eq!(rollback.code, None, "{rollback}");
        // A git that is killed between two refs.
        repo.git(&["update-ref", "refs/heads/main", "HEAD~1"]).success();
        repo.agent(&[way]).success();
        if way == "resume" {
            assert_eq!(repo.read("x"), "1\n");
            repo.agent(&["undo"]).success();
        }
        View::of(&repo).expect_same(&then, way);
    }
}

#[test]
fn the_empty_directory_of_a_submodule_comes_and_goes() {
    let main = TestRepo::with_git(default_git());
    main.git(&["init", "-q", "module"]).success();
    main.at("module").commit_file("inside", "1\n", "inside");
    main.commit_file("x", "one\n", "first");
    // Nothing is checked out there.
    let repo = main.worktree("linked");
    let module = repo.path().join("module");
    let (with, then) = (snapshot(&repo), View::of(&repo));
    fs::remove_dir(&module).expect("an empty directory");
    let without = View::of(&repo);
    repo.agent(&["snapshot", "restore", &with]).success();
    View::of(&repo).expect_same(&then, "restored");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&without, "undone");
    fs::write(&module, "a file\n").expect("a file");
    let file = View::of(&repo);
    repo.agent(&["snapshot", "restore", &with]).success();
    View::of(&repo).expect_same(&then, "restored from a file");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&file, "the file is back");
}

#[test]
fn a_rehearsal_leaves_directories_alone() {
    let repo = TestRepo::with_git(default_git());
    repo.commit_file("dir/x", "0\n", "first");
    repo.agent(&["add", "t-1", "--id", "t-1"]).success();
    repo.agent(&["start", "t-1"]).success();
    repo.write("dir/x", "1\n");
    repo.agent(&["checkpoint", "-m", "more"]).success();
    let modified = || fs::metadata(repo.path().join("dir")).and_then(|meta| meta.modified()).expect("a time");
    let then = modified();
    repo.agent(&["rollback", "t-1@start", "--dry-run"]).success();
    assert_eq!(modified(), then);
}

#[test]
fn what_a_process_that_died_had_half_written_is_nobody_elses() {
    let (repo, then) = died_at("Written");
    // As far as it came with the one file.
    repo.write("x", "on");
    let undone = repo.agent(&["undo"]).success();
    assert_eq!(undone.stderr, "", "nobody wrote to it in the meantime");
    View::of(&repo).expect_same(&then, "taken back");
    let (repo, then) = died_at("Written");
    repo.write("x", "by somebody else\n");
    let undone = repo.agent(&["undo"]).success();
    assert!(undone.stderr.contains("another process wrote to 'x' in the meantime"), "{undone}");
    View::of(&repo).expect_same(&then, "taken back");
}

#[test]
fn directories_that_a_process_that_died_has_emptied_go_all_the_same() {
    let repo = TestRepo::with_git(default_git());
    repo.write("dir/b", "one\n");
    repo.commit_file("dir/sub/deep/c", "one\n", "first");
    repo.agent(&["add", "t-1", "--id", "t-1"]).success();
    repo.agent(&["start", "t-1"]).success();
    fs::remove_dir_all(repo.path().join("dir")).expect("a directory");
    repo.write("dir", "a file\n");
    let then = View::of(&repo);
    let dies = |args: &[&str], step: &str| {
        let dies = repo.run("git-agent").args(args).env("GIT_AGENT_TEST_DIE", step).run();
        assert_eq!(dies.code, None, "{dies}");
    };
    dies(&["rollback", "t-1@start", "--mode", "files"], "Verified");
    dies(&["undo"], "Cleared");
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "taken back");
}

#[test]
fn the_tree_of_auto_merge_outlives_a_gc() {
    for layout in [Layout::Plain, Layout::Reftable] {
        let repo = TestRepo::with_layout(default_git(), layout);
        repo.commit_file("x", "0\n", "first");
        repo.agent(&["add", "t-1", "--id", "t-1"]).success();
        repo.agent(&["start", "t-1"]).success();
        repo.git(&["switch", "-q", "-c", "side"]).success();
        repo.commit_file("x", "1\n", "theirs");
        repo.git(&["switch", "-q", "main"]).success();
        repo.write("x", "2\n");
        repo.agent(&["checkpoint", "-m", "ours"]).success();
        repo.git(&["merge", "-q", "side"]).failure();
        let then = View::of(&repo);
        repo.agent(&["rollback", "t-1@start", "--abandon-merge"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        repo.agent(&["undo"]).success();
        View::of(&repo).expect_same(&then, "undone");
        repo.git(&["diff", "--quiet", "AUTO_MERGE"]).success();
    }
}

#[test]
fn a_link_and_a_program_that_are_intended_to_be_added_stay_what_they_are() {
    let repo = TestRepo::with_git(default_git());
    repo.commit_file("x", "one\n", "first");
    std::os::unix::fs::symlink("x", repo.path().join("link")).expect("a link");
    repo.write_script("run", "#!/bin/sh\n");
    let id = snapshot(&repo);
    repo.git(&["add", "-N", "link", "run"]).success();
    let then = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id]).success();
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "undone");
}

#[test]
fn an_ignored_link_that_is_intended_to_be_added_stays_a_link() {
    let repo = TestRepo::with_git(default_git());
    repo.commit_file(".gitignore", "*.log\n", "first");
    repo.write("x", "one\n");
    let id = snapshot(&repo);
    std::os::unix::fs::symlink("nowhere", repo.path().join("debug.log")).expect("a link");
    repo.git(&["add", "-f", "-N", "debug.log"]).success();
    repo.write("x", "two\n");
    let then = View::of(&repo);
    repo.agent(&["snapshot", "restore", &id]).success();
    repo.agent(&["undo"]).success();
    View::of(&repo).expect_same(&then, "undone");
}
