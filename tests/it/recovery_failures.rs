//! The 25 ways in which tools like this one were seen to lose work, one test each (two where there are two halves), on the
//! built binary. The first line of each says what was lost elsewhere.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use git_agent::recovery::restore::fault_points;

use crate::support::{
    Git, Layout, Node, State, TestRepo, Whole, default_git, on_every_git, on_one_git, round_trip, same,
};

/// A repository with task `t`, active, and its checkpoint `t@1`, which has everything: `a.txt`, `dir/b.txt`, `.gitignore`.
pub fn world(git: &Git) -> TestRepo {
    world_with(git, Layout::Plain, |_| {})
}

/// The same, with more that `t@1` has.
pub fn world_with(git: &Git, layout: Layout, more: impl Fn(&TestRepo)) -> TestRepo {
    let repo = TestRepo::with_layout(git, layout);
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file(".gitignore", "*.log\n", "first");
    repo.agent(&["add", "Try it", "--id", "t"]).success();
    repo.agent(&["add", "Another", "--id", "u"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write("a.txt", "a at 1\n");
    repo.write("dir/b.txt", "b at 1\n");
    more(&repo);
    repo.agent(&["checkpoint", "-m", "One"]).success();
    repo
}

/// The code of an error, from its JSON; the exit code must be `exit`.
#[track_caller]
pub fn refused(repo: &TestRepo, words: &[&str], exit: i32) -> String {
    let before = Whole::of(repo);
    let output = repo.run("git-agent").args(words).args(["--json"]).run().exits(exit);
    same(&Whole::of(repo), &before, "after a refusal");
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("an error in JSON");
    answer["error"]["code"].as_str().expect("a code").to_owned()
}

/// 1. `git clean -fd` deletes untracked files that the agent never made.
#[test]
fn rollback_keeps_unrelated_untracked() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("mine.txt", "older than the next checkpoint\n");
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two", "--only", "a.txt"]).success();
        repo.write("a.txt", "a at 3\n");
        let time = |repo: &TestRepo| fs::metadata(repo.path().join("mine.txt")).unwrap().mtime_nsec();
        let before = time(&repo);
        round_trip(&repo, &["t@2"], |repo| {
            assert_eq!(repo.read("mine.txt"), "older than the next checkpoint\n");
            assert_eq!(repo.read("a.txt"), "a at 2\n");
        });
        assert_eq!(time(&repo), before, "nobody touched it");
        // What can be proven to be younger goes, unless that is not wanted.
        round_trip(&repo, &["t@1"], |repo| assert!(!repo.path().join("mine.txt").exists()));
        round_trip(&repo, &["t@1", "--keep-untracked"], |repo| assert!(repo.path().join("mine.txt").exists()));
    });
}

/// 2. `.gitignore` is rolled back, and what it protected is cleaned away with the rest.
#[test]
fn rollback_of_gitignore_change_keeps_ignored() {
    on_one_git(|git| {
        let repo = world(git);
        // Ignored today, and not at the checkpoint.
        repo.write(".gitignore", "*.log\n.env\n");
        repo.write(".env", "SECRET=1\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!((repo.read(".env"), repo.read(".gitignore")), ("SECRET=1\n".into(), "*.log\n".into()));
        });
        // Ignored at the checkpoint, and not today.
        repo.write("x.log", "log\n");
        repo.write(".gitignore", "nothing\n");
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("x.log"), "log\n"));
        // The same by rules that no checkpoint has.
        for rules in [".git/info/exclude", "../home/.config/git/ignore", "../own-rules"] {
            let repo = TestRepo::with_git(git);
            repo.sh("git config --global core.excludesFile \"$HOME/../own-rules\"").success();
            if rules.contains("config/git") {
                repo.sh("git config --global --unset core.excludesFile").success();
            }
            repo.write(rules, "*.key\n");
            repo.write("my.key", "secret\n");
            repo.agent(&["add", "Try it", "--id", "t"]).success();
            repo.agent(&["start", "t"]).success();
            repo.write("a.txt", "1\n");
            repo.agent(&["checkpoint", "-m", "One"]).success();
            repo.write("a.txt", "2\n");
            repo.write(rules, "");
            round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("my.key"), "secret\n", "{rules}"));
        }
    });
}

