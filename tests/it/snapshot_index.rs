//! What a snapshot holds of the index, of HEAD, and of operations that are not finished.

use crate::snapshot_capture::{list, snap, stored, tree, with_files};
use crate::support::{State, TestRepo, on_every_git};

#[test]
fn staged_differs_from_worktree() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "staged\n");
        repo.write("new", "staged\n");
        repo.git(&["add", "-A"]).success();
        repo.git(&["rm", "-q", "--cached", "dir/c"]).success();
        repo.git(&["rm", "-q", "gone"]).success();
        repo.git(&["update-index", "--chmod=+x", "b.txt"]).success();
        repo.write("a.txt", "later\n");
        std::fs::remove_file(repo.path().join("new")).unwrap();
        let index_tree = repo.git(&["write-tree"]).text();
        let (snapshot, _) = snap(&repo);
        assert_eq!(repo.git(&["rev-parse", &format!("{snapshot}:staged")]).text(), index_tree);
        assert_eq!(stored(&repo, &snapshot, "staged/a.txt"), b"staged\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"later\n");
        assert_eq!(
            tree(&repo, &snapshot, "worktree"),
            ["100644 a.txt", "100644 b.txt", "100644 dir/c", "100644 dir/sub/d"]
        );
        repo.fsck();
    });
}

#[test]
fn another_index_of_the_environment_does_not_count() {
    let repo = with_files(TestRepo::new());
    repo.git(&["update-index", "--assume-unchanged", "a.txt"]).success();
    repo.write("a.txt", "hidden edit\n");
    repo.set_env("GIT_INDEX_FILE", repo.tmp().join("other"));
    let (snapshot, _) = snap(&repo);
    assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"hidden edit\n");
}

/// `main` and `side` change `a.txt` differently; `side` deletes `b.txt`, `main` edits it; both add `both`.
fn with_two_sides(repo: TestRepo) -> TestRepo {
    let repo = with_files(repo);
    repo.git(&["checkout", "-q", "-b", "side"]).success();
    repo.git(&["rm", "-q", "b.txt"]).success();
    repo.write("both", "side\n");
    repo.commit_file("a.txt", "side\n", "side");
    repo.git(&["checkout", "-q", "main"]).success();
    repo.write("b.txt", "main\n");
    repo.write("both", "main\n");
    repo.commit_file("a.txt", "main\n", "main");
    repo
}

#[test]
fn conflicted_index_keeps_its_stages() {
    on_every_git(|git| {
        let repo = with_two_sides(TestRepo::with_git(git));
        repo.git(&["merge", "-q", "side"]).failure();
        repo.write("a.txt", "half solved <<<<<<<\n");
        let before = State::of(&repo);
        let (snapshot, _) = snap(&repo);
        assert_eq!(State::of(&repo), before);
        let stages = repo.git(&["ls-files", "-u", "-z"]).success().raw;
        assert_eq!(repo.git(&["cat-file", "blob", &format!("{snapshot}:unmerged.lst")]).success().raw, stages);
        assert_eq!(stored(&repo, &snapshot, "unmerged/1/a.txt"), b"a.txt\n");
        assert_eq!(stored(&repo, &snapshot, "unmerged/2/a.txt"), b"main\n");
        assert_eq!(stored(&repo, &snapshot, "unmerged/3/a.txt"), b"side\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"half solved <<<<<<<\n");
        assert!(!tree(&repo, &snapshot, "staged").iter().any(|line| line.ends_with(" a.txt")));
        assert_eq!(
            tree(&repo, &snapshot, "unmerged"),
            [
                "100644 1/a.txt",
                "100644 1/b.txt",
                "100644 2/a.txt",
                "100644 2/b.txt",
                "100644 2/both",
                "100644 3/a.txt",
                "100644 3/both",
            ]
        );
        repo.fsck();
    });
}

#[test]
fn a_merge_in_progress_is_in_it() {
    on_every_git(|git| {
        let repo = with_two_sides(TestRepo::with_git(git));
        repo.git(&["merge", "-q", "side"]).failure();
        let side = repo.git(&["rev-parse", "side"]).text();
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "state/MERGE_HEAD"), format!("{side}\n").as_bytes());
        for name in ["MERGE_MSG", "MERGE_MODE"] {
            let file = std::fs::read(repo.path().join(".git").join(name)).unwrap();
            assert_eq!(stored(&repo, &snapshot, &format!("state/{name}")), file, "{name}");
        }
        let parents = repo.git(&["rev-parse", &format!("{snapshot}^@")]).lines();
        assert_eq!(parents, [repo.head(), side]);
    });
}

