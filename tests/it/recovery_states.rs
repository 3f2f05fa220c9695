//! Going back and coming back from every state that a repository can be in, on every git: rollback, undo, redo, undo, and at
//! both ends every byte is the same each time.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::recovery_failures::{conflicted, refused, world, world_with};
use crate::support::{
    Git, Layout, TestRepo, Whole, default_git, is_missing, on_every_git, on_one_git, round_trip, same,
};

fn layouts(git: &Git) -> Vec<Layout> {
    let reftable = git.has_reftable().then_some(Layout::Reftable);
    [Layout::Plain, Layout::Sha256].into_iter().chain(reftable).collect()
}

/// `t@2`: `a.txt` changed, `dir/b.txt` gone, `c.txt` new.
fn second(repo: &TestRepo) {
    repo.sh("echo 'a at 2' >a.txt; git rm -q dir/b.txt; echo 'c at 2' >c.txt").success();
    repo.agent(&["checkpoint", "-m", "Two"]).success();
}

/// What `t@1` has, and nothing uncommitted.
#[track_caller]
fn is_at_one(repo: &TestRepo) {
    assert_eq!((repo.read("a.txt"), repo.read("dir/b.txt")), ("a at 1\n".into(), "b at 1\n".into()));
    assert!(!repo.path().join("c.txt").exists());
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
}

/// A repository in which `script` has stopped half way.
fn stopped(git: &Git, layout: Layout, script: &str) -> TestRepo {
    let repo = world_with(git, layout, |_| {});
    repo.sh("git switch -qc side; for n in 1 2; do echo side $n >a.txt; git commit -qam side --no-verify; done")
        .success();
    repo.git(&["switch", "-q", "main"]).success();
    second(&repo);
    repo.sh(script).failure();
    repo
}

#[test]
fn one_step_in_progress() {
    on_every_git(|git| {
        for layout in layouts(git) {
            for script in ["git merge side", "git cherry-pick side", "git revert --no-edit HEAD~1"] {
                let repo = stopped(git, layout, script);
                repo.sh("echo half >a.txt; echo staged >s; git add s; echo note >n").success();
                assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "operation-in-progress", "{script}");
                let said = repo.agent(&["rollback", "t@1"]).stderr;
                assert!(
                    said.contains("--continue") && said.contains("--abort") && said.contains("--abandon-merge"),
                    "{said}"
                );
                let marks = Whole::of(&repo).marks;
                assert!(!marks.is_empty());
                round_trip(&repo, &["t@1", "--abandon-merge"], |repo| {
                    assert!(Whole::of(repo).marks.is_empty(), "{script}");
                    is_at_one(repo);
                });
                // git knows how to go on, and how to stop.
                let stop = script.split(' ').nth(1).unwrap();
                repo.git(&[stop, "--abort"]).success();
            }
        }
    });
}

#[test]
fn several_steps_in_progress() {
    on_one_git(|git| {
        let scripts = [
            ("git rebase side", "git rebase --abort"),
            ("git rebase --apply side", "git rebase --abort"),
            ("git format-patch --stdout -1 side | git am -3", "git am --abort"),
            ("git cherry-pick side~1 side", "git cherry-pick --abort"),
            ("git revert --no-edit HEAD~1 HEAD~2", "git revert --abort"),
            ("git bisect start HEAD HEAD~2; false", "git bisect reset"),
        ];
        for (script, abort) in scripts {
            let repo = stopped(git, Layout::Plain, script);
            for words in [&["rollback", "t@last"][..], &["rollback", "t@last", "--abandon-merge"]] {
                assert_eq!(refused(&repo, words, 1), "operation-in-progress", "{script}");
            }
            let said = repo.agent(&["rollback", "t@last"]).stderr;
            assert!(said.contains(abort) || abort.starts_with("git revert"), "{script}: {said}");
            // It can be saved, and that changes nothing about it.
            let before = Whole::of(&repo);
            let answer = repo.agent(&["snapshot", "--json"]).json();
            let id = answer["snapshot"]["id"].as_str().unwrap();
            assert_eq!(refused(&repo, &["snapshot", "restore", id], 1), "operation-in-progress");
            same(&Whole::of(&repo), &before, script);
            repo.sh(abort).success();
        }
    });
}