/// 3. A file that git ignores (`.env`, a keystore) is overwritten by the file that the old state has there.
#[test]
fn ignored_file_in_the_way_is_captured_and_undoable() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| repo.write("config", "at 1\n"));
        repo.sh("git rm -q config dir/b.txt; printf 'config\\ndir\\n' >.gitignore").success();
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        // A file, a directory in the place of a file, and a file in the place of a directory.
        repo.write("config", "mine alone\n");
        repo.write("dir", "a file now\n");
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!((repo.read("config"), repo.read("dir/b.txt")), ("at 1\n".into(), "b at 1\n".into()));
        });
        repo.sh("rm config; mkdir -p config/deep; echo kept >config/deep/er; chmod 700 config").success();
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("config"), "at 1\n"));
    });
}

/// 4. Restoring an old state cannot be undone.
#[test]
fn every_rollback_has_undo() {
    on_every_git(|git| {
        let reftable = git.has_reftable().then_some(Layout::Reftable);
        for layout in [Some(Layout::Plain), Some(Layout::Sha256), reftable].into_iter().flatten() {
            for mode in ["files", "rewind", "restore", "revert"] {
                let repo = world_with(git, layout, |_| {});
                repo.write("a.txt", "a at 2\n");
                repo.write("c.txt", "c at 2\n");
                repo.agent(&["checkpoint", "-m", "Two"]).success();
                // Where a revert writes nothing may be uncommitted.
                repo.sh("echo edited >dir/b.txt; echo new >new.txt; echo log >x.log; ln -s nowhere link").success();
                if mode != "revert" {
                    repo.sh(
                        "echo staged >a.txt; git add a.txt; rm a.txt; chmod +x dir/b.txt; git rm -q --cached c.txt",
                    )
                    .success();
                }
                round_trip(&repo, &["t@1", "--mode", mode], |repo| {
                    assert_eq!(repo.read("a.txt"), "a at 1\n", "{mode}");
                    assert!(!repo.path().join("c.txt").exists(), "{mode}");
                });
            }
        }
    });
}

/// 5. The branch is moved back behind commits that somebody else made since.
#[test]
fn rewind_refused_over_foreign_commits() {
    on_one_git(|git| {
        let repo = world(git);
        repo.deactivate();
        repo.commit_file("theirs.txt", "theirs\n", "somebody else's");
        repo.activate("t");
        assert_eq!(refused(&repo, &["rollback", "t@1", "--mode", "rewind"], 1), "foreign-commits");
        assert_eq!(refused(&repo, &["rollback", "t@1", "--mode", "restore"], 1), "foreign-commits");
        // Left to itself it takes back nothing of theirs.
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!((repo.read("a.txt"), repo.read("theirs.txt")), ("a at 1\n".into(), "theirs\n".into()));
        });
        round_trip(&repo, &["t@1", "--mode", "rewind", "--allow-foreign"], |repo| {
            assert!(!repo.path().join("theirs.txt").exists());
        });
    });
}

/// 6. Staging fails at a nested repository, and the tree of the last time is taken for the state of today.
#[test]
fn snapshot_fails_loud_on_unreadable_and_nested_repo() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("rm dir/b.txt; git init -q dir; echo theirs >dir/own; echo 2 >a.txt; git init -q inner").success();
        let answer = repo.agent(&["snapshot", "--json"]).json();
        let skipped: Vec<_> = answer["snapshot"]["skipped"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (s["path"].as_str(), s["reason"].as_str()))
            .collect();
        assert!(skipped.contains(&(Some("inner"), Some("nested-repository"))), "{answer}");
        // What cannot be stored is not touched, and what must be touched is stored or nothing begins.
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "nested-repository");
        repo.agent(&["rollback", "t@1", "--", "a.txt"]).success();
        assert_eq!((repo.read("a.txt"), repo.read("dir/own")), ("a at 1\n".into(), "theirs\n".into()));
        repo.agent(&["undo"]).success();
        repo.sh("rm -r dir; mkfifo dir").success();
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "special");
    });
}

/// 7. Without an identity the checkpoint is silently HEAD alone, and then the rest is cleaned away.
#[test]
fn snapshot_without_user_identity() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.write("a.txt", "never committed\n");
        // Nor a key to sign with.
        repo.sh("git config --global --remove-section user; git config --global user.useConfigOnly true; git config --global commit.gpgSign true; git config --global gpg.program false").success();
        repo.set_env("GIT_AGENT_ACTOR", "ann@here");
        let answer = repo.agent(&["snapshot", "--json"]).json();
        assert_eq!(answer["snapshot"]["created"], true);
        for mode in ["files", "rewind"] {
            round_trip(&repo, &["t@1", "--mode", mode], |repo| assert_eq!(repo.read("a.txt"), "a at 1\n"));
        }
        // Where a commit of the user's is needed, it is said before anything is touched.
        assert_eq!(refused(&repo, &["rollback", "t@1", "--mode", "restore"], 5), "no-identity");
        repo.write("a.txt", "lost\n");
        let id = answer["snapshot"]["id"].as_str().unwrap();
        repo.agent(&["snapshot", "restore", id]).success();
        assert_eq!(repo.read("a.txt"), "never committed\n");
    });
}

