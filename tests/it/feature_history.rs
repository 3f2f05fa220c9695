//! The history of a feature is that of its parts, and of their parts.

use serde_json::Value;

use crate::support::TestRepo;

/// The feature f with the parts a and g; g is a feature with the part b. Commits of a, of no task, of b, of c (no part of f), of a.
fn world() -> (TestRepo, Vec<String>) {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    for words in [
        &["F", "--id", "f"][..],
        &["A", "--id", "a", "--parent", "f"],
        &["G", "--id", "g", "--parent", "f"],
        &["B", "--id", "b", "--parent", "g"],
        &["C", "--id", "c"],
    ] {
        repo.agent(&[&["add", "-q"][..], words].concat()).success();
    }
    repo.agent(&["init", "-q"]).success();
    let commit = |task: &str, file: &str| {
        repo.agent(&["start", task, "-q"]).success();
        repo.commit_file(file, "1\n", file)
    };
    let one = commit("a", "a1");
    repo.agent(&["pause", "-q"]).success();
    let none = repo.commit_file("none", "1\n", "none");
    let two = commit("b", "b1");
    let other = commit("c", "c1");
    let three = commit("a", "a2");
    (repo, vec![one, none, two, other, three])
}

fn commits(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|one| one["commit"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn log_show_and_checkpoints_of_a_feature_are_those_of_its_parts() {
    let (repo, made) = world();
    let log = repo.agent(&["log", "f", "--no-events", "--json"]).json();
    assert_eq!(commits(&log["entries"]), [made[4].clone(), made[2].clone(), made[0].clone()]);
    let numbers: Vec<u64> =
        log["entries"].as_array().unwrap().iter().map(|one| one["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    let log = repo.agent(&["log", "g", "--no-events", "--json", "--no-merges"]).json();
    assert_eq!(commits(&log["entries"]), [made[2].clone()]);
    let events = repo.agent(&["log", "f"]).success().stdout;
    assert!(events.contains("started a") && events.contains("started b") && !events.contains("started c"), "{events}");
    assert_eq!(repo.agent(&["show", "f@2", "--json"]).json()["checkpoint"]["commit"], Value::from(made[2].clone()));
    let shown = repo.agent(&["show", "f"]).success().stdout;
    assert!(
        shown.contains(&made[0][..12]) && shown.contains(&made[2][..12]) && !shown.contains(&made[3][..12]),
        "{shown}"
    );
    // A link of a part is one of the feature.
    repo.agent(&["link", &made[1], "--task", "b", "-q"]).success();
    assert_eq!(repo.agent(&["log", "f", "--no-events", "--oneline"]).success().lines().len(), 4);
    let diff = repo.agent(&["diff", "f@1", "f@last", "--name-only"]).success().stdout;
    assert_eq!(diff, "a2\nb1\nc1\nnone\n");
}

#[test]
fn changes_since_a_feature_began_with_the_first_of_its_parts() {
    let (repo, made) = world();
    let changes = repo.agent(&["changes-since", "f", "--json"]).json();
    let parent = repo.git(&["rev-parse", &format!("{}^", made[0])]).text();
    assert_eq!((&changes["base"]["commit"], &changes["base"]["rule"]), (&Value::from(parent), &"recorded".into()));
    let own = repo.agent(&["changes-since", "f", "--own", "--name-only"]).success().stdout;
    assert_eq!(own, "a1\na2\nb1\n");
    let own = repo.agent(&["changes-since", "g", "--own", "--name-only"]).success().stdout;
    assert_eq!(own, "b1\n");
}

#[test]
fn a_rollback_of_a_feature_takes_its_parts_and_no_other_task_with_it() {
    let (repo, _) = world();
    let plan = repo.agent(&["rollback", "f@start", "--dry-run"]).success().stdout;
    assert!(plan.contains("revert"), "{plan}");
    repo.agent(&["rollback", "f@start", "-q"]).success();
    let there = |file: &str| repo.path().join(file).exists();
    assert_eq!(["a1", "none", "b1", "c1", "a2"].map(there), [false, true, false, true, false]);
    repo.agent(&["undo", "-q"]).success();
    assert_eq!(["a1", "none", "b1", "c1", "a2"].map(there), [true; 5]);
    repo.agent(&["rollback", "f@2", "-q"]).success();
    assert_eq!(["a1", "none", "b1", "c1", "a2"].map(there), [true, true, true, true, false]);
}

#[test]
fn a_bisection_of_a_feature_tests_the_commits_of_its_parts() {
    let (repo, made) = world();
    let found = repo.agent(&["bisect", "f", "--json", "--", "test", "!", "-e", "b1"]).success().json();
    assert!(found.to_string().contains(&made[2]), "{found}");
}
