//! Two clones choose one id for different work: it is said when they meet, and told apart without losing anything.

use crate::support::{TestRepo, on_one_git};

/// Two clones of one remote, each of which added the task x for work of its own, the second one with a commit; not in sync yet.
fn clones(same_actor: bool) -> (TestRepo, TestRepo) {
    let one = TestRepo::new();
    one.commit_file("base", "0\n", "base");
    one.agent(&["add", "Before", "--id", "before", "-q"]).success();
    let two = one.clone_of_hub();
    for repo in [&one, &two] {
        repo.agent(&["init", "-q"]).success();
    }
    let actor = if same_actor { "ada@box" } else { "bob@box" };
    one.agent(&["add", "Parser", "--id", "x", "--actor", "ada@box", "-q"]).success();
    one.agent(&["note", "of the parser", "--task", "x", "--actor", "ada@box", "-q"]).success();
    two.agent(&["add", "Linter", "--id", "x", "--actor", actor, "-q"]).success();
    two.agent(&["start", "x", "--actor", actor, "-q"]).success();
    two.commit_file("lint", "1\n", "lint");
    two.agent(&["note", "of the linter", "--task", "x", "--actor", actor, "-q"]).success();
    (one, two)
}

/// Sync until both have the same.
fn meet(one: &TestRepo, two: &TestRepo) {
    for repo in [one, two, one] {
        repo.agent(&["sync", "-q"]).success();
    }
    let tip = |repo: &TestRepo| repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
    assert_eq!(tip(one), tip(two));
}

#[test]
fn it_is_said_by_sync_show_log_and_doctor() {
    let (one, two) = clones(false);
    one.agent(&["sync", "-q"]).success();
    let synced = two.agent(&["sync"]).success();
    assert!(
        synced.stderr.contains("x was added for different work: 'Parser' by ada@box, and 'Linter' by bob@box"),
        "{synced}"
    );
    assert!(synced.stderr.contains("git agent edit x --split"), "{synced}");
    assert_eq!(one.agent(&["sync", "--json"]).json()["rivals"], serde_json::json!(["x"]));
    assert!(!two.agent(&["sync"]).success().stderr.contains("different work"), "only when it merges");
    for repo in [&one, &two] {
        let show = repo.agent(&["show", "x"]).success().stdout;
        assert!(show.contains("task x Parser") && show.contains("Linter (by bob@box;"), "{show}");
        let log = repo.agent(&["log", "x"]).success().stdout;
        assert!(log.contains("Parser") && log.contains("Linter"), "{log}");
        let doctor = repo.agent(&["doctor"]).stdout;
        assert!(doctor.contains("x: 'Parser' and 'Linter'") && doctor.contains("--split"), "{doctor}");
    }
}

#[test]
fn a_split_gives_the_second_work_its_events_and_commits_and_clones_that_split_agree() {
    on_one_git(|_| {
        for same_actor in [false, true] {
            let (one, two) = clones(same_actor);
            meet(&one, &two);
            // After the merge: it stays, whoever's it was.
            one.agent(&["decide", "later", "--task", "x", "-q"]).success();
            let done = two.agent(&["edit", "x", "--split", "--json"]).json();
            let own = done["split"][0]["id"].as_str().unwrap().to_owned();
            assert!(own.starts_with("x-") && done["split"][0]["title"] == "Linter", "{done}");
            assert_eq!((&done["task"]["title"], &done["task"]["status"]), (&"Parser".into(), &"pending".into()));
            one.agent(&["edit", "x", "--split", "-q"]).success();
            meet(&one, &two);
            for repo in [&one, &two] {
                let text = |words: &[&str]| repo.agent(words).success().stdout;
                assert_eq!(
                    repo.agent(&["list", "--json"]).json()["tasks"].as_array().unwrap().len(),
                    3,
                    "{same_actor}"
                );
                let (parser, linter) = (text(&["show", "x"]), text(&["show", &own]));
                assert!(parser.contains("of the parser") && !parser.contains("of the linter"), "{parser}");
                assert!(parser.contains("later") && !parser.contains("Also added"), "{parser}");
                assert!(linter.contains("of the linter") && !linter.contains("of the parser"), "{linter}");
                assert!(linter.contains("in progress"), "{linter}");
                repo.agent(&["edit", "x", "--split"]).exits(2);
                assert!(!repo.agent(&["doctor"]).stdout.contains("different work"));
            }
            let of = |task: &str| {
                two.agent(&["log", task, "--no-events", "--json"]).json()["entries"].as_array().unwrap().len()
            };
            assert_eq!((of("x"), of(&own)), (0, 1), "the commit, whose message names x");
        }
    });
}

