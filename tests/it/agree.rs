//! Whatever is asked, one fact has one answer: `log`, `show`, `changes-since`, `report`, `brief`, `@green` and the notes on commits, on random
//! histories.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{
    TestRepo,
    ledger::{Ledger, Random, task_id},
};
use git_agent::domain::event::{self, Payload};

const TASKS: [&str; 2] = ["A", "B"];

/// What is said of a checkpoint: commit, subject, and whether it is verified.
type Said = (String, String, Option<bool>);

fn world(seed: u64) -> TestRepo {
    let (repo, mut dice) = (TestRepo::new(), Random::new(seed));
    repo.commit_file("base", "0\n", "base");
    for id in TASKS {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
        repo.agent(&["start", id, "-q"]).success();
        repo.deactivate();
    }
    for n in 0..9 {
        let task = TASKS[dice.below(2)];
        let subject = ["one", "two\nlines", "  led by spaces", "trailing  \n\nbody"][dice.below(4)];
        let named = match dice.below(4) {
            0 => String::new(),
            1 => "\n\nTask-Id: A\nTask-Id: B".to_owned(),
            _ => format!("\n\nTask-Id: {task}"),
        };
        match dice.below(5) {
            0 if n > 2 => drop(repo.git(&["revert", "--no-edit", &format!("HEAD~{}", dice.below(2))])),
            1 => {
                let link = event::Link { commit: repo.head(), by: "patch".into() };
                Ledger::of(&repo, "ada@box").write(vec![(task_id(task), Payload::Link(link))]);
            }
            _ => drop(repo.commit_file(&format!("f{n}"), &format!("{n}\n"), &format!("{subject} {n}{named}"))),
        }
        if repo.git(&["status", "--porcelain"]).text() != "" {
            repo.git(&["reset", "-q", "--merge"]).success();
        }
        if dice.one_in(2) {
            drop(repo.agent(&["verify", TASKS[dice.below(2)], "--", ["true", "false"][dice.below(2)]]));
        }
    }
    repo
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The object of task `id` that has `checkpoints`, wherever it is in `value`.
fn item<'v>(value: &'v Value, id: &str) -> Option<&'v Value> {
    match value {
        Value::Object(keys) if keys.get("id").is_some_and(|found| found == id) && keys.contains_key("checkpoints") => {
            Some(value)
        }
        Value::Object(keys) => keys.values().find_map(|value| item(value, id)),
        Value::Array(all) => all.iter().find_map(|value| item(value, id)),
        _ => None,
    }
}

fn check(seed: u64) {
    let repo = world(seed);
    repo.agent(&["repair", "-q"]).success();
    let whole = repo.agent(&["log", "--no-events", "--json"]).json()["entries"].clone();
    let report = repo.agent(&["report", "--json"]).json();
    for id in TASKS {
        let log = repo.agent(&["log", id, "--no-events", "--json"]).json()["entries"].clone();
        let mut known: BTreeMap<u64, Said> = BTreeMap::new();
        for one in log.as_array().unwrap() {
            let said = (text(&one["commit"]), text(&one["subject"]), one["verified"].as_bool());
            known.insert(one["number"].as_u64().unwrap(), said);
            let same = whole.as_array().unwrap().iter().find(|other| other["commit"] == one["commit"]).unwrap();
            for key in ["tasks", "subject", "reverted"] {
                assert_eq!(same[key], one[key], "seed {seed}: {key} of {id} in log and log {id}");
            }
        }
        let changes = repo.agent(&["changes-since", id, "--json"]).json()["commits"].clone();
        for one in changes.as_array().unwrap() {
            let same = whole.as_array().unwrap().iter().find(|other| other["commit"] == one["commit"]).unwrap();
            for key in ["tasks", "subject", "reverted"] {
                assert_eq!(same[key], one[key], "seed {seed}: {key} in log and changes-since {id}");
            }
        }
        for (number, (commit, subject, verified)) in &known {
            assert_eq!(
                subject,
                &repo.git(&["log", "-1", "--format=%s", commit]).success().stdout.trim_end_matches('\n')
            );
            let shown = repo.agent(&["show", &format!("{id}@{number}"), "--json"]).json()["checkpoint"].clone();
            let exit = shown["verification"]["exit"].as_i64().map(|exit| exit == 0);
            assert_eq!(
                (text(&shown["commit"]), text(&shown["subject"]), exit),
                (commit.clone(), subject.clone(), *verified)
            );
            let note = repo.git(&["notes", "--ref=agent", "show", commit]).text();
            let mut lines = note.lines().skip_while(|line| !line.starts_with(&format!("{id}@{number} ")));
            assert!(lines.next().is_some(), "seed {seed}: {id}@{number} in the note\n{note}");
            let mark = lines.next().and_then(|line| line.chars().next());
            let noted = match mark {
                Some('✓') => Some(true),
                Some('✗') => Some(false),
                _ => None,
            };
            assert_eq!(noted, *verified, "seed {seed}: {id}@{number} in the note\n{note}");
        }
        let green = known.iter().rev().find(|(_, said)| said.2 == Some(true)).map(|(number, _)| *number);
        let shown = repo.agent(&["show", &format!("{id}@green"), "--json"]);
        let shown = if shown.code == Some(0) { shown.json()["checkpoint"]["number"].as_u64() } else { None };
        let brief = repo.agent(&["brief", "--task", id, "--json"]).json()["checkpoints"].clone();
        assert_eq!((shown, brief["verified"]["number"].as_u64()), (green, green), "seed {seed}: {id}@green");
        let last = known.last_key_value().map(|(number, said)| (*number, said.1.clone()));
        let brief = brief["last"]["number"].as_u64().map(|number| (number, text(&brief["last"]["subject"])));
        assert_eq!(brief, last, "seed {seed}: the last of {id} in brief");
        let reported: BTreeMap<u64, Said> = item(&report, id).map_or_else(BTreeMap::new, |item| {
            let one = |one: &Value| {
                let said = (text(&one["commit"]), text(&one["subject"]), one["verified"].as_bool());
                (one["number"].as_u64().unwrap(), said)
            };
            item["checkpoints"].as_array().unwrap().iter().map(one).collect()
        });
        assert_eq!(reported, known, "seed {seed}: {id} in the report");
    }
}

