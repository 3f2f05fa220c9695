//! A client of `git agent mcp` that speaks JSON lines, and nothing else.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Run, TestRepo, program};

/// The version before the present one: it begins with a handshake.
pub const PREVIOUS: &str = "2025-11-25";

/// The present version: every request says who asks.
pub const PRESENT: &str = "2026-07-28";

/// A server, and the two ends of its streams.
pub struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    version: &'static str,
    name: String,
    last: i64,
    /// What the server said without being asked.
    pub notified: Vec<Value>,
}

impl Client {
    /// A server for `repo`, and a client called `name` that has shaken hands with it.
    pub fn new(repo: &TestRepo, name: &str) -> Self {
        let mut client = Self::unknown(repo, name, PREVIOUS);
        let client_info = json!({ "name": name, "version": "1" });
        let params = json!({ "protocolVersion": PREVIOUS, "capabilities": {}, "clientInfo": client_info });
        let answer = client.request("initialize", params);
        assert_eq!(answer["result"]["protocolVersion"], PREVIOUS, "{answer}");
        client.notify("notifications/initialized", json!({}));
        client
    }

    /// A server for `repo`, and a client that has said nothing yet.
    pub fn unknown(repo: &TestRepo, name: &str, version: &'static str) -> Self {
        Self::of(repo.run(program()).args(["mcp"]), name, version)
    }

    /// The server that `run` starts, and a client that has said nothing yet.
    pub fn of(run: Run, name: &str, version: &'static str) -> Self {
        let mut command = run.into_command();
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the server starts");
        let output = BufReader::new(child.stdout.take().expect("its output"));
        let input = child.stdin.take();
        Client { child, input, output, version, name: name.to_owned(), last: 0, notified: Vec::new() }
    }

    /// Send a line.
    pub fn send(&mut self, line: &str) {
        let input = self.input.as_mut().expect("the client has not ended");
        writeln!(input, "{line}").and_then(|()| input.flush()).expect("the server reads");
    }

    /// Say something that has no answer.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    /// Ask, and do not wait; answers the number of the request.
    pub fn ask(&mut self, method: &str, mut params: Value) -> i64 {
        if self.version == PRESENT {
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] = PRESENT.into();
            params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({ "name": self.name, "version": "1" });
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        self.last += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.last, "method": method, "params": params });
        self.send(&request.to_string());
        self.last
    }

    /// The next line of the server; `None` at its end.
    pub fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line of UTF-8");
        (!line.is_empty()).then(|| serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}")))
    }

    /// The answer to request `id`.
    #[track_caller]
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            let said = self.read().expect("the server answers");
            if said["id"] == id {
                return said;
            }
            assert!(said["id"].is_null(), "an answer to something else: {said}");
            self.notified.push(said);
        }
    }

    /// Ask, and wait for the answer.
    #[track_caller]
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        self.answer(id)
    }

    /// Call a tool; answers its result.
    #[track_caller]
    pub fn result(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// Call a tool that works; answers what it answers.
    #[track_caller]
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments);
        assert_ne!(result["isError"], true, "{tool}: {result}");
        result["structuredContent"].clone()
    }

    /// Call a tool that refuses; answers its error.
    #[track_caller]
    pub fn refused(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.result(tool, arguments);
        assert_eq!(result["isError"], true, "{tool}: {result}");
        assert!(result["structuredContent"].is_null(), "clients hold it to the schema: {result}");
        let text = result["content"][0]["text"].as_str().expect("a text");
        serde_json::from_str::<Value>(text).expect("JSON")["error"].clone()
    }

    /// Close its input, and wait for its end; answers its exit code and how long it took.
    pub fn end(mut self) -> (Option<i32>, Duration) {
        drop(self.input.take());
        let began = Instant::now();
        while let Some(said) = self.read() {
            self.notified.push(said);
        }
        (self.child.wait().expect("it ends").code(), began.elapsed())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.input.take());
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