/// 8. What was saved has no ref, and `git gc` takes it.
#[test]
fn gc_prune_now_keeps_all_snapshots() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.sh("echo staged >a.txt; git add a.txt; echo edited >a.txt; echo new >new.txt").success();
        let before = Whole::of(&repo);
        repo.agent(&["rollback", "t@1"]).success();
        let collect = "git reflog expire --expire=now --expire-unreachable=now --all; git gc -q --prune=now";
        repo.sh(collect).success();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after gc and undo");
        repo.sh(collect).success();
        repo.agent(&["redo"]).success();
        repo.sh(collect).success();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after everything");
        repo.fsck();
    });
}

/// 9. Power fails, and a ref or an object of no bytes makes every fetch, push and gc fail from then on.
#[test]
fn writes_use_core_fsync() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        let log = repo.tmp().join("trace");
        repo.set_env("GIT_TRACE2_EVENT", &log);
        repo.agent(&["rollback", "t@1", "--mode", "rewind"]).success();
        repo.agent(&["undo"]).success();
        repo.unset_env("GIT_TRACE2_EVENT");
        let log = fs::read_to_string(log).unwrap();
        let moves: Vec<&str> =
            log.lines().filter(|line| line.contains("\"start\"") && line.contains("\"update-ref\"")).collect();
        // The branch, twice; our own refs are moved by no git: see `snapshot_durable`.
        assert!(moves.len() >= 2, "{log}");
        for line in moves {
            assert!(line.contains("core.fsync=objects,reference"), "{line}");
        }
    });
}

/// 9. The other half: such a ref is told of.
#[test]
fn doctor_reports_empty_ref() {
    let repo = world(default_git());
    let answer = repo.agent(&["snapshot", "--json"]).json();
    let name = answer["snapshot"]["ref"].as_str().unwrap();
    fs::write(repo.path().join(".git").join(name), "").unwrap();
    let output = repo.agent(&["doctor"]).failure().to_string();
    assert!(output.contains(name), "{output}");
}

/// 10. Killed half way, files are gone.
#[test]
fn kill9_at_every_step_then_undo() {
    on_one_git(|git| {
        for step in fault_points::FaultPoint::ALL {
            let repo = world(git);
            repo.sh("echo 'a at 2' >a.txt; git rm -q dir/b.txt; echo c >c.txt").success();
            repo.agent(&["checkpoint", "-m", "Two"]).success();
            repo.sh("echo staged >a.txt; git add a.txt; echo edited >a.txt; echo new >new.txt; echo in the way >dir")
                .success();
            let before = Whole::of(&repo);
            let rollback = || repo.run("git-agent").args(["rollback", "t@1"]);
            let died = rollback().env("GIT_AGENT_TEST_DIE", format!("{step:?}")).run();
            let is_begun = repo.agent(&["ops", "--json"]).json()["operations"][0]["kind"] == "rollback";
            // Before that, nothing has happened. (Not every step comes in every rollback.)
            if is_begun {
                repo.agent(&["undo"]).success();
            }
            assert!(is_begun || died.code != Some(0));
            repo.agent(&["snapshot"]).success();
            same(&Whole::of(&repo), &before, &format!("died at {step:?}"));
            repo.fsck();
        }
    });
}

/// 11. What has to go is deleted first, and then the writing fails.
#[test]
fn write_failure_leaves_nothing_deleted() {
    on_one_git(|git| {
        // A filter that git needs and that is broken today.
        let repo = world_with(git, Layout::Plain, |repo| repo.write("large.bin", "large\n"));
        repo.write(".gitattributes", "*.bin filter=broken\n");
        repo.sh("git rm -q large.bin; rm dir/b.txt; echo c >c.txt").success();
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.sh("git config filter.broken.smudge false; git config filter.broken.required true; echo edited >a.txt")
            .success();
        let before = Whole::of(&repo);
        // At the checkpoint there were no attributes: that a filter is broken is no matter.
        repo.agent(&["rollback", "t@1"]).success();
        assert_eq!(repo.read("large.bin"), "large\n");
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
        for step in ["Locked", "Prepared", "MovedAside", "CheckedOut", "Filled", "Indexed", "Recorded"] {
            let output =
                repo.run("git-agent").args(["rollback", "t@1"]).env("GIT_AGENT_TEST_FAIL", step).run().failure();
            assert!(output.stderr.contains("everything was restored to its previous state"), "{step}: {output}");
            same(&Whole::of(&repo), &before, &format!("failed at {step}"));
        }
    });
}

