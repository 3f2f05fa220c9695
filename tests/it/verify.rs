//! `git agent verify`, `checkpoint --verify`, `complete --verify`, `agent.requireVerify`.

use crate::checkpoint_commit::with_task;
use crate::support::{State, TestRepo, on_one_git};

fn tree_of_everything(repo: &TestRepo) -> String {
    repo.sh(
        "cp -p .git/index .git/i; GIT_INDEX_FILE=.git/i git add -A; GIT_INDEX_FILE=.git/i git write-tree; rm .git/i",
    )
    .text()
}

#[test]
fn evidence_names_the_content_it_was_found_on() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        repo.write("a.txt", "two\n");
        repo.write("new", "x\n");
        let before = State::of(&repo);
        let objects = repo.git(&["count-objects"]).text();
        let answer = repo.agent(&["verify", "--json", "--verbose", "--", "echo out; grep -q two a.txt"]).success();
        assert_eq!(answer.stderr, "out\n", "what the command says is not part of the answer");
        let answer = repo.agent(&["verify", "--json", "--", "echo out; grep -q two a.txt"]).success();
        assert_eq!(answer.stderr, "", "and is not shown unless it is asked for");
        let verification = answer.json()["verification"].clone();
        assert_eq!(State::of(&repo), before);
        assert!(objects <= repo.git(&["count-objects"]).text());
        assert_eq!(verification["tree"], tree_of_everything(&repo));
        assert_eq!(verification["command"], "echo out; grep -q two a.txt");
        assert_eq!(verification["exit"], 0);
        assert_eq!(verification["passed"], true);
        let shown = repo.agent(&["show", "fix", "--json"]).json()["task"]["verification"].clone();
        assert_eq!(shown, verification);
    });
}