#[test]
fn an_undo_goes_back_into_a_merge_and_out_again() {
    on_one_git(|git| {
        let repo = conflicted(git, Layout::Plain);
        let before = Whole::of(&repo);
        repo.agent(&["rollback", "t@1", "--abandon-merge"]).success();
        // Somebody began another merge in the meantime: the undo would mix both.
        repo.sh("git switch -qc elsewhere; git switch -q main; git merge -q --no-ff --no-commit side").success();
        let merging = Whole::of(&repo);
        let said = repo.agent(&["undo"]).failure();
        same(&Whole::of(&repo), &merging, &said.to_string());
        repo.git(&["merge", "--abort"]).success();
        repo.agent(&["undo"]).success();
        same(&Whole::of(&repo), &before, "after the undo");
    });
}

#[test]
fn there_is_a_way_back_when_somebody_goes_on_with_the_merge_meanwhile() {
    on_one_git(|git| {
        let repo = conflicted(git, Layout::Plain);
        let before = Whole::of(&repo);
        let rollback = repo.run("git-agent").args(["rollback", "t@1", "--abandon-merge"]);
        rollback.env("GIT_AGENT_TEST_DIE", "Verified").run().failure();
        repo.write(".git/MERGE_MSG", "theirs\n");
        let output = repo.agent(&["resume"]).exits(3);
        assert!(output.stderr.contains("'MERGE_MSG'") && output.stderr.contains("git status"), "{output}");
        repo.agent(&["undo"]).success();
        assert_eq!(repo.read(".git/MERGE_MSG"), "theirs\n");
        fs::write(repo.path().join(".git/MERGE_MSG"), &before.marks["MERGE_MSG"]).unwrap();
        same(&Whole::of(&repo), &before, "after the undo");
    });
}

#[test]
fn an_undo_waits_for_a_rebase() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "edited\n");
        repo.agent(&["rollback", "t@1"]).success();
        repo.sh("git switch -qc side HEAD~1; echo side >a.txt; git add a.txt; git commit -qm side --no-verify")
            .success();
        repo.git(&["rebase", "main"]).failure();
        for words in [&["undo"][..], &["undo", "--json"]] {
            let output = repo.agent(words).exits(1).to_string();
            assert!(output.contains("a rebase is in progress") && output.contains("git rebase --abort"), "{output}");
        }
    });
}

#[test]
fn flags_stay_with_their_paths() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.sh("echo 1 >one; echo 1 >two; echo 1 >three").success();
        });
        repo.sh("echo 2 >one; echo 2 >two; git rm -q three").success();
        second(&repo);
        repo.sh("git update-index --assume-unchanged one; git update-index --skip-worktree two").success();
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!(repo.git(&["ls-files", "-v", "one", "two", "three"]).lines(), ["h one", "H three", "S two"]);
            assert_eq!(repo.read("one"), "1\n");
        });
    });
}

#[test]
fn large_file_filters() {
    on_one_git(|git| {
        let filter = |repo: &TestRepo| {
            repo.write_script("../bin/pack", "#!/bin/sh\nprintf 'packed '; tr 'a-z' 'n-za-m'\n");
            repo.write_script(
                "../bin/unpack",
                "#!/bin/sh\nread -r word rest; printf '%s\\n' \"$rest\" | tr 'n-za-m' 'a-z'\n",
            );
            repo.sh("git config filter.pack.clean pack; git config filter.pack.smudge unpack; git config filter.pack.required true").success();
            repo.sh("echo '*.big filter=pack' >.gitattributes; echo one >x.big; echo keep >y.big").success();
        };
        let repo = world_with(git, Layout::Plain, filter);
        assert_eq!(repo.git(&["show", "HEAD:x.big"]).success().stdout, "packed bar\n");
        repo.sh("echo two >x.big; echo new >z.big; git rm -q y.big").success();
        second(&repo);
        repo.sh("echo edited >x.big; echo staged >z.big; git add z.big; echo younger >q.big").success();
        round_trip(&repo, &["t@1"], |repo| {
            assert_eq!((repo.read("x.big"), repo.read("y.big")), ("one\n".into(), "keep\n".into()));
            is_at_one(repo);
        });
    });
}

