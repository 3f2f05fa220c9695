//! Calls that take long: given up, and told of. And whose session they are.

use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Client, PRESENT, PREVIOUS};
use super::repo;
use crate::support::TestRepo;

/// Wait until `is_so`.
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether the process that `file` names is there, and does more than wait to be buried.
fn is_alive(repo: &TestRepo, file: &str) -> bool {
    let pid = repo.read(file);
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

/// A verification that starts a process which does not listen, and says who it is.
fn with_a_slow_verification() -> TestRepo {
    let repo = repo();
    repo.agent(&["start", "parse"]).success();
    repo.sh("printf 'pid*\\n' >>.git/info/exclude").success();
    let line = "sh -c 'trap \"\" TERM; echo $$ >pid-new; mv pid-new pid; while :; do sleep 0.05; done' & wait";
    repo.git(&["config", "agent.verify", line]).success();
    repo
}

#[test]
fn a_verification_that_is_cancelled_is_stopped_with_all_that_it_started() {
    for version in [PREVIOUS, PRESENT] {
        let repo = with_a_slow_verification();
        let mut client = match version {
            PREVIOUS => Client::new(&repo, "x"),
            _ => Client::unknown(&repo, "x", version),
        };
        let id = client.ask("tools/call", json!({ "name": "verify", "arguments": {} }));
        wait_until("it begins", || repo.path().join("pid").exists());
        assert!(is_alive(&repo, "pid"));
        client.notify("notifications/cancelled", json!({ "requestId": id, "reason": "enough" }));
        wait_until("it is stopped", || !is_alive(&repo, "pid"));
        // The next call has its turn, and nothing was recorded.
        let task = client.call("show", json!({ "task": "parse" }))["task"].clone();
        assert_eq!((&task["verification"], &task["status"]), (&json!(null), &json!("in_progress")));
        assert!(client.end().1 < Duration::from_secs(10));
    }
}

#[test]
fn a_call_that_was_cancelled_before_its_turn_does_not_run() {
    let repo = with_a_slow_verification();
    let mut client = Client::new(&repo, "x");
    let slow = client.ask("tools/call", json!({ "name": "verify", "arguments": {} }));
    wait_until("it begins", || repo.path().join("pid").exists());
    let note = client.ask("tools/call", json!({ "name": "note", "arguments": { "text": "never" } }));
    for id in [note, slow] {
        client.notify("notifications/cancelled", json!({ "requestId": id }));
    }
    let task = client.call("show", json!({ "task": "parse" }))["task"].clone();
    assert_eq!(task["notes"], json!([]), "{task}");
    // One that is over cannot be cancelled, and what was never asked neither.
    for id in [slow, 4711] {
        client.notify("notifications/cancelled", json!({ "requestId": id }));
    }
    assert_eq!(client.call("status", json!({}))["active"], json!(["parse"]));
}

#[test]
fn a_call_that_takes_long_reports_progress_to_those_who_ask() {
    let repo = repo();
    repo.agent(&["start", "parse"]).success();
    repo.git(&["config", "agent.verify", "sleep 2.5"]).success();
    let mut client = Client::new(&repo, "x");
    let id = client.ask("tools/call", json!({ "name": "verify", "arguments": {}, "_meta": { "progressToken": "p7" } }));
    let answer = client.answer(id);
    assert_eq!(answer["result"]["structuredContent"]["verification"]["passed"], true, "{answer}");
    let told = std::mem::take(&mut client.notified);
    let told: Vec<_> = told.iter().filter(|said| said["method"] == "notifications/progress").collect();
    assert!(told.len() >= 2, "{told:?}");
    assert!(told.iter().all(|said| said["params"]["progressToken"] == "p7"));
    let progress: Vec<f64> = told.iter().map(|said| said["params"]["progress"].as_f64().unwrap()).collect();
    assert!(progress.is_sorted_by(|one, other| one < other), "it grows: {progress:?}");
    // Unasked, none.
    client.call("verify", json!({}));
    assert_eq!(client.notified, Vec::<serde_json::Value>::new());
}

#[test]
fn codex_says_in_each_request_whose_session_it_is() {
    let repo = repo();
    repo.agent(&["add", "Other", "--id", "other", "-q"]).success();
    let start = |client: &mut Client, task: &str, meta: serde_json::Value| {
        let params = json!({ "name": "start", "arguments": { "task": task }, "_meta": meta });
        let answer = client.request("tools/call", params);
        assert_ne!(answer["result"]["isError"], true, "{answer}");
    };
    let mut one = Client::new(&repo, "codex-mcp-client");
    let mut other = Client::new(&repo, "codex-mcp-client");
    start(&mut one, "parse", json!({ "sessionId": "s-1", "model": "gpt" }));
    start(&mut other, "other", json!({ "x-codex-turn-metadata": { "session_id": "s-2", "workspaces": {} } }));
    // Each session's commits name its task, though they share the worktree.
    for (session, task) in [("s-1", "parse"), ("s-2", "other")] {
        repo.write("f", session);
        repo.git(&["add", "f"]).success();
        let commit = repo.run("git").args(["commit", "-qm", task]).env("CODEX_SESSION_ID", session);
        commit.env("CODEX_THREAD_ID", session).run().success();
        assert_eq!(repo.task_ids("HEAD"), [task]);
    }
    // Of another client these words mean nothing.
    let mut stranger = Client::new(&repo, "x");
    let params = json!({ "name": "status", "arguments": {}, "_meta": { "sessionId": "s-2" } });
    assert_eq!(stranger.request("tools/call", params)["result"]["structuredContent"]["active"][0], "other");
}
