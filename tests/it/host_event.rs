//! `git agent host event`: payloads as hosts send them, and what the hosts hear.

use serde_json::{Value, json};

use crate::support::{Output, TestRepo};

/// A repository with hooks and the tasks `a` and `b`.
pub(crate) fn with_tasks() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "First <task>", "--id", "a", "-q"]).success();
    repo.agent(&["add", "Second", "--id", "b", "-q"]).success();
    repo
}

/// The payload of `event` as `host` sends it in the session `s1`, with `more` fields.
pub(crate) fn payload(repo: &TestRepo, host: &str, event: &str, more: Value) -> Value {
    let cwd = repo.path().display().to_string();
    let mut payload = match host {
        "copilot" => json!({"sessionId": "s1", "timestamp": 1, "cwd": cwd}),
        "opencode" => json!({"sessionID": "s1", "directory": cwd}),
        "cursor" => json!({"conversation_id": "s1", "generation_id": "g", "hook_event_name": event,
            "cursor_version": "3.8", "workspace_roots": [cwd], "model": "m"}),
        "codex" => json!({"session_id": "s1", "transcript_path": null, "cwd": cwd, "hook_event_name": event,
            "model": "gpt", "permission_mode": "default"}),
        _ => json!({"session_id": "s1", "transcript_path": "/t", "cwd": cwd, "hook_event_name": event}),
    };
    payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    payload
}

/// Send it.
pub(crate) fn send(repo: &TestRepo, host: &str, event: &str, more: Value) -> Value {
    let payload = payload(repo, host, event, more);
    answer(repo.run("git").args(["agent", "host", "event", host, event]).stdin(payload.to_string()).run())
}

/// The one JSON object of a hook that succeeded.
fn answer(output: Output) -> Value {
    let output = output.success();
    assert_eq!(output.stderr, "");
    serde_json::from_str(&output.stdout).unwrap_or_else(|_| panic!("no JSON: {output}"))
}

const HOSTS: [&str; 6] = ["claude", "codex", "gemini", "copilot", "opencode", "cursor"];

/// A call of the shell tool.
pub(crate) fn shell(host: &str, line: &str) -> Value {
    match host {
        "copilot" => json!({"toolName": "bash", "toolArgs": json!({"command": line}).to_string()}),
        "opencode" => json!({"tool": "bash", "args": {"command": line}}),
        "gemini" => json!({"tool_name": "run_shell_command", "tool_input": {"command": line}}),
        "cursor" => json!({"tool_name": "Shell", "tool_input": {"command": line}}),
        _ => json!({"tool_name": "Bash", "tool_input": {"command": line}, "tool_use_id": format!("call {line}")}),
    }
}

/// The text that an answer gives to the agent.
pub(crate) fn context(answer: &Value) -> String {
    let places = [
        &answer["hookSpecificOutput"]["additionalContext"],
        &answer["additionalContext"],
        &answer["additional_context"],
        &answer["context"],
    ];
    places.iter().find_map(|place| place.as_str()).unwrap_or_default().to_owned()
}

/// Why an answer keeps a tool, or the agent's end, from happening.
pub(crate) fn reason(answer: &Value) -> String {
    let places = [
        &answer["hookSpecificOutput"]["permissionDecisionReason"],
        &answer["permissionDecisionReason"],
        &answer["agent_message"],
        &answer["followup_message"],
        &answer["deny"],
        &answer["ask"],
        &answer["reason"],
    ];
    places.iter().find_map(|place| place.as_str()).unwrap_or_default().to_owned()
}

