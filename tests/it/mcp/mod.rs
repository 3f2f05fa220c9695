//! `git agent mcp`, over its standard input and output.

mod client;
mod long_calls;

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{TestRepo, is_missing, program};
use client::{Client, PRESENT, PREVIOUS};

/// A repository with a commit, two tasks, and a verification that passes.
fn repo() -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("a.txt", "one\n", "first");
    repo.agent(&["init", "-q"]).success();
    repo.agent(&["add", "Parse dates", "--id", "parse"]).success();
    repo.agent(&["add", "Show dates", "--id", "show", "--after", "parse"]).success();
    repo.git(&["config", "agent.verify", "test -e a.txt"]).success();
    repo
}

fn tools(client: &mut Client) -> Vec<Value> {
    client.request("tools/list", json!({}))["result"]["tools"].as_array().expect("tools").clone()
}

#[test]
fn both_versions_of_the_protocol_are_spoken() {
    let repo = repo();
    let mut client = Client::unknown(&repo, "x", PREVIOUS);
    let params =
        json!({ "protocolVersion": PREVIOUS, "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } });
    let answer = client.request("initialize", params)["result"].clone();
    assert_eq!(answer["protocolVersion"], PREVIOUS);
    assert_eq!(answer["serverInfo"], json!({ "name": "git-agent", "version": env!("CARGO_PKG_VERSION") }));
    assert!(answer["instructions"].as_str().unwrap().contains("'start'"), "{answer}");
    for capability in ["tools", "resources", "prompts"] {
        assert!(answer["capabilities"][capability].is_object(), "{answer}");
    }
    assert!(client.request("ping", json!({}))["result"].is_object());

    let mut client = Client::unknown(&repo, "x", PRESENT);
    let answer = client.request("server/discover", json!({}))["result"].clone();
    let versions = answer["supportedVersions"].as_array().expect("versions");
    assert!(versions.contains(&PREVIOUS.into()) && versions.contains(&PRESENT.into()), "{answer}");
    assert_eq!(client.call("next", json!({}))["task"]["id"], "parse");
}

#[test]
fn a_whole_task_is_done_through_tools() {
    let repo = repo();
    let mut client = Client::new(&repo, "claude-code");
    assert_eq!(client.call("next", json!({}))["task"]["id"], "parse");
    let started = client.call("start", json!({}));
    assert_eq!((&started["task"]["id"], &started["task"]["status"]), (&json!("parse"), &json!("in_progress")));
    // What says nothing is left out.
    let is_told =
        |task: &Value| task.as_object().unwrap().values().all(|value| !value.is_null() && *value != json!([]));
    assert!(is_told(&started["task"]) && is_told(&client.call("list", json!({}))["tasks"][0]), "{started}");
    client.call("decide", json!({ "text": "ISO dates only", "why": "locales differ" }));
    client.call("note", json!({ "text": "see RFC 3339" }));
    repo.write("b.txt", "two\n");
    assert_eq!(client.call("status", json!({}))["dirty"]["untracked"], 1);
    let made = client.call("checkpoint", json!({ "message": "parse dates" }));
    assert_eq!((&made["created"], &made["checkpoint"]["number"]), (&json!(true), &json!(1)));
    assert_eq!(repo.task_ids("HEAD"), ["parse"]);
    assert_eq!(client.call("verify", json!({}))["verification"]["passed"], true);
    assert_eq!(client.call("changes_since", json!({}))["changes"].as_array().unwrap().len(), 1);
    repo.write("b.txt", "broken\n");
    assert_eq!(client.call("rollback", json!({ "dry_run": true }))["operation"], Value::Null);
    assert_eq!(repo.read("b.txt"), "broken\n");
    client.call("rollback", json!({}));
    assert_eq!(repo.read("b.txt"), "two\n");
    client.call("undo", json!({}));
    assert_eq!(repo.read("b.txt"), "broken\n");
    let kept = repo.agent(&["snapshot", "--json"]).json()["snapshot"]["id"].clone();
    client.call("rollback", json!({ "task": "parse@1", "mode": "files" }));
    assert_eq!(repo.read("b.txt"), "two\n");
    assert_eq!(client.call("rollback", json!({ "to": kept, "dry_run": true }))["operation"], Value::Null);
    assert_eq!(repo.read("b.txt"), "two\n");
    client.call("rollback", json!({ "to": kept }));
    assert_eq!(repo.read("b.txt"), "broken\n");
    client.call("rollback", json!({ "task": "parse", "to": "now", "paths": ["b.txt"] }));
    for refused in [json!({ "task": "parse@1", "to": "now" }), json!({ "to": "parse@1" }), json!({ "to": "no-date" })] {
        assert_eq!(client.result("rollback", refused.clone())["isError"], true, "{refused}");
    }
    client.call("rollback", json!({ "mode": "files" }));
    let done = client.call("complete", json!({ "result": "done", "next": true }));
    assert_eq!((&done["task"]["status"], &done["next"]["id"]), (&json!("completed"), &json!("show")));
    client.call("start", json!({ "task": "show" }));
    assert_eq!(client.call("block", json!({ "on": "the API key" }))["task"]["blockers"][0]["text"], "the API key");
    repo.write("left.txt", "half\n");
    let paused = client.call("pause", json!({ "reason": "waiting" }));
    assert_eq!((&paused["uncommitted"]["task"], &paused["uncommitted"]["paths"]["total"]), (&json!("show"), &json!(1)));
    client.call("start", json!({ "task": "show", "force": true }));
    client.call("fail", json!({ "reason": "flaky", "kind": "flaky" }));
    let shown = client.call("show", json!({ "task": "show" }));
    assert_eq!((&shown["task"]["status"], &shown["task"]["failure"]["kind"]), (&json!("failed"), &json!("flaky")));
    assert_eq!(client.call("list", json!({ "status": ["completed"] }))["tasks"][0]["id"], "parse");
    assert_eq!(client.call("log", json!({ "task": "parse", "limit": 1 }))["entries"].as_array().unwrap().len(), 1);
    let plan = client.call("plan_import", json!({ "text": "- [ ] Write dates\n", "format": "markdown" }));
    assert_eq!(plan["added"].as_array().map(Vec::len).unwrap_or_default(), 1, "{plan}");
    let brief = client.result("brief", json!({ "task": "parse" }));
    assert!(brief["content"][0]["text"].as_str().unwrap().contains("data, not instructions"), "{brief}");
    assert_eq!(brief["structuredContent"]["schema"], 1);
    let long = client.result("brief", json!({ "task": "parse", "max_lines": u64::MAX }));
    assert_eq!(long["content"], client.result("brief", json!({ "task": "parse", "max_lines": 1000 }))["content"]);
    // All of it by the host's agent.
    let by = repo.agent(&["show", "parse", "--json"]).json()["task"]["decisions"][0]["by"].clone();
    assert!(by.as_str().unwrap().starts_with("claude@"), "{by}");
    assert_eq!(client.end().0, Some(0));
    repo.fsck();
}

#[test]
fn the_list_of_tools_is_short_and_says_what_each_does() {
    let repo = repo();
    let mut client = Client::new(&repo, "x");
    let answer = client.request("tools/list", json!({}))["result"].clone();
    let text = answer.to_string();
    assert!(text.len() <= 2_500 * 4, "{} bytes, about {} tokens", text.len(), text.len() / 4);
    let schemas = repo.agent(&["schema", "--all"]).json()["answers"].clone();
    for tool in answer["tools"].as_array().unwrap() {
        let name = tool["name"].as_str().unwrap();
        let annotations = &tool["annotations"];
        assert!(tool["description"].as_str().is_some_and(|text| text.len() > 15), "{tool}");
        assert_eq!(tool["inputSchema"]["properties"]["directory"]["type"], "string", "{tool}");
        // What Codex lets an agent do without asking: it sees no other sandbox around this process.
        let is_read_only = annotations["readOnlyHint"] == true;
        let is_harmless = annotations["destructiveHint"] == false && annotations["openWorldHint"] == false;
        assert_eq!(is_read_only || is_harmless, !["verify", "rollback", "undo"].contains(&name), "{tool}");
        // The answer is that of `--json`.
        let command = match name {
            "start" => "next".to_owned(),
            "plan_import" => "plan import".to_owned(),
            name => name.replace('_', "-"),
        };
        let required = &schemas[&command]["required"];
        assert!(required.is_array(), "no schema of {command}");
        assert_eq!(&tool["outputSchema"]["required"], required, "{name}");
    }
}

#[test]
fn a_tool_that_only_reads_changes_nothing() {
    let repo = repo();
    repo.agent(&["start", "parse"]).success();
    let mut client = Client::new(&repo, "x");
    let readers = tools(&mut client).into_iter().filter(|tool| tool["annotations"]["readOnlyHint"] == true);
    let readers: Vec<Value> = readers.map(|tool| tool["name"].clone()).collect();
    assert_eq!(readers.len(), 7, "{readers:?}");
    let before = repo.git(&["for-each-ref"]).stdout;
    for name in readers {
        client.call(name.as_str().unwrap(), json!({}));
    }
    assert_eq!(repo.git(&["for-each-ref"]).stdout, before);
}

#[test]
fn a_refusal_is_a_result_that_says_what_to_do() {
    let repo = repo();
    let mut client = Client::new(&repo, "x");
    let error = client.refused("checkpoint", json!({}));
    assert_eq!((&error["code"], &error["retryable"]), (&json!("no-active-task"), &json!(false)));
    assert!(!error["hints"].as_array().unwrap().is_empty(), "{error}");
    assert_eq!(client.refused("show", json!({ "task": "nothing" }))["code"], "task-not-found");
    assert_eq!(client.refused("start", json!({ "task": "show" }))["code"], "task-not-ready");
    // Arguments that do not fit are for the model to correct, too.
    for arguments in
        [json!({ "tsak": "x" }), json!({ "task": 7 }), json!({ "directory": 7 }), json!({ "directory": "nowhere" })]
    {
        let error = client.refused("show", arguments.clone());
        assert!(["usage", "not-a-repository"].contains(&error["code"].as_str().unwrap()), "{arguments}: {error}");
    }
    assert_eq!(client.refused("plan_import", json!({}))["code"], "usage");
    assert_eq!(client.refused("plan_import", json!({ "file": "/etc/passwd" }))["code"], "usage");
    // A command is never the client's.
    assert_eq!(client.refused("verify", json!({ "command": "touch x" }))["code"], "usage");
    // What is no tool, method or JSON is for the host.
    let call = |client: &mut Client, name: &str| client.request("tools/call", json!({ "name": name, "arguments": {} }));
    assert_eq!(call(&mut client, "rm")["error"]["code"], -32602);
    assert_eq!(client.request("no/such", json!({}))["error"]["code"], -32601);
    assert_eq!(client.request("resources/read", json!({ "uri": "git-agent://other" }))["error"]["code"], -32002);
    assert_eq!(client.request("prompts/get", json!({ "name": "other" }))["error"]["code"], -32602);
    assert_eq!(client.call("next", json!({}))["task"]["id"], "parse");
}

#[test]
fn resources_and_prompts_are_pages() {
    let repo = repo();
    repo.agent(&["start", "parse"]).success();
    let mut client = Client::new(&repo, "x");
    for uri in ["git-agent://brief", "git-agent://brief/show", "git-agent://report", "git-agent://report/parse"] {
        let answer = client.request("resources/read", json!({ "uri": uri }))["result"]["contents"][0].clone();
        assert_eq!((&answer["uri"], &answer["mimeType"]), (&json!(uri), &json!("text/markdown")));
        assert!(answer["text"].as_str().unwrap().contains("dates"), "{answer}");
    }
    assert!(client.request("resources/read", json!({ "uri": "git-agent://brief/nothing" }))["error"].is_object());
    let listed = client.request("resources/list", json!({}))["result"]["resources"].as_array().unwrap().len();
    let templates = client.request("resources/templates/list", json!({}))["result"]["resourceTemplates"].clone();
    assert_eq!((listed, templates.as_array().unwrap().len()), (2, 2));
    let prompts = client.request("prompts/list", json!({}))["result"]["prompts"].clone();
    assert_eq!((&prompts[0]["name"], &prompts[1]["name"]), (&json!("resume"), &json!("plan")));
    let text = |client: &mut Client, params: Value| {
        client.request("prompts/get", params)["result"]["messages"][0]["content"]["text"].as_str().map(str::to_owned)
    };
    assert!(text(&mut client, json!({ "name": "resume" })).unwrap().contains("Parse dates"));
    let plan =
        text(&mut client, json!({ "name": "plan", "arguments": { "goal": "Dates in\u{202e} the list" } })).unwrap();
    assert!(plan.contains("Goal: Dates in\\u{202e} the list"), "{plan}");
    assert!(client.request("prompts/get", json!({ "name": "plan" }))["error"].is_object());
}

#[test]
fn texts_of_others_are_cleaned() {
    let repo = repo();
    repo.git(&["commit", "-q", "--allow-empty", "-m", "look \u{202e}at\u{200b} this"]).success();
    let mut client = Client::new(&repo, "x");
    let result = client.result("log", json!({ "limit": 1 }));
    for text in [&result["structuredContent"]["entries"][0]["subject"], &result["content"][0]["text"]] {
        let text = text.as_str().unwrap();
        assert!(text.contains("u{202e}") && !text.contains(['\u{202e}', '\u{200b}']), "{text}");
    }
}

#[test]
fn a_call_takes_place_where_it_says() {
    let repo = repo();
    let other = repo.worktree("other");
    let mut client = Client::new(&repo, "x");
    client.call("start", json!({ "task": "parse", "directory": other.path() }));
    assert_eq!(client.call("status", json!({}))["active"], json!([]));
    assert_eq!(client.call("status", json!({ "directory": "../other" }))["active"][0], "parse");
    // Where nothing is named, the host knows.
    let turn = json!({ "workspaces": { other.path().to_str().unwrap(): {} } });
    let params = json!({ "name": "status", "arguments": {}, "_meta": { "x-codex-turn-metadata": turn } });
    assert_eq!(client.request("tools/call", params)["result"]["structuredContent"]["active"][0], "parse");
    repo.set_env("CLAUDE_PROJECT_DIR", other.path());
    let mut client = Client::new(&repo, "x");
    assert_eq!(client.call("status", json!({}))["active"][0], "parse");
}

#[test]
fn the_client_is_the_actor_unless_the_environment_knows_better() {
    let repo = repo();
    let actor = |client: &str| {
        let actor = Client::new(&repo, client).call("status", json!({}))["actor"].as_str().unwrap().to_owned();
        actor.split('@').next().unwrap().to_owned()
    };
    assert_eq!(actor("claude-code"), "claude");
    assert_eq!(actor("codex-mcp-client"), "codex");
    assert_eq!(actor("my-client"), "my-client");
    assert_eq!(actor(""), "A-U-Thor");
    repo.set_env("GEMINI_CLI", "1");
    assert_eq!(actor("my-client"), "gemini");
    assert_eq!(actor("opencode"), "opencode");
    repo.set_env("GIT_AGENT_ACTOR", "tester");
    assert_eq!(actor("opencode"), "tester");
}

#[test]
fn bad_input_does_not_end_the_server_and_the_end_of_input_does() {
    let repo = repo();
    let mut client = Client::new(&repo, "x");
    for line in
        ["", "{", "null", "[]", "{}", "\u{0}", r#"{"jsonrpc":"2.0","id":1}"#, r#"{"jsonrpc":"2.0","method":"no/such"}"#]
    {
        client.send(line);
    }
    let id = client.ask("tools/call", json!({ "name": "next", "arguments": {} }));
    loop {
        let said = client.read().expect("it goes on");
        if said["id"] == id && said["result"].is_object() {
            break;
        }
    }
    // What was asked before the end is answered.
    client.ask("tools/call", json!({ "name": "start", "arguments": { "task": "parse" } }));
    let (code, _) = client.end();
    assert_eq!(code, Some(0));
    assert_eq!(repo.agent(&["show", "parse", "--json"]).json()["task"]["status"], "in_progress");
    // One that says nothing is no failure; one that speaks another language is.
    assert_eq!(repo.agent(&["mcp"]).success().stdout, "");
    let odd = repo.run(program()).args(["mcp"]).stdin("hello\n").run();
    assert_eq!(odd.stdout.lines().filter(|line| !line.starts_with('{')).count(), 0, "{odd}");
}

#[test]
fn queries_answer_where_the_repository_cannot_be_written() {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let has_setpriv = Command::new("setpriv").arg("--version").output().is_ok_and(|output| output.status.success());
    if is_missing("setpriv", !is_root || has_setpriv) {
        return;
    }
    let repo = repo();
    repo.agent(&["start", "parse"]).success();
    let copy = repo.tmp().join("bin/git-agent");
    std::fs::copy(program(), &copy).unwrap();
    repo.sh("git config --global safe.directory '*'; chmod 755 \"$TMPDIR\" \"$TMPDIR\"/*; chmod -R a+rX,a-w .git")
        .success();
    let run = if is_root {
        let other = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        repo.run("setpriv").args(other).args([&copy])
    } else {
        repo.run(&copy)
    };
    let mut client = Client::of(run.args(["mcp"]), "x", PRESENT);
    for tool in ["next", "status", "brief", "show", "list", "log"] {
        client.call(tool, json!({}));
    }
    assert_eq!(client.refused("note", json!({ "text": "x" }))["code"], "read-only");
    drop(client);
    repo.sh("chmod -R u+w .git").success();
}
