//! Which paths belong to a sparse checkout, against git's own rules.

use bstr::ByteSlice as _;
use git_agent::git::{Repo, sparse::Sparse};

use crate::support::{TestRepo, gits};

const PATHS: [&str; 14] = [
    "top",
    "a/x",
    "a/b/x",
    "a/b/c/x",
    "a/other/x",
    "b/x",
    "b/a/x",
    "lib/x.c",
    "lib/x.h",
    "docs/a/x.md",
    "docs/x",
    "d e/f",
    "a/b",
    "nested/a/b/x",
];

/// What git has in the work tree after `git sparse-checkout set`.
fn same_as_git(cone: &str, patterns: &[&str]) {
    for git in gits() {
        let repo = TestRepo::with_git(git);
        let paths: Vec<&str> = PATHS.into_iter().filter(|path| *path != "a/b").collect();
        paths.iter().for_each(|path| repo.write(path, "x\n"));
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "files"]).success();
        repo.run("git").args(["sparse-checkout", "set", cone]).args(patterns).run().success();
        let listed = repo.git(&["ls-files", "-t", "-z"]).raw;
        let ours = Sparse::of(&Repo::discover(repo.path()).unwrap()).unwrap();
        for line in listed.split_str("\0").filter(|line| !line.is_empty()) {
            let path = line[2..].as_bstr();
            assert_eq!(ours.contains(path), !line.starts_with(b"S"), "{git} {cone} {patterns:?}: {path}");
        }
    }
}

#[test]
fn patterns_mean_what_they_mean_to_git() {
    same_as_git("--cone", &["a/b"]);
    same_as_git("--cone", &["a", "docs"]);
    same_as_git("--cone", &["d e", "lib"]);
    same_as_git("--no-cone", &["/*", "!/a/"]);
    same_as_git("--no-cone", &["a/b/", "*.h"]);
    same_as_git("--no-cone", &["/docs/**/*.md", "!x.c", "b"]);
}

#[test]
fn without_a_sparse_checkout_everything_is_there() {
    let repo = TestRepo::new();
    assert!(Sparse::of(&Repo::discover(repo.path()).unwrap()).unwrap().contains("a/b".into()));
}
