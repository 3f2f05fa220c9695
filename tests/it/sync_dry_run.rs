//! `git agent sync --dry-run`: it says what the sync after it does, and moves no ref.

use std::collections::BTreeSet;

use crate::support::{TestRepo, on_every_git};

const LEDGER: &str = "refs/notes/agent-tasks";

/// What happens in two clones that are in sync, before the first one syncs again.
type World = (&'static str, fn(&TestRepo, &TestRepo));

const WORLDS: [World; 10] = [
    ("nothing", |_, _| {}),
    ("theirs", |_, two| {
        said(two, &["note", "a remark", "--task", "t-1"]);
        said(two, &["add", "Third", "--id", "t-3", "-d", &"a long text ".repeat(400)]);
        said(two, &["sync"]);
    }),
    ("ours", |one, _| said(one, &["note", "a remark", "--task", "t-1"])),
    ("both", |one, two| {
        said(two, &["note", "a remark", "--task", "t-1"]);
        said(two, &["start", "t-2"]);
        said(two, &["sync"]);
        said(one, &["note", "another remark", "--task", "t-1"]);
        said(one, &["add", "Third", "--id", "t-3"]);
    }),
    ("claimed", |one, two| {
        said(two, &["start", "t-1"]);
        said(two, &["sync"]);
        said(one, &["start", "t-1"]);
    }),
    ("rivals", |one, two| {
        said(two, &["add", "Parser", "--id", "x"]);
        said(two, &["sync"]);
        said(one, &["add", "Linter", "--id", "x"]);
    }),
    ("dropped", |one, two| {
        let key = two.run("git").args(["hash-object", "-w", "--stdin"]).stdin("0 task t-1\n").run().text();
        two.git(&["notes", "--ref=agent-tasks", "remove", &key]).success();
        two.git(&["push", "-q", "origin", LEDGER]).success();
        said(one, &["note", "a remark", "--task", "t-2"]);
    }),
    ("older", |one, _| {
        one.git(&["push", "-q", "-f", "--no-verify", "origin", &format!("{LEDGER}~1:{LEDGER}")]).success();
    }),
    ("gone", |one, _| drop(one.git(&["push", "-q", "--no-verify", "origin", &format!(":{LEDGER}")]).success())),
    ("fetched", |one, two| {
        said(two, &["note", "a remark", "--task", "t-1"]);
        said(two, &["sync"]);
        one.git(&["fetch", "-q", "origin", "+refs/notes/agent*:refs/agent/remotes/origin/agent*"]).success();
    }),
];

fn said(repo: &TestRepo, words: &[&str]) {
    repo.agent(words).success();
}

/// Two clones of `../hub.git`, with tasks that both know.
fn clones(repo: TestRepo) -> (TestRepo, TestRepo) {
    repo.commit_file("a", "one\n", "first");
    said(&repo, &["add", "First", "--id", "t-1"]);
    said(&repo, &["add", "Second", "--id", "t-2"]);
    let two = repo.clone_that_syncs();
    said(&repo, &["sync"]);
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    two.set_env("GIT_AGENT_ACTOR", "bob@box");
    (repo, two)
}

/// Every ref here and at the remote, and what git wrote down of the last fetch.
fn state(repo: &TestRepo) -> (String, String, Option<Vec<u8>>) {
    let refs = |repo: &TestRepo| repo.git(&["for-each-ref"]).success().stdout;
    let fetched = std::fs::read(repo.path().join(".git/FETCH_HEAD")).ok();
    (refs(repo), refs(&repo.at("../hub.git")), fetched)
}

fn objects(repo: &TestRepo) -> BTreeSet<String> {
    let listed = repo.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    listed.lines().into_iter().collect()
}

/// A copy of the clone and of the remote.
fn copy(repo: &TestRepo, name: &str) -> TestRepo {
    repo.sh(&format!("mkdir ../{name} && cp -R . ../{name}/one && cp -R ../hub.git ../{name}/hub.git")).success();
    repo.at(format!("../{name}/one"))
}

#[test]
fn it_says_what_the_sync_after_it_does_and_moves_nothing() {
    for (name, happen) in WORLDS {
        for option in ["", "--fetch-only", "--push-only"] {
            let (one, two) = clones(TestRepo::new());
            happen(&one, &two);
            let before = (state(&one), objects(&one));
            let words: Vec<&str> = ["sync", "--json", option].into_iter().filter(|word| !word.is_empty()).collect();
            let mut dry = one.agent(&[&words[..], &["--dry-run"]].concat()).success().json();
            assert_eq!(state(&one), before.0, "{name} {option}");
            // What a fetch brings is not undone; what a merge makes is not written.
            let new: Vec<String> = objects(&one).difference(&before.1).cloned().collect();
            let theirs = objects(&one.at("../hub.git"));
            assert!(new.iter().all(|object| theirs.contains(object)), "{name} {option}");
            let real = one.agent(&words).success().json();
            assert_eq!((&dry["dry_run"], &real["dry_run"]), (&true.into(), &false.into()));
            dry["dry_run"] = false.into();
            assert_eq!(dry, real, "{name} {option}");
            if option.is_empty() {
                assert!(is_as_meant(name, &real), "{name}: {real}");
            }
        }
    }
}

/// Whether `real`, the answer of a sync, says what only that world makes it say.
fn is_as_meant(name: &str, real: &serde_json::Value) -> bool {
    let (pushed, events) = (real["pushed"] == true, &real["merged_events"]);
    let count = |list: &str| real[list].as_array().map(Vec::len);
    match name {
        "nothing" => !pushed && events == 0,
        "theirs" => !pushed && events == 2,
        "ours" => pushed && events == 0,
        "both" => pushed && count("tasks_changed") == Some(2),
        "claimed" => pushed && real["claims_lost"] == serde_json::json!(["t-1"]),
        "rivals" => pushed && real["rivals"] == serde_json::json!(["x"]),
        "dropped" | "older" => pushed && count("dropped") == Some(1),
        "gone" => pushed && real["fetched"] == false,
        _ => !pushed && events == 1,
    }
}

#[test]
fn a_clone_without_tasks_is_told_what_it_would_get() {
    on_every_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("a", "one\n", "first");
        said(&repo, &["add", "First", "--id", "t-1"]);
        said(&repo, &["add", "Second", "--id", "t-2"]);
        let two = repo.clone_of_hub();
        let before = state(&two);
        let dry = two.agent(&["sync", "--dry-run"]).success();
        assert_eq!(
            dry.stdout, "Would receive 2 events in 2 tasks from origin: t-1, t-2.\nNothing to push to origin.\n",
            "{git}"
        );
        assert_eq!(state(&two), before, "{git}");
        assert_eq!(two.agent(&["sync", "--dry-run", "--push-only"]).text(), "Nothing to push to origin.");
        assert!(two.agent(&["list"]).success().stdout.is_empty());
        let text = two.agent(&["sync"]).text();
        assert!(text.contains("2 events in 2 tasks received"), "{text}");
        let nothing = two.agent(&["sync", "--dry-run"]).text();
        assert_eq!(nothing, "Nothing to receive from origin.\nNothing to push to origin.");
        two.fsck();
    });
}

