//! `undo` undoes the last command, whatever it was: what it wrote to the ledger is withdrawn.

use serde_json::Value;

use crate::support::{
    TestRepo, default_git,
    ledger::{Ledger, create, task_id},
    without_ids,
};

/// A repository with one commit.
fn repo() -> TestRepo {
    let repo = TestRepo::with_git(default_git());
    repo.set_env("GIT_AGENT_ACTOR", "ann@here");
    repo.commit_file("a", "1\n", "first");
    repo
}

/// `git agent` as another actor.
fn ben(repo: &TestRepo, words: &[&str]) -> crate::support::Output {
    repo.run("git-agent").args(["--actor", "ben@here"]).args(words).run()
}

fn task(repo: &TestRepo, id: &str) -> Value {
    repo.agent(&["show", id, "--json"]).json()["task"].clone()
}

fn status(repo: &TestRepo, id: &str) -> String {
    task(repo, id)["status"].as_str().expect("a status").to_owned()
}

fn ids(repo: &TestRepo) -> Vec<String> {
    let tasks = repo.agent(&["list", "--all", "--json"]).json();
    tasks["tasks"].as_array().expect("tasks").iter().map(|task| task["id"].as_str().expect("an id").into()).collect()
}

#[test]
fn the_last_command_is_undone_and_not_the_checkpoint_before_it() {
    let repo = repo();
    repo.agent(&["add", "Work", "--id", "w"]).success();
    repo.agent(&["start", "w"]).success();
    repo.write("a", "2\n");
    repo.agent(&["checkpoint"]).success();
    let head = repo.head();
    repo.agent(&["add", "Typo", "--id", "typo"]).success();
    insta::assert_snapshot!(without_ids(&repo.agent(&["undo"]).to_string()), @"
    Undid: add typo
      typo (Typo): hidden
    ------- stderr -------
    hint: to redo it: git agent redo
    ");
    assert_eq!((repo.head(), ids(&repo)), (head.clone(), vec!["w".to_owned()]));
    insta::assert_snapshot!(without_ids(&repo.agent(&["show", "typo"]).to_string()), @"
    ------- stderr -------
    error: typo (Typo) was withdrawn by ann@here at 2026-01-02 03:04 UTC: its addition was undone
    hint: to list it again, in the worktree where it was undone: git agent undo <id>
    [exit code 2]
    ");
    repo.agent(&["redo"]).success();
    assert_eq!(ids(&repo), ["w", "typo"]);
    repo.agent(&["undo"]).success();
    // And then what was before: the checkpoint with what it wrote, the start, the addition.
    repo.agent(&["undo"]).success();
    assert_ne!(repo.head(), head);
    assert_eq!(repo.read("a"), "2\n");
    repo.agent(&["undo"]).success();
    assert_eq!(status(&repo, "w"), "pending");
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!([]));
    repo.agent(&["undo"]).success();
    assert_eq!(ids(&repo), [""; 0]);
    repo.agent(&["undo"]).exits(1);
    // All of it again.
    for _ in 0..4 {
        repo.agent(&["redo"]).success();
    }
    assert_eq!((repo.head(), ids(&repo)), (head, vec!["w".to_owned(), "typo".to_owned()]));
    assert_eq!(status(&repo, "w"), "in_progress");
    assert_eq!(repo.agent(&["status", "--json"]).json()["active"], serde_json::json!(["w"]));
    repo.agent(&["redo"]).exits(1);
    repo.fsck();
}

#[test]
fn every_act_on_a_task_can_be_undone_and_redone() {
    let acts: [&[&str]; 14] = [
        &["edit", "t", "--title", "Other"],
        &["start", "t"],
        &["claim", "t"],
        &["complete", "t"],
        &["fail", "t", "--reason", "It broke"],
        &["cancel", "t"],
        &["block", "t", "--on", "No network"],
        &["dep", "add", "t", "--after", "u"],
        &["note", "--task", "t", "A remark"],
        &["decide", "--task", "t", "This way"],
        &["pause", "s"],
        &["complete", "s", "--next"],
        &["unblock", "b"],
        &["reopen", "c"],
    ];
    let repo = repo();
    for id in ["u", "t", "s", "b", "c"] {
        repo.agent(&["add", id, "--id", id]).success();
    }
    repo.agent(&["start", "s"]).success();
    repo.agent(&["block", "b", "--on", "Nothing to do"]).success();
    repo.agent(&["cancel", "c"]).success();
    // What is asked of a task, without the times.
    let all = |repo: &TestRepo| {
        let mut tasks: Vec<Value> = ["u", "t", "s", "b", "c"].map(|id| task(repo, id)).into();
        for task in &mut tasks {
            for key in ["updated_at", "active_seconds", "elapsed_seconds"] {
                task[key] = Value::Null;
            }
            task["claim"]["until"] = Value::Null;
        }
        (tasks, repo.agent(&["status", "--json"]).json()["active"].clone())
    };
    let before = all(&repo);
    for act in acts {
        repo.agent(act).success();
        let after = all(&repo);
        assert_ne!(after, before, "{act:?}");
        repo.agent(&["undo"]).success();
        assert_eq!(all(&repo), before, "{act:?}");
        repo.agent(&["redo"]).success();
        assert_eq!(all(&repo), after, "{act:?}");
        repo.agent(&["undo"]).success();
        assert_eq!(all(&repo), before, "{act:?}");
    }
}

#[test]
fn a_whole_plan_is_one_command() {
    let repo = repo();
    repo.write("plan.md", "- [ ] One\n- [ ] Two\n- [x] Three\n");
    repo.agent(&["plan", "import", "plan.md"]).success();
    assert_eq!(ids(&repo).len(), 3);
    let undone = repo.agent(&["undo", "--json"]).json();
    assert_eq!(
        (undone["operation"]["kind"].clone(), undone["tasks"].as_array().map(Vec::len)),
        ("undo".into(), Some(3))
    );
    assert_eq!(ids(&repo).len(), 0);
    repo.agent(&["redo"]).success();
    assert_eq!(ids(&repo).len(), 3);
}

#[test]
fn a_command_that_commits_and_completes_is_undone_as_a_whole() {
    let repo = repo();
    repo.agent(&["add", "One", "--id", "one"]).success();
    repo.agent(&["add", "Two", "--id", "two"]).success();
    repo.agent(&["start", "one"]).success();
    repo.write("a", "2\n");
    let head = repo.head();
    let active = || repo.agent(&["status", "--json"]).json()["active"].clone();
    repo.agent(&["complete", "-m", "Work", "--next"]).success();
    let after = repo.head();
    assert_eq!(
        (status(&repo, "one"), status(&repo, "two"), active()),
        ("completed".into(), "in_progress".into(), serde_json::json!(["two"]))
    );
    let first_line = |command: &str| {
        let said = repo.agent(&[command]).success().stdout;
        said.lines().next().unwrap_or_default().to_owned()
    };
    for _ in 0..2 {
        assert_eq!(first_line("undo"), "Undid: complete one, start two");
        assert_eq!((repo.head(), repo.read("a")), (head.clone(), "2\n".to_owned()));
        let now = (status(&repo, "one"), status(&repo, "two"), active());
        assert_eq!(now, ("in_progress".into(), "pending".into(), serde_json::json!(["one"])));
        assert_eq!(first_line("redo"), "Redid: complete one, start two");
        assert_eq!((repo.head(), status(&repo, "one")), (after.clone(), "completed".into()));
        assert_eq!((status(&repo, "two"), active()), ("in_progress".to_owned(), serde_json::json!(["two"])));
    }
    repo.fsck();
}

#[test]
fn what_others_did_later_stays() {
    let repo = repo();
    let refused = |words: &[&str]| {
        let tip = repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
        let answer = repo.agent(words).exits(3);
        assert_eq!(repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text(), tip);
        without_ids(&answer.stderr)
    };
    repo.agent(&["add", "One", "--id", "t"]).success();
    ben(&repo, &["start", "t", "--no-activate"]).success();
    let why = refused(&["undo"]);
    assert!(why.contains("'start' by ben@here"), "{why}");
    ben(&repo, &["pause", "t"]).success();
    repo.agent(&["edit", "t", "--title", "Two", "--priority", "1"]).success();
    ben(&repo, &["edit", "t", "--title", "Three"]).success();
    let why = refused(&["undo"]);
    assert!(why.contains("depends on its title"), "{why}");
    // What does not touch it is no reason.
    repo.agent(&["edit", "t", "--priority", "0"]).success();
    ben(&repo, &["note", "--task", "t", "A remark"]).success();
    repo.agent(&["undo"]).success();
    assert_eq!((task(&repo, "t")["priority"].clone(), task(&repo, "t")["title"].clone()), (1.into(), "Three".into()));
    // Another task waits for it.
    repo.agent(&["add", "Four", "--id", "u"]).success();
    ben(&repo, &["add", "Five", "--id", "v", "--after", "u"]).success();
    let why = refused(&["undo"]);
    assert!(why.contains("v depends on it"), "{why}");
    // It was completed, and others went on.
    repo.agent(&["complete", "u"]).success();
    ben(&repo, &["start", "v", "--no-activate"]).success();
    let why = refused(&["undo"]);
    assert!(why.contains("was started by ben@here since then"), "{why}");
    // A redo, too.
    repo.agent(&["cancel", "t"]).success();
    repo.agent(&["undo"]).success();
    ben(&repo, &["start", "t", "--no-activate"]).success();
    let why = refused(&["redo"]);
    assert!(why.contains("'start' by ben@here"), "{why}");
    assert_eq!(status(&repo, "t"), "in_progress");
}

#[test]
fn only_what_the_caller_did_here_is_undone() {
    let repo = repo();
    repo.agent(&["add", "Mine", "--id", "mine"]).success();
    ben(&repo, &["add", "His", "--id", "his"]).success();
    repo.agent(&["undo"]).success();
    assert_eq!(ids(&repo), ["his"]);
    let why = repo.agent(&["undo"]).exits(1).stderr;
    assert!(why.contains("hint: the last one is by ben@here"), "{why}");
    // In another worktree nothing was done.
    let other = repo.worktree("other");
    ben(&other, &["undo"]).exits(1);
    ben(&repo, &["undo"]).success();
    assert_eq!(ids(&repo), [""; 0]);
}

/// An older git-agent says nothing of commands: each of its commits in the ledger is one, if it was made here.
#[test]
fn what_an_older_version_wrote_can_be_undone() {
    let repo = repo();
    let old = Ledger::of(&repo, "ann@here");
    old.write(vec![(task_id("one"), create("One")), (task_id("two"), create("Two"))]);
    assert_eq!(ids(&repo), ["one", "two"]);
    let clone = repo.clone_to("clone");
    clone.agent(&["init"]).success();
    assert_eq!(ids(&clone), ["one", "two"]);
    clone.agent(&["undo"]).exits(1);
    repo.agent(&["undo"]).success();
    assert_eq!(ids(&repo), [""; 0]);
    repo.agent(&["redo"]).success();
    assert_eq!(ids(&repo), ["one", "two"]);
    // It comes to other clones, where it is no command of theirs.
    repo.agent(&["undo"]).success();
    clone.agent(&["sync"]).success();
    assert_eq!(ids(&clone), [""; 0]);
    clone.agent(&["redo"]).exits(1);
}

#[test]
fn both_sorts_are_listed_in_one_order_and_named_shortly() {
    let repo = repo();
    repo.agent(&["add", "Fix logn", "--id", "t"]).success();
    repo.agent(&["start", "t"]).success();
    repo.write("a", "2\n");
    repo.agent(&["checkpoint"]).success();
    repo.agent(&["edit", "t", "--title", "Fix login", "--priority", "1"]).success();
    repo.agent(&["undo"]).success();
    insta::assert_snapshot!(without_ids(&repo.agent(&["ops"]).to_string()), @"
    5 operations
      <id>  undo edit t  (N seconds ago by ann@here)
      <id>  edit t  (N seconds ago by ann@here, undone)
      <id>  checkpoint t@1  (N seconds ago by ann@here)
      <id>  start t  (N seconds ago by ann@here)
      <id>  add t  (N seconds ago by ann@here)
    ");
    let listed = repo.agent(&["ops", "--json"]).json()["operations"].clone();
    let of = |key: &str| -> Vec<String> {
        listed.as_array().expect("a list").iter().map(|op| op[key].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(of("kind"), ["undo", "edit", "checkpoint", "start", "add"]);
    assert_eq!(of("scope"), ["ledger", "ledger", "worktree", "ledger", "ledger"]);
    assert_eq!((of("undoes")[0].clone(), of("undone_by")[1].clone()), (of("id")[1].clone(), of("id")[0].clone()));
    // What is printed is a name for it.
    let text = repo.agent(&["ops"]).success().stdout;
    for (line, id) in text.lines().skip(1).zip(of("id")) {
        let short = line.trim_start().split(' ').next().expect("an id");
        assert!(short.len() < 26, "{line}");
        assert_eq!(repo.agent(&["ops", "show", short, "--json"]).json()["operation"]["id"], id.as_str());
    }
    insta::assert_snapshot!(without_ids(&repo.agent(&["ops", "show", "op@{1}"]).to_string()), @"
    <id>  edit t  (N seconds ago by ann@here, undone)
      edited t: title, priority
    ");
    // By name, the older one first.
    repo.agent(&["undo", "op@{2}"]).success();
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]).text(), "1");
    repo.agent(&["undo", "op@{9}"]).exits(2);
    let again = repo.agent(&["undo", &of("id")[1]]).exits(1);
    assert!(again.stderr.contains("already undid it"), "{again}");
}

#[test]
fn a_log_tells_old_and_new() {
    let repo = repo();
    repo.agent(&["add", "Fix logn", "--id", "t", "--file", "a"]).success();
    repo.agent(&["edit", "t", "--title", "Fix login", "--priority", "1", "--estimate", "2h"]).success();
    repo.agent(&["edit", "t", "--title", "Fix it"]).success();
    repo.agent(&["undo"]).success();
    let log = repo.agent(&["log", "t"]).success().stdout;
    for line in ["title: Fix logn -> Fix login", "priority: 2 -> 1", "estimate: none -> 2h", "edited (undone)"] {
        assert!(log.contains(line), "{line}:\n{log}");
    }
    let lines = repo.agent(&["log", "t", "--jsonl"]).success().stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let edits: Vec<&Value> = events.iter().filter(|event| event["kind"] == "edit").collect();
    assert_eq!((&edits[0]["was"]["title"], &edits[0]["undone"]), (&"Fix login".into(), &true.into()));
    assert_eq!((&edits[1]["was"]["title"], &edits[1]["was"]["priority"]), (&"Fix logn".into(), &2.into()));
}