#[test]
fn the_exit_code_says_whether_it_passed() {
    let repo = with_task(TestRepo::new());
    let said = |output: crate::support::Output| {
        regex::Regex::new(r"in \d+\.\d s on tree [0-9a-f]{12}")
            .unwrap()
            .replace(&output.to_string(), "in <time> on <tree>")
            .into_owned()
    };
    insta::assert_snapshot!(said(repo.agent(&["verify", "--", "echo hello; exit 3"])), @r"
    Verified fix: 'echo hello; exit 3' failed with exit code 3 in <time> on <tree>.
    ------- stderr -------
        hello
    [exit code 1]
    ");
    insta::assert_snapshot!(said(repo.agent(&["verify", "fix", "--", "test", "a b", "=", "a b"])), @"Verified fix: 'test 'a b' = 'a b'' passed in <time> on <tree>.");
    // Not an option of the shell.
    for command in ["-x", "--version", "-c true"] {
        let answer = repo.agent(&["verify", "--json", "--", command]).exits(1);
        let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
        assert_eq!(answer["verification"]["exit"], 127, "{command}: {answer}");
    }
    let killed = repo.agent(&["verify", "--json", "--", "kill -9 $$"]).exits(1).stdout;
    assert!(killed.contains(r#""exit":137"#), "{killed}");
    repo.git(&["config", "agent.verify", "test -f a.txt"]).success();
    std::fs::create_dir(repo.path().join("sub")).unwrap();
    repo.at("sub").agent(&["verify"]).success();
}

#[test]
fn without_a_command_it_says_how_to_give_one() {
    let repo = with_task(TestRepo::new());
    insta::assert_snapshot!(repo.agent(&["verify"]), @r"
    ------- stderr -------
    error: no verification command is given, and 'agent.verify' is not set
    hint: give one: git agent verify -- <command>
    hint: or set one for this repository: git config agent.verify '<command>'
    [exit code 2]
    ");
    repo.agent(&["verify", "nobody", "--", "true"]).exits(2);
}

#[test]
fn a_command_that_changes_the_content_proves_nothing() {
    let repo = with_task(TestRepo::new());
    insta::assert_snapshot!(repo.agent(&["verify", "--", "echo x >made; echo y >>a.txt"]), @r"
    ------- stderr -------
    warning: the content changed while 'echo x >made; echo y >>a.txt' ran (exit code 0), so its result applies to no state and nothing was recorded: 'a.txt', 'made'
    hint: run it again, or add the files that the command creates to .gitignore
    [exit code 1]
    ");
    let answer = repo.agent(&["verify", "--json", "--", "echo z >>a.txt"]).exits(1).stdout;
    assert!(answer.contains(r#""code":"tree-changed""#), "{answer}");
    assert_eq!(repo.agent(&["show", "fix", "--json"]).json()["task"]["verification"], serde_json::Value::Null);
    // What is ignored, and what it puts back, is no change.
    repo.write(".gitignore", "out\n");
    repo.agent(&["verify", "--", "echo x >out; echo x >tmp; rm tmp"]).success();
}

#[test]
fn repositories_inside_do_not_disturb_it() {
    on_one_git(|git| {
        let repo = with_task(TestRepo::with_git(git));
        let tree = repo.git(&["rev-parse", "HEAD^{tree}"]).text();
        repo.sh("git init -q empty; git init -q full; cd full; echo x >x; git add x; git commit -qm x").success();
        let answer = repo.agent(&["verify", "--json", "--", "true"]).json();
        assert_eq!(answer["verification"]["tree"], tree);
    });
}

#[test]
fn a_checkpoint_is_verified_as_it_was_committed() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    let answer = repo.agent(&["checkpoint", "--json", "--verify", "exit 4"]).exits(1).stdout;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let checkpoint = &answer["checkpoint"];
    assert_eq!(checkpoint["verification"]["exit"], 4);
    assert_eq!(checkpoint["verification"]["passed"], false);
    assert_eq!(checkpoint["verification"]["tree"], checkpoint["tree"]);
    // Nothing new to commit, but to find out.
    let answer = repo.agent(&["checkpoint", "--json", "--verify", "true"]).json();
    assert_eq!((&answer["created"], &answer["verification"]["passed"]), (&false.into(), &true.into()));
    // A part of the work tree cannot be verified as if it were all.
    repo.write("a.txt", "three\n");
    repo.write("b.txt", "three\n");
    let before = State::of(&repo);
    repo.agent(&["checkpoint", "--only", "a.txt", "--verify", "true"]).exits(1);
    assert_eq!(State::of(&repo), before);
    repo.git(&["add", "-A"]).success();
    repo.agent(&["checkpoint", "--staged", "--verify", "true"]).success();
    // A hook that commits something else than the work tree.
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\ngit update-index --force-remove b.txt\n");
    repo.write("a.txt", "four\n");
    let said = repo.agent(&["checkpoint", "--verify", "true"]).success();
    assert!(said.stderr.contains("the commit differs from what was verified"), "{said}");
}

#[test]
fn a_signal_leaves_no_directory() {
    for signal in ["INT", "TERM"] {
        let repo = TestRepo::new();
        repo.agent(&["add", "One", "--id", "one"]).success();
        repo.agent(&["start", "one"]).success();
        // What runs the tests in the background ignores SIGINT for them, too.
        let verify = format!("git-agent verify -- 'kill -{signal} $PPID; sleep 1'");
        let killed = repo.sh(&format!("exec env --default-signal={signal} {verify}"));
        assert_eq!(killed.code, None, "{killed}");
        assert_eq!(repo.sh("find .git/agent -name 'verify-*'").text(), "");
        assert!(repo.agent(&["show", "one", "--json"]).json()["task"]["verification"].is_null());
    }
}

/// A script that runs it in the background ignores SIGINT for it.
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let repo = with_task(TestRepo::new());
    repo.sh("trap '' INT; git agent verify -- 'kill -INT $PPID; sleep 0.2'").success();
    assert_eq!(repo.agent(&["show", "fix", "--json"]).json()["task"]["verification"]["passed"], true);
}

#[test]
fn completing_can_ask_for_evidence() {
    let repo = with_task(TestRepo::new());
    repo.write("a.txt", "two\n");
    let said = repo.agent(&["complete", "--verify", "grep -q three a.txt"]).exits(1);
    assert!(said.stderr.contains("cannot complete fix: 'grep -q three a.txt' failed with exit code 1"), "{said}");
    assert_eq!(repo.agent(&["show", "fix", "--json"]).json()["task"]["status"], "in_progress");
    repo.agent(&["complete", "--verify", "echo x >>a.txt"]).exits(1);
    repo.agent(&["complete", "fix", "--json", "--verify", "echo noise; true"]).json();
    // Again: nothing is run, nothing is changed, and that is said.
    repo.write("a.txt", "three\n");
    let head = repo.head();
    insta::assert_snapshot!(repo.agent(&["complete", "fix", "--verify", "touch ran; false"]), @r"
    fix (Fix login) is already completed.
    ------- stderr -------
    warning: 'touch ran; false' was not run, because fix is already completed
    hint: to run it: git agent verify fix -- 'touch ran; false'
    ");
    repo.git(&["config", "agent.verify", "touch ran"]).success();
    insta::assert_snapshot!(repo.agent(&["complete", "fix", "-m", "more", "--verify"]), @r"
    fix (Fix login) is already completed.
    ------- stderr -------
    warning: nothing was committed, and 'touch ran' was not run, because fix is already completed
    hint: to run it: git agent verify fix
    hint: to commit what changed: git agent checkpoint --task fix
    ");
    let said = repo.agent(&["complete", "fix", "-m", "more", "--json"]).success();
    assert!(said.stderr.contains("warning: nothing was committed, because fix is already completed"), "{said}");
    assert!(!repo.path().join("ran").exists());
    assert_eq!(repo.head(), head);
}

#[test]
fn completing_can_need_evidence_of_the_present_content() {
    let repo = with_task(TestRepo::new());
    repo.git(&["config", "agent.requireVerify", "true"]).success();
    insta::assert_snapshot!(repo.agent(&["complete"]), @r"
    ------- stderr -------
    error: cannot complete fix: the current content is tree 20e50a07feff; it was not verified, nor was any other state of this task (agent.requireVerify)
    nothing was changed
    hint: verify it: git agent verify fix; or both at once: git agent complete fix --verify
    hint: to complete it anyway: git agent complete fix --force
    [exit code 1]
    ");
    repo.agent(&["verify", "--", "true"]).success();
    repo.write("new", "x");
    let said = repo.agent(&["complete"]).exits(1);
    assert!(said.stderr.contains("the last verified tree is 20e50a07feff, which passed"), "{said}");
    repo.agent(&["verify", "--", "false"]).exits(1);
    let said = repo.agent(&["complete"]).exits(1);
    assert!(said.stderr.contains("its verification failed with exit code 1"), "{said}");
    repo.agent(&["verify", "--", "true"]).success();
    // Committing is no change of the content.
    repo.agent(&["checkpoint"]).success();
    repo.agent(&["complete"]).success();
    repo.agent(&["reopen", "fix"]).success();
    repo.write("new", "y");
    repo.agent(&["complete", "fix"]).exits(1);
    repo.agent(&["complete", "fix", "--force"]).success();
}