#[test]
fn what_only_an_unfinished_operation_names_stays_alive() {
    on_every_git(|git| {
        for (operation, mark) in [("cherry-pick", "CHERRY_PICK_HEAD"), ("merge", "MERGE_HEAD")] {
            let repo = with_two_sides(TestRepo::with_git(git));
            repo.git(&[operation, "side"]).failure();
            let side = repo.git(&["rev-parse", "side"]).text();
            let (snapshot, _) = snap(&repo);
            repo.git(&[operation, "--abort"]).success();
            repo.git(&["branch", "-q", "-D", "side"]).success();
            repo.sh("git reflog expire --expire=now --all; git gc -q --prune=now").success();
            assert_eq!(repo.git(&["cat-file", "-t", &side]).text(), "commit", "{operation}");
            assert_eq!(stored(&repo, &snapshot, &format!("state/{mark}")), format!("{side}\n").as_bytes());
            assert_eq!(stored(&repo, &snapshot, "unmerged/3/a.txt"), b"side\n");
        }
    });
}

#[test]
fn a_rebase_in_progress_is_in_it() {
    on_every_git(|git| {
        let repo = with_two_sides(TestRepo::with_git(git));
        repo.git(&["config", "rebase.autostash", "true"]).success();
        repo.write("dir/c", "stashed by git\n");
        repo.git(&["rebase", "-q", "side"]).failure();
        let stash = repo.read(".git/rebase-merge/autostash").trim().to_owned();
        let (snapshot, _) = snap(&repo);
        let files = repo.sh("cd .git && find rebase-merge -type f | sort").lines();
        let kept = tree(&repo, &snapshot, "state");
        for file in files {
            assert!(kept.contains(&format!("100644 {file}")), "{file} is not in {kept:?}");
            let bytes = std::fs::read(repo.path().join(".git").join(&file)).unwrap();
            assert_eq!(stored(&repo, &snapshot, &format!("state/{file}")), bytes);
        }
        assert!(repo.git(&["rev-parse", &format!("{snapshot}^@")]).lines().contains(&stash));
        // Detached in the middle of it.
        let shown = repo.agent(&["snapshot", "show", &snapshot, "--json"]).json();
        assert_eq!(shown["snapshot"]["branch"], serde_json::Value::Null);
        repo.fsck();
    });
}

#[test]
fn a_cherry_pick_in_a_reftable_is_in_it() {
    use crate::support::{Layout, gits};
    for git in gits().iter().filter(|git| git.has_reftable()) {
        let repo = with_two_sides(TestRepo::with_layout(git, Layout::Reftable));
        repo.git(&["cherry-pick", "side"]).failure();
        assert!(!repo.path().join(".git/CHERRY_PICK_HEAD").exists(), "it is a ref there");
        let side = repo.git(&["rev-parse", "side"]).text();
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "state/CHERRY_PICK_HEAD"), format!("{side}\n").as_bytes());
        assert_eq!(repo.git(&["rev-parse", &format!("{snapshot}^2")]).text(), side);
        let status = repo.agent(&["status"]).success();
        assert!(status.stdout.contains("a cherry-pick") || status.stderr.contains("a cherry-pick"), "{status}");
    }
}

#[test]
fn intent_to_add_is_kept() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("intended", "content\n");
        repo.git(&["add", "-N", "intended"]).success();
        let (snapshot, _) = snap(&repo);
        assert_eq!(list(&repo, &snapshot, "flags.lst"), ["i intended"]);
        assert_eq!(stored(&repo, &snapshot, "worktree/intended"), b"content\n");
        assert!(!tree(&repo, &snapshot, "staged").iter().any(|line| line.contains("intended")));
    });
}