#[test]
fn a_working_tree_encoding() {
    on_one_git(|git| {
        let wide = |text: &str| -> Vec<u8> {
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        };
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.write(".gitattributes", "*.txt16 text working-tree-encoding=UTF-16LE-BOM eol=lf\n");
            repo.write("w.txt16", wide("one\n"));
        });
        repo.write("w.txt16", wide("two\n"));
        second(&repo);
        repo.write("w.txt16", wide("edited\n"));
        let bytes = |repo: &TestRepo| fs::read(repo.path().join("w.txt16")).unwrap();
        round_trip(&repo, &["t@1"], |repo| assert_eq!(bytes(repo), wide("one\n")));
        // Bytes that are no text in it.
        repo.write("w.txt16", b"\xff\xfeodd");
        round_trip(&repo, &["t@1"], |repo| assert_eq!(bytes(repo), wide("one\n")));
    });
}

#[test]
fn files_and_directories_change_places() {
    on_one_git(|git| {
        let scripts = [
            "rm a.txt; mkdir a.txt; echo in >a.txt/in; git add -A",
            "rm a.txt; mkdir -p a.txt/deep/er; echo in >a.txt/deep/er/in; chmod 711 a.txt/deep",
            "rm -r dir; echo file >dir; git add -A",
            "rm -r dir; echo file >dir",
            "rm -r dir a.txt; ln -s a.txt dir; mkdir a.txt; ln -s ../dir a.txt/dir; git add -A",
            "git rm -q -r --cached dir; rm -r dir; echo file >dir; git add -N dir",
            "rm a.txt; mkdir a.txt; echo a.txt >.git/info/exclude; echo ignored >a.txt/x",
        ];
        for script in scripts {
            for commit in [false, true] {
                let repo = world(git);
                repo.sh(script).success();
                if commit {
                    repo.agent(&["checkpoint", "-m", "Two", "--allow-empty"]).success();
                    repo.sh("if test -d dir; then rm -r dir; else rm -f dir; fi; echo other >dir").success();
                }
                round_trip(&repo, &["t@1"], |repo| {
                    assert_eq!(
                        (repo.read("a.txt"), repo.read("dir/b.txt")),
                        ("a at 1\n".into(), "b at 1\n".into()),
                        "{script}"
                    );
                });
            }
        }
    });
}

#[test]
fn names_that_are_not_text() {
    on_one_git(|git| {
        let names = r#"printf 'bad\377name' ; printf 'new\nline'; printf 'tab\tquote"back\\slash'; printf ' lead and trail '; printf -- '-dash'; printf ':(top)magic'; printf '*?[glob'; printf 'é'"#;
        let each = |what: &str| {
            let list =
                names.split("; ").map(|name| format!("n=\"$({}; printf x)\"; n=\"${{n%x}}\"; {what}\n", name.trim()));
            list.collect::<String>()
        };
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.sh(&each("echo 1 >\"./$n\"; mkdir -p \"./d$n\"; echo 1 >\"./d$n/$n\"")).success();
        });
        repo.sh(&each("echo 2 >\"./$n\"; rm -r \"./d$n\"")).success();
        second(&repo);
        repo.sh(&each("echo edited >\"./$n\"; git add -- \":(literal)./$n\"; echo 3 >\"./$n\"; echo new >\"./new$n\"; echo file >\"./d$n\"")).success();
        round_trip(&repo, &["t@1"], is_at_one);
        // In JSON such a path is its bytes in hex.
        let plan = repo.agent(&["rollback", "t@1", "--dry-run", "--json"]).json();
        let paths = plan["plan"]["paths"].as_array().unwrap();
        assert!(
            paths.iter().any(|path| path["path_hex"] == "626164ff6e616d65" && path.get("path").is_none()),
            "{plan}"
        );
        let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
        let shown = repo.agent(&["snapshot", "show", &id, "--json"]).json();
        let changes = shown["changes"].as_array().unwrap();
        assert!(
            changes.iter().any(|path| path["path_hex"] == "626164ff6e616d65" && path.get("path").is_none()),
            "{shown}"
        );
    });
}