#[test]
fn every_host_gets_the_brief_a_guard_and_one_question() {
    for host in HOSTS {
        let repo = with_tasks();
        repo.agent(&["start", "a"]).success();
        let brief = context(&send(&repo, host, "session-start", json!({"source": "startup"})));
        assert!(brief.contains("# a › First ‹task›") && !brief.contains(['<', '>', '&']), "{host}: {brief}");
        assert!(brief.chars().count() < 10_000);

        repo.write("work", "precious\n");
        assert_eq!(send(&repo, host, "pre-tool", shell(host, "ls")), json!({}), "{host}");
        assert_eq!(send(&repo, host, "pre-tool", shell(host, "git clean -fdq")), json!({}), "{host}");
        let saved = repo.agent(&["snapshot", "list", "--json"]).json();
        assert_eq!(saved["snapshots"].as_array().unwrap().len(), 1, "{host}: {saved}");
        let denied = reason(&send(&repo, host, "pre-tool", shell(host, "rm -rf .git")));
        assert!(denied.contains("refused 'rm -rf .git'"), "{host}: {denied}");
        // A patch is a text.
        let patch = json!({"tool_name": "apply_patch", "tool_input": {"command": "+ rm -rf .git\n"}});
        assert_eq!(send(&repo, host, "pre-tool", patch), json!({}), "{host}");

        let asked = reason(&send(&repo, host, "stop", json!({"stop_hook_active": false})));
        assert!(
            asked.contains("task a has 1 path not committed") && asked.contains("git agent checkpoint"),
            "{host}: {asked}"
        );
        repo.advance(60);
        for active in [true, false] {
            assert_eq!(send(&repo, host, "stop", json!({"stop_hook_active": active})), json!({}), "{host}");
            repo.advance(60);
        }
        assert_eq!(send(&repo, host, "session-end", json!({"reason": "other"})), json!({}), "{host}");
    }
}

#[test]
fn nothing_harms_a_host() {
    let repo = with_tasks();
    let outside = TestRepo::without_repository(repo.git_version());
    for (args, input) in [
        (vec!["claude", "stop"], "no JSON"),
        (vec!["claude", "stop"], ""),
        (vec!["claude", "pre-tool"], r#"{"tool_name": 7, "tool_input": [], "session_id": {}}"#),
        (vec!["claude", "pre-tool"], r#"{"tool_name": "Bash", "tool_input": {"command": 1}, "cwd": "/no/such/place"}"#),
        (vec!["claude", "no-such-event"], "{}"),
        (vec!["no-such-host", "stop"], "{}"),
        (vec!["claude"], "{}"),
        (vec![], "{}"),
    ] {
        for repo in [&repo, &outside] {
            let output = repo.run("git-agent").args(["host", "event"]).args(&args).stdin(input).run();
            assert_eq!(answer(output), json!({}), "{args:?}");
        }
    }
    // A repository that is damaged.
    std::fs::write(repo.path().join(".git/HEAD"), "nonsense").unwrap();
    assert_eq!(send(&repo, "claude", "stop", json!({})), json!({}));
    assert_eq!(send(&repo, "claude", "session-start", json!({})), json!({}));
}

#[test]
fn a_repository_without_git_agent_is_left_alone() {
    let repo = TestRepo::new();
    repo.commit_file("base", "0\n", "base");
    repo.write("work", "x\n");
    for event in ["session-start", "prompt", "stop", "session-end"] {
        assert_eq!(send(&repo, "claude", event, json!({"prompt": "x"})), json!({}));
    }
    assert_eq!(send(&repo, "claude", "post-tool", shell("claude", "true")), json!({}));
    assert!(!repo.path().join(".git/agent").exists());
}

#[test]
fn edits_are_saved_from_time_to_time() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    let edit = |id: &str| json!({"tool_name": "Write", "tool_input": {"file_path": "f"}, "tool_use_id": id});
    let count = || repo.agent(&["snapshot", "list", "--json"]).json()["snapshots"].as_array().unwrap().len();
    for number in 0..5 {
        repo.write("f", format!("{number}\n"));
        send(&repo, "claude", "post-tool", edit(&format!("t{number}")));
    }
    assert_eq!(count(), 1, "within agent.snapshotEvery");
    repo.advance(60);
    send(&repo, "claude", "post-tool", edit("later"));
    assert_eq!(count(), 2);
    repo.advance(60);
    send(&repo, "claude", "post-tool", edit("unchanged"));
    assert_eq!(count(), 2, "nothing is new");
    repo.git(&["config", "agent.snapshotEvery", "off"]).success();
    repo.advance(60);
    repo.write("f", "more\n");
    send(&repo, "claude", "post-tool", edit("off"));
    assert_eq!(count(), 2);
    repo.git(&["config", "agent.snapshotEvery", "0"]).success();
    send(&repo, "claude", "post-tool", edit("each"));
    assert_eq!(count(), 3);
    let list = repo.agent(&["snapshot", "list", "--json"]).json();
    assert_eq!(list["snapshots"][0]["kind"], "session", "{list}");
}

#[test]
fn a_commit_without_hooks_is_linked_after_the_tool() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    send(&repo, "gemini", "session-start", json!({}));
    repo.write("f", "1\n");
    repo.git(&["add", "f"]).success();
    // As in the shell of Gemini CLI; a newer git runs hooks of the configuration anyway.
    repo.git(&[
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "hook.git-agent-prepare-commit-msg.enabled=false",
        "commit",
        "-qm",
        "f",
    ])
    .success();
    send(&repo, "gemini", "post-tool", shell("gemini", "git commit -qm f"));
    let task = repo.agent(&["show", "a", "--json"]).json();
    assert_eq!(task["work"]["files"]["touched"][0], "f", "{task}");
}