/// git compares whole seconds, and examines no entry that is assumed to be unchanged, however new it is.
#[test]
fn hidden_edits_in_the_second_of_the_add_are_captured() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.git(&["config", "core.trustctime", "false"]).success();
        let second = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let write_at = |text: &str, nanoseconds: u32| {
            repo.write("a.txt", text);
            let file = std::fs::File::options().write(true).open(repo.path().join("a.txt")).unwrap();
            file.set_modified(second + std::time::Duration::from_nanos(nanoseconds.into())).unwrap();
        };
        for (added, edited) in [(100, 200), (0, 0)] {
            write_at("a.txt\n", added);
            repo.git(&["update-index", "--no-assume-unchanged", "a.txt"]).success();
            repo.git(&["add", "a.txt"]).success();
            repo.git(&["update-index", "--assume-unchanged", "a.txt"]).success();
            write_at("A.TXT\n", edited);
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
            assert_eq!(repo.agent(&["status", "--json"]).json()["dirty"]["hidden"], 1);
            let (snapshot, _) = snap(&repo);
            assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"A.TXT\n");
        }
    });
}

#[test]
fn hidden_edits_are_captured() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.git(&["update-index", "--assume-unchanged", "a.txt", "dir/c", "gone"]).success();
        repo.git(&["update-index", "--skip-worktree", "b.txt", "dir/sub/d"]).success();
        repo.write("a.txt", "A.TXT\n");
        repo.write("b.txt", "mine\n");
        std::fs::remove_file(repo.path().join("gone")).unwrap();
        std::fs::remove_file(repo.path().join("dir/sub/d")).unwrap();
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"A.TXT\n");
        assert_eq!(stored(&repo, &snapshot, "worktree/b.txt"), b"mine\n");
        assert_eq!(
            tree(&repo, &snapshot, "worktree"),
            ["100644 a.txt", "100644 b.txt", "100644 dir/c", "100644 dir/sub/d"]
        );
        assert_eq!(list(&repo, &snapshot, "raw.lst"), ["644 a.txt", "644 b.txt"]);
        assert_eq!(list(&repo, &snapshot, "flags.lst"), ["a a.txt", "s b.txt", "a dir/c", "s dir/sub/d", "a gone"]);
    });
}

#[test]
fn cone_sparse_checkout() {
    on_every_git(|git| {
        for index in ["--no-sparse-index", "--sparse-index"] {
            let repo = with_files(TestRepo::with_git(git));
            repo.write("out/deep/file", "out\n");
            repo.commit_file("out/file", "out\n", "more");
            repo.git(&["sparse-checkout", "set", index, "dir"]).success();
            assert!(!repo.path().join("out").exists());
            repo.write("dir/c", "edited\n");
            let (snapshot, skipped) = snap(&repo);
            assert_eq!(skipped, [""; 0]);
            assert_eq!(tree(&repo, &snapshot, "worktree").len(), 7, "what is not checked out is not gone");
            let flags = match index {
                "--sparse-index" => vec!["s out/"],
                _ => vec!["s out/deep/file", "s out/file"],
            };
            assert_eq!(list(&repo, &snapshot, "flags.lst"), flags);
            // A file that is there all the same.
            repo.write("out/file", "present\n");
            repo.write("out/new", "new\n");
            let (snapshot, _) = snap(&repo);
            assert_eq!(stored(&repo, &snapshot, "worktree/out/file"), b"present\n", "{git} {index}");
            assert_eq!(stored(&repo, &snapshot, "worktree/out/new"), b"new\n");
            assert_eq!(stored(&repo, &snapshot, "worktree/out/deep/file"), b"out\n");
            assert_eq!(stored(&repo, &snapshot, "worktree/dir/c"), b"edited\n");
            repo.fsck();
        }
    });
}

