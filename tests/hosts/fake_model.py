#!/usr/bin/env python3
"""A model on loopback for tests with real agent hosts: answers the requests of a session from a script.

usage: fake_model.py SCRIPT.json LOG.jsonl

SCRIPT is a list of steps, {"text": "…"} or {"tool": NAME, "input": {…}}; each request for the next turn of the main conversation gets
the next step, and "done" when the script is over. Every request is a line of LOG. The port is the first line of the output.
Speaks the Messages API of Anthropic (POST /v1/messages).
"""
import http.server
import json
import sys

script, log = json.load(open(sys.argv[1])), open(sys.argv[2], "a", buffering=1)
at = 0


def next_step(request):
    """The step that answers a request: helpers of a host (titles, summaries) have no tools, and get a word."""
    global at
    if not request.get("tools"):
        return {"text": "ok"}
    step = script[at] if at < len(script) else {"text": "done"}
    at += 1
    return step


def events(request):
    step = next_step(request)
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": request.get("model", "m"), "content": [],
               "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
    yield "message_start", {"type": "message_start", "message": message}
    if "tool" in step:
        block = {"type": "tool_use", "id": f"toolu_{at}", "name": step["tool"], "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(step["input"])}
        reason = "tool_use"
    else:
        block, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": step["text"]}
        reason = "end_turn"
    yield "content_block_start", {"type": "content_block_start", "index": 0, "content_block": block}
    yield "content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta}
    yield "content_block_stop", {"type": "content_block_stop", "index": 0}
    yield "message_delta", {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None},
                            "usage": {"output_tokens": 1}}
    yield "message_stop", {"type": "message_stop"}


class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        log.write(json.dumps({"path": self.path, "request": request}) + "\n")
        if "count_tokens" in self.path:
            return self.answer("application/json", json.dumps({"input_tokens": 1}))
        said = list(events(request))
        if request.get("stream"):
            self.answer("text/event-stream", "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in said))
        else:
            message = said[0][1]["message"]
            message["content"], message["stop_reason"] = [{"type": "text", "text": "ok"}], "end_turn"
            self.answer("application/json", json.dumps(message))

    def do_GET(self):
        self.answer("application/json", "{}")

    do_HEAD = do_GET

    def answer(self, kind, body):
        body = body.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
print(server.server_address[1], flush=True)
server.serve_forever()
