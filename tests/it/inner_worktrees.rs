//! Linked worktrees inside of the work tree, as agent hosts make them for their agents, and git directories that cannot be written.

use crate::support::{Git, TestRepo, on_every_git};

/// A repository with the active task `a` and a worktree in `.claude/worktrees/x`.
fn with_worktree_inside(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "First", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a"]).success();
    repo.git(&["worktree", "add", "-q", ".claude/worktrees/x", "-b", "x"]).success();
    repo
}

fn are_no_part_of_it(git: &Git) {
    let repo = with_worktree_inside(git);
    let counts = || repo.agent(&["status", "--json"]).json()["dirty"]["untracked"].as_u64().unwrap();
    let brief = || repo.agent(&["brief", "--json"]).json()["uncommitted"]["paths"]["total"].as_u64().unwrap();
    assert_eq!((counts(), brief()), (0, 0));
    repo.write("work", "1\n");
    repo.write(".claude/notes", "1\n");
    assert_eq!((counts(), brief()), (2, 2));
    repo.agent(&["checkpoint", "-m", "both", "--verify", "true"]).success();
    assert_eq!(repo.git(&["ls-tree", "-r", "--name-only", "HEAD"]).lines(), [".claude/notes", "base", "work"]);
    assert_eq!(counts(), 0);
    // Another repository is still refused.
    repo.git(&["init", "-q", "other"]).success();
    repo.write("other/f", "1\n");
    let refused = repo.agent(&["checkpoint", "-m", "x"]).exits(1);
    assert!(refused.stderr.contains("'other/'") && !refused.stderr.contains("worktrees"), "{refused}");
}

#[test]
fn worktrees_inside_are_no_part_of_a_checkpoint() {
    on_every_git(are_no_part_of_it);
}

#[test]
fn questions_are_answered_where_the_git_directory_cannot_be_written() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "First", "--id", "a", "-q"]).success();
    repo.agent(&["start", "a"]).success();
    repo.write("base", "1\n");
    repo.write("new", "1\n");
    // A file in the place of the directory stops root, too.
    std::fs::remove_dir_all(repo.path().join(".git/agent")).unwrap();
    std::fs::write(repo.path().join(".git/agent"), "").unwrap();
    let answer = repo.agent(&["changes-since", "a", "--json"]).success().json();
    assert_eq!(answer["changes"].as_array().map(Vec::len), Some(2), "{answer}");
}