#[test]
fn dirty_submodule_untouched_and_warned() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let lib = repo.at(repo.tmp().join("lib"));
        std::fs::create_dir(lib.path()).unwrap();
        lib.git(&["init", "-q"]).success();
        lib.commit_file("x", "1", "x");
        for name in ["clean", "ahead", "dirty", "empty"] {
            repo.git(&["submodule", "--quiet", "add", "../lib", name]).success();
        }
        repo.git(&["commit", "-q", "-m", "modules"]).success();
        repo.git(&["submodule", "--quiet", "deinit", "empty"]).success();
        let first = lib.head();
        let ahead = repo.at("ahead").commit_file("x", "2", "y");
        repo.at("dirty").write("x", "3");
        let (snapshot, skipped) = snap(&repo);
        assert_eq!(skipped, [""; 0]);
        assert_eq!(repo.at("dirty").read("x"), "3");
        let lines = list(&repo, &snapshot, "submodules.lst");
        assert_eq!(
            lines,
            [
                format!("{ahead} committed ahead"),
                format!("{first} committed clean"),
                format!("{first} dirty dirty"),
                "- committed empty".into()
            ]
        );
        assert_eq!(repo.git(&["rev-parse", &format!("{snapshot}:worktree/ahead")]).text(), ahead);
        assert_eq!(repo.git(&["rev-parse", &format!("{snapshot}:staged/ahead")]).text(), first);
        let said = repo.agent(&["snapshot"]).success();
        assert!(
            said.stderr.contains("submodule 'dirty' has changes inside; only its commit is in the snapshot"),
            "{said}"
        );
        repo.fsck();
    });
}

#[test]
fn unborn_and_detached_heads() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        let (empty, _) = snap(&repo);
        assert_eq!(tree(&repo, &empty, "worktree"), [""; 0]);
        repo.write("a", "staged\n");
        repo.git(&["add", "a"]).success();
        repo.write("b", "new\n");
        let (snapshot, _) = snap(&repo);
        assert_eq!(tree(&repo, &snapshot, "worktree"), ["100644 a", "100644 b"]);
        assert_eq!(tree(&repo, &snapshot, "staged"), ["100644 a"]);
        assert_eq!(repo.git(&["rev-list", "--count", &snapshot]).text(), "1");
        let message = String::from_utf8(repo.message(&snapshot)).unwrap();
        assert!(message.contains("\nHead: refs/heads/main (unborn)\n"), "{message}");
        repo.git(&["commit", "-q", "-m", "first"]).success();
        repo.git(&["checkout", "-q", "--detach"]).success();
        let (snapshot, _) = snap(&repo);
        let message = String::from_utf8(repo.message(&snapshot)).unwrap();
        assert!(message.contains(&format!("\nHead: (detached) {}\n", repo.head())), "{message}");
        repo.fsck();
    });
}

#[test]
fn split_indexes_untracked_caches_and_old_versions_work() {
    on_every_git(|git| {
        let settings = [
            ["core.splitIndex", "true"],
            ["core.untrackedCache", "true"],
            ["index.version", "4"],
            ["core.fsmonitor", "true"],
        ];
        for setting in settings {
            let repo = with_two_sides(TestRepo::with_git(git));
            if setting[0] != "core.fsmonitor" {
                repo.git(&["config", setting[0], setting[1]]).success();
            }
            repo.git(&["update-index", "--split-index"]).success();
            repo.git(&["status"]).success();
            repo.write("dir/c", "edited\n");
            repo.git(&["add", "dir/c"]).success();
            repo.git(&["update-index", "--assume-unchanged", "gone"]).success();
            repo.git(&["config", setting[0], setting[1]]).success();
            repo.write("new", "new\n");
            let (snapshot, _) = snap(&repo);
            assert_eq!(stored(&repo, &snapshot, "staged/dir/c"), b"edited\n", "{setting:?}");
            assert_eq!(stored(&repo, &snapshot, "worktree/new"), b"new\n", "{setting:?}");
            assert_eq!(list(&repo, &snapshot, "flags.lst"), ["a gone"], "{setting:?}");
        }
    });
}

#[test]
fn a_staged_object_that_is_lost_is_told_of() {
    let repo = with_files(TestRepo::new());
    let id = repo.run("git").args(["hash-object", "--stdin"]).stdin("lost\n").run().text();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},lost")]).success();
    repo.write("a.txt", "edited\n");
    let (snapshot, skipped) = snap(&repo);
    assert_eq!(skipped, ["missing-object lost"]);
    assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
    assert_eq!(tree(&repo, &snapshot, "staged").len(), 5);
}