#[test]
fn an_event_that_is_sent_twice_counts_once() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    assert_ne!(send(&repo, "claude", "session-start", json!({"source": "startup"})), json!({}));
    assert_eq!(send(&repo, "claude", "session-start", json!({"source": "startup"})), json!({}));
    repo.advance(60);
    assert_ne!(send(&repo, "claude", "session-start", json!({"source": "compact"})), json!({}));
    // Copilot CLI reads the hooks of Claude Code, too.
    let send_as = |host: &str| {
        let payload = json!({"session_id": "c1", "cwd": repo.path(), "hook_event_name": "SessionStart"});
        let run = repo.run("git").args(["agent", "host", "event", host, "session-start"]).env("COPILOT_CLI", "1");
        answer(run.stdin(payload.to_string()).run())
    };
    assert!(send_as("copilot")["additionalContext"].is_string());
    assert_eq!(send_as("claude"), json!({}));
}

#[test]
fn a_line_that_is_announced_twice_at_once_makes_one_task() {
    let repo = with_tasks();
    send(&repo, "claude", "session-start", json!({}));
    send(&repo, "claude", "prompt", json!({"prompt": "Do it"}));
    repo.write("f", "1\n");
    let payload = payload(&repo, "claude", "PreToolUse", shell("claude", "git commit -qam f")).to_string();
    let hooks =
        [(); 2].map(|()| repo.run("git").args(["agent", "host", "event", "claude", "pre-tool"]).stdin(payload.clone()));
    std::thread::scope(|scope| {
        for hook in hooks.map(|hook| scope.spawn(move || hook.run())) {
            assert_eq!(answer(hook.join().unwrap()), json!({}));
        }
    });
    let tasks = repo.agent(&["list", "--json", "--all"]).json();
    assert_eq!(tasks["tasks"].as_array().map(Vec::len), Some(3), "{tasks}");
}

#[test]
fn an_end_is_told_from_a_crash_and_background_agents_are_waited_for() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    send(&repo, "claude", "session-start", json!({}));
    repo.write("work", "x\n");
    let busy = json!({"stop_hook_active": false, "background_tasks": [{"id": "x"}]});
    assert_eq!(send(&repo, "claude", "stop", busy), json!({}));
    send(&repo, "claude", "session-end", json!({"reason": "prompt_input_exit"}));
    let state = repo.agent(&["brief", "--json"]).json()["state"].clone();
    assert_eq!((&state["broke_off"], state["other_sessions"].as_array().map(Vec::len)), (&Value::Null, Some(0)));
}

#[test]
fn agents_inside_of_a_session_are_their_own_actors() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    send(&repo, "claude", "session-start", json!({}));
    let agent = json!({"agent_id": "a7f3", "agent_type": "worker"});
    send(&repo, "claude", "subagent-start", agent.clone());
    repo.write("f", "1\n");
    let mut edit = json!({"tool_name": "Write", "tool_input": {}, "tool_use_id": "x"});
    edit.as_object_mut().unwrap().extend(agent.as_object().unwrap().clone());
    send(&repo, "claude", "post-tool", edit);
    let list = repo.agent(&["snapshot", "list", "--json"]).json();
    let by = list["snapshots"][0]["by"].as_str().unwrap_or_default().to_owned();
    assert!(by.starts_with("claude/a7f3@"), "{list}");
}

