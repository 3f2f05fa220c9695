//! The loop in one call: `complete -m … --verify --next`, and what the next task needs.

use serde_json::Value;

use crate::checkpoint_commit::with_task;
use crate::support::{TestRepo, on_one_git};

/// A repository with the tasks `a` and `b`, of which `a` is active.
fn repo(repo: TestRepo) -> TestRepo {
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo.git(&["config", "agent.verify", "sh test.sh"]).success();
    repo.write("test.sh", "echo all is well; test ! -f bad\n");
    repo.agent(&["add", "One", "--id", "a"]).success();
    repo.agent(&["add", "Two", "--id", "b", "-d", "The second one.", "--accept", "it is two"]).success();
    repo.agent(&["start", "a"]).success();
    repo
}

fn task(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"].clone()
}

/// Without commits and times.
fn said(output: &crate::support::Output) -> String {
    let ids = crate::support::without_ids(&output.to_string());
    regex::Regex::new(r"\d+\.\d s").unwrap().replace_all(&ids, "<time>").into_owned()
}

#[test]
fn one_call_commits_verifies_completes_and_starts_the_next() {
    on_one_git(|git| {
        let repo = repo(TestRepo::with_git(git));
        repo.write("b.txt", "two\n");
        let done = repo.agent(&["complete", "-m", "Write b", "--verify", "--next"]).success();
        insta::allow_duplicates! {
            insta::assert_snapshot!(said(&done), @r"
            Saved a@1 as <oid>: 2 paths, passed in <time>.
            Completed a (One).
            Started b (Two).
            > The second one.
            Done when > it is two
            ");
        }
        assert_eq!((repo.task_ids("HEAD"), repo.git(&["status", "--porcelain"]).text()), (vec!["a".into()], "".into()));
        let a = task(&repo, "a");
        assert_eq!(a["verification"]["tree"], repo.git(&["rev-parse", "HEAD^{tree}"]).text());
        assert_eq!(a["verification"]["uncommitted"], Value::Null);
        assert_eq!(task(&repo, "b")["base"]["commit"], repo.head());
        // The same, for programs.
        repo.write("c.txt", "three\n");
        let done = repo.agent(&["complete", "-m", "Write c", "--verify", "--next", "--json"]).success();
        assert_eq!(done.stderr, "");
        let done = done.json();
        assert_eq!(done["checkpoint"]["commit"], repo.head());
        assert_eq!((&done["checkpoint"]["passed"], &done["checkpoint"]["paths"]), (&true.into(), &1.into()));
        assert_eq!(done["next"], Value::Null);
    });
}

#[test]
fn after_a_failed_check_the_checkpoint_stays_and_the_task_is_open() {
    let repo = repo(TestRepo::new());
    let script: String = (1..=30).map(|line| format!("echo line {line}\n")).collect();
    repo.write("test.sh", format!("{script}exit 3\n"));
    let refused = repo.agent(&["complete", "-m", "Write b", "--verify", "--next"]).exits(1);
    let shown: String =
        refused.stderr.lines().filter(|line| !line.starts_with("    line")).map(|line| format!("{line}\n")).collect();
    let shown = crate::support::Output { stderr: shown, ..refused.clone() };
    insta::assert_snapshot!(said(&shown), @r"
    ------- stderr -------
    error: cannot complete a: 'sh test.sh' failed with exit code 3 in <time> on tree <oid>
    nothing was changed, but a@1 is saved as <oid>, and the outcome is recorded
    hint: fix the problem and complete it again
    hint: to complete it anyway: git agent complete a --force
    [exit code 1]
    ");
    assert!(refused.stderr.contains("    line 11\n") && !refused.stderr.contains("line 10\n"), "{refused}");
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    let a = task(&repo, "a");
    assert_eq!(a["status"], "in_progress");
    assert_eq!(a["verification"]["output"].as_str().unwrap().lines().count(), 20);
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!(["a"]));
    // Whoever goes on is told.
    assert!(repo.agent(&["show", "a"]).success().stdout.contains("Output of the failed verification\n    line 11\n"));
    let brief = repo.agent(&["brief"]).success().stdout;
    assert!(
        brief.contains("## The last verification failed")
            && brief.contains("- > line 30\n- exit code 3 > sh test.sh\n"),
        "{brief}"
    );
    repo.agent(&["pause"]).success();
    let again = repo.agent(&["start", "a"]).success().stdout;
    assert!(
        again.contains("Verification failed > line 30\nVerification failed: exit code 3 > sh test.sh\n"),
        "{again}"
    );
    assert!(again.lines().count() <= 15, "{again}");
    // For programs, too.
    let refused = repo.agent(&["complete", "-m", "Again", "--verify", "--json"]).exits(1).stdout;
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert_eq!(refused["error"]["code"], "verify-failed");
    assert!(refused["error"]["output"].as_str().unwrap().ends_with("line 30"));
    assert_eq!(refused["error"]["changed"], "the outcome is recorded");
    // When it is put right, nothing of it is said any more.
    repo.write("test.sh", "true\n");
    repo.agent(&["complete", "-m", "Put it right", "--verify"]).success();
    assert!(!repo.agent(&["show", "a"]).success().stdout.contains("line 30"));
}

#[test]
fn what_is_refused_anyway_is_refused_before_the_commit() {
    let repo = repo(TestRepo::new());
    let head = repo.head();
    repo.agent(&["block", "a", "--on", "a key"]).success();
    repo.agent(&["complete", "-m", "x", "--verify"]).exits(1);
    repo.agent(&["unblock", "a"]).success();
    repo.git(&["config", "agent.requireVerify", "true"]).success();
    repo.agent(&["complete", "-m", "x"]).exits(1);
    repo.git(&["config", "--unset", "agent.requireVerify"]).success();
    repo.agent(&["complete", "b", "-m", "x", "--verify", ""]).exits(2);
    repo.write("key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"); // gitleaks:allow
    repo.agent(&["complete", "-m", "x"]).exits(1);
    assert_eq!((repo.head(), task(&repo, "a")["status"].clone()), (head, "in_progress".into()));
    std::fs::remove_file(repo.path().join("key")).unwrap();
    // In the middle of a merge.
    repo.sh("git add -A; git commit -qm x; git switch -qc side HEAD~; echo side >a.txt; git commit -qam side; git switch -q main").success();
    repo.sh("echo main >a.txt; git commit -qam main").success();
    repo.git(&["merge", "side"]).failure();
    let refused = repo.agent(&["complete", "-m", "x", "--json"]).exits(1).stdout;
    assert!(refused.contains("operation-in-progress"), "{refused}");
    repo.git(&["merge", "--abort"]).success();
    // With nothing to commit it is only completed.
    let done = repo.agent(&["complete", "-m", "x"]).success();
    assert!(done.stderr.contains("Nothing to commit.") && done.stdout == "Completed a (One).\n", "{done}");
    // Once more: a success that changes nothing.
    repo.write("later", "x");
    repo.agent(&["complete", "a", "-m", "x", "--verify", "false"]).success();
    assert_eq!(repo.git(&["status", "--porcelain"]).text(), "?? later");
}

#[test]
fn a_hook_that_commits_something_else_is_no_evidence() {
    let repo = with_task(TestRepo::new());
    repo.write("b.txt", "two\n");
    repo.agent(&["checkpoint"]).success();
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\ngit update-index --force-remove b.txt\n");
    repo.write("a.txt", "two\n");
    let refused = repo.agent(&["complete", "-m", "x", "--verify", "true"]).exits(1);
    assert!(refused.stderr.contains("the commit differs from what was verified"), "{refused}");
    assert!(refused.stderr.contains("but fix@2 is saved as"), "{refused}");
    assert_eq!(task(&repo, "fix")["status"], "in_progress");
}

#[test]
fn evidence_of_content_that_is_in_no_commit_says_so() {
    let repo = repo(TestRepo::new());
    let done = repo.agent(&["complete", "--verify"]).success();
    assert!(done.stderr.contains(", which is not committed.\n"), "{done}");
    assert_eq!(task(&repo, "a")["verification"]["uncommitted"], true);
    let shown = repo.agent(&["show", "a"]).success().stdout;
    assert!(shown.contains("ago, of uncommitted content: sh test.sh"), "{shown}");
}

#[test]
fn a_checkpoint_whose_check_fails_is_made_and_exits_with_1() {
    let repo = repo(TestRepo::new());
    let made = repo.agent(&["checkpoint", "-m", "x", "--verify", "echo out; exit 2"]).exits(1);
    assert!(made.stdout.starts_with("Saved a@1 as ") && made.stderr.contains("    out\n"), "{made}");
    assert_eq!(repo.task_ids("HEAD"), ["a"]);
    repo.agent(&["checkpoint", "--verify", "echo x >>a.txt"]).exits(1);
    let passed = repo.agent(&["checkpoint", "--verify"]).success();
    assert!(!passed.to_string().contains("all is well"), "{passed}");
    assert!(repo.agent(&["checkpoint", "--verify", "-v"]).success().stdout.contains("all is well\n"));
}

#[test]
fn the_kept_lines_are_clean_and_without_secrets() {
    let repo = repo(TestRepo::new());
    let token = ["ghp_", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6"].concat();
    repo.write("test.sh", format!("printf '\\033[31mFAILED\\033[0m\\n'; echo GITHUB_TOKEN={token}; exit 1\n"));
    let refused = repo.agent(&["complete", "--verify"]).exits(1);
    assert!(refused.stderr.contains("    FAILED\n    [omitted a line with "), "{refused}");
    let notes = repo.git(&["log", "-p", "refs/notes/agent-tasks"]).text();
    assert!(!notes.contains(&token), "it does not travel");
    // A process that is left running is not waited for.
    let began = std::time::Instant::now();
    repo.agent(&["verify", "--", "sleep 60 & echo started; exit 1"]).exits(1);
    assert!(began.elapsed().as_secs() < 30);
}

#[test]
fn the_needs_are_the_decisions_around_it_too_and_few_lines() {
    let repo = repo(TestRepo::new());
    let agent = |args: &[&str]| drop(repo.agent(args).success());
    agent(&["add", "All", "--id", "f"]);
    agent(&["decide", "No scripts", "--why", "they phone home", "--task", "f"]);
    agent(&["add", "Form", "--id", "form", "--parent", "f"]);
    agent(&["decide", "Plain HTML", "--task", "form"]);
    agent(&["complete", "form"]);
    agent(&["add", "Key", "--id", "key"]);
    agent(&["decide", "One key", "--task", "key"]);
    agent(&["complete", "key"]);
    let files = ["--file", "src/x.rs", "--file", "docs"];
    let words = ["add", "Post", "--id", "post", "--parent", "f", "--after", "key", "-d", "Post it.\nThen answer."];
    repo.run("git-agent").args(words).args(files).args(["--accept", "it answers"]).run().success();
    agent(&["decide", "POST only", "--task", "post"]);
    agent(&["start", "post"]);
    agent(&["fail", "--reason", "no socket", "--kind", "environment"]);
    insta::assert_snapshot!(repo.agent(&["start", "post"]).success().stdout, @r"
    Started post (Post), attempt 2.
    > Post it.
    > Then answer.
    Done when > it answers
    Failed earlier: attempt 1 > [environment] no socket
    Decided: for all of f > No scripts — because they phone home
    Decided > POST only
    Decided: in form > Plain HTML
    Decided: in key > One key
    Files > src/x.rs, docs
    ");
    assert_eq!(repo.agent(&["start", "post", "-q"]).success().stdout, "post\n");
    let decided = repo.agent(&["start", "post", "--json"]).json()["decided_before"].clone();
    let decided: Vec<_> = decided.as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(decided, ["Plain HTML", "One key", "No scripts"]);
    // However much there is.
    let long = "word ".repeat(2_000);
    agent(&["edit", "post", "-d", &long.replace("word word ", "word\n"), "--accept", &long]);
    for number in 0..30 {
        agent(&["decide", &format!("{number} {long}"), "--task", "post"]);
    }
    let page = repo.agent(&["start", "post"]).success();
    assert!(page.stdout.lines().count() <= 15, "{page}");
    assert!(page.stdout.contains("git agent brief --task post)"), "{page}");
}
