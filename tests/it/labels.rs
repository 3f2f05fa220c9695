//! Labels and references: set, removed, filtered by, searched, shown, exported and imported.

use serde_json::{Value, json};

use crate::support::{Git, TestRepo, on_one_git};

fn repo(git: &Git) -> TestRepo {
    let repo = TestRepo::with_git(git);
    repo.set_env("GIT_AGENT_ACTOR", "ada@box");
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "Form", "--id", "form", "--label", "ui,web", "--ref", "https://x.test/7", "--ref", "KEY-1"])
        .success();
    repo.agent(&["add", "Server", "--id", "server", "--label", "web"]).success();
    repo.agent(&["add", "Manual", "--id", "manual"]).success();
    repo
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect()
}

#[test]
fn labels_and_references_are_kept_changed_shown_and_undone() {
    on_one_git(|git| {
        let repo = repo(git);
        let task = || repo.agent(&["show", "form", "--json"]).json()["task"].clone();
        assert_eq!(
            (&task()["labels"], &task()["refs"]),
            (&json!(["ui", "web"]), &json!(["https://x.test/7", "KEY-1"]))
        );
        repo.agent(&["edit", "form", "--label", "api", "--no-label", "ui", "--no-ref", "KEY-1"]).success();
        assert_eq!((&task()["labels"], &task()["refs"]), (&json!(["web", "api"]), &json!(["https://x.test/7"])));
        let page = repo.agent(&["show", "form"]).success().stdout;
        assert!(page.contains("Labels:     web, api\n") && page.contains("References: https://x.test/7\n"), "{page}");
        let log = repo.agent(&["log", "form"]).success().stdout;
        assert!(log.contains("labels: ui, web -> web, api"), "{log}");
        assert!(log.contains("references: https://x.test/7, KEY-1 -> https://x.test/7"), "{log}");
        assert!(repo.agent(&["list"]).success().stdout.contains("[web, api]"));
        repo.agent(&["undo"]).success();
        assert_eq!(
            (&task()["labels"], &task()["refs"]),
            (&json!(["ui", "web"]), &json!(["https://x.test/7", "KEY-1"]))
        );
        for bad in [&["--label", "a\nb"][..], &["--ref", ""], &["--label", &"x".repeat(65)]] {
            let refused = repo.agent(&[&["edit", "form", "--json"], bad].concat()).failure();
            let answer: Value = serde_json::from_str(&refused.stdout).unwrap();
            assert_eq!(answer["error"]["code"], "bad-text");
        }
    });
}

#[test]
fn every_view_can_be_limited_to_labels() {
    on_one_git(|git| {
        let repo = repo(git);
        let json = |words: &[&str]| repo.agent(&[words, &["--json"]].concat()).json();
        assert_eq!(ids(&json(&["list", "--label", "web"])), ["form", "server"]);
        assert_eq!(ids(&json(&["list", "--label", "web", "--label", "ui"])), ["form"]);
        assert_eq!(ids(&json(&["ready", "--label", "web"])), ["form", "server"]);
        assert_eq!(json(&["ready", "--explain", "--label", "none"])["not_ready"], json!([]));
        assert_eq!(json(&["next", "--label", "none"])["reason"], "none");
        assert_eq!(ids(&json(&["search", "KEY-1"])), ["form"]);
        assert_eq!(ids(&json(&["search", "WEB"])), ["form", "server"]);
        let started = json(&["next", "--start", "--label", "ui"]);
        assert_eq!(started["task"]["id"], "form");
        repo.commit_file("b.txt", "two\n", "second");
        let log = repo.agent(&["log", "--oneline", "--label", "ui"]).success().stdout;
        assert!(log.contains("second") && !log.contains("first") && !log.contains("Server"), "{log}");
        assert_eq!(repo.agent(&["log", "--oneline", "--label", "none"]).success().stdout, "");
        let report = json(&["report", "--label", "web"]);
        assert_eq!(report["report"]["overall"]["total"], 2, "{report}");
        let plan = repo.agent(&["plan", "export", "--format", "json", "--label", "ui"]).success().stdout;
        assert!(plan.contains("\"form\"") && !plan.contains("\"server\""), "{plan}");
    });
}

#[test]
fn plans_carry_labels_and_references_there_and_back() {
    on_one_git(|git| {
        let from = repo(git);
        for (format, file) in [("toml", "p.toml"), ("json", "p.json"), ("markdown", "p.md"), ("beads", "p.jsonl")] {
            let text = from.agent(&["plan", "export", "--format", format]).success().stdout;
            let to = repo(git);
            to.agent(&["edit", "form", "--no-label", "ui,web", "--label", "old", "--no-ref", "https://x.test/7"])
                .success();
            to.write(file, &text);
            to.agent(&["plan", "import", file]).success();
            let task = to.agent(&["show", "form", "--json"]).json()["task"].clone();
            assert_eq!(task["labels"], json!(["ui", "web"]), "{format}\n{text}");
            let refs: Vec<&str> = task["refs"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            assert!(refs.contains(&"https://x.test/7"), "{format}: {refs:?}");
            assert_eq!(to.agent(&["plan", "import", file, "--json"]).json()["commit"], Value::Null, "{format}");
        }
    });
}

#[test]
fn clones_that_add_labels_at_the_same_time_keep_all_of_them() {
    on_one_git(|git| {
        let one = repo(git);
        let two = one.clone_that_syncs();
        one.agent(&["edit", "form", "--label", "red", "--no-label", "ui"]).success();
        two.agent(&["edit", "form", "--label", "blue"]).success();
        for repo in [&one, &two, &one] {
            repo.agent(&["sync", "-q"]).success();
        }
        let labels = |repo: &TestRepo| repo.agent(&["show", "form", "--json"]).json()["task"]["labels"].clone();
        let mut found: Vec<String> = serde_json::from_value(labels(&one)).unwrap();
        found.sort();
        assert_eq!((found, labels(&one)), (vec!["blue".into(), "red".into(), "web".into()], labels(&two)));
    });
}
