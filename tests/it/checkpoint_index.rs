//! The index during and after a checkpoint: partial ones, odd entries, other people at work.

use crate::checkpoint_commit::with_task;
use crate::support::{State, TestRepo, on_every_git, on_one_git};

fn show(repo: &TestRepo, rev: &str) -> Vec<String> {
    repo.git(&["ls-tree", "-r", "--name-only", rev]).lines()
}

#[test]
fn staged_takes_the_index_as_it_is() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.write("a.txt", "staged\n");
        repo.git(&["add", "a.txt"]).success();
        repo.write("a.txt", "later\n");
        repo.write("new", "untracked\n");
        repo.write("ita", "intended\n");
        repo.git(&["add", "-N", "ita"]).success();
        repo.agent(&["checkpoint", "--staged"]).success();
        assert_eq!(repo.git(&["show", "HEAD:a.txt"]).text(), "staged");
        assert_eq!(show(&repo, "HEAD"), ["a.txt"]);
        assert_eq!(repo.git(&["status", "--porcelain"]).success().stdout, " M a.txt\n A ita\n?? new\n");
    });
}

#[test]
fn only_takes_these_paths_and_leaves_what_others_have_staged() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.commit_file("dir/old", "old\n", "second");
        repo.write("other", "of another task\n");
        repo.write("ita", "intended\n");
        repo.git(&["add", "other"]).success();
        repo.git(&["add", "-N", "ita"]).success();
        repo.write("a.txt", "mine\n");
        repo.git(&["rm", "-q", "--cached", "dir/old"]).success();
        repo.git(&["add", "dir/old"]).success();
        std::fs::remove_file(repo.path().join("dir/old")).unwrap();
        repo.write("dir/new", "mine\n");
        repo.write("--odd name*", "mine\n");
        let answer =
            repo.at("dir").agent(&["checkpoint", "--json", "--only", ".", "../a.txt", "../--odd name*"]).json();
        assert_eq!(answer["checkpoint"]["paths"], serde_json::json!(["--odd name*", "a.txt", "dir/new", "dir/old"]));
        assert_eq!(show(&repo, "HEAD"), ["--odd name*", "a.txt", "dir/new"]);
        assert_eq!(repo.git(&["status", "--porcelain"]).success().stdout, " A ita\nA  other\n");
        // Stat data is there: nothing to be looked at again.
        assert_eq!(repo.git(&["diff-files", "--name-only"]).lines(), ["ita"]);
    });
}

#[test]
fn only_refuses_paths_that_are_not_there() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    let before = State::of(&repo);
    let refused = repo.agent(&["checkpoint", "--only", "nowhere"]).exits(1);
    assert!(refused.stderr.contains("hint: check the paths"), "{refused}");
    for words in
        [&["checkpoint", "--only"][..], &["checkpoint", "--", "a.txt"], &["checkpoint", "--staged", "--", "a.txt"]]
    {
        repo.agent(words).exits(2);
    }
    repo.agent(&["checkpoint", "--only", "/etc/passwd"]).failure();
    repo.agent(&["checkpoint", "--only", "a.txt", "--staged"]).exits(2);
    assert_eq!(State::of(&repo), before);
}

#[test]
fn paths_after_two_dashes_are_no_options() {
    let repo = with_task(TestRepo::new());
    let paths =
        |words: &[&str]| repo.agent(&[&["checkpoint", "--json"], words].concat()).json()["checkpoint"]["paths"].clone();
    for path in ["-dash", "-other", "-third", "left"] {
        repo.write(path, "1\n");
    }
    assert_eq!(paths(&["--only", "--", "-dash"]), serde_json::json!(["-dash"]));
    assert_eq!(paths(&["--only=./-other", "--", "-third"]), serde_json::json!(["-other", "-third"]));
}

#[test]
fn only_works_on_an_unborn_branch() {
    let repo = TestRepo::new();
    repo.agent(&["add", "Begin", "--id", "t"]).success();
    repo.write("a", "1");
    repo.write("b", "1");
    repo.git(&["add", "b"]).success();
    repo.agent(&["checkpoint", "--task", "t", "--only", "a"]).success();
    assert_eq!(show(&repo, "HEAD"), ["a"]);
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "A  b");
}

#[test]
fn a_file_becomes_a_directory_and_back() {
    let repo = with_task(TestRepo::new());
    for (gone, path) in [("a.txt", "a.txt/in"), ("a.txt/in", "a.txt")] {
        std::fs::remove_file(repo.path().join(gone)).unwrap();
        std::fs::remove_dir(repo.path().join("a.txt")).unwrap_or_default();
        repo.write(path, "x\n");
        repo.agent(&["checkpoint", "--only", "a.txt"]).success();
        assert_eq!(show(&repo, "HEAD"), [path]);
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    }
}