/// 11. The same with a filter that fails in earnest.
#[test]
fn a_filter_that_fails_leaves_nothing_deleted() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.write(".gitattributes", "*.bin filter=broken\n");
            repo.write("large.bin", "large\n");
        });
        repo.sh("git rm -q large.bin; rm dir/b.txt; echo c >c.txt").success();
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.sh("git config filter.broken.smudge false; git config filter.broken.required true; echo edited >a.txt")
            .success();
        let before = Whole::of(&repo);
        let output = repo.agent(&["rollback", "t@1"]).failure();
        assert!(
            output.stderr.contains("large.bin")
                && output.stderr.contains("everything was restored to its previous state"),
            "{output}"
        );
        same(&Whole::of(&repo), &before, "after the failure");
        // The rest can be had.
        round_trip(&repo, &["t@1", "--", "a.txt", "dir"], |repo| assert_eq!(repo.read("dir/b.txt"), "b at 1\n"));
    });
}

/// A merge of `side` into `main` that stops at a conflict in `a.txt`, with `t@2` on main.
pub fn conflicted(git: &Git, layout: Layout) -> TestRepo {
    let repo = world_with(git, layout, |_| {});
    repo.sh("git switch -qc side; echo side >a.txt; echo more >side.txt; git add .; git commit -qm side --no-verify")
        .success();
    repo.git(&["switch", "-q", "main"]).success();
    repo.write("a.txt", "a at 2\n");
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo.git(&["merge", "side"]).failure();
    repo
}

/// 12. The state of a merge or cherry-pick is wiped.
#[test]
fn merge_in_progress_survives_checkpoint_and_undo() {
    on_one_git(|git| {
        let repo = conflicted(git, Layout::Plain);
        assert_eq!(refused(&repo, &["checkpoint"], 1), "operation-in-progress");
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "operation-in-progress");
        repo.write("a.txt", "half solved\n");
        round_trip(&repo, &["t@1", "--abandon-merge"], |repo| {
            assert!(!repo.path().join(".git/MERGE_HEAD").exists());
            assert_eq!(
                (repo.git(&["status", "--porcelain"]).text(), repo.read("a.txt")),
                (String::new(), "a at 1\n".into())
            );
        });
        // It can be finished as if nothing had been.
        repo.sh("echo solved >a.txt; git add a.txt; git commit -q --no-edit").success();
        assert_eq!(repo.git(&["log", "-1", "--format=%P"]).text().split(' ').count(), 2);
    });
}

/// 13. An index with conflicts makes saving fail, or is flattened.
#[test]
fn conflicted_index_round_trips_stages() {
    on_one_git(|git| {
        let repo = conflicted(git, Layout::Plain);
        let before = Whole::of(&repo);
        assert_eq!(repo.git(&["ls-files", "-u"]).lines().len(), 3);
        let answer = repo.agent(&["snapshot", "--json"]).json();
        let id = answer["snapshot"]["id"].as_str().unwrap();
        repo.git(&["merge", "--abort"]).success();
        repo.agent(&["snapshot", "restore", id]).success();
        same(&Whole::of(&repo), &before, "after the snapshot was restored");
        repo.agent(&["undo"]).success();
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        repo.agent(&["redo"]).success();
        same(&Whole::of(&repo), &before, "after the redo");
        repo.fsck();
    });
}

/// 14. Conflict markers are committed as if they were content.
#[test]
fn checkpoint_never_commits_to_branch_while_unmerged() {
    on_one_git(|git| {
        let repo = conflicted(git, Layout::Plain);
        for words in [&["checkpoint"][..], &["checkpoint", "--staged"], &["checkpoint", "--only", "a.txt"]] {
            assert_eq!(refused(&repo, words, 1), "operation-in-progress", "{words:?}");
        }
        // Without a merge: what an applied stash leaves.
        repo.sh("git merge --abort; echo stashed >a.txt; git stash -q; echo other >a.txt; git commit -qam other --no-verify").success();
        repo.sh("git stash pop").failure();
        for words in [&["checkpoint"][..], &["checkpoint", "--staged"], &["checkpoint", "--only", "a.txt"]] {
            assert_eq!(refused(&repo, words, 1), "unmerged", "{words:?}");
        }
        // Going back is possible, and so is coming back.
        round_trip(&repo, &["t@1", "--mode", "files"], |repo| assert_eq!(repo.read("a.txt"), "a at 1\n"));
    });
}