#[test]
fn names_that_differ_in_case_alone() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.sh("echo 1 >Case; echo 1 >case").success();
        });
        repo.sh("echo 2 >Case; echo 2 >case").success();
        second(&repo);
        // Here both are files; elsewhere they are one.
        round_trip(&repo, &["t@1"], is_at_one);
        repo.git(&["config", "core.ignoreCase", "true"]).success();
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "names-collide");
        repo.agent(&["rollback", "t@1", "--", "a.txt"]).success();
        assert_eq!(repo.read("a.txt"), "a at 1\n");
    });
}

#[test]
fn a_directory_that_cannot_be_written() {
    let repo = world(default_git());
    second(&repo);
    repo.write("closed/new.txt", "new\n");
    let closed = repo.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(closed.join("probe"), "").is_ok() {
        // Nothing is closed to root.
        fs::remove_file(closed.join("probe")).unwrap();
        if is_missing("chattr", repo.sh("chattr +i closed").code == Some(0)) {
            return;
        }
    }
    let code = refused(&repo, &["rollback", "t@1"], 1);
    let said = repo.agent(&["rollback", "t@1"]);
    repo.sh("chattr -i closed || true").success();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(code, "not-writable");
    assert!(said.stderr.contains("'closed'"), "{said}");
    round_trip(&repo, &["t@1"], is_at_one);
}

#[test]
fn an_unborn_branch() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = TestRepo::with_layout(git, layout);
            repo.agent(&["add", "Begin", "--id", "t"]).success();
            repo.agent(&["start", "t"]).success();
            repo.sh("echo 1 >a; echo 1 >b; git add a; echo 2 >a").success();
            let before = Whole::of(&repo);
            assert_eq!(refused(&repo, &["rollback", "t"], 1), "unborn-head");
            let id = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].as_str().unwrap().to_owned();
            repo.sh("git rm -qf a; echo lost >b; echo more >c").success();
            repo.agent(&["snapshot", "restore", &id]).success();
            let restored = Whole::of(&repo);
            assert!(!repo.path().join("c").exists());
            same(&restored, &before, "after the snapshot was restored");
            repo.agent(&["undo"]).success();
            assert_eq!((repo.read("b"), repo.read("c")), ("lost\n".into(), "more\n".into()));
            // Back before the first commit, files and all.
            repo.agent(&["redo"]).success();
            repo.agent(&["checkpoint", "-m", "One"]).success();
            repo.write("a", "edited\n");
            round_trip(&repo, &["t@start", "--mode", "restore"], |repo| assert!(!repo.path().join("a").exists()));
            repo.fsck();
        }
    });
}

#[test]
fn a_detached_head() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = world_with(git, layout, |_| {});
            second(&repo);
            repo.git(&["checkout", "-q", "--detach"]).success();
            repo.write("a.txt", "edited\n");
            round_trip(&repo, &["t@1"], |repo| {
                is_at_one(repo);
                repo.git(&["symbolic-ref", "-q", "HEAD"]).failure();
            });
            // What it moved is not there to be moved back.
            repo.agent(&["rollback", "t@1"]).success();
            repo.git(&["switch", "-q", "main"]).success();
            let main = Whole::of(&repo);
            let said = repo.agent(&["undo"]).exits(1);
            assert!(said.stderr.contains("HEAD is elsewhere now"), "{said}");
            same(&Whole::of(&repo), &main, "after the refusal");
        }
    });
}

#[test]
fn a_bare_repository() {
    let repo = world(default_git());
    repo.git(&["clone", "-q", "--bare", ".", "../bare"]).success();
    let bare = repo.at(repo.tmp().join("bare"));
    bare.git(&["fetch", "-q", "origin", "refs/notes/*:refs/notes/*"]).success();
    for words in [&["rollback", "t"][..], &["resume"], &["snapshot"], &["snapshot", "restore", "0"]] {
        let output = bare.run("git-agent").args(words).args(["--json"]).run().exits(5);
        assert!(
            output.stdout.contains("bare-repository") && output.stdout.contains("git worktree list"),
            "{words:?}: {output}"
        );
    }
    // What others wrote to the ledger is not undone here; what was written here is.
    bare.agent(&["undo"]).exits(1);
    bare.agent(&["add", "Here", "--id", "here"]).success();
    bare.agent(&["undo"]).success();
    bare.agent(&["show", "here"]).exits(2);
}

