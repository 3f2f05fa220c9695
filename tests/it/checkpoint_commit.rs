//! `git agent checkpoint`: what it commits, how it is called, what it answers.

use crate::support::{Layout, State, TestRepo, default_git, gits, on_every_git};

/// A repository with one commit and the active task `fix` (Fix login).
pub fn with_task(repo: TestRepo) -> TestRepo {
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["add", "Fix login", "--id", "fix"]).success();
    repo.agent(&["start", "fix"]).success();
    repo
}

#[test]
fn a_checkpoint_is_a_commit_of_everything_with_its_task() {
    on_every_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.write("a.txt", "two\n");
        repo.write("dir/new file", "new\n");
        repo.write(".gitignore", "*.log\n");
        repo.write("x.log", "not this\n");
        insta::allow_duplicates! {
            insta::assert_snapshot!(repo.agent(&["checkpoint"]).stdout.replace(&repo.head()[..12], "<commit>"), @r"
            Saved fix@1 as <commit>: Fix login (checkpoint 1)
              3 paths: .gitignore, a.txt, dir/new file
            ");
        }
        assert_eq!(repo.task_ids("HEAD"), ["fix"]);
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        assert_eq!(repo.git(&["log", "-1", "--format=%an <%ae>"]).text(), "A U Thor <author@example.com>");
        repo.write("a.txt", "three\n");
        let answer = repo.agent(&["checkpoint", "--json", "-m", "Say why\n\nBecause."]).json();
        assert_eq!(answer["checkpoint"]["number"], 2);
        assert_eq!(repo.message("HEAD"), b"Say why\n\nBecause.\n\nTask-Id: fix\n");
        repo.fsck();
    });
}

#[test]
fn the_answer_is_as_the_contract_says() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    let answer = repo.agent(&["checkpoint", "--json"]).json();
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
    let operation = repo.agent(&["ops", "--json"]).json()["operations"][0]["id"].clone();
    assert!(operation.is_string());
    let expected = serde_json::json!({
        "schema": 1, "created": true, "operation": operation, "verification": null,
        "checkpoint": {
            "task": "fix", "number": 1, "commit": repo.head(), "tree": tree, "subject": "Fix login (checkpoint 1)",
            "paths": ["a.txt"], "verification": null,
        },
    });
    assert_eq!(answer, expected);
    let answer = repo.agent(&["checkpoint", "--json"]).json();
    let expected =
        serde_json::json!({"schema": 1, "created": false, "checkpoint": null, "operation": null, "verification": null});
    assert_eq!(answer, expected);
    insta::assert_snapshot!(repo.agent(&["checkpoint"]), @"Nothing to commit for fix: no checkpoint was needed.");
}

#[test]
fn nothing_to_commit_leaves_even_the_index_alone() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    repo.git(&["add", "a.txt"]).success();
    repo.write("a.txt", "one\n");
    let before = State::of(&repo);
    repo.agent(&["checkpoint"]).success();
    assert_eq!(State::of(&repo), before);
    repo.agent(&["checkpoint", "--allow-empty"]).success();
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).text(), "2");
}

#[test]
fn without_a_task_it_says_how_to_get_one() {
    let repo = TestRepo::new();
    repo.write("a", "1");
    insta::assert_snapshot!(repo.agent(&["checkpoint"]), @r"
    ------- stderr -------
    error: cannot make a checkpoint: no task is active in this worktree
    hint: start one: git agent start <task>; 'git agent next' finds one
    hint: or name it: git agent checkpoint --task <task>
    [exit code 2]
    ");
}

#[test]
fn the_task_is_the_named_one_then_the_variable_then_the_active_ones() {
    let repo = with_task(TestRepo::new());
    for id in ["one", "two", "three"] {
        repo.agent(&["add", id, "--id", id]).success();
    }
    let save = |file: &str, args: &[&str], variable: &str| {
        repo.write(file, file);
        repo.run("git-agent").args(["checkpoint"]).args(args).env("GIT_AGENT_TASK", variable).run().success();
        repo.task_ids("HEAD")
    };
    assert_eq!(save("1", &["--task", "one"], "two"), ["one"]);
    assert_eq!(save("2", &[], "two"), ["two"]);
    assert_eq!(save("3", &[], ""), ["fix"]);
    repo.agent(&["start", "--also", "three"]).success();
    assert_eq!(save("4", &[], ""), ["three", "fix"]);
    let known = repo.git(&["notes", "--ref=agent-tasks", "list"]).lines().len();
    assert_eq!(known, 4);
}

#[test]
fn the_commit_is_recorded_once_with_tree_and_subject() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    repo.agent(&["checkpoint"]).success();
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin("0 task fix\n").run().text();
    let note = repo.git(&["notes", "--ref=agent-tasks", "show", &key]).text();
    let commits: Vec<&str> = note.lines().filter(|line| line.contains(" commit commit=")).collect();
    assert_eq!(commits.len(), 1, "{note}");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
    let end = format!("commit=\"{}\" tree=\"{tree}\" subject=\"Fix login (checkpoint 1)\"", repo.head());
    assert!(commits[0].ends_with(&end), "{note}");
}

