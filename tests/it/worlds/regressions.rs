//! What random worlds have found, made small.

use std::fs;

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