#[test]
fn git_directories_elsewhere_and_linked_worktrees() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = world_with(git, layout, |_| {});
            let side = repo.worktree("side");
            side.agent(&["start", "t"]).success();
            second(&side);
            side.write("dir/new", "new\n");
            let main = Whole::of(&repo);
            round_trip(&side, &["t@1"], |side| assert_eq!(side.read("a.txt"), "a at 1\n"));
            same(&Whole::of(&repo), &main, "the main worktree");
            let listed = repo.agent(&["ops", "--json"]).json()["operations"].clone();
            let of_files = listed.as_array().unwrap().iter().filter(|op| op["scope"] == "worktree");
            assert_eq!(of_files.count(), 1);
        }
        let repo = world(git);
        second(&repo);
        repo.git(&["init", "-q", "--separate-git-dir", "../elsewhere"]).success();
        repo.write("dir/new", "new\n");
        round_trip(&repo, &["t@1"], |repo| assert!(!repo.path().join("dir/new").exists()));
        // Told by variables, from another directory.
        repo.write("a.txt", "edited\n");
        let before = Whole::of(&repo);
        let from = |words: &[&str]| {
            let run = repo.run("git-agent").args(words).dir(repo.tmp());
            run.env("GIT_DIR", "elsewhere").env("GIT_WORK_TREE", "repo").run().success()
        };
        from(&["rollback", "t@1"]);
        is_at_one(&repo);
        from(&["undo"]);
        same(&Whole::of(&repo), &before, "after the undo");
    });
}

#[test]
fn pipes_and_empty_directories() {
    on_one_git(|git| {
        let repo = world(git);
        second(&repo);
        repo.sh("mkfifo pipe; mkdir -p empty/er dir2; echo new >dir2/new; mkfifo dir2/pipe; chmod 700 empty").success();
        round_trip(&repo, &["t@1"], |repo| {
            is_at_one(repo);
            // Not in the way, and not git's.
            assert!(repo.path().join("pipe").exists() && repo.path().join("dir2/pipe").exists());
            assert!(repo.path().join("empty/er").is_dir());
        });
        repo.sh("mkdir -p dir; mkfifo dir/b.txt").success();
        assert_eq!(refused(&repo, &["rollback", "t@1"], 1), "special");
        let said = repo.agent(&["rollback", "t@1"]).stderr;
        assert!(said.contains("'dir/b.txt'"), "{said}");
    });
}

#[test]
fn ways_to_keep_an_index() {
    on_every_git(|git| {
        let ways = [
            "git config core.splitIndex true; git update-index --split-index",
            "git config core.untrackedCache true; git update-index --untracked-cache --force-untracked-cache",
            "git config index.version 4; git update-index --index-version 4",
            "git config index.threads 1; git config index.skipHash true; git update-index --force-write-index || git update-index --really-refresh",
            "git config core.fsmonitor false; git config core.preloadIndex false; git config core.checkStat minimal; git config core.trustctime false",
        ];
        for way in ways {
            let repo = world(git);
            repo.sh(way).success();
            second(&repo);
            repo.sh("echo staged >a.txt; git add a.txt; echo edited >a.txt; echo new >new; git add -N new").success();
            round_trip(&repo, &["t@1"], is_at_one);
            repo.agent(&["checkpoint"]).success();
            let listed = repo.git(&["status", "--porcelain"]).text();
            assert_eq!(listed, "", "{way}");
            repo.agent(&["undo"]).success();
            repo.fsck();
        }
    });
}

