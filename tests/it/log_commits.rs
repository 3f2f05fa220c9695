//! `git agent log` finds the commits that stock git finds, and says of them what the history and the ledger say.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Output, TestRepo, default_git, on_one_git, program};

/// Every way to write a trailer that counts, and some that do not.
const MESSAGES: [&str; 16] = [
    "plain",
    "one\n\nTask-Id: T-1",
    "ten\n\nTask-Id: T-10",
    "both\n\nTask-Id: T-1\nTask-Id: T-10",
    "case of the key\n\ntask-id:T-1",
    "case of the id\n\nTask-Id: t-1",
    "squashed by a forge\n\n* first\n\n  Task-Id: T-1\n\n* Task-Id: T-10\n\nCo-authored-by: x <x@y>",
    "indented\n\n    commit 1234567\n\n        Task-Id : T-1 \n",
    "carriage returns\r\n\r\nTask-Id: T-1\r\n",
    "only a mention of Task-Id: T-1",
    "in a sentence\n\nsee Task-Id: T-1 for more",
    "longer\n\nTask-Id: T-1 and more",
    "a word before\n\nOld-Task-Id: T-1",
    "folded\n\nTask-Id:\n T-1",
    "twice\n\nTask-Id: T-1\n\nTask-Id: T-1",
    "quoted\n\n> Task-Id: T-1",
];

/// A history with side branches and merges that has every message twice.
fn history(repo: &TestRepo) {
    for (at, message) in MESSAGES.iter().chain(&MESSAGES).enumerate() {
        if at % 5 == 3 {
            repo.git(&["checkout", "-q", "-b", &format!("side-{at}")]).success();
            commit(repo, &format!("side {message}"), at);
            repo.git(&["checkout", "-q", "main"]).success();
            commit(repo, message, at + 100);
            repo.git(&["merge", "-q", "--no-ff", "-m", &format!("merge\n\nTask-Id: T-{at}"), &format!("side-{at}")])
                .success();
        } else {
            commit(repo, message, at);
        }
    }
}

fn commit(repo: &TestRepo, message: &str, at: usize) {
    repo.write(&format!("dir/f{at}"), format!("{at}\n"));
    repo.git(&["add", "-A"]).success();
    repo.run("git").args(["commit", "-q", "--cleanup=verbatim", "-F", "-"]).stdin(message).run().success();
}

/// The commits of each task as stock git and a few lines of our own find them, oldest first in topological order.
fn oracle(repo: &TestRepo, revision: &str) -> BTreeMap<String, Vec<String>> {
    let raw = repo.git(&["log", "--topo-order", "--reverse", "-z", "--format=%H%x00%B", revision]).success().raw;
    let text = String::from_utf8(raw).unwrap();
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut fields = text.split('\0');
    while let (Some(commit), Some(message)) = (fields.next(), fields.next()) {
        for line in message.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line).trim_start_matches([' ', '\t']);
            let line = line.strip_prefix("* ").unwrap_or(line);
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim_matches([' ', '\t']);
            let is_key = key.trim_end_matches([' ', '\t']).eq_ignore_ascii_case("task-id");
            if is_key && !value.is_empty() && !value.contains([' ', '\t']) {
                let commits = found.entry(value.to_owned()).or_default();
                if commits.last().is_none_or(|last| last != commit) {
                    commits.push(commit.to_owned());
                }
            }
        }
    }
    found
}

/// The commits of a log, with one field of each.
fn commits(output: Output, field: &str) -> Vec<(String, Value)> {
    let answer = output.json();
    let commits = answer["entries"].as_array().unwrap().iter().filter(|entry| entry["type"] == "commit");
    commits.map(|entry| (entry["commit"].as_str().unwrap().to_owned(), entry[field].clone())).collect()
}

#[test]
fn every_commit_of_a_task_and_no_other() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        history(&repo);
        for (with_ledger, with_graph) in [(false, false), (true, false), (true, true)] {
            if with_ledger && !with_graph {
                for id in ["T-1", "T-10"] {
                    repo.agent(&["add", id, "--id", id, "-q"]).success();
                }
            }
            if with_graph {
                repo.git(&["commit-graph", "write", "--reachable", "--changed-paths"]).success();
            }
            let expected = oracle(&repo, "HEAD");
            assert!(expected["T-1"].len() > expected["T-10"].len() && expected.contains_key("t-1"));
            for (id, expected) in &expected {
                let mut found = commits(repo.agent(&["log", "--task", id, "--json"]), "number");
                found.sort_by_key(|(_, number)| number.as_u64());
                let numbered: Vec<(String, Value)> =
                    expected.iter().enumerate().map(|(at, commit)| (commit.clone(), Value::from(at + 1))).collect();
                assert_eq!(found, numbered, "{id} with {git}");
            }
            // The same by way of the whole log, and of another range.
            for revision in ["HEAD", "HEAD~3", "side-8"] {
                let expected = oracle(&repo, revision);
                let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (commit, tasks) in commits(repo.agent(&["log", "--topo-order", "--json", revision]), "tasks") {
                    for task in tasks.as_array().unwrap() {
                        found.entry(task.as_str().unwrap().to_owned()).or_default().insert(0, commit.clone());
                    }
                }
                assert_eq!(found, expected, "{revision} with {git}");
            }
        }
    });
}

