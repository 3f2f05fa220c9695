//! Histories that are not all here, and ids that only commits know: no query takes a part for the whole, none knows less than another.

use crate::support::TestRepo;

/// A clone of `depth` commits of a history with three commits of T behind its start and one of nobody after each.
fn shallow(depth: usize) -> (TestRepo, TestRepo) {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "T", "--id", "T", "-q"]).success();
    repo.agent(&["start", "T", "-q"]).success();
    repo.deactivate();
    for n in 1..=3 {
        repo.commit_file("a", &format!("{n}\n"), &format!("{n}\n\nTask-Id: T"));
        repo.commit_file("b", &format!("{n}\n"), &format!("after {n}"));
    }
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", &depth.to_string(), &url, "../shallow"]).success();
    let clone = repo.at("../shallow");
    clone.agent(&["init", "-q"]).success();
    (repo, clone)
}

const WARNING: &str = "this clone is shallow";

#[test]
fn a_start_behind_the_end_of_a_shallow_clone_is_not_called_rewritten() {
    let (_, clone) = shallow(3);
    let changes = clone.agent(&["changes-since", "T", "--json"]).json();
    assert_eq!((&changes["base"]["rule"], &changes["lower_bound"]), (&"cut-off".into(), &true.into()));
    let page = clone.agent(&["changes-since", "T"]).success();
    assert!(!page.stdout.contains("rewritten") && page.stderr.contains(WARNING), "{page}");
    let head = clone.head();
    let refused = clone.agent(&["rollback", "T@start", "--allow-foreign", "--allow-published"]).exits(1);
    assert!(refused.stderr.contains("shallow") && refused.stderr.contains("--unshallow"), "{refused}");
    let refused = clone.agent(&["squash", "T", "--onto", "T@start", "--no-edit"]).exits(1);
    assert!(refused.stderr.contains("shallow"), "{refused}");
    assert_eq!(clone.head(), head);
    // The newest is the newest, wherever the clone ends.
    clone
        .agent(&["rollback", "T@last", "--mode", "restore", "--allow-foreign", "--allow-published", "--dry-run"])
        .success();
}

#[test]
fn numbers_of_a_shallow_clone_come_with_a_warning_until_the_rest_is_there() {
    let (_, clone) = shallow(3);
    let looks: [&[&str]; 7] = [
        &["rollback", "T@1", "--mode", "files", "--dry-run"],
        &["show", "T@1"],
        &["show", "T@1", "--json"],
        &["diff", "T@1", "HEAD"],
        &["log", "T@1..HEAD"],
        &["blame", "a"],
        &["bisect", "T", "--", "true"],
    ];
    for words in looks {
        let said = clone.agent(words).success();
        assert!(said.stderr.contains(WARNING), "{words:?}: {said}");
    }
    // Commits that a shallow clone lacks are not lost.
    let shown = clone.agent(&["show", "T"]).success();
    assert!(!shown.stdout.contains("on no branch"), "{shown}");
    clone.git(&["fetch", "-q", "--unshallow"]).success();
    for words in looks {
        let said = clone.agent(words).success();
        assert!(!said.stderr.contains(WARNING), "{words:?}: {said}");
    }
    assert_eq!(clone.agent(&["changes-since", "T", "--json"]).json()["base"]["rule"], "recorded");
}

#[test]
fn a_task_that_began_in_a_shallow_clone_is_known_whole() {
    let (_, clone) = shallow(1);
    clone.agent(&["add", "U", "--id", "U", "-q"]).success();
    clone.agent(&["start", "U", "-q"]).success();
    for n in 1..=2 {
        clone.commit_file("u", &format!("{n}\n"), &format!("u{n}"));
    }
    let shown = clone.agent(&["show", "U@1"]).success();
    assert!(!shown.stderr.contains(WARNING), "{shown}");
    let changes = clone.agent(&["changes-since", "U", "--json"]).json();
    assert_eq!((&changes["base"]["rule"], &changes["lower_bound"]), (&"recorded".into(), &false.into()));
    clone.agent(&["rollback", "U@1", "-q"]).success();
    assert_eq!(clone.read("u"), "1\n");
}