#[test]
fn modes_links_and_permissions() {
    on_one_git(|git| {
        let repo = world_with(git, Layout::Plain, |repo| {
            repo.sh("echo x >run; chmod 755 run; ln -s a.txt link").success();
        });
        repo.sh("chmod 644 run; rm link; echo file >link").success();
        second(&repo);
        repo.sh(
            "chmod 600 a.txt; chmod 751 run; rm link; ln -s /nowhere/at/all link; echo x >private; chmod 400 private",
        )
        .success();
        round_trip(&repo, &["t@1"], |repo| {
            is_at_one(repo);
            assert_eq!(fs::read_link(repo.path().join("link")).unwrap().to_str(), Some("a.txt"));
            assert_eq!(fs::metadata(repo.path().join("run")).unwrap().permissions().mode() & 0o111, 0o111);
        });
        // Where git does not look at modes they are still ours to bring back.
        repo.git(&["config", "core.fileMode", "false"]).success();
        round_trip(&repo, &["t@1"], |_| {});
    });
}

#[test]
fn a_hook_that_forbids_it() {
    on_every_git(|git| {
        for layout in layouts(git) {
            let repo = world_with(git, layout, |_| {});
            second(&repo);
            repo.sh("echo edited >a.txt; echo new >new; git add new").success();
            let veto = "#!/bin/sh\nwhile read -r old new ref; do case \"$1 $ref\" in 'prepared refs/heads/'*) echo 'not today' >&2; exit 1;; esac; done\n";
            repo.write_script(".git/hooks/reference-transaction", veto);
            let before = Whole::of(&repo);
            let output = repo.agent(&["rollback", "t@1"]).failure();
            assert!(output.stderr.contains("everything was restored to its previous state"), "{output}");
            same(&Whole::of(&repo), &before, "after the hook said no");
            // Nothing is interrupted: without a move of the branch it works.
            repo.agent(&["rollback", "t@1", "--mode", "files"]).success();
            repo.agent(&["undo"]).success();
            same(&Whole::of(&repo), &before, "after the undo");
            fs::remove_file(repo.path().join(".git/hooks/reference-transaction")).unwrap();
            round_trip(&repo, &["t@1"], is_at_one);
        }
    });
}

#[test]
fn somebody_holds_the_index() {
    let repo = world(default_git());
    second(&repo);
    repo.agent(&["rollback", "t@1"]).success();
    repo.write(".git/index.lock", "");
    for words in [&["rollback", "t@1", "--mode", "files"][..], &["undo"]] {
        let output = repo.run("git-agent").args(words).args(["--json"]).run().exits(4);
        assert!(output.stdout.contains("index-locked"), "{output}");
    }
    fs::remove_file(repo.path().join(".git/index.lock")).unwrap();
    repo.agent(&["undo"]).success();
}

#[test]
fn what_changed_between_an_operation_and_its_undo_is_not_lost() {
    on_one_git(|git| {
        let repo = world(git);
        second(&repo);
        repo.agent(&["rollback", "t@1"]).success();
        // Others go on working: at a path that was touched, and at one that was not.
        repo.sh("echo later >a.txt; git add a.txt; echo later still >a.txt; echo mine >mine.txt").success();
        let later = Whole::of(&repo);
        let answer = repo.agent(&["undo", "--json"]).json();
        assert_eq!((repo.read("a.txt"), repo.read("mine.txt")), ("a at 2\n".into(), "mine\n".into()));
        let id = answer["operation"]["snapshot"].as_str().unwrap();
        let kept = |path: &str| repo.git(&["show", &format!("refs/agent/snap/{id}:{path}")]).success().stdout;
        assert_eq!((kept("worktree/a.txt"), kept("staged/a.txt")), ("later still\n".into(), "later\n".into()));
        repo.agent(&["redo"]).success();
        same(&Whole::of(&repo), &later, "after the redo");
    });
}

#[test]
fn a_pushed_commit_is_not_taken_back_from_others() {
    on_one_git(|git| {
        let repo = world(git);
        repo.write("a.txt", "a at 2\n");
        let commit = repo.agent(&["checkpoint", "-m", "Two", "--json"]).json()["checkpoint"]["commit"]
            .as_str()
            .unwrap()
            .to_owned();
        repo.git(&["update-ref", "refs/remotes/origin/main", &commit]).success();
        let output = repo.agent(&["undo"]).success();
        assert!(output.stderr.contains("undo does not affect pushes"), "{output}");
        assert_eq!(repo.git(&["rev-parse", "refs/remotes/origin/main"]).text(), commit);
    });
}