#[test]
fn teams_bring_their_own_trailers() {
    let repo = TestRepo::new();
    repo.git(&["config", "--add", "agent.trailerKey", "Bug"]).success();
    repo.git(&["config", "--add", "agent.trailerKey", "Fixed"]).success();
    repo.git(&["config", "agent.trailerSplit", "true"]).success();
    repo.git(&["config", "agent.trailerIgnore", "None"]).success();
    let first = repo.commit_file("a", "1", "x\n\nBug: b/45, chromium:123");
    let second = repo.commit_file("a", "2", "x\n\nFixed: chromium:123");
    repo.commit_file("a", "3", "x\n\nBug: None\nTask-Id: 7");
    let of = |words: &[&str]| {
        let found = commits(repo.run("git-agent").args(["log", "--json"]).args(words).run(), "tasks");
        found.into_iter().map(|(commit, _)| commit).collect::<Vec<_>>()
    };
    assert_eq!(of(&["chromium:123"]), [second.clone(), first.clone()]);
    assert_eq!(of(&["--task", "b/45"]), std::slice::from_ref(&first));
    assert_eq!(of(&["--checkpoints"]), [second, first]);
    let third = repo.git(&["-c", "agent.trailerKey=Task-Id", "agent", "log", "7", "--json"]);
    assert_eq!(commits(third, "number"), [(repo.head(), Value::from(1))], "settings on git's command line count");
}

/// Write an event into a task's note as a newer version, or somebody else's tool, might.
fn write_event(repo: &TestRepo, id: &str, n: usize, event: &str) {
    let key = repo.run("git").args(["hash-object", "--stdin"]).stdin(format!("0 task {id}\n")).run().text();
    let line = format!("2026-01-02T04:00:00.000Z 01KDYB{n:020} ada@box n={n} {event}");
    repo.git(&["notes", "--ref=agent-tasks", "append", "-m", &line, &key]).success();
}

#[test]
fn a_commit_says_how_its_content_was_verified() {
    let repo = TestRepo::new();
    repo.agent(&["add", "A task", "--id", "t-1", "-q"]).success();
    let first = repo.commit_file("a", "1", "first\n\nTask-Id: t-1");
    let second = repo.commit_file("a", "2", "second\n\nTask-Id: t-1");
    let third = repo.commit_file("a", "3", "third\n\nTask-Id: t-1");
    for (rev, exit) in [("HEAD~2", 0), ("HEAD~1", 1)] {
        let tree = repo.git(&["rev-parse", &format!("{rev}^{{tree}}")]).text();
        write_event(
            &repo,
            "t-1",
            90 + exit,
            &format!("verify command=\"make\" exit={exit} seconds=1.5 tree=\"{tree}\""),
        );
    }
    let found = commits(repo.agent(&["log", "--json"]), "verified");
    assert_eq!(found, [(third, Value::Null), (second, false.into()), (first, true.into())]);
    // The evidence belongs to the content, so it survives another message.
    repo.git(&["reset", "-q", "--hard", "HEAD~2"]).success();
    repo.git(&["commit", "-q", "--amend", "-m", "reworded\n\nTask-Id: t-1"]).success();
    assert_eq!(commits(repo.agent(&["log", "t-1", "--json"]), "verified"), [(repo.head(), true.into())]);
}

#[test]
fn linked_commits_belong_to_their_task() {
    let repo = TestRepo::new();
    repo.agent(&["add", "A task", "--id", "t-1", "-q"]).success();
    repo.commit_file("a", "0", "before");
    let lost = repo.commit_file("a", "1", "lost its trailer");
    let kept = repo.commit_file("a", "2", "kept\n\nTask-Id: t-1");
    write_event(&repo, "t-1", 90, &format!("link commit=\"{lost}\" by=\"patch-id\""));
    let expected = [(kept, Value::from(2)), (lost.clone(), Value::from(1))];
    assert_eq!(commits(repo.agent(&["log", "t-1", "--json"]), "number"), expected);
    let all = commits(repo.agent(&["log", "--json"]), "tasks");
    assert_eq!(all[1], (lost, serde_json::json!(["t-1"])));
}