/// 15. What was announced with `git add -N` is lost.
#[test]
fn intent_to_add_round_trip() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "a at 2\n");
        repo.agent(&["checkpoint", "-m", "Two"]).success();
        repo.sh(
            "echo one >one.txt; mkdir sub; echo two >'sub/t\nw\to'; git add -N .; echo log >in.log; git add -Nf in.log",
        )
        .success();
        round_trip(&repo, &["t@1"], |repo| {
            assert!(!repo.path().join("one.txt").exists());
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        });
        round_trip(&repo, &["t@1", "--keep-untracked"], |_| {});
    });
}

/// 16. What was staged, and edited since, is lost: only the file comes back.
#[test]
fn staged_differs_from_worktree_round_trip() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("echo staged >a.txt; git add a.txt; echo edited >a.txt; echo only staged >gone; git add gone; rm gone")
            .success();
        repo.sh("git rm -q --cached dir/b.txt; echo again >dir/b.txt; ln -s a.txt link; git add link; rm link; echo file >link").success();
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
            assert_eq!(repo.git(&["ls-files"]).lines(), [".gitignore", "a.txt", "dir/b.txt"]);
        });
    });
}

/// 17. An edit behind `skip-worktree` is missed.
#[test]
fn skip_worktree_local_edit_captured() {
    on_one_git(|git| {
        for flag in ["--skip-worktree", "--assume-unchanged"] {
            let repo = world(git);
            repo.write("a.txt", "a at 2\n");
            repo.write("dir/b.txt", "b at 2\n");
            repo.agent(&["checkpoint", "-m", "Two"]).success();
            repo.git(&["update-index", flag, "a.txt"]).success();
            repo.write("a.txt", "mine, hidden\n");
            let answer = repo.agent(&["snapshot", "--json"]).json();
            let name = answer["snapshot"]["ref"].as_str().unwrap();
            assert_eq!(repo.git(&["show", &format!("{name}:worktree/a.txt")]).success().stdout, "mine, hidden\n");
            round_trip(&repo, &["t@1"], |repo| {
                assert_eq!(repo.read("dir/b.txt"), "b at 1\n");
                let hidden = repo.git(&["ls-files", "-v", "a.txt"]).text();
                assert!(!hidden.starts_with('H'), "the flag is still there: {hidden}");
                if flag == "--skip-worktree" {
                    assert_eq!(repo.read("a.txt"), "mine, hidden\n", "git was told to leave the file alone");
                }
            });
        }
    });
}

/// 17. A sparse checkout is expanded.
#[test]
fn cone_sparse_checkout() {
    on_one_git(|git| {
        for (cone, sparse_index) in [("--cone", "true"), ("--cone", "false"), ("--no-cone", "false")] {
            let repo = world_with(git, Layout::Plain, |repo| {
                repo.sh("mkdir -p in out/deep; echo 1 >in/a; echo 1 >out/a; echo 1 >out/deep/b").success();
            });
            repo.sh("echo 2 >in/a; echo 2 >out/a; echo 2 >out/new; echo 2 >in/new; git rm -q out/deep/b").success();
            repo.agent(&["checkpoint", "-m", "Two"]).success();
            repo.git(&["config", "index.sparse", sparse_index]).success();
            repo.git(&["sparse-checkout", "set", cone, "in"]).success();
            assert!(!repo.path().join("out").exists());
            repo.sh("echo edited >in/a").success();
            round_trip(&repo, &["t@1"], |repo| {
                assert_eq!(repo.read("in/a"), "1\n", "{cone} {sparse_index}");
                assert!(!repo.path().join("out").exists() && !repo.path().join("in/new").exists());
                assert_eq!(repo.git(&["status", "--porcelain"]).text(), "", "{cone} {sparse_index}");
            });
            // A file that somebody put outside of the cone, which git then takes for one that is checked out.
            repo.write("out/a", "mine\n");
            round_trip(&repo, &["t@1"], |_| {});
        }
    });
}