#[test]
fn a_message_is_kept_and_gets_prefix_and_trailer_once() {
    let repo = with_task(TestRepo::new());
    repo.git(&["config", "agent.subjectPrefix", "[AGENT] "]).success();
    repo.git(&["config", "commit.cleanup", "strip"]).success();
    let message = |text: &str| {
        repo.write("a.txt", text);
        repo.run("git-agent").args(["checkpoint", "-m", "-"]).stdin(text).run().success();
        String::from_utf8(repo.message("HEAD")).unwrap()
    };
    assert_eq!(
        message("#12 is fixed\n\n# and this stays"),
        "[AGENT] #12 is fixed\n\n# and this stays\n\nTask-Id: fix\n"
    );
    assert_eq!(message("[AGENT] x\n\nTask-Id: fix\nReviewed-by: B"), "[AGENT] x\n\nTask-Id: fix\nReviewed-by: B\n");
    assert_eq!(message("see https://x.y"), "[AGENT] see https://x.y\n\nTask-Id: fix\n");
    repo.write("a.txt", "hostile");
    repo.agent(&["checkpoint", "-m", "a\u{1b}[2J"]).exits(2);
    repo.agent(&["checkpoint", "-m", " "]).exits(2);
}

#[test]
fn numbers_count_the_commits_of_the_task_on_this_history() {
    let repo = with_task(TestRepo::new());
    repo.agent(&["add", "Other", "--id", "fix-2"]).success();
    let save = |content: &str, task: &str| {
        repo.write("a.txt", content);
        repo.agent(&["checkpoint", "--json", "--task", task]).json()["checkpoint"]["number"].clone()
    };
    assert_eq!(save("1", "fix"), 1);
    assert_eq!(save("2", "fix-2"), 1, "fix is not fix-2");
    assert_eq!(save("3", "fix"), 2);
    // A commit by hand counts; one that only mentions the id does not.
    repo.commit_file("a.txt", "4", "by hand\n\nTask-Id: fix");
    repo.commit_file("a.txt", "5", "about fix\n\nSee Task-Id: fix");
    assert_eq!(save("6", "fix"), 4);
    repo.git(&["switch", "-q", "-c", "side", "HEAD~3"]).success();
    assert_eq!(save("7", "fix"), 3);
}

#[test]
fn generated_ids_are_counted_from_where_the_task_began() {
    let repo = TestRepo::new();
    for n in 0..3 {
        repo.commit_file("a.txt", &n.to_string(), "old");
    }
    let id = repo.agent(&["add", "Task", "--json"]).json()["task"]["id"].as_str().unwrap().to_owned();
    repo.agent(&["start", &id]).success();
    for n in 1..4 {
        repo.write("a.txt", format!("new {n}"));
        assert_eq!(repo.agent(&["checkpoint", "--json"]).json()["checkpoint"]["number"], n);
    }
    // The history is rewritten: the base is not an ancestor any more.
    repo.sh("git rebase -q --root --exec 'git commit -q --amend --no-edit --date=@0' 2>&1").success();
    repo.write("a.txt", "last");
    assert_eq!(repo.agent(&["checkpoint", "--json"]).json()["checkpoint"]["number"], 4);
}