#[test]
fn ids_that_only_commits_know_work_in_every_query() {
    let repo = TestRepo::new();
    repo.git(&["config", "agent.trailerKey", "Bug"]).success();
    repo.commit_file("base", "0\n", "base");
    for id in ["T12345", "b/45"] {
        let before = repo.head();
        let first = repo.commit_file("a", &format!("{id} 1\n"), &format!("one\n\nBug: {id}"));
        let second = repo.commit_file("a", &format!("{id} 2\n"), &format!("two\n\nBug: {id}"));
        let at = |which: &str| format!("{id}@{which}");
        let log = repo.agent(&["log", id, "--no-events", "--oneline"]).success().lines();
        assert_eq!(log.len(), 2, "{log:?}");
        let changes = repo.agent(&["changes-since", id, "--json"]).json();
        assert_eq!((&changes["base"]["commit"], &changes["base"]["rule"]), (&before.into(), &"rewritten".into()));
        assert_eq!(changes["changes"][0]["tasks"], serde_json::json!([id]));
        let shown = repo.agent(&["show", &at("1"), "--json"]).json();
        assert_eq!(shown["checkpoint"]["commit"], serde_json::Value::from(first));
        let page = repo.agent(&["show", id]).success().stdout;
        assert!(page.contains(&second[..12]) && page.contains("not in this ledger"), "{page}");
        let diff = repo.agent(&["diff", &at("1"), &at("last")]).success().stdout;
        assert!(diff.contains(&format!("+{id} 2")), "{diff}");
        repo.agent(&["bisect", id, "--", "true"]).success();
        let blame = repo.agent(&["blame", "a"]).success().stdout;
        assert!(blame.contains(&at("2")), "{blame}");
        repo.agent(&["rollback", &at("1"), "--mode", "rewind", "-q"]).success();
        assert_eq!(repo.read("a"), format!("{id} 1\n"));
        repo.agent(&["undo", "-q"]).success();
        assert_eq!((repo.read("a"), repo.head()), (format!("{id} 2\n"), second));
    }
    // What asks the ledger, or records something in it, says why it cannot.
    let ledger = || repo.git(&["for-each-ref", "refs/notes"]).stdout;
    let before = ledger();
    for words in [
        &["verify", "T12345", "--", "true"][..],
        &["report", "--parent", "T12345"],
        &["list", "--parent", "T12345"],
        &["brief", "--task", "T12345"],
        &["start", "T12345"],
        &["note", "hi", "--task", "T12345"],
    ] {
        let refused = repo.agent(words).exits(2).stderr;
        assert!(refused.starts_with("error: task 'T12345' is named only by commits"), "{words:?}: {refused}");
        assert!(refused.contains("git agent log T12345") && refused.contains("add <title> --id T12345"), "{refused}");
    }
    let other = repo.agent(&["verify", "b/45", "--", "true"]).exits(2).stderr;
    assert!(other.contains("task 'b/45' is named only by commits") && !other.contains("--id"), "{other}");
    assert_eq!(ledger(), before);
    for words in
        [&["changes-since", "T9"][..], &["show", "T9@1"], &["rollback", "b/9@1"], &["bisect", "T9", "--", "true"]]
    {
        repo.agent(words).exits(2);
    }
    // A whole id that commits know is not the beginning of another one.
    repo.agent(&["add", "x", "--id", "T123456", "-q"]).success();
    assert_eq!(repo.agent(&["changes-since", "T12345", "--json"]).json()["task"], "T12345");
    // What is a revision as well is refused, not guessed.
    let digits = repo.head()[..7].to_owned();
    repo.commit_file("a", "3\n", &format!("three\n\nBug: {digits}"));
    assert!(repo.agent(&["log", &digits]).exits(2).stderr.contains("and a revision"));
    assert_eq!(repo.agent(&["log", "--task", &digits, "--no-events", "--oneline"]).success().lines().len(), 1);
}