#[test]
fn work_without_a_task_gets_one() {
    let repo = with_tasks();
    send(&repo, "claude", "session-start", json!({}));
    send(&repo, "claude", "prompt", json!({"prompt": "Fix the parser of dates\nand more"}));
    assert_eq!(send(&repo, "claude", "post-tool", shell("claude", "ls")), json!({}), "nothing has changed");
    repo.write("f", "1\n");
    let told = context(&send(&repo, "claude", "post-tool", shell("claude", "echo 1 >f")));
    assert!(told.contains("recorded as the new task"), "{told}");
    let tasks = repo.agent(&["list", "--json", "--status", "in_progress"]).json();
    let id = tasks["tasks"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(tasks["tasks"][0]["title"], "Fix the parser of dates");
    repo.git(&["add", "f"]).success();
    repo.git(&["commit", "-qm", "f"]).success();
    assert_eq!(repo.task_ids("HEAD"), [id.as_str()]);

    for (setting, word) in [("ask", "no task is active"), ("off", "")] {
        let repo = with_tasks();
        repo.git(&["config", "agent.autoTask", setting]).success();
        send(&repo, "claude", "session-start", json!({}));
        repo.write("f", "1\n");
        let told = context(&send(&repo, "claude", "post-tool", json!({"tool_name": "Write", "tool_input": {}})));
        assert_eq!(told.contains("no task is active"), !word.is_empty(), "{told}");
        assert_eq!(repo.agent(&["list", "--json"]).json()["tasks"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn what_a_host_says_in_the_users_name_is_no_title() {
    let title = |repo: &TestRepo| {
        repo.write("f", "1\n");
        send(repo, "gemini", "post-tool", json!({"tool_name": "write_file", "tool_input": {}}));
        repo.agent(&["list", "--json", "--status", "in_progress"]).json()["tasks"][0]["title"].clone()
    };
    // Gemini CLI puts what a hook told at the start in front of the prompt.
    let repo = with_tasks();
    send(&repo, "gemini", "session-start", json!({}));
    let prompt = "<hook_context>This repository &lt;x&gt;\nrecords</hook_context>\n\nFix the parser";
    send(&repo, "gemini", "BeforeAgent", json!({"prompt": prompt}));
    assert_eq!(title(&repo), "Fix the parser");
    // The question before the stop comes back as a prompt.
    let repo = with_tasks();
    send(&repo, "gemini", "session-start", json!({}));
    send(&repo, "gemini", "BeforeAgent", json!({"prompt": "Fix the parser"}));
    repo.agent(&["start", "a"]).success();
    repo.write("g", "1\n");
    let question = reason(&send(&repo, "gemini", "AfterAgent", json!({"stop_hook_active": false})));
    send(&repo, "gemini", "BeforeAgent", json!({"prompt": question}));
    repo.agent(&["complete", "a"]).success();
    assert_eq!(title(&repo), "Fix the parser");
}

#[test]
fn a_commit_in_the_first_line_has_a_task() {
    let repo = with_tasks();
    send(&repo, "claude", "session-start", json!({}));
    send(&repo, "claude", "prompt", json!({"prompt": "token ghp_16C7e42F292c6912E7710c838347Ae178B4a"}));
    repo.write("f", "1\n");
    send(&repo, "claude", "pre-tool", shell("claude", "git add f && git commit -qm f"));
    let tasks = repo.agent(&["list", "--json", "--status", "in_progress"]).json();
    assert_eq!(tasks["tasks"][0]["title"], "Work in a session of Claude Code", "no secret in a title");
}

#[test]
fn lists_of_agents_become_parts() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    send(&repo, "claude", "session-start", json!({}));
    let list = |one: &str, two: &str| {
        json!({"tool_name": "TodoWrite", "tool_input": {"todos": [
            {"content": "Read the code", "status": one, "activeForm": "x"}, {"content": "Write it", "status": two}]}})
    };
    let parts = || -> Vec<(String, String)> {
        let tasks = repo.agent(&["list", "--json", "--all", "--parent", "a"]).json();
        let word = |task: &Value, key: &str| task[key].as_str().unwrap().to_owned();
        let all = tasks["tasks"].as_array().unwrap();
        all.iter().filter(|task| task["id"] != "a").map(|task| (word(task, "title"), word(task, "status"))).collect()
    };
    let sorted = |mut parts: Vec<(String, String)>| {
        parts.sort();
        parts
    };
    let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
    send(&repo, "claude", "post-tool", list("in_progress", "pending"));
    assert_eq!(sorted(parts()), [pair("Read the code", "in_progress"), pair("Write it", "pending")]);
    repo.advance(10);
    send(&repo, "claude", "post-tool", list("completed", "in_progress"));
    assert_eq!(sorted(parts()), [pair("Read the code", "completed"), pair("Write it", "in_progress")]);
    // By number.
    repo.advance(10);
    let create = json!({"tool_name": "TaskCreate", "tool_input": {"subject": "Test it", "description": "long"},
        "tool_response": "Task #3 created successfully: Test it"});
    send(&repo, "claude", "post-tool", create);
    repo.advance(10);
    send(
        &repo,
        "claude",
        "post-tool",
        json!({"tool_name": "TaskUpdate", "tool_input": {"taskId": "3", "status": "completed"}}),
    );
    assert!(parts().contains(&pair("Test it", "completed")), "{:?}", parts());
}

#[test]
fn a_list_in_a_table_becomes_parts() {
    let repo = with_tasks();
    repo.agent(&["start", "a"]).success();
    send(&repo, "copilot", "session-start", json!({}));
    for (query, status) in [
        ("INSERT INTO todos (id, title) VALUES ('tell-all', 'Telling all')", "pending"),
        ("UPDATE todos SET status = 'in_progress' WHERE id = 'tell-all'", "in_progress"),
        ("UPDATE todos SET status = 'done' WHERE id = 'tell-all'", "completed"),
    ] {
        repo.advance(10);
        let input = json!({"query": query, "description": "x"}).to_string();
        send(&repo, "copilot", "post-tool", json!({"toolName": "sql", "toolArgs": input}));
        let tasks = repo.agent(&["list", "--json", "--all", "--parent", "a"]).json();
        let part = tasks["tasks"].as_array().unwrap().iter().find(|task| task["title"] == "Telling all");
        assert_eq!(part.map(|part| part["status"].clone()), Some(status.into()), "{tasks}");
    }
}

#[test]
fn the_work_of_an_automatic_task_is_adopted_by_a_planned_one() {
    let repo = with_tasks();
    send(&repo, "claude", "session-start", json!({}));
    send(&repo, "claude", "prompt", json!({"prompt": "Do it"}));
    repo.write("f", "1\n");
    send(&repo, "claude", "post-tool", json!({"tool_name": "Write", "tool_input": {}}));
    let auto = repo.agent(&["status", "--json"]).json()["active"][0].as_str().unwrap().to_owned();
    repo.agent(&["checkpoint", "-m", "f"]).success();
    let in_session = |args: &[&str]| {
        repo.run("git").args(["agent"]).args(args).env("CLAUDECODE", "1").env("CLAUDE_CODE_SESSION_ID", "s1").run()
    };
    let said = in_session(&["adopt", "b"]).success();
    assert!(said.stdout.contains("now owns the work of") && said.stdout.contains("(1 commit)"), "{said}");
    let status = |id: &str| repo.agent(&["show", id, "--json"]).json()["task"]["status"].as_str().unwrap().to_owned();
    assert_eq!((status("b").as_str(), status(&auto).as_str()), ("in_progress", "cancelled"));
    let log = repo.agent(&["log", "b", "--oneline"]).text();
    assert!(log.contains("f"), "{log}");
    in_session(&["adopt", "b"]).exits(2);
    assert_eq!(repo.agent(&["adopt", "b", "--from", "b"]).code, Some(2));
}
