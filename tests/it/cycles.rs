//! Cycles of tasks that wait for each other: by dependencies, and as features for their parts. None is made, and what a merge brings is named.

use crate::support::{TestRepo, ledger::Ledger, ledger::task_id};
use git_agent::domain::event::{Dep, Payload};

/// The feature f with the part a; g with b, which comes after f; x, which comes after f.
fn world() -> TestRepo {
    let repo = TestRepo::new();
    for words in [
        &["F", "--id", "f"][..],
        &["A", "--id", "a", "--parent", "f"],
        &["G", "--id", "g"],
        &["B", "--id", "b", "--parent", "g", "--after", "f"],
        &["X", "--id", "x", "--after", "f"],
    ] {
        repo.agent(&[&["add", "-q"][..], words].concat()).success();
    }
    repo
}

#[test]
fn a_part_that_comes_after_its_own_feature_is_refused_with_the_cycle_spelled_out() {
    let repo = world();
    let tip = |repo: &TestRepo| repo.git(&["rev-parse", "refs/notes/agent-tasks"]).text();
    let before = tip(&repo);
    for (words, cycle) in [
        (&["add", "N", "--parent", "f", "--after", "f"][..], " is a subtask of f)"),
        (&["add", "N", "--id", "n", "--parent", "f", "--after", "f"], "cycle f → n → f (n is a subtask of f)"),
        (&["add", "N", "--id", "n", "--parent", "f", "--after", "x"], "cycle f → n → x → f (n is a subtask of f)"),
        (
            &["add", "N", "--id", "n", "--parent", "f", "--after", "b", "--after", "g"],
            "cycle f → n → b → f (n is a subtask of f)",
        ),
        (
            &["dep", "add", "a", "--after", "f"],
            "a cannot depend on f: that would create the cycle a → f → a (a is a subtask of f)",
        ),
        (&["dep", "add", "a", "--after", "x"], "cycle a → x → f → a (a is a subtask of f)"),
        (&["dep", "add", "a", "--after", "g"], "cycle a → g → b → f → a (b is a subtask of g, a is a subtask of f)"),
        (
            &["edit", "x", "--parent", "f"],
            "x cannot be a subtask of f: that would create the cycle f → x → f (x is a subtask of f)",
        ),
        (&["edit", "g", "--parent", "f"], "cycle f → g → b → f (g is a subtask of f, b is a subtask of g)"),
        (&["edit", "f", "--parent", "a"], "cycle a → f → a (f is a subtask of a, a is a subtask of f)"),
        (&["edit", "f", "--parent", "f"], "f cannot be a subtask of itself"),
    ] {
        let refused = repo.agent(words).exits(1);
        assert!(refused.stderr.contains(cycle), "{words:?}: {refused}");
        assert_eq!(tip(&repo), before, "{words:?}");
    }
    // What only looks like one.
    repo.agent(&["dep", "add", "b", "--after", "a", "-q"]).success();
    repo.agent(&["add", "N", "--parent", "g", "--after", "a", "-q"]).success();
    repo.agent(&["edit", "x", "--parent", "g", "-q"]).success();
}

#[test]
fn a_plan_that_closes_such_a_cycle_is_refused() {
    let repo = world();
    let import = |plan: &str| {
        repo.write("plan.json", plan);
        repo.agent(&["plan", "import", "plan.json"]).exits(1)
    };
    let own = r#"{"schema": 1, "tasks": [{"id": "h", "title": "H"}, {"id": "p", "title": "P", "parent": "h", "after": ["q"]},
        {"id": "q", "title": "Q", "after": ["h"]}]}"#;
    let refused = import(own);
    assert!(refused.stderr.contains("wait for each other: "), "{refused}");
    assert!(refused.stderr.contains("p is a subtask of h"), "{refused}");
    // Together with what the ledger has, by a dependency and by a feature.
    let refused = import(r#"{"schema": 1, "tasks": [{"id": "p", "title": "P", "parent": "f", "after": ["x"]}]}"#);
    assert!(refused.stderr.contains("p is a subtask of f"), "{refused}");
    let refused = import(r#"{"schema": 1, "tasks": [{"id": "x", "title": "X", "parent": "f"}]}"#);
    assert!(refused.stderr.contains("x is a subtask of f"), "{refused}");
    repo.agent(&["show", "h"]).exits(2);
}

#[test]
fn what_a_merge_brings_is_named_by_doctor_and_next() {
    let repo = world();
    repo.agent(&["complete", "b", "--force", "-q"]).success();
    repo.agent(&["complete", "g", "--force", "-q"]).success();
    let dep = |after: &str| Payload::Dep(Dep { add: vec![task_id(after)], remove: vec![] });
    Ledger::of(&repo, "ada@box").write(vec![(task_id("a"), dep("x"))]);
    let cycle = "a → x → f → a (a is a subtask of f)";
    let doctor = repo.agent(&["doctor"]).stdout;
    assert!(doctor.contains(cycle), "{doctor}");
    let next = repo.agent(&["next"]).success();
    assert!(next.stderr.contains(cycle), "{next}");
    let ready = repo.agent(&["ready", "--explain"]).success().stdout;
    assert!(ready.contains("dependency cycle"), "{ready}");
    repo.agent(&["dep", "remove", "a", "--after", "x", "-q"]).success();
    assert!(repo.agent(&["next"]).success().stdout.starts_with("a "));
    assert!(!repo.agent(&["doctor"]).stdout.contains("dependency cycle"));
}
