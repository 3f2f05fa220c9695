//! What models read: by hosts, by clients of the Model Context Protocol, and as the brief. No line of others' text reads as one of ours.

use serde_json::{Value, json};

use crate::support::hostile::{EVIL, check, hidden, repo};

/// Every text in `answer`.
fn texts<'a>(answer: &'a Value, found: &mut Vec<&'a str>) {
    match answer {
        Value::String(text) => found.push(text),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[test]
fn briefs_and_hosts_quote_what_others_wrote() {
    let repo = repo();
    for words in
        [&["brief"][..], &["brief", "--task", "d"], &["brief", "--task", "f"], &["report"], &["status"], &["next"]]
    {
        check(&words.join(" "), &repo.agent(words).stdout);
    }
    for host in ["claude", "codex", "gemini", "copilot", "opencode", "cursor"] {
        let cwd = repo.path().display().to_string();
        let shell = json!({ "command": "git reset --hard evil\u{202e}\u{1b}[2J; rm -rf .git # evil\u{200b}" });
        let events = [
            ("session-start", json!({ "source": "startup" })),
            ("prompt", json!({ "prompt": EVIL })),
            ("pre-tool", json!({ "tool_name": "Bash", "tool_input": shell })),
            ("post-tool", json!({ "tool_name": "Bash", "tool_input": shell, "tool_response": EVIL })),
            ("stop", json!({ "stop_hook_active": false })),
        ];
        for (event, more) in events {
            let mut payload = json!({ "session_id": "s1", "cwd": cwd, "hook_event_name": event, "directory": cwd });
            payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let args = ["host", "event", host, event];
            let said = repo.run("git-agent").args(args).stdin(payload.to_string()).run().success().stdout;
            assert_eq!(hidden(&said), None, "{host} {event}: {said}");
            let (answer, mut found) = (serde_json::from_str::<Value>(&said).unwrap(), Vec::new());
            texts(&answer, &mut found);
            found.iter().for_each(|text| check(&format!("{host} {event}"), text));
        }
    }
}

/// Tools answer with data, whose texts are exact, and in which nothing hides on its way; what is prose is quoted.
#[test]
fn answers_of_the_model_context_protocol_hide_nothing() {
    let repo = repo();
    let hello =
        json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": EVIL, "version": "1" } });
    let mut requests =
        vec![("initialize", hello), ("tools/list", json!({})), ("prompts/get", json!({ "name": "resume" }))];
    requests.push(("prompts/get", json!({ "name": "plan", "arguments": { "goal": "x\u{202e}\u{1b}[2J" } })));
    for uri in ["brief", "brief/d", "report", "report/f", "brief/evil\u{202e}"] {
        requests.push(("resources/read", json!({ "uri": format!("git-agent://{uri}") })));
    }
    for (tool, arguments) in [
        ("status", json!({})),
        ("list", json!({})),
        ("next", json!({})),
        ("show", json!({ "task": "t" })),
        ("brief", json!({})),
        ("log", json!({})),
        ("report", json!({})),
        ("show", json!({ "task": "evil\u{202e}" })),
        ("evil\u{202e}", json!({})),
        ("note", json!({ "text": EVIL })),
        ("checkpoint", json!({ "message": "evil" })),
    ] {
        requests.push(("tools/call", json!({ "name": tool, "arguments": arguments })));
    }
    let lines = requests.iter().enumerate().map(|(id, (method, params))| {
        let line = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string();
        let begin = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
        if id == 0 { format!("{line}\n{begin}\n") } else { format!("{line}\n") }
    });
    let said = repo.run("git-agent").args(["mcp"]).stdin(lines.collect::<String>()).run().success().stdout;
    assert_eq!(hidden(&said), None, "{said}");
    let answers: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.iter().filter(|answer| answer["id"].is_i64()).count(), requests.len(), "{said}");
    for answer in &answers {
        let id = usize::try_from(answer["id"].as_i64().unwrap()).unwrap();
        if matches!(requests[id].0, "prompts/get" | "resources/read") {
            let mut found = Vec::new();
            texts(&answer["result"], &mut found);
            found.iter().for_each(|text| check(&format!("{:?}", requests[id]), text));
        }
    }
}
