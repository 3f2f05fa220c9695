//! `git agent guard`: what a command destroys is in a snapshot before it runs, or the command does not run.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{Git, Layout, Output, State, TestRepo, on_every_git, on_one_git};

/// A commit, a change that is not committed, a new file, an ignored one.
fn dirty(git: &Git) -> TestRepo {
    prepare(TestRepo::with_git(git))
}

fn prepare(repo: TestRepo) -> TestRepo {
    repo.write(".gitignore", "*.ignored\n");
    repo.commit_file("a.txt", "one\n", "first");
    repo.write("a.txt", "two\n");
    repo.write("new.txt", "new\n");
    repo.write("key.ignored", "secret\n");
    repo
}

fn check(repo: &TestRepo, line: &str) -> Value {
    let output = repo.agent(&["guard", "--json", "--check", line]);
    let answer: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("{output}"));
    let is_refused = answer["verdict"] == "refused";
    assert_eq!(output.code, Some(i32::from(is_refused)), "{output}");
    assert_eq!(is_refused, answer["refusal"].is_object(), "{output}");
    answer
}

fn verdict(repo: &TestRepo, line: &str) -> String {
    check(repo, line)["verdict"].as_str().unwrap().to_owned()
}

/// A file as the snapshot of `answer` has it.
fn kept(repo: &TestRepo, answer: &Value, file: &str) -> String {
    let name = answer["snapshot"]["ref"].as_str().unwrap_or_else(|| panic!("no snapshot: {answer}"));
    repo.git(&["cat-file", "blob", &format!("{name}:worktree/{file}")]).success().stdout
}

fn snapshots(repo: &TestRepo) -> usize {
    repo.git(&["for-each-ref", "refs/agent/snap"]).lines().len()
}

/// Output without the ids.
fn without_ids(output: &Output) -> String {
    regex::Regex::new("[0-9A-HJKMNP-TV-Z]{26}").unwrap().replace_all(&output.to_string(), "ID").into_owned()
}

