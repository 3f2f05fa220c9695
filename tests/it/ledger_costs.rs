//! The cost of a hostile ledger grows with what is read, and no answer is much longer than what it tells.

use std::time::{Duration, Instant};

use git_agent::domain::event::{Create, Payload};

use crate::support::{
    TestRepo,
    ledger::{Ledger, task_id},
};

const COMMANDS: [&[&str]; 12] = [
    &["list", "--all"],
    &["list", "--tree"],
    &["list", "--json"],
    &["show", "t-0"],
    &["next"],
    &["ready"],
    &["status"],
    &["brief"],
    &["graph"],
    &["report"],
    &["doctor"],
    &["plan", "export"],
];

/// The note of task `id` of this many lines, each made by `line` from its number.
fn note(repo: &TestRepo, id: &str, lines: usize, line: impl Fn(usize) -> String) {
    let key = repo.run("git").args(["hash-object", "-w", "--stdin"]).stdin(format!("0 task {id}\n")).run().text();
    let head = "2026-01-02T03:04:05.000Z 01KATK2X5G";
    let mut text = format!("0 task {id}\n{head}9999999999999999 eve@x n=1 create title=\"Task {id}\"\n");
    for at in 0..lines {
        text.push_str(&format!("{head}{at:016} eve@x n={} {}\n", at + 2, line(at)));
    }
    repo.write(".git/note", text);
    repo.git(&["notes", "--ref=agent-tasks", "add", "-f", "-F", ".git/note", &key]).success();
}

/// How long `words` take, the better of two tries.
fn time(repo: &TestRepo, words: &[&str]) -> Duration {
    let once = || {
        let began = Instant::now();
        let out = repo.agent(words);
        assert!(out.code.is_some_and(|code| code < 6), "{words:?}: {out}");
        began.elapsed()
    };
    once().min(once())
}

#[test]
fn many_events_of_one_kind_cost_as_many_times_more() {
    let count: usize = std::env::var("GIT_AGENT_TEST_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let kinds: [fn(usize) -> String; 5] = [
        |at| format!("dep add=[\"d-{at}\"]"),
        |at| format!("commit commit=\"{at:040x}\" tree=\"{at:040x}\""),
        |at| format!("decide text=\"Decision {at}\""),
        |at| format!("block text=\"Blocker {at}\""),
        |at| format!("dep add=[\"d-{at}\"] remove=[\"d-{}\"]", at / 2),
    ];
    for (at, kind) in kinds.iter().enumerate() {
        let [few, many] = [count, count * 8].map(|count| {
            let repo = TestRepo::new();
            repo.commit_file("a", "one\n", "first");
            note(&repo, "t-0", count, kind);
            repo
        });
        for words in [&["list", "--all"][..], &["show", "t-0"], &["next"]] {
            let (short, long) = (time(&few, words), time(&many, words));
            // Eight times as much is eight times the cost; sixty-four times would be quadratic.
            let most = short * 24 + Duration::from_millis(1_000);
            assert!(long < most, "kind {at}, {words:?}: {short:?} and {long:?}");
        }
    }
}

/// A ledger of `count` tasks, each after or below the next one, the last one after or below the first if it is a cycle.
fn chain(count: usize, is_cycle: bool, is_parent: bool) -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    let events = (0..count).map(|at| {
        let to = (at + 1 < count || is_cycle).then(|| task_id(&format!("t-{}", (at + 1) % count)));
        let (after, parent) = if is_parent { (Vec::new(), to) } else { (to.into_iter().collect(), None) };
        let create = Create { title: format!("Task {at}"), after, parent, ..Create::default() };
        (task_id(&format!("t-{at}")), Payload::Create(create))
    });
    Ledger::of(&repo, "eve@x").write(events.collect());
    repo
}

#[test]
fn chains_and_cycles_are_shown_in_bounds() {
    let count: usize = std::env::var("GIT_AGENT_TEST_CHAIN").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    for (is_cycle, is_parent) in [(false, false), (true, false), (false, true), (true, true)] {
        let repo = chain(count, is_cycle, is_parent);
        for words in COMMANDS {
            let out = repo.agent(words);
            assert!(out.code.is_some_and(|code| code < 6), "{words:?}: {out}");
            let room = 20_000 + count * 1_500;
            assert!(out.stdout.len() < room, "cycle {is_cycle}, parents {is_parent}, {words:?}: {}", out.stdout.len());
        }
    }
}

#[test]
fn a_task_that_waits_for_very_many_names_some_of_them_and_json_all() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one\n", "first");
    let count = 300;
    let after: Vec<_> = (1..=count).map(|at| task_id(&format!("t-{at}"))).collect();
    let create = |title: &str, after| Payload::Create(Create { title: title.into(), after, ..Create::default() });
    let mut events = vec![(task_id("all"), create("All", after.clone()))];
    events.extend(after.iter().map(|id| (id.clone(), create("One", vec![task_id("first")]))));
    events.push((task_id("first"), create("First", Vec::new())));
    Ledger::of(&repo, "eve@x").write(events);
    let listed = repo.agent(&["list", "--all"]).success().stdout;
    let line = listed.lines().find(|line| line.contains("All")).unwrap();
    assert!(line.contains("t-1, ") && line.contains("t-10 and 290 more"), "{line}");
    for id in ["all", "first"] {
        let shown = repo.agent(&["show", id]).success().stdout;
        assert!(shown.lines().count() < 130 && shown.contains("… and 250 more"), "{shown}");
    }
    let all = repo.agent(&["show", "all", "--json"]).json();
    assert_eq!(all["task"]["after"].as_array().unwrap().len(), count);
}