/// 18. A repository inside of this one is deleted, or only a link to its commit is kept.
#[test]
fn nested_repo_never_touched_and_reported() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("git init -q inner; cd inner; echo x >x; git add x; git commit -qm x; echo dirty >x; echo new >y")
            .success();
        repo.sh("git init -q empty; git worktree add -q --detach sub/tree").success();
        repo.write("a.txt", "a at 2\n");
        let files = Whole::of(&repo).files;
        let inside = |files: &std::collections::BTreeMap<Vec<u8>, Node>| -> Vec<(Vec<u8>, Node)> {
            let is_inside = |path: &[u8]| [&b"inner"[..], b"empty", b"sub"].iter().any(|dir| path.starts_with(dir));
            files.iter().filter(|(path, _)| is_inside(path)).map(|(path, node)| (path.clone(), node.clone())).collect()
        };
        let plan = repo.agent(&["rollback", "t@1", "--dry-run", "--json"]).json();
        let kept: Vec<&str> = plan["plan"]["paths"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|p| p["action"] == "keep")
            .filter_map(|p| p["path"].as_str())
            .collect();
        // Another worktree of this repository is no part of this one.
        assert_eq!(kept, ["empty", "inner"], "{plan}");
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!(repo.read("a.txt"), "a at 1\n");
            assert_eq!(inside(&Whole::of(repo).files), inside(&files));
        });
        // In the way of a file it is not pushed aside either.
        repo.sh("rm -r dir; git init -q dir; echo own >dir/own").success();
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "nested-repository");
    });
}

/// 19. Edits inside of a submodule are reset.
#[test]
fn dirty_submodule_untouched_and_warned() {
    on_one_git(|git| {
        let repo = world(git);
        repo.sh("git init -q ../lib; cd ../lib; echo 1 >x; git add x; git commit -qm 1; echo 2 >x; git commit -qam 2")
            .success();
        repo.sh("git submodule --quiet add ../lib lib; git -C lib checkout -q HEAD^; git add lib").success();
        repo.agent(&["checkpoint", "-m", "With a submodule"]).success();
        repo.sh("git -C lib checkout -q -").success();
        repo.agent(&["checkpoint", "-m", "Moved on"]).success();
        repo.sh("echo edited >lib/x; echo new >lib/new; echo edited >a.txt").success();
        let output = repo.agent(&["snapshot"]).success();
        assert!(output.stderr.contains("submodule 'lib' has changes inside"), "{output}");
        for to in ["t@2", "t@1"] {
            round_trip(&repo, &[to], |repo| {
                assert_eq!((repo.read("lib/x"), repo.read("lib/new")), ("edited\n".into(), "new\n".into()), "{to}");
                assert_eq!(repo.read("a.txt"), "a at 1\n");
            });
        }
    });
}

/// 20. Going back in one session reverts what another one has not committed yet.
#[test]
fn rollback_refuses_shared_worktree_with_active_task() {
    on_one_git(|git| {
        let repo = world(git);
        repo.agent(&["start", "u", "--also"]).success();
        repo.write("theirs.txt", "not committed\n");
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "shared-worktree");
        round_trip(&repo, &["t@1", "--shared"], |_| {});
        repo.agent(&["pause", "u"]).success();
        round_trip(&repo, &["t@1"], |_| {});
    });
}

/// 21. Two worktrees share what was saved, and one takes the other's.
#[test]
fn two_worktrees_concurrent_rollback() {
    let repo = world(default_git());
    let side = repo.worktree("side");
    side.agent(&["start", "u"]).success();
    side.write("a.txt", "side at 1\n");
    side.agent(&["checkpoint", "-m", "Side one"]).success();
    let both = [(&repo, "t@1", "a at 1\n"), (&side, "u@1", "side at 1\n")];
    for round in 0..20 {
        for (place, _, _) in both {
            place.write("a.txt", format!("round {round}\n"));
            place.write(&format!("new {round}.txt"), format!("{}\n", place.path().display()));
            place.git(&["add", "a.txt"]).success();
            place.write("a.txt", format!("edited in round {round}\n"));
        }
        let before = both.map(|(place, _, _)| Whole::of(place));
        at_once(both.map(|(place, to, _)| place.run("git-agent").args(["rollback", to]).into_command()));
        for (place, _, content) in both {
            assert_eq!(place.read("a.txt"), content);
            assert!(!place.path().join(format!("new {round}.txt")).exists());
        }
        at_once(both.map(|(place, _, _)| place.run("git-agent").args(["undo"]).into_command()));
        for ((place, _, _), before) in both.iter().zip(&before) {
            same(&Whole::of(place), before, &format!("in round {round}"));
        }
    }
    for (place, _, _) in both {
        let listed = place.agent(&["ops", "--json"]).json();
        let kinds = |kind: &str| {
            listed["operations"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|op| op["kind"] == kind && op["state"] == "done")
                .count()
        };
        assert_eq!((kinds("rollback"), kinds("undo"), kinds("checkpoint")), (20, 20, 1));
    }
    repo.fsck();
}

