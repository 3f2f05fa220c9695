//! How many tasks there are is the same in every view, on random projects.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{TestRepo, ledger::Random};

const STATES: [&str; 5] = ["pending", "in_progress", "completed", "failed", "cancelled"];

/// Tasks in features of three levels, in all states.
fn project(seed: u64) -> TestRepo {
    let (repo, mut dice) = (TestRepo::new(), Random::new(seed));
    repo.commit_file("base", "0\n", "base");
    let mut ids: Vec<String> = Vec::new();
    for n in 0..14 {
        let id = format!("n{n}");
        let mut words = vec!["add".to_owned(), format!("Task {n}"), "--id".to_owned(), id.clone(), "-q".to_owned()];
        if n > 1 && !dice.one_in(3) {
            words.extend(["--parent".to_owned(), ids[dice.below(ids.len().min(5))].clone()]);
        }
        if n > 1 && dice.one_in(3) {
            words.extend(["--after".to_owned(), ids[dice.below(ids.len())].clone()]);
        }
        if dice.one_in(3) {
            words.extend(["--estimate".to_owned(), "2h".to_owned()]);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // A part that comes after its own feature is refused.
        if repo.agent(&words).code == Some(0) {
            ids.push(id);
        }
    }
    for id in &ids {
        match dice.below(6) {
            0 => drop(repo.agent(&["start", id, "--force", "-q"])),
            1 => drop(repo.agent(&["complete", id, "--force", "-q"])),
            2 => {
                drop(repo.agent(&["start", id, "--force", "-q"]));
                drop(repo.agent(&["fail", id, "--reason", "no", "-q"]));
            }
            3 => drop(repo.agent(&["cancel", id, "-q"])),
            4 => drop(repo.agent(&["block", id, "no key", "-q"])),
            _ => {}
        }
    }
    repo.deactivate();
    repo
}

/// Tasks without parts by state, and the number of features, as `list` has them.
fn listed(repo: &TestRepo) -> (BTreeMap<String, usize>, usize) {
    let answer = repo.agent(&["list", "--all", "--json", "--fields", "all"]).json();
    let tasks = answer["tasks"].as_array().unwrap();
    let by_id: BTreeMap<&str, &Value> = tasks.iter().map(|task| (task["id"].as_str().unwrap(), task)).collect();
    let parts =
        |task: &Value| -> Vec<&Value> { by_id.values().copied().filter(|part| part["parent"] == task["id"]).collect() };
    for task in tasks {
        let ids: Vec<&Value> = parts(task).iter().map(|part| &part["id"]).collect();
        let children: Vec<&Value> = task["children"].as_array().into_iter().flatten().collect();
        assert_eq!(children, ids, "{task}");
    }
    // What has only cancelled parts is a task like any other.
    let is_feature = |task: &Value| parts(task).iter().any(|part| part["status"] != "cancelled");
    let is_cancelled = |task: &Value| {
        let mut next = Some(task);
        while let Some(task) = next {
            if task["status"] == "cancelled" {
                return true;
            }
            next = task["parent"].as_str().and_then(|id| by_id.get(id)).copied();
        }
        false
    };
    let mut counts: BTreeMap<String, usize> = STATES.iter().map(|state| ((*state).to_owned(), 0)).collect();
    for task in tasks.iter().filter(|task| !is_feature(task)) {
        let state = if is_cancelled(task) { "cancelled" } else { task["status"].as_str().unwrap() };
        *counts.get_mut(state).unwrap() += 1;
    }
    (counts, tasks.iter().filter(|task| is_feature(task)).count())
}

fn check(seed: u64) {
    let repo = project(seed);
    let (counts, features) = listed(&repo);
    let count = |state: &str| counts[state];
    // status, in JSON, for scripts and in words.
    let status = repo.agent(&["status", "--json"]).json();
    assert_eq!(status["counts"], serde_json::to_value(&counts).unwrap(), "seed {seed}");
    assert_eq!(status["features"], features, "seed {seed}");
    let porcelain = repo.agent(&["status", "--porcelain"]).success().stdout;
    for state in STATES {
        assert!(porcelain.contains(&format!("count {state} {}\n", count(state))), "seed {seed}: {porcelain}");
    }
    let said: Vec<String> = STATES
        .iter()
        .filter(|state| count(state) > 0)
        .map(|state| format!("{} {}", count(state), state.replace('_', " ")))
        .collect();
    let features = match features {
        0 => String::new(),
        1 => "; 1 feature".to_owned(),
        count => format!("; {count} features"),
    };
    let words = |text: &str| -> Vec<String> {
        let line =
            text.lines().find_map(|line| line.split_once("Tasks: ").or_else(|| line.split_once("- "))).unwrap().1;
        let line = line.strip_suffix(&features).unwrap_or_else(|| panic!("seed {seed}: {text}"));
        let mut words: Vec<String> = line.split(", ").map(ToOwned::to_owned).collect();
        words.sort();
        words
    };
    let mut sorted = said.clone();
    sorted.sort();
    assert_eq!(words(&repo.agent(&["status"]).success().stdout), sorted, "seed {seed}");
    // brief, which has them while no task is active.
    let brief = repo.agent(&["brief"]).success().stdout;
    let tasks = brief.split("Tasks").nth(1).unwrap();
    assert_eq!(words(tasks), sorted, "seed {seed}: {brief}");
    // report: what is cancelled does not count.
    let report = repo.agent(&["report", "--json"]).json()["report"]["overall"].clone();
    let total = counts.values().sum::<usize>() - count("cancelled");
    let numbers = |keys: [&str; 4]| keys.map(|key| usize::try_from(report[key].as_u64().unwrap()).unwrap());
    assert_eq!(
        numbers(["total", "completed", "in_progress", "failed"]),
        [total, count("completed"), count("in_progress"), count("failed")],
        "seed {seed}: {report}"
    );
}

#[test]
fn every_view_counts_the_same() {
    (0..4).for_each(check);
}

#[test]
fn a_path_in_conflict_is_counted_once() {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.git(&["switch", "-q", "-c", "topic"]).success();
    repo.commit_file("a.txt", "two\n", "second");
    repo.git(&["switch", "-q", "main"]).success();
    repo.commit_file("a.txt", "three\n", "third");
    repo.git(&["merge", "topic"]).exits(1);
    let dirty = repo.agent(&["status", "--json"]).json()["dirty"].clone();
    assert_eq!(dirty, serde_json::json!({"staged": 0, "unstaged": 0, "untracked": 0, "unmerged": 1}));
    assert!(repo.agent(&["status"]).success().stdout.contains("Uncommitted paths: 1 unmerged\n"));
    assert!(repo.agent(&["status", "--porcelain"]).success().stdout.contains("dirty 0 0 0\nunmerged 1\n"));
}

/// One table of marks: a task has the same one wherever it is listed.
#[test]
fn every_view_has_the_same_marks() {
    let repo = project(7);
    let mark = |text: &str, id: &str| {
        let words = |line: &str| line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
        let is_mark = |word: &str| "✓→○◌■✗–".contains(word);
        let named = |line: &str| {
            words(line).windows(2).find(|pair| is_mark(&pair[0]) && pair[1] == id).map(|pair| pair[0].clone())
        };
        text.lines().find_map(named)
    };
    let list = repo.agent(&["list", "--all"]).success().stdout;
    let graph = repo.agent(&["graph", "--all"]).success().stdout;
    let report = repo.agent(&["report", "--format", "text"]).success().stdout;
    let ids = repo.agent(&["list", "--all", "-q"]).lines();
    let mut compared = 0;
    for id in &ids {
        let expected = mark(&list, id);
        assert!(expected.is_some(), "{id}: {list}");
        for other in [&graph, &report] {
            if let Some(found) = mark(other, id) {
                assert_eq!(Some(found), expected, "{id}:\n{list}\n{other}");
                compared += 1;
            }
        }
    }
    assert!(compared > ids.len(), "{compared} of {}", ids.len());
}