#[test]
fn no_two_answers_contradict_each_other() {
    let worlds = std::env::var("GIT_AGENT_TEST_AGREE").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    (0..worlds).for_each(check);
}

/// Every answer to "is the last checkpoint of `id` verified?", by who gives it.
fn verdicts(repo: &TestRepo, id: &str) -> Vec<(&'static str, Option<bool>)> {
    let mark = |text: &str| match (text.contains('✓'), text.contains('✗')) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let json = |words: &[&str]| repo.agent(&[words, &["--json"]].concat()).json();
    let log = json(&["log", id, "--no-events", "-n", "1"])["entries"][0].clone();
    let number = log["number"].as_u64().expect("a checkpoint");
    let point = format!("{id}@{number}");
    let of_log = |words: &[&str]| repo.agent(&[&["log", id, "--no-events", "-n", "1"], words].concat()).stdout;
    let check: String = of_log(&[]).lines().filter(|line| line.starts_with("Check:")).collect();
    let reported = item(&json(&["report"]), id).expect("the task in the report")["checkpoints"].clone();
    let reported = reported.as_array().unwrap().iter().find(|one| one["number"] == number).cloned().unwrap_or_default();
    let is_last = |found: Value| (found["number"].as_u64() == Some(number)).then_some(true);
    let note = repo.git(&["notes", "--ref=agent", "show", &text(&log["commit"])]).text();
    let noted = note.lines().skip_while(|line| !line.starts_with(&format!("{point} "))).nth(1).unwrap_or_default();
    let green = repo.agent(&["show", &format!("{id}@green"), "--json"]);
    let green = if green.code == Some(0) { green.json()["checkpoint"].clone() } else { Value::Null };
    let shown = json(&["show", &point])["checkpoint"]["verification"]["exit"].as_i64();
    let failed = shown.filter(|exit| *exit != 0).map(|_| false);
    vec![
        ("log --json", log["verified"].as_bool()),
        ("log", mark(&check)),
        ("log --oneline", mark(&of_log(&["--oneline"]))),
        ("show --json", shown.map(|exit| exit == 0)),
        ("report --json", reported["verified"].as_bool()),
        ("the note", mark(noted)),
        // These name the last one that passed, and nothing else.
        ("@green", is_last(green).or(failed)),
        ("brief --json", is_last(json(&["brief", "--task", id])["checkpoints"]["verified"].clone()).or(failed)),
    ]
}

#[test]
fn what_counts_as_verified() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    let verify = |id: &str, command: &str| drop(repo.agent(&["verify", id, "--", command]));
    let expect = |what: &str, id: &str, expected: Option<bool>| {
        // The notes on commits follow with the next command that writes.
        repo.agent(&["repair", "-q"]).success();
        for (place, said) in verdicts(&repo, id) {
            assert_eq!(said, expected, "{what}: {id} in {place}");
        }
    };
    for id in TASKS {
        repo.agent(&["add", id, "--id", id, "-q"]).success();
        repo.agent(&["start", id, "-q"]).success();
        repo.deactivate();
    }
    let both = "\n\nTask-Id: A\nTask-Id: B";
    repo.commit_file("f", "1\n", &format!("one{both}"));
    expect("nothing was verified", "A", None);
    verify("A", "true");
    verify("B", "false");
    expect("the check of another task on the same tree failed", "A", Some(true));
    expect("that of another task passed", "B", Some(false));
    verify("A", "false");
    expect("the newest verification failed", "A", Some(false));
    verify("A", "true");
    repo.write("f", "uncommitted\n");
    verify("A", "false");
    expect("another tree failed", "A", Some(true));
    repo.write("f", "1\n");
    repo.git(&["commit", "-q", "--amend", "-m", &format!("other words{both}")]).success();
    expect("the message alone was amended", "A", Some(true));
    repo.write("f", "2\n");
    repo.git(&["commit", "-qa", "--amend", "--no-edit"]).success();
    expect("the tree was amended", "A", None);
    verify("A", "true");
    repo.git(&["revert", "--no-edit", "HEAD"]).success();
    expect("a verified commit was reverted", "A", Some(true));
    verify("A", "false");
    expect("the state without it failed", "A", Some(true));
    repo.git(&["revert", "--no-edit", "HEAD"]).success();
    verify("A", "false");
    expect("its tree came back, and failed", "A", Some(false));
}