fn at_once<const N: usize>(commands: [std::process::Command; N]) {
    let running = commands.map(|mut command| {
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped());
        command.spawn().expect("it runs")
    });
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// 21. Two agents in one worktree: one after the other, and each sees a whole world.
#[test]
fn two_rollbacks_in_one_worktree_queue() {
    let repo = world(default_git());
    repo.write("a.txt", "a at 2\n");
    repo.agent(&["checkpoint", "-m", "Two"]).success();
    repo.write("a.txt", "edited\n");
    let before = Whole::of(&repo);
    for _ in 0..5 {
        let commands = ["t@1", "t@1", "t@2"].map(|to| {
            let mut command = repo.run("git-agent").args(["rollback", to, "--mode", "files"]).into_command();
            command
                .stdin(std::process::Stdio::null())
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::piped());
            command.spawn().expect("it runs")
        });
        for child in commands {
            let output = child.wait_with_output().expect("it ends");
            assert!(matches!(output.status.code(), Some(0 | 4)), "{}", String::from_utf8_lossy(&output.stderr));
        }
        // Back through all that was done.
        while repo.agent(&["ops", "--json"]).json()["operations"]
            .as_array()
            .unwrap()
            .iter()
            .any(|op| op["kind"] == "rollback" && op["state"] == "done" && op["undone_by"].is_null())
        {
            repo.agent(&["undo"]).success();
        }
        same(&Whole::of(&repo), &before, "after everything was taken back");
    }
}

/// 22. A file is written through a symbolic link, to somewhere outside.
#[test]
fn symlink_parent_never_followed() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| repo.write("dir/deep/c.txt", "c at 1\n"));
        let outside = repo.tmp().join("outside");
        fs::create_dir_all(outside.join("deep")).unwrap();
        for file in ["b.txt", "deep/c.txt"] {
            fs::write(outside.join(file), "outside\n").unwrap();
        }
        let theirs = || ["b.txt", "deep/c.txt"].map(|file| fs::read_to_string(outside.join(file)).unwrap());
        for script in [
            "rm -r dir; ln -s ../outside dir",
            "rm -r dir; mkdir dir; ln -s ../../outside/deep dir/deep",
            "rm a.txt; ln -s ../outside/b.txt a.txt",
        ] {
            repo.sh(script).success();
            round_trip(&repo, &["t@1"], |repo| {
                assert_eq!(
                    (repo.read("dir/b.txt"), repo.read("dir/deep/c.txt")),
                    ("b at 1\n".into(), "c at 1\n".into())
                );
                assert_eq!(theirs(), ["outside\n"; 2]);
            });
            assert_eq!(theirs(), ["outside\n"; 2]);
            repo.agent(&["rollback", "t@1"]).success();
        }
    });
}

/// 23. Line ends are converted on the way, and files come back with other bytes.
#[test]
fn autocrlf_mixed_eol_byte_exact_undo() {
    on_one_git(|git| {
        for autocrlf in ["true", "input", "false"] {
            let repo = TestRepo::with_git(git);
            repo.git(&["config", "core.autocrlf", autocrlf]).success();
            repo.commit_file("mixed.txt", "one\r\ntwo\nthree\r\n", "mixed");
            repo.commit_file("text.txt", "one\ntwo\n", "text");
            repo.sh("rm text.txt; git checkout -q -- text.txt; echo '*.bat text eol=crlf' >.gitattributes; printf 'x\\ny\\r\\n' >z.bat").success();
            repo.agent(&["add", "Try it", "--id", "t"]).success();
            repo.agent(&["start", "t"]).success();
            repo.agent(&["checkpoint", "-m", "One"]).success();
            repo.sh("printf 'one\\r\\nother\\n' >mixed.txt; printf 'a\\r\\nb\\n' >text.txt; printf 'new\\r\\nnew\\n' >new.txt; printf 'q\\nq\\r\\n' >z.bat").success();
            let before = Whole::of(&repo);
            repo.agent(&["rollback", "t@1"]).success();
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, autocrlf);
            repo.agent(&["redo"]).success();
            assert_eq!(repo.git(&["status", "--porcelain"]).text(), "", "{autocrlf}");
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, autocrlf);
        }
    });
}