#[test]
fn it_works_wherever_git_commit_works() {
    for git in gits() {
        let layouts = [Some(Layout::Plain), Some(Layout::Sha256), git.has_reftable().then_some(Layout::Reftable)];
        for layout in layouts.into_iter().flatten() {
            let repo = TestRepo::with_layout(git, layout);
            // An unborn branch, an empty index, a subdirectory.
            repo.agent(&["add", "Begin", "--id", "t"]).success();
            repo.agent(&["start", "t"]).success();
            repo.write("sub/file", "1");
            repo.write("top", "1");
            repo.at("sub").agent(&["checkpoint"]).success();
            assert_eq!(repo.git(&["ls-tree", "-r", "--name-only", "HEAD"]).lines(), ["sub/file", "top"]);
            // A detached HEAD.
            repo.git(&["checkout", "-q", "--detach"]).success();
            repo.write("top", "2");
            repo.agent(&["checkpoint"]).success();
            // A linked worktree.
            let side = repo.worktree("side");
            side.write("top", "3");
            side.agent(&["checkpoint", "--task", "t"]).success();
            assert_eq!(side.git(&["status", "--porcelain"]).text(), "");
            assert_eq!(side.task_ids("HEAD"), ["t"]);
            repo.fsck();
        }
    }
    let bare = TestRepo::with_layout(default_git(), Layout::Bare);
    bare.agent(&["checkpoint"]).exits(5);
}

#[test]
fn git_may_be_told_where_repository_and_work_tree_are() {
    on_every_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.sh("mv .git ../elsewhere; mkdir sub").success();
        let places = [(repo.tmp(), "elsewhere", "repo"), (&repo.path().join("sub"), "../../elsewhere", "..")];
        for (n, (dir, git_dir, top)) in places.into_iter().enumerate() {
            repo.write("a.txt", format!("{n}"));
            let agent = |args: &[&str]| {
                let git = repo.run("git").args(["--git-dir", git_dir, "--work-tree", top, "agent"]);
                git.args(args).dir(dir).run()
            };
            agent(&["checkpoint"]).success();
            assert_eq!(agent(&["status", "--porcelain"]).lines()[3], "dirty 0 0 0");
            agent(&["verify", "--", "test -z \"$(git status --porcelain)\""]).success();
            let shown = repo.git(&["--git-dir=../elsewhere", "show", "--format=", "--name-only", "HEAD"]);
            assert_eq!(shown.text(), "a.txt");
        }
    });
}

#[test]
fn users_hooks_and_their_changes_are_part_of_it() {
    on_every_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        // As formatters do: change the file, stage it.
        repo.write_script(
            ".git/hooks/pre-commit",
            "#!/bin/sh\necho formatted >a.txt\ngit add a.txt\necho hook says hi\n",
        );
        repo.write_script(".git/hooks/commit-msg", "#!/bin/sh\necho 'Checked-by: me' >>\"$1\"\n");
        repo.write("a.txt", "two\n");
        repo.write("b.txt", "new\n");
        let said = repo.agent(&["checkpoint", "--json"]);
        assert!(said.json()["created"].as_bool().unwrap());
        assert_eq!(repo.git(&["show", "HEAD:a.txt"]).text(), "formatted");
        assert_eq!(repo.git(&["status", "--porcelain"]).text(), "");
        assert_eq!(repo.message("HEAD"), b"Fix login (checkpoint 1)\n\nTask-Id: fix\nChecked-by: me\n");
    });
}

#[test]
fn a_hook_that_drops_the_trailer_is_told_of_and_the_ledger_links_the_commit() {
    let repo = with_task(TestRepo::new());
    repo.write_script(".git/hooks/commit-msg", "#!/bin/sh\necho 'only this' >\"$1\"\n");
    repo.write("a.txt", "two\n");
    let said = repo.agent(&["checkpoint"]).success();
    assert!(said.stderr.contains("a hook removed the trailer of fix from the message"), "{said}");
    let unstamped = repo.agent(&["status", "--json"]).json()["unstamped"].clone();
    assert_eq!(unstamped, serde_json::json!([]));
}