#[test]
fn what_it_warns_of_did_not_happen_yet() {
    let warned = |name: &str, options: &[&str]| {
        let (one, two) = clones(TestRepo::new());
        let world = WORLDS.iter().find(|world| world.0 == name).expect("a world");
        (world.1)(&one, &two);
        one.agent(&[&["sync", "--dry-run"], options].concat()).success()
    };
    let dropped = warned("dropped", &[]);
    assert!(dropped.stderr.contains("origin dropped 1 event of t-1; kept, and would be pushed back"), "{dropped}");
    let gone = warned("gone", &[]);
    assert!(gone.stderr.contains("origin no longer has a ledger; kept, and would be pushed back"), "{gone}");
    assert_eq!(gone.text(), "Nothing to receive from origin.\nWould push local events to origin.");
    let claimed = warned("claimed", &["--fetch-only"]);
    assert!(claimed.stderr.contains("claimed t-1 before you; the sync would end your claim"), "{claimed}");
    assert!(!claimed.stdout.contains("push"), "{claimed}");
    let rivals = warned("rivals", &[]);
    assert!(rivals.stderr.contains("after the sync, to give the latter its own id: git agent edit x --split"));
}

#[test]
fn a_sync_that_only_fetches_says_nothing_of_what_there_is_to_push() {
    let (one, _) = clones(TestRepo::new());
    said(&one, &["note", "a remark", "--task", "t-1"]);
    assert_eq!(one.agent(&["sync", "--fetch-only"]).text(), "Synced with origin: 0 events in 0 tasks received.");
    assert_eq!(one.agent(&["sync", "--fetch-only", "--dry-run"]).text(), "Nothing to receive from origin.");
    let pushed = "Synced with origin: 0 events in 0 tasks received, pushed local events.";
    assert_eq!(one.agent(&["sync", "--push-only"]).text(), pushed);
}