#[test]
fn what_a_reset_throws_away_is_in_the_snapshot() {
    on_one_git(|git| {
        let repo = dirty(git);
        let odd = std::path::Path::new(std::str::from_utf8(b"odd\nname").unwrap());
        std::fs::write(repo.path().join(odd), b"\0\xff\r\n").unwrap();
        let output = repo.agent(&["guard", "--", "git", "reset", "--hard"]).success();
        insta::allow_duplicates! {
            insta::assert_snapshot!(without_ids(&output).replace(&repo.head()[..7], "COMMIT"), @r"
            HEAD is now at COMMIT first
            ------- stderr -------
            Took snapshot ID before 'git reset --hard'
            Restore with: git agent snapshot restore ID
            ");
        }
        assert_eq!(repo.read("a.txt"), "one\n");
        let name = repo.git(&["for-each-ref", "--format=%(refname)", "refs/agent/snap"]).text();
        assert_eq!(repo.git(&["cat-file", "blob", &format!("{name}:worktree/a.txt")]).success().stdout, "two\n");
        assert_eq!(repo.git(&["cat-file", "blob", &format!("{name}:worktree/odd\nname")]).success().raw, b"\0\xff\r\n");
        repo.fsck();
        // The line that it printed brings everything back.
        let back = output.stderr.lines().find_map(|line| line.strip_prefix("Restore with: ")).unwrap();
        repo.sh(back).success();
        assert_eq!((repo.read("a.txt"), repo.read("new.txt")), ("two\n".to_owned(), "new\n".to_owned()));
    });
}

#[test]
fn what_was_deleted_comes_back() {
    on_one_git(|git| {
        let repo = dirty(git);
        repo.write("sub/deep/file", "deep\n");
        repo.git(&["add", "a.txt"]).success();
        let before = State::of(&repo).files;
        let output = repo.agent(&["guard", "--", "sh", "-c", "rm -r a.txt new.txt sub key.ignored"]).success();
        assert_ne!(State::of(&repo).files, before);
        let back = output.stderr.lines().find_map(|line| line.strip_prefix("Restore with: ")).unwrap();
        repo.sh(back).success();
        let after = State::of(&repo).files;
        let differing: Vec<_> = before.keys().filter(|path| before.get(*path) != after.get(*path)).collect();
        assert!(differing.is_empty(), "with {git}: {differing:?}");
    });
}

#[test]
fn in_every_layout() {
    on_every_git(|git| {
        for layout in [Layout::Sha256, Layout::Reftable] {
            if layout == Layout::Reftable && !git.has_reftable() {
                continue;
            }
            let repo = prepare(TestRepo::with_layout(git, layout));
            let answer = check(&repo, "git reset --hard");
            assert_eq!(answer["verdict"], "captured");
            assert_eq!(kept(&repo, &answer, "a.txt"), "two\n");
        }
    });
}

#[test]
fn verdicts() {
    let repo = dirty(crate::support::default_git());
    for line in [
        "ls",
        "",
        "git status",
        "rm -rf /tmp/nothing-of-ours",
        "echo x > made",
        "cargo test 2>&1 | tail",
        "git checkout main",
    ] {
        assert_eq!(
            check(&repo, line),
            serde_json::json!({
                "schema": 1, "verdict": "safe", "risks": [], "snapshot": null, "snapshots": [], "refusal": null, "warnings": [], "exit": null,
            }),
            "{line}"
        );
    }
    assert_eq!(snapshots(&repo), 0);
    let answer = check(&repo, "cd . && git checkout -- a.txt && rm new.txt");
    assert_eq!(answer["verdict"], "captured");
    assert_eq!(answer["snapshot"]["created"], true);
    assert_eq!(
        answer["risks"],
        serde_json::json!([
            {"command": "git checkout -- a.txt", "what": ["uncommitted"], "why": "overwrites files with older versions", "level": "destroys"},
            {"command": "rm new.txt", "what": ["uncommitted", "untracked"], "why": "deletes files", "level": "destroys"},
        ])
    );
    assert_eq!((kept(&repo, &answer, "a.txt"), kept(&repo, &answer, "new.txt")), ("two\n".into(), "new\n".into()));
    // Nothing is new.
    let again = check(&repo, "git reset --hard");
    assert_eq!((&again["verdict"], &again["snapshot"]["created"]), (&"allowed".into(), &false.into()));
    assert_eq!(again["snapshot"]["id"], answer["snapshot"]["id"]);
    assert_eq!(snapshots(&repo), 1);
    // Nothing is there to lose.
    repo.git(&["add", "-A"]).success();
    repo.git(&["commit", "-q", "-m", "all"]).success();
    let clean = check(&repo, "git reset --hard");
    assert_eq!((&clean["verdict"], &clean["snapshot"]), (&"allowed".into(), &Value::Null));
    // But for the commit.
    assert_eq!(verdict(&repo, "git reset --hard HEAD~1"), "captured");
    // Nor is there a repository.
    let outside = repo.at("..");
    assert_eq!(verdict(&outside, "git reset --hard"), "allowed");
    assert_eq!(verdict(&outside, "rm -rf x"), "safe");
}

#[test]
fn files_count_where_they_are() {
    on_one_git(|git| {
        let repo = dirty(git);
        std::fs::create_dir(repo.path().join("sub")).unwrap();
        std::os::unix::fs::symlink(repo.path(), repo.tmp().join("link")).unwrap();
        let from_sub = repo.at("sub");
        let captured = |repo: &TestRepo, line: &str| {
            repo.write("a.txt", format!("{line}\n"));
            verdict(repo, line)
        };
        for line in [
            "rm a.txt",
            "echo > a.txt",
            "sed -i s/a/b/ a.txt",
            "mv new.txt a.txt",
            "cp new.txt a.txt",
            "rm *.txt",
            "rm \"$x\"",
        ] {
            assert_eq!(captured(&repo, line), "captured", "{line}");
        }
        repo.write("a.txt", "three\n");
        for line in ["rm ../a.txt", "cd .. && rm a.txt", "rm ../../link/a.txt"] {
            let snapshot = check(&from_sub, line)["snapshot"].clone();
            assert!(snapshot.is_object(), "{line}");
        }
        for line in [
            "rm ../../x",
            "cp ../a.txt ../b.txt",
            "echo x > fresh",
            "rm /tmp/x",
            "find /opt/nothing -delete",
            "git checkout nothing-here",
        ] {
            assert_eq!(verdict(&from_sub, line), "safe", "{line}");
        }
    });
}

#[test]
fn the_repository_itself_is_never_taken_along() {
    on_one_git(|git| {
        let repo = dirty(git);
        let before = State::of(&repo);
        for line in [
            "rm -rf .git",
            "rm -rf ../repo",
            "rm -rf \"$PWD\"",
            "rm -rf .*",
            "cd .. && rm -rf repo",
            "rm -rf .git/objects",
            "find . -delete",
            "find . -type f -exec sed -i s/a/b/ {} +",
            "rm -rf a.txt .git",
            "sudo rm -rf /",
            "sh -c 'rm -rf .git'",
            "cd .git && rm -rf *",
        ] {
            assert_eq!(verdict(&repo, line), "refused", "{line}");
            repo.agent(&["guard", "--", "sh", "-c", line]).exits(1);
        }
        assert_eq!(snapshots(&repo), 0, "a refusal changes nothing");
        assert_eq!(State::of(&repo), before);
        for line in ["rm -f .git/index.lock", "rm .git/hooks/commit-msg"] {
            assert_eq!(verdict(&repo, line), "safe", "{line}");
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(repo.agent(&["guard", "--check", "rm -rf .git"]), @r"
            ------- stderr -------
            error: refused 'rm -rf .git': it deletes the repository and all its snapshots; this cannot be undone
            nothing was changed
            hint: name the files in the work tree instead
            [exit code 1]
            ");
        }
    });
}

#[test]
fn a_repository_may_refuse() {
    let repo = dirty(crate::support::default_git());
    repo.git(&["config", "agent.guard", "refuse"]).success();
    insta::assert_snapshot!(repo.agent(&["guard", "--check", "git reset --hard"]), @r"
    ------- stderr -------
    error: refused 'git reset --hard': it discards all uncommitted changes (agent.guard=refuse)
    nothing was changed
    hint: commit first ('git agent checkpoint'), or take a snapshot ('git agent snapshot') and ask a person
    [exit code 1]
    ");
    for line in ["git clean -fd", "rm a.txt", "git stash clear", "git push --force", "find . -name '*.txt' -delete"] {
        assert_eq!(verdict(&repo, line), "refused", "{line}");
    }
    assert_eq!(snapshots(&repo), 0);
    for line in ["git commit --amend --no-edit", "sed -i s/a/b/ a.txt", "echo > a.txt"] {
        let answer = check(&repo, line);
        assert!(answer["snapshot"].is_object(), "{line}: {answer}");
    }
    // Nothing would be lost.
    repo.git(&["stash", "-u"]).success();
    assert_eq!(verdict(&repo, "git reset --hard"), "allowed");
    assert_eq!(verdict(&repo, "git reset --hard HEAD~1"), "refused");
}

#[test]
fn a_repository_may_want_no_guard() {
    let repo = dirty(crate::support::default_git());
    repo.git(&["config", "agent.guard", "off"]).success();
    for line in ["git reset --hard", "rm -rf .git", "git --git-dir=x reset --hard"] {
        assert_eq!(verdict(&repo, line), "allowed", "{line}");
    }
    repo.git(&["config", "agent.guard", "snapshot"]).success();
    repo.git(&["-c", "agent.guard=off", "agent", "guard", "--", "git", "reset", "-q", "--hard"]).success();
    assert_eq!((snapshots(&repo), repo.read("a.txt")), (0, "one\n".to_owned()));
    let doctor = || repo.agent(&["doctor", "--json"]).stdout;
    assert!(!doctor().contains("agent.guard is"));
    repo.git(&["config", "agent.guard", "maybe"]).success();
    assert!(doctor().contains("agent.guard is 'maybe', not snapshot, refuse or off"));
}

#[test]
fn what_cannot_be_saved_is_not_thrown_away() {
    on_one_git(|git| {
        let repo = dirty(git);
        // Objects cannot be written.
        repo.sh("mv .git/objects/pack .git/pack; touch .git/objects/pack").success();
        let answer = check(&repo, "git reset --hard");
        assert_eq!(
            (&answer["verdict"], &answer["refusal"]["code"]),
            (&"refused".into(), &"cannot-capture".into()),
            "{answer}"
        );
        let ran = repo.agent(&["guard", "--", "git", "reset", "--hard"]).exits(1);
        assert!(ran.stderr.contains("refused 'git reset --hard', which discards"), "{ran}");
        assert_eq!(repo.read("a.txt"), "two\n");
        // What only changes something goes on, and says so.
        let answer = check(&repo, "sed -i s/a/b/ a.txt");
        assert_eq!(answer["verdict"], "allowed");
        assert!(answer["warnings"][0].as_str().unwrap().contains("no snapshot was taken before"), "{answer}");
        repo.sh("rm .git/objects/pack; mv .git/pack .git/objects/pack").success();
        // Somewhere where it cannot be saved.
        let elsewhere = check(&repo, "git --git-dir=../x/.git --work-tree=../x reset --hard");
        assert_eq!(elsewhere["refusal"]["code"], "cannot-capture");
        repo.git(&["config", "extensions.somethingNew", "true"]).success();
        assert_eq!(check(&repo, "rm a.txt")["refusal"]["code"], "cannot-capture");
        for line in ["ls", "rm -rf /opt/nothing", "rm ../x"] {
            assert_eq!(verdict(&repo, line), "safe", "{line}");
        }
    });
}

#[test]
fn the_command_keeps_its_streams_and_its_end() {
    let repo = dirty(crate::support::default_git());
    let output = repo.run("git-agent").args(["guard", "--", "cat"]).stdin("in\0put\n").run().success();
    assert_eq!((output.raw.as_slice(), output.stderr.as_str()), (&b"in\0put\n"[..], ""));
    repo.agent(&["guard", "--", "sh", "-c", "exit 7"]).exits(7);
    repo.sh("git-agent guard -- sh -c 'kill -TERM $$' || test $? = 143").success();
    repo.git(&["agent", "guard", "--", "sh", "-c", "exit 9"]).exits(9);
    let output = repo.agent(&["guard", "--json", "--", "sh", "-c", "echo out; git reset -q --hard; exit 3"]).exits(3);
    let answer: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&answer["verdict"], &answer["exit"], output.stderr.as_str()), (&"captured".into(), &3.into(), "out\n"));
    repo.agent(&["guard", "--", "no-such-program"]).exits(5);
    repo.agent(&["guard"]).exits(2);
    repo.agent(&["guard", "--check", "ls", "--", "ls"]).exits(2);
    let quiet = repo.run("git-agent").args(["guard", "--check", "-"]).stdin("ls\ngit status\n").run().success();
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    repo.write("a.txt", "four\n");
    let told = repo.run("git-agent").args(["guard", "--check", "-"]).stdin("ls\nrm a.txt\n").run().success();
    assert!(told.stdout.is_empty() && told.stderr.starts_with("Took snapshot "), "{told}");
}

#[test]
fn stashes_and_branches_stay_alive() {
    on_one_git(|git| {
        let repo = dirty(git);
        repo.git(&["stash"]).success();
        repo.write("a.txt", "second stash\n");
        repo.git(&["stash"]).success();
        let stashes = repo.git(&["rev-list", "-g", "refs/stash"]).lines();
        repo.git(&["checkout", "-q", "-b", "side"]).success();
        let side = repo.commit_file("b.txt", "b\n", "on side");
        repo.git(&["checkout", "-q", "main"]).success();
        let answer = check(&repo, "git stash clear && git branch -D side");
        assert_eq!(answer["verdict"], "captured");
        assert_eq!(verdict(&repo, "git stash clear; git branch -D side"), "allowed", "held already");
        repo.git(&["stash", "clear"]).success();
        repo.git(&["branch", "-q", "-D", "side"]).success();
        repo.git(&["reflog", "expire", "--expire=now", "--all"]).success();
        repo.git(&["gc", "-q", "--prune=now"]).success();
        for commit in stashes.iter().chain([&side]) {
            repo.git(&["cat-file", "-e", commit]).success();
        }
        repo.fsck();
    });
}

#[test]
fn ignored_files_that_are_named_are_saved() {
    let repo = dirty(crate::support::default_git());
    let answer = check(&repo, "rm key.ignored");
    assert_eq!(kept(&repo, &answer, "key.ignored"), "secret\n");
    let answer = check(&repo, "git clean -fdx");
    assert!(answer["warnings"][0].as_str().unwrap().contains("does not contain ignored files"), "{answer}");
}

#[test]
fn aliases_are_looked_up() {
    let repo = dirty(crate::support::default_git());
    repo.git(&["config", "alias.nuke", "reset --hard"]).success();
    repo.git(&["config", "--global", "alias.wipe", "!git clean -fd"]).success();
    repo.git(&["config", "alias.st", "status"]).success();
    assert_eq!(verdict(&repo, "git st"), "safe");
    assert_eq!(verdict(&repo, "git nuke"), "captured");
    repo.write("new.txt", "newer\n");
    assert_eq!(verdict(&repo, "git wipe"), "captured");
}

#[test]
fn other_worktrees_are_saved_where_they_are() {
    on_one_git(|git| {
        let repo = dirty(git);
        let side = repo.worktree("side");
        side.write("a.txt", "side\n");
        let answer = check(&repo, "git -C ../side reset --hard && git reset --hard");
        assert_eq!(answer["snapshots"].as_array().unwrap().len(), 2);
        let answer = check(&repo, "cd ../side && git clean -f");
        assert_eq!(kept(&repo, &answer, "a.txt"), "side\n");
        side.write("a.txt", "side again\n");
        let answer = check(&repo, "git worktree remove --force ../side");
        assert_eq!(kept(&repo, &answer, "a.txt"), "side again\n");
        // What a linked worktree held is in the main repository, so it may go.
        assert_eq!(verdict(&side, "cd .. && rm -rf side"), "allowed");
        assert_eq!(verdict(&side, "rm -rf ../repo/.git"), "refused");
        // A repository of its own, in the way of nobody.
        repo.sh("git init -q ../other; echo x >../other/x").success();
        let answer = check(&repo, "cd ../other && git clean -fd");
        assert_eq!(answer["verdict"], "captured");
        assert_eq!(kept(&repo.at("../other"), &answer, "x"), "x\n");
    });
}

#[test]
fn odd_places() {
    on_one_git(|git| {
        // No commit yet; a bare repository; a conflict; a directory that cannot be read.
        let repo = TestRepo::with_git(git);
        repo.write("x", "x\n");
        let answer = check(&repo, "git clean -fd; git stash clear; git branch -D y");
        assert_eq!(kept(&repo, &answer, "x"), "x\n");
        let bare = TestRepo::with_layout(git, Layout::Bare);
        assert_eq!(verdict(&bare, "git branch -D x"), "allowed");
        assert_eq!(verdict(&bare, "rm -rf objects"), "refused");
        let repo = dirty(git);
        repo.sh("git checkout -q -b side; git commit -qam side; git checkout -q main; echo z >a.txt; git commit -qam z; git merge side || true").success();
        let answer = check(&repo, "git merge --abort");
        assert!(kept(&repo, &answer, "a.txt").contains("<<<<<<<"), "{answer}");
        let line = [b"rm ".as_slice(), b"\xff\xfe", b" a.txt"].concat();
        let output = repo.run("git-agent").args(["guard", "--json", "--check", "-"]).stdin(line).run().success();
        assert!(output.stdout.contains("allowed") || output.stdout.contains("captured"), "{output}");
        let unreadable = repo.path().join("closed");
        std::fs::create_dir(&unreadable).unwrap();
        std::fs::set_permissions(&unreadable, std::fs::Permissions::from_mode(0o000)).unwrap();
        assert_ne!(verdict(&repo, "ls"), "refused");
        std::fs::set_permissions(&unreadable, std::fs::Permissions::from_mode(0o755)).unwrap();
    });
}

#[test]
fn what_the_index_hides_is_no_less_at_risk() {
    on_one_git(|git| {
        for flag in ["--skip-worktree", "--assume-unchanged"] {
            for line in ["rm conf", "git reset --hard", "git checkout -f", "rm -rf dir", "git rm -rf dir", "mv conf x"]
            {
                let repo = TestRepo::with_git(git);
                repo.write("conf", "ours\n");
                repo.commit_file("dir/conf", "ours\n", "first");
                repo.git(&["update-index", flag, "conf", "dir/conf"]).success();
                assert_eq!(verdict(&repo, line), "allowed", "{flag}, {line}: it is as it was committed");
                assert_eq!(snapshots(&repo), 0);
                repo.write("conf", "LOCAL\n");
                repo.write("dir/conf", "MINE!\n");
                let answer = check(&repo, line);
                assert_eq!(answer["verdict"], "captured", "with {git}, {flag}, {line}");
                assert_eq!(kept(&repo, &answer, "conf"), "LOCAL\n");
                assert_eq!(kept(&repo, &answer, "dir/conf"), "MINE!\n");
                let status: Value = serde_json::from_str(&repo.agent(&["status", "--json"]).stdout).unwrap();
                assert_eq!(status["dirty"]["hidden"], 2, "{status}");
                assert!(repo.agent(&["status"]).stdout.contains("Uncommitted paths: 2 hidden from git status"));
                repo.git(&["config", "agent.guard", "refuse"]).success();
                assert_eq!(verdict(&repo, "git reset --hard"), "refused", "{flag}: it would be lost");
            }
        }
    });
}

#[test]
fn what_is_no_repository_for_git_is_none() {
    on_one_git(|git| {
        let world = TestRepo::without_repository(git);
        for make in [
            "mkdir .git",
            "git init -q; rm .git/HEAD",
            "git init -q; echo nonsense >.git/HEAD",
            "mkdir .git; touch .git/config",
        ] {
            world.sh(&format!("rm -rf .git; {make}; mkdir -p sub")).success();
            for at in [".", "sub"] {
                let there = world.at(at);
                assert_eq!(verdict(&there, "git reset --hard"), "allowed", "{make}");
                assert_eq!(verdict(&there, "rm -rf x"), "safe", "{make}");
            }
        }
        // What is left of one is not thrown away.
        world.sh("rm -rf .git; git init -q; rm .git/HEAD").success();
        assert_eq!(check(&world, "rm -rf .git")["refusal"]["code"], "cannot-capture");
        // git stops at a '.git' file that leads nowhere, and does not look further up.
        world.sh("rm -rf .git; git init -q; echo a >a; mkdir -p sub; echo 'gitdir: nowhere' >sub/.git").success();
        let sub = world.at("sub");
        assert_eq!(verdict(&sub, "git clean -fd"), "allowed");
        let answer = check(&sub, "rm x");
        assert_eq!(answer["verdict"], "allowed", "{answer}");
        assert!(answer["warnings"][0].as_str().unwrap().contains("no snapshot is taken"), "{answer}");
        assert_eq!(check(&sub, "rm .git")["refusal"]["code"], "cannot-capture");
        assert_eq!(check(&sub, "rm -rf ../sub")["refusal"]["code"], "cannot-capture");
        assert!(sub.agent(&["list"]).exits(5).stderr.contains("names '$TMP/repo/sub/nowhere'"));
        assert_eq!(verdict(&world, "git clean -fd"), "captured");
        // A repository above counts where something between is none.
        world.sh("rm sub/.git; mkdir sub/.git").success();
        assert_eq!(verdict(&sub, "git clean -fdx"), "allowed");
        assert!(check(&sub, "git clean -fdx")["snapshot"].is_object());
    });
}

#[test]
fn a_refusing_repository_lets_go_what_no_snapshot_would_hold() {
    on_one_git(|git| {
        let repo = dirty(git);
        repo.git(&["config", "agent.guard", "refuse"]).success();
        repo.write(".git/info/exclude", "node_modules/\nbuild\n*.log\nother\n");
        repo.write("node_modules/x/index.js", "x\n");
        repo.write("build/out", "x\n");
        repo.write("run.log", "x\n");
        repo.sh("mkdir -p sub; echo s >sub/s; git add -f sub; git commit -qm sub sub; git init -q other").success();
        for line in [
            "rm -rf node_modules",
            "rm -rf ./node_modules/ build",
            "rm -rf node_modules/*",
            "rm -rf \"$PWD/build\"",
            "npx rimraf node_modules",
            "find build -delete",
            "find node_modules -name '*.js' -delete",
            "find . -name '*.js' -delete",
            "find . -type d -name node_modules -prune -exec rm -rf {} +",
            "cd build && rm -rf ../node_modules",
            "rm -rf *.log",
            "rm -rf sub",
            "rm -rf not-there",
            "sed -i s/a/b/ a.txt; rm -rf build",
            "rm -rf build && git status",
        ] {
            assert_ne!(verdict(&repo, line), "refused", "{line}");
        }
        for line in [
            "rm -rf node_modules a.txt",
            "rm -rf new.txt",
            "rm key.ignored",
            "rm run.log",
            "rm -rf *",
            "rm -rf \"$x\"",
            "rm -rf other",
            "find . -name '*.txt' -delete",
            "find . ! -name '*.js' -delete",
            "rm -rf build; git reset --hard",
            "git clean -fdx",
        ] {
            assert_eq!(verdict(&repo, line), "refused", "{line}");
        }
        repo.write("sub/s", "changed\n");
        assert_eq!(verdict(&repo, "rm -rf sub"), "refused");
    });
}

#[test]
fn the_repository_may_be_named() {
    on_one_git(|git| {
        let repo = dirty(git);
        repo.sh("mkdir -p sub; git worktree add -q ../side; git init -q ../other; echo x >../other/x").success();
        let top = repo.path().display().to_string();
        let sub = repo.at("sub");
        let lines = |at: &str, dots: &str| {
            [
                format!("git --git-dir={dots}.git --work-tree={dots}. reset --hard"),
                format!("git --git-dir {top}/.git --work-tree {top} reset --hard"),
                format!("GIT_DIR={dots}.git GIT_WORK_TREE={dots}. git reset --hard"),
                format!("env GIT_DIR={top}/.git GIT_WORK_TREE={top} git reset --hard"),
                format!("export GIT_DIR={dots}.git; git reset --hard"),
                format!("GIT_DIR={dots}.git git reset --hard"),
                format!("git --work-tree={dots}. reset --hard"),
                format!("git -C {dots}. --git-dir=.git reset --hard"),
                format!("cd {top} && GIT_DIR=.git git reset --hard # {at}"),
            ]
        };
        for (there, dots) in [(&repo, ""), (&sub, "../")] {
            for line in lines(there.path().to_str().unwrap(), dots) {
                repo.write("a.txt", format!("{line}\n"));
                let answer = check(there, &line);
                assert_eq!(answer["verdict"], "captured", "{line}: {answer}");
                assert_eq!(
                    kept(&repo, &answer, "a.txt"),
                    format!("{line}\n").replace(repo.tmp().to_str().unwrap(), "$TMP")
                );
            }
        }
        // From where no repository is.
        repo.write("a.txt", "from outside\n");
        let answer = check(&repo.at(".."), "git --git-dir=repo/.git --work-tree=repo reset --hard");
        assert_eq!(kept(&repo, &answer, "a.txt"), "from outside\n");
        // One that cannot be saved, because its files are not those of that repository.
        for line in [
            "git --git-dir=../other/.git reset --hard",
            "git --git-dir=.git --work-tree=../other reset --hard",
            "git -C ../side --git-dir=../repo/.git reset --hard",
            "GIT_DIR=$x git reset --hard",
        ] {
            assert_eq!(check(&repo, line)["refusal"]["code"], "cannot-capture", "{line}");
        }
        assert_eq!(verdict(&repo, "GIT_DIR=../other/.git git push --force"), "allowed");
    });
}

#[test]
fn programs_and_wrappers_of_the_tables() {
    let repo = dirty(crate::support::default_git());
    for line in [
        "rimraf a.txt",
        "npx -y rimraf@5 'a*'",
        "awk -i inplace '{print}' a.txt",
        "curl -o a.txt https://x/y",
        "curl -O https://x/a.txt",
        "sort -o a.txt a.txt",
        "openssl rand -out a.txt 3",
        "vim -es -c 's/a/b/' -c wq a.txt",
        "gh pr checkout 3 --force",
        "git diff --output=a.txt",
        "uv run rm a.txt",
        "poetry run sh -c 'rm a.txt'",
        "npx -c 'rm a.txt'",
        "python3 -c 'import os; os.remove(\"a.txt\")'",
    ] {
        repo.write("a.txt", format!("{line}\n"));
        let answer = check(&repo, line);
        assert_eq!(
            (answer["verdict"].as_str(), kept(&repo, &answer, "a.txt")),
            (Some("captured"), format!("{line}\n"))
        );
    }
    for line in ["[ -d src ]", "[[ -d src ]] || ls", "curl -o fresh https://x/y", "sort a.txt"] {
        assert_eq!(verdict(&repo, line), "safe", "{line}");
    }
    // What an archive or a branch has may be where ignored files are.
    repo.sh("git add -A; git commit -qm all; tar cf ../a.tar a.txt").success();
    for line in ["gh pr checkout 3", "tar xf ../a.tar", "cp -r ../other/. ."] {
        repo.write("key.ignored", format!("{line}\n"));
        let answer = check(&repo, line);
        assert_eq!(kept(&repo, &answer, "key.ignored"), format!("{line}\n"), "{line}");
    }
}