#[test]
fn reverted_commits_say_so() {
    let repo = TestRepo::with_git(default_git());
    repo.commit_file("a", "0", "start");
    repo.git(&["checkout", "-q", "-b", "side"]).success();
    repo.commit_file("b", "1", "side\n\nTask-Id: t-1");
    repo.git(&["checkout", "-q", "main"]).success();
    repo.commit_file("a", "1", "one\n\nTask-Id: t-1");
    repo.commit_file("c", "1", "two\n\nTask-Id: t-1");
    repo.git(&["revert", "--no-edit", "HEAD~1"]).success();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge\n\nTask-Id: t-1", "side"]).success();
    repo.git(&["revert", "--no-edit", "-m", "1", "HEAD"]).success();
    let reverted = |args: &[&str]| {
        let answer = repo.agent(args).json();
        let commits = answer["entries"].as_array().unwrap().iter().filter(|entry| entry["reverted"] == true);
        commits.map(|commit| commit["subject"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(reverted(&["log", "--json"]), ["merge", "one"]);
    assert_eq!(reverted(&["log", "t-1", "--json"]), ["merge", "one"], "the reverts themselves are nobody's");
    assert_eq!(reverted(&["log", "--json", "HEAD~1"]), ["one"], "what comes later is not part of this log");
}

#[test]
fn cherry_picks_of_each_other_are_told_as_one_patch() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.commit_file("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "first");
        repo.agent(&["add", "Fix it", "--id", "T-1"]).success();
        repo.git(&["switch", "-q", "-c", "release"]).success();
        repo.commit_file("other", "1", "release");
        repo.git(&["switch", "-q", "main"]).success();
        let one = repo.commit_file("a", "1\n2\n3\n4\n5\n6\n7\n8\nnine\n", "fix\n\nTask-Id: T-1");
        repo.commit_file("a", "1\n2\n3\n4\n5\n6\n7\n8\nNINE\n", "again\n\nTask-Id: T-1");
        // Binary content that differs is no twin, on the same path.
        repo.write("b", b"\x00\x01");
        repo.git(&["add", "b"]).success();
        repo.git(&["commit", "-qm", "binary\n\nTask-Id: T-1"]).success();
        repo.write("b", b"\x00\x02");
        repo.git(&["commit", "-qam", "binary\n\nTask-Id: T-1"]).success();
        repo.write("b", b"\x00\x03");
        repo.git(&["commit", "-qam", "binary\n\nTask-Id: T-1"]).success();
        repo.git(&["switch", "-q", "release"]).success();
        repo.git(&["cherry-pick", &one]).success();
        let picked = repo.head();
        repo.git(&["switch", "-q", "main"]).success();
        repo.git(&["merge", "-q", "-m", "back", "-s", "ours", "release"]).success();
        let log = repo.agent(&["log", "T-1", "--no-events", "--jsonl"]).success().text();
        let entries: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let twins: Vec<_> = entries.iter().filter(|entry| !entry["same_patch_as"].is_null()).collect();
        assert_eq!(twins.len(), 1, "{log}");
        let pair = [&twins[0]["commit"], &twins[0]["same_patch_as"]].map(|id| id.as_str().unwrap().to_owned());
        assert!(pair == [one.clone(), picked.clone()] || pair == [picked.clone(), one.clone()], "{pair:?}");
        let shown = repo.agent(&["log", "T-1", "--no-events", "--oneline"]).success();
        assert!(shown.stdout.contains("(= T-1@"), "{shown}");
        assert!(shown.stderr.contains("6 commits of the task contain 5 patches"), "{shown}");
    });
}

/// Each number is a question to the whole history: a message that names thousands of tasks is not thousands of them.
#[test]
fn a_commit_that_names_thousands_of_tasks_is_shown_in_a_moment() {
    let repo = TestRepo::new();
    let trailers: String = (0..3_000).map(|n| format!("Task-Id: x-{n}\n")).collect();
    repo.commit_file("a", "one\n", &format!("All of it\n\n{trailers}"));
    let began = std::time::Instant::now();
    let shown = repo.agent(&["log", "x-5"]).success();
    assert!(shown.stdout.contains("x-5@1 ") && shown.stdout.contains("x-49@1 "), "{shown}");
    assert!(shown.stdout.contains("x-2999 ") && !shown.stdout.contains("x-2999@"), "{shown}");
    let last = repo.agent(&["log", "x-2999"]).success();
    assert!(last.stdout.contains("x-2999@1 "), "the task that is asked for has its number: {last}");
    repo.agent(&["blame", "a"]).success();
    assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn git_is_started_when_the_entries_come_to_the_commit_of_head() {
    on_one_git(|git| {
        let repo = TestRepo::with_git(git);
        repo.agent(&["add", "Login", "--id", "T-1"]).success();
        repo.agent(&["start", "T-1"]).success();
        repo.write("a", "1");
        repo.agent(&["checkpoint", "-m", "one"]).success();
        repo.agent(&["decide", "JWT"]).success();
        repo.agent(&["pause"]).success();
        let ask = |words: &[&str]| {
            let trace = repo.tmp().join("trace");
            let output = repo.run(program()).env("GIT_TRACE2", &trace).args(words).run().success();
            let started = std::fs::read_to_string(&trace).unwrap_or_default().contains("log");
            std::fs::remove_file(&trace).ok();
            (output.stdout, started)
        };
        let (newest, is_started) = ask(&["log", "-n", "2", "--jsonl"]);
        assert!(!is_started && newest.lines().count() == 2, "{newest}");
        let (all, is_started) = ask(&["log", "--jsonl"]);
        assert!(is_started && all.starts_with(&newest) && all.lines().count() > 4, "{newest}{all}");
        let refused = repo.agent(&["log", "-n", "1", "--date=nonsense"]).exits(2);
        assert!(refused.stderr.contains("unknown date format nonsense"), "{refused}");
    });
}