/// 24. Run in a subdirectory, only that comes back, or the rest is taken from somewhere else.
#[test]
fn rollback_from_subdir_equals_root() {
    on_one_git(|git| {
        let went = ["", "dir", "new/deep"].map(|from| {
            let repo = world(git);
            repo.sh("mkdir -p new/deep; echo new >new/deep/file; echo 'a at 2' >a.txt; echo 'b at 2' >dir/b.txt")
                .success();
            let before = Whole::of(&repo);
            repo.at(from).agent(&["rollback", "t@1"]).success();
            let there = Whole::of(&repo);
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, from);
            // Paths are those of the directory.
            repo.at("dir").agent(&["rollback", "t@1", "--", "b.txt"]).success();
            assert_eq!((repo.read("a.txt"), repo.read("dir/b.txt")), ("a at 2\n".into(), "b at 1\n".into()));
            there
        });
        // Nobody's current directory is taken away.
        let without_dirs = |whole: &Whole| Whole {
            files: whole.files.clone().into_iter().filter(|(_, node)| !matches!(node, Node::Directory(_))).collect(),
            head: String::new(),
            index: whole.index.clone(),
            ..whole.clone()
        };
        same(&without_dirs(&went[1]), &without_dirs(&went[0]), "from 'dir'");
        same(&without_dirs(&went[2]), &without_dirs(&went[0]), "from 'new/deep'");
    });
}

/// 25. Saving costs hours and gigabytes: here, only what differs is read, written and touched.
#[test]
fn budget_10k_files() {
    let repo = world_with(default_git(), Layout::Plain, |repo| {
        repo.sh("for d in $(seq 100); do mkdir many$d; for f in $(seq 100); do echo $d $f >many$d/$f; done; done")
            .success();
    });
    repo.sh("echo edited >many1/1; echo edited >many100/100; rm many50/50; echo new >many7/new").success();
    let count = || {
        let said = repo.git(&["count-objects", "-v"]).success().stdout;
        let number =
            |key: &str| said.lines().find_map(|line| line.strip_prefix(key)).unwrap().trim().parse::<usize>().unwrap();
        number("count:") + number("in-pack:")
    };
    let times = || -> Vec<(String, i64, i64, u64)> {
        let all = repo.git(&["ls-files"]).lines().into_iter();
        let meta = all.filter_map(|path| Some((fs::symlink_metadata(repo.path().join(&path)).ok()?, path)));
        meta.map(|(meta, path)| (path, meta.mtime(), meta.mtime_nsec(), meta.ino())).collect()
    };
    let (objects, before, whole) = (count(), times(), Whole::of(&repo));
    repo.agent(&["rollback", "t@1"]).success();
    let touched: Vec<String> = times().into_iter().filter(|file| !before.contains(file)).map(|file| file.0).collect();
    assert_eq!(touched, ["many1/1", "many100/100", "many50/50"]);
    repo.agent(&["undo"]).success();
    same(&Whole::of(&repo), &whole, "after the undo");
    assert!(count() - objects < 60, "{} new objects", count() - objects);
}

/// 25. Large files that are not git's are neither stored, nor gone.
#[test]
fn large_untracked_skipped_and_listed() {
    on_one_git(|git| {
        let repo = world(git);
        repo.git(&["config", "agent.maxFileSize", "1k"]).success();
        repo.write("model.bin", vec![7; 4096]);
        repo.write("a.txt", "a at 2\n");
        let answer = repo.agent(&["rollback", "t@1", "--json"]).json();
        let kept = &answer["plan"]["paths"]
            .as_array()
            .unwrap()
            .iter()
            .find(|path| path["path"] == "model.bin")
            .expect("it is listed")
            .clone();
        assert_eq!(
            (kept["action"].as_str(), kept["reason"].as_str()),
            (Some("keep"), Some("it is larger than 'agent.maxFileSize'"))
        );
        assert_eq!(fs::metadata(repo.path().join("model.bin")).unwrap().len(), 4096);
        repo.agent(&["undo"]).success();
        let id = repo.run("git").args(["hash-object", "model.bin"]).run().text();
        repo.git(&["cat-file", "-e", &id]).failure();
        // In the way it has to be stored, whatever its size.
        repo.sh("rm -r dir; mv model.bin dir").success();
        round_trip(&repo, &["t@1"], |repo| assert_eq!(repo.read("dir/b.txt"), "b at 1\n"));
        repo.git(&["cat-file", "-e", &id]).success();
    });
}

/// None of this is left behind in the work tree.
#[test]
fn nothing_is_left_in_the_work_tree() {
    let repo = world(default_git());
    repo.write("a.txt", "a at 2\n");
    repo.agent(&["rollback", "t@1"]).success();
    let left = |dir: &Path| {
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    let mut names = left(repo.path());
    names.sort();
    assert_eq!(names, [".git", ".gitignore", "a.txt", "dir"]);
    assert_eq!(State::of(&repo).litter, Vec::<std::path::PathBuf>::new());
}