#[test]
fn what_is_staged_while_hooks_run_is_not_lost() {
    on_one_git(|git| {
        for args in [&["checkpoint"][..], &["checkpoint", "--only", "a.txt"]] {
            let repo = with_task(TestRepo::with_git(git));
            repo.write("a.txt", "two\n");
            repo.write("side", "other\n");
            repo.write(".git/info/exclude", "side\n");
            // Somebody else works on the real index at this moment.
            repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\nenv -u GIT_INDEX_FILE git add -f side\n");
            repo.agent(args).success();
            assert_eq!(show(&repo, "HEAD"), ["a.txt"]);
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "A  side");
        }
    });
}

#[test]
fn flags_of_entries_and_sparse_checkouts_are_respected() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        for file in ["in/file", "out/file", "local", "assumed"] {
            repo.write(file, "1\n");
        }
        repo.git(&["add", "-A"]).success();
        repo.git(&["commit", "-q", "-m", "more"]).success();
        repo.git(&["sparse-checkout", "set", "in"]).success();
        repo.git(&["update-index", "--assume-unchanged", "assumed"]).success();
        repo.write("assumed", "mine\n");
        repo.write("in/file", "2\n");
        repo.write("out/new", "outside of the cone\n");
        repo.agent(&["checkpoint"]).success();
        assert_eq!(
            repo.git(&["show", "--name-status", "--format=", "HEAD"]).lines(),
            ["M\tin/file", "A\tout/new"],
            "{git}"
        );
        assert_eq!(repo.git(&["ls-files", "-v", "assumed", "out/file"]).lines(), ["h assumed", "S out/file"]);
        repo.write("in/file", "3\n");
        repo.agent(&["checkpoint", "--only", "in"]).success();
        assert_eq!(repo.git(&["ls-files", "-v", "assumed", "out/file"]).lines(), ["h assumed", "S out/file"]);
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
    });
}

#[test]
fn split_indexes_untracked_caches_and_old_versions_work() {
    on_every_git(|git| {
        for setting in [["core.splitIndex", "true"], ["core.untrackedCache", "true"], ["index.version", "4"]] {
            let repo = with_task(TestRepo::with_git(git));
            repo.git(&["config", setting[0], setting[1]]).success();
            for n in 0..3 {
                repo.write("a.txt", format!("{n}\n"));
                repo.write(&format!("new{n}"), "x");
                repo.write("staged", format!("{n}"));
                repo.agent(&["checkpoint"]).success();
                repo.write("a.txt", format!("only {n}\n"));
                repo.agent(&["checkpoint", "--only", "a.txt"]).success();
                assert_eq!(repo.git(&["status", "--porcelain"]).text(), "", "{setting:?}");
            }
            repo.fsck();
        }
    });
}

#[test]
fn a_quick_edit_of_the_same_size_is_seen() {
    let repo = with_task(TestRepo::new());
    for n in 0..30 {
        let (one, two) = (format!("{n:02}a\n"), format!("{n:02}b\n"));
        repo.write("a.txt", &one);
        repo.git(&["add", "a.txt"]).success();
        repo.write("a.txt", &two);
        repo.agent(&["checkpoint"]).success();
        assert_eq!(repo.git(&["show", "HEAD:a.txt"]).success().stdout, two);
    }
}

#[test]
fn submodules_are_recorded_by_their_commit_and_told_of_when_dirty() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        let lib = repo.at(repo.tmp().join("lib"));
        std::fs::create_dir(lib.path()).unwrap();
        lib.git(&["init", "-q"]).success();
        lib.commit_file("x", "1", "x");
        repo.git(&["submodule", "--quiet", "add", "../lib", "lib"]).success();
        repo.agent(&["checkpoint"]).success();
        let inside = repo.at("lib");
        inside.commit_file("x", "2", "y");
        inside.write("x", "3");
        let said = repo.agent(&["checkpoint"]).success();
        assert!(said.stderr.contains("submodule 'lib' has uncommitted changes; only its commit is recorded"), "{said}");
        assert_eq!(repo.git(&["rev-parse", "HEAD:lib"]).text(), inside.head());
        assert_eq!(inside.read("x"), "3");
    });
}

#[test]
fn names_that_are_not_text_come_through() {
    use std::os::unix::ffi::OsStrExt as _;
    let repo = with_task(TestRepo::new());
    std::fs::write(repo.path().join(std::ffi::OsStr::from_bytes(b"new\nline\xff")), "x").unwrap();
    let answer = repo.agent(&["checkpoint", "--json"]).json();
    assert_eq!(answer["checkpoint"]["paths"], serde_json::json!([{"path_hex": "6e65770a6c696e65ff"}]));
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
}

#[test]
fn an_index_that_is_a_link_is_not_written_through() {
    let repo = with_task(TestRepo::new());
    repo.sh("mv .git/index .git/real-index; ln -s real-index .git/index").success();
    repo.write("a.txt", "two\n");
    repo.write("b.txt", "new\n");
    // A refusal changes nothing.
    repo.write("key.pem", "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n");
    let before = std::fs::read(repo.path().join(".git/real-index")).unwrap();
    repo.agent(&["checkpoint"]).exits(1);
    assert_eq!(std::fs::read(repo.path().join(".git/real-index")).unwrap(), before);
    repo.sh("rm key.pem").success();
    repo.agent(&["checkpoint"]).success();
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
}
