//! Snapshots in every sort of repository, and from every place in it.

use crate::snapshot_capture::{snap, stored, tree, with_files};
use crate::support::{Layout, State, TestRepo, gits, on_every_git};

#[test]
fn other_hashes_and_ref_storages() {
    for git in gits() {
        let layouts = [Layout::Plain, Layout::Sha256, Layout::Reftable];
        for layout in layouts.into_iter().filter(|layout| *layout != Layout::Reftable || git.has_reftable()) {
            let repo = with_files(TestRepo::with_layout(git, layout));
            repo.write("a.txt", "edited\n");
            repo.write("new", "x\n");
            let (snapshot, _) = snap(&repo);
            assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
            assert_eq!(repo.git(&["rev-parse", &format!("{snapshot}^")]).text(), repo.head());
            let again = repo.agent(&["snapshot", "--json"]).json();
            assert_eq!(again["snapshot"]["created"], false, "{layout:?}");
            let listed = repo.agent(&["snapshot", "list", "--json"]).json();
            assert_eq!(listed["snapshots"].as_array().unwrap().len(), 1);
            repo.agent(&["snapshot", "show", &snapshot]).success();
            repo.fsck();
            repo.agent(&["snapshot", "drop", &snapshot]).success();
            assert_eq!(repo.git(&["for-each-ref", "refs/agent"]).text(), "");
        }
    }
}

#[test]
fn a_subdirectory_gives_the_whole_worktree() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        repo.write("dir/new", "new\n");
        let (below, _) = snap(&repo.at("dir/sub"));
        assert_eq!(stored(&repo, &below, "worktree/a.txt"), b"edited\n");
        assert_eq!(stored(&repo, &below, "worktree/dir/new"), b"new\n");
        let top = repo.agent(&["snapshot", "--json"]).json();
        assert_eq!((top["snapshot"]["created"].clone(), top["snapshot"]["ref"].clone()), (false.into(), below.into()));
    });
}

#[test]
fn a_bare_repository_has_nothing_to_save() {
    let repo = TestRepo::with_layout(crate::support::default_git(), Layout::Bare);
    insta::assert_snapshot!(repo.agent(&["snapshot"]), @"
    ------- stderr -------
    error: cannot take a snapshot: this repository is bare
    hint: run it in a worktree: 'git worktree list' lists them
    [exit code 5]
    ");
}

#[test]
fn linked_worktrees_save_their_own() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let linked = repo.worktree("linked");
        repo.write("a.txt", "main\n");
        linked.write("a.txt", "linked\n");
        linked.git(&["update-index", "--assume-unchanged", "b.txt"]).success();
        let (one, _) = snap(&repo);
        let (two, _) = snap(&linked);
        assert_eq!(stored(&repo, &one, "worktree/a.txt"), b"main\n");
        assert_eq!(stored(&repo, &two, "worktree/a.txt"), b"linked\n");
        for repo in [&repo, &linked] {
            let again = repo.agent(&["snapshot", "--json"]).json();
            assert_eq!(again["snapshot"]["created"], false, "each compares with its own last one");
        }
        let shown = repo.agent(&["snapshot", "show", &two, "--json"]).json();
        assert_eq!((shown["snapshot"]["worktree"].clone(), shown["since"].clone()), ("linked".into(), ().into()));
    });
}

#[test]
fn two_worktrees_at_once() {
    let repo = with_files(TestRepo::new());
    let linked = repo.worktree("linked");
    for round in 0..5 {
        let mut children = Vec::new();
        for repo in [&repo, &linked] {
            repo.write("a.txt", format!("{round} in {}\n", repo.path().display()));
            for n in 0..4 {
                repo.write(&format!("new{n}"), format!("{round}{n}\n"));
            }
            for _ in 0..2 {
                let command = repo.run("git-agent").args(["snapshot", "--json"]).into_command();
                children.push((repo.path().to_owned(), spawn(command)));
            }
        }
        for (path, child) in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let snapshot = answer["snapshot"]["ref"].as_str().unwrap().to_owned();
            let text = stored(&repo, &snapshot, "worktree/a.txt");
            assert_eq!(String::from_utf8(text).unwrap(), format!("{round} in {}\n", path.display()));
        }
    }
    repo.fsck();
}

fn spawn(mut command: std::process::Command) -> std::process::Child {
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
}

#[test]
fn inside_of_a_hook() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        let linked = repo.worktree("linked");
        for repo in [&repo, &linked] {
            let hook = repo.git(&["rev-parse", "--git-path", "hooks/pre-commit"]).text();
            let hook = hook.replace("$TMP", &repo.tmp().to_string_lossy());
            let hook = repo.path().join(hook);
            repo.write_script(hook.to_str().unwrap(), "#!/bin/sh\ncd dir && exec git agent snapshot -m hook\n");
            repo.write("a.txt", "in the commit\n");
            repo.write("b.txt", "not in the commit\n");
            repo.write("new", "untracked\n");
            // git gives the hook an index of its own.
            repo.git(&["commit", "-q", "-m", "second", "--only", "a.txt"]).success();
            let listed = repo.agent(&["snapshot", "list", "--json"]).json();
            let snapshot = listed["snapshots"][0]["ref"].as_str().unwrap().to_owned();
            assert_eq!(stored(repo, &snapshot, "worktree/b.txt"), b"not in the commit\n");
            assert_eq!(stored(repo, &snapshot, "worktree/new"), b"untracked\n");
            assert_eq!(
                stored(repo, &snapshot, "staged/a.txt"),
                b"a.txt\n",
                "the index of the worktree, not the hook's"
            );
            std::fs::remove_file(hook).unwrap();
        }
    });
}

#[test]
fn git_directories_elsewhere() {
    on_every_git(|git| {
        let repo = TestRepo::without_repository(git);
        repo.git(&["init", "-q", "-b", "main", "--separate-git-dir", "../elsewhere"]).success();
        let repo = with_files(repo);
        repo.write("a.txt", "edited\n");
        let (snapshot, _) = snap(&repo);
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
        // Told by variables, from outside.
        repo.write("a.txt", "again\n");
        let outside = repo.at("..");
        let answer = outside
            .run("git-agent")
            .args(["snapshot", "--json"])
            .env("GIT_DIR", "elsewhere")
            .env("GIT_WORK_TREE", "repo")
            .run()
            .json();
        let snapshot = answer["snapshot"]["ref"].as_str().unwrap().to_owned();
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"again\n");
        assert_eq!(tree(&repo, &snapshot, "worktree").len(), 5);
    });
}

#[test]
fn snapshot_without_user_identity() {
    on_every_git(|git| {
        let repo = with_files(TestRepo::with_git(git));
        repo.write("a.txt", "edited\n");
        let anonymous = |args: &[&str]| {
            let run = repo.run("git-agent").args(args).env("GIT_CONFIG_GLOBAL", "/dev/null");
            run.env("EMAIL", "").env_remove("USER").run()
        };
        repo.git(&["config", "user.useConfigOnly", "true"]).success();
        repo.git(&["config", "commit.gpgSign", "true"]).success();
        let before = State::of(&repo);
        let answer = anonymous(&["snapshot", "--json"]).json();
        assert_eq!(State::of(&repo), before);
        let snapshot = answer["snapshot"]["ref"].as_str().unwrap().to_owned();
        assert_eq!(stored(&repo, &snapshot, "worktree/a.txt"), b"edited\n");
        let who = repo.git(&["log", "-1", "--format=%an <%ae> %cn <%ce> %G?", &snapshot]).text();
        assert_eq!(who, "git-agent <git-agent@localhost> git-agent <git-agent@localhost> N");
    });
}