#[test]
fn what_the_remote_has_already_is_not_said_to_be_pushed() {
    let (one, _) = clones(TestRepo::new());
    let push = |options: &[&str]| one.agent(&[&["sync", "--push-only"], options].concat()).text();
    for _ in 0..2 {
        said(&one, &["note", "a remark", "--task", "t-1"]);
        one.git(&["push", "-q", "--no-verify", "origin", "refs/notes/agent-tasks"]).success();
        // This clone has not fetched since, and does not know what the remote has.
        assert_eq!(push(&["--dry-run"]), "Nothing to push to origin.");
        assert_eq!(push(&[]), "Synced with origin: 0 events in 0 tasks received, nothing to push.");
    }
}

#[test]
fn a_remote_that_accepts_no_push_is_found_out() {
    let (one, two) = clones(TestRepo::new());
    said(&two, &["note", "a remark", "--task", "t-1"]);
    said(&two, &["sync"]);
    one.git(&["config", "remote.origin.receivepack", "false"]).success();
    let fetched = one.agent(&["sync", "--dry-run"]).success();
    assert!(fetched.stdout.contains("Nothing to push"), "nothing is asked where there is nothing to push: {fetched}");
    said(&one, &["note", "another remark", "--task", "t-1"]);
    for options in [&[][..], &["--push-only"]] {
        let before = state(&one);
        let dry = one.agent(&[&["sync", "--dry-run", "--json"], options].concat()).failure();
        let real =
            copy(&one, &format!("copy{}", options.len())).agent(&[&["sync", "--json"], options].concat()).failure();
        let code = |output: &crate::support::Output| {
            let answer: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
            answer["error"]["code"].clone()
        };
        assert_eq!((dry.code, code(&dry)), (real.code, code(&real)), "{options:?}");
        assert_eq!(state(&one), before);
    }
    said(&one, &["sync", "--dry-run", "--fetch-only"]);
}

#[test]
fn a_partial_clone_gets_what_it_needs_to_know() {
    on_every_git(|git| {
        for filter in ["--filter=blob:none", "--filter=tree:0"] {
            let repo = TestRepo::with_git(git);
            repo.commit_file("f", "1\n", "first");
            repo.git(&["config", "uploadpack.allowFilter", "true"]).success();
            said(&repo, &["add", "Design the form", "--id", "form"]);
            let from = format!("file://{}", repo.path().display());
            repo.git(&["clone", "-q", filter, &from, "../partial"]).success();
            let clone = repo.at("../partial");
            let dry = clone.agent(&["sync", "--dry-run"]).success();
            assert!(
                dry.stdout.starts_with("Would receive 1 event in 1 task from origin: form."),
                "{filter} {git}: {dry}"
            );
            said(&clone, &["sync"]);
            said(&clone, &["note", "ours", "--task", "form"]);
            said(&repo, &["note", "theirs", "--task", "form"]);
            let refs = clone.git(&["for-each-ref"]).stdout;
            let dry = clone.agent(&["sync", "--dry-run", "--fetch-only"]).success();
            assert_eq!(dry.stdout, "Would receive 1 event in 1 task from origin: form.\n", "{filter} {git}");
            assert_eq!(clone.git(&["for-each-ref"]).stdout, refs);
        }
    });
}