#[test]
fn what_was_added_once_is_not_split() {
    let repo = TestRepo::new();
    repo.agent(&["add", "A", "--id", "a", "-q"]).success();
    let refused = repo.agent(&["edit", "a", "--split"]).exits(2);
    assert!(refused.stderr.contains("a was added only once"), "{refused}");
}

/// What a repository lists of the work that was added with the id x: the titles, and whether they are still under one id.
fn works(repo: &TestRepo) -> (Vec<String>, bool) {
    let list = repo.agent(&["list", "--json", "--fields", "title"]).json();
    let titles = list["tasks"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned());
    let mut titles: Vec<String> = titles.filter(|title| title != "Before").collect();
    titles.sort();
    (titles, repo.agent(&["doctor"]).stdout.contains("x: 'Parser' and 'Linter'"))
}

#[test]
fn a_split_is_undone_and_redone_and_done_again() {
    on_one_git(|_| {
        let (one, two) = clones(false);
        meet(&one, &two);
        let bob = |words: &[&str]| two.agent(&[words, &["--actor", "bob@box"]].concat()).success().stdout;
        let of =
            |task: &str| two.agent(&["log", task, "--no-events", "--json"]).json()["entries"].as_array().map(Vec::len);
        let show = || -> Vec<String> {
            let shown = two.agent(&["show", "x"]).success().stdout;
            let lines = shown.lines().filter(|line| !line.contains(" ago") && !line.starts_with("Time:"));
            lines.map(str::to_owned).collect()
        };
        let before = show();
        let [both, parted] = [vec!["Parser"], vec!["Linter", "Parser"]];
        assert_eq!(works(&two), (both.iter().map(ToString::to_string).collect(), true));
        for _ in 0..2 {
            let done: serde_json::Value =
                serde_json::from_str(&bob(&["edit", "x", "--split", "--json"])).expect("an object");
            let own = done["split"][0]["id"].as_str().unwrap().to_owned();
            assert_eq!(works(&two), (parted.iter().map(ToString::to_string).collect(), false));
            bob(&["undo"]);
            assert_eq!(works(&two), (both.iter().map(ToString::to_string).collect(), true));
            assert_eq!(of("x"), Some(1), "its commit is one of x again");
            assert_eq!(show(), before);
            bob(&["redo"]);
            assert_eq!(works(&two), (parted.iter().map(ToString::to_string).collect(), false));
            assert_eq!((of("x"), of(&own)), (Some(0), Some(1)));
            assert!(two.agent(&["show", &own]).success().stdout.contains("of the linter"));
            bob(&["undo"]);
        }
        meet(&one, &two);
        assert_eq!(works(&one), works(&two));
        two.fsck();
    });
}

#[test]
fn a_split_that_another_clone_did_too_or_that_work_builds_on_stays() {
    on_one_git(|_| {
        let (one, two) = clones(false);
        meet(&one, &two);
        for (repo, actor) in [(&one, "ada@box"), (&two, "bob@box")] {
            repo.agent(&["edit", "x", "--split", "-q", "--actor", actor]).success();
        }
        meet(&one, &two);
        for (repo, actor, other) in [(&one, "ada@box", "bob@box"), (&two, "bob@box", "ada@box")] {
            let refused = repo.agent(&["undo", "--actor", actor]).exits(3);
            assert!(refused.stderr.contains(&format!("{other} also split x")), "{refused}");
            assert_eq!(works(repo).0, ["Linter", "Parser"]);
        }
        let (one, two) = clones(false);
        meet(&one, &two);
        let done = two.agent(&["edit", "x", "--split", "--json", "--actor", "bob@box"]).json();
        let own = done["split"][0]["id"].as_str().unwrap().to_owned();
        two.agent(&["note", "goes on", "--task", &own, "--actor", "bob@box", "-q"]).success();
        let split = two.agent(&["ops", "--json"]).json()["operations"][1]["id"].clone();
        let refused = two.agent(&["undo", split.as_str().unwrap(), "--actor", "bob@box"]).exits(3);
        assert!(refused.stderr.contains("depends on the task"), "{refused}");
        assert_eq!(works(&two).0, ["Linter", "Parser"]);
    });
}
