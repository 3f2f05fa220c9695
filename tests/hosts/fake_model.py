#!/usr/bin/env python3
"""A model on loopback for tests with real agent hosts: answers the requests of a session from a script.

usage: fake_model.py SCRIPT.json LOG.jsonl

SCRIPT is a list of steps; each request for the next turn of the main conversation gets the next one, and "done" when the script is over:

  {"say": TEXT}                      ends the turn
  {"shell": LINE}                    calls the host's tool that runs a line in a shell
  {"todos": {TITLE: STATE, …}}       calls the tool that keeps the agent's list; skipped where the host offers none
  {"tool": NAME, "input": {…}}       calls the tool whose name ends with NAME

Which tool that is, and what its arguments are called, is read from the tools that the host offers. Every request is a line of LOG. The port
is the first line of the output. Speaks the APIs of Anthropic (messages), OpenAI (responses, chat completions) and Google (generateContent).
"""
import http.server
import json
import sys
import threading

script, log = json.load(open(sys.argv[1])), open(sys.argv[2], "a", buffering=1)
at, numbers, lock = 0, {}, threading.Lock()

SHELLS = ["bash", "run_shell_command", "exec_command", "shell_command", "shell"]
LISTS = ["todowrite", "write_todos", "update_plan", "update_todo", "sql"]


def first(tools, names):
    """The tool of the first of `names` that there is."""
    of_name = {tool["name"].lower(): tool for tool in tools}
    return next((of_name[name] for name in names if name in of_name), None)


def filled(schema, given):
    """`given`, by the names that `schema` has for it, and something for all else that is required."""
    made = {}
    for name, kind in schema.get("properties", {}).items():
        if name in given:
            made[name] = ["bash", "-lc", given[name]] if kind.get("type") == "array" and name == "command" else given[name]
        elif name in schema.get("required", []):
            made[name] = {"boolean": False, "integer": 1, "number": 1, "array": [], "object": {}}.get(kind.get("type"), "x")
    return made


def call(step, tools):
    """The name and the arguments of the tool that `step` calls; None: there is no such tool."""
    if "shell" in step:
        tool = first(tools, SHELLS)
        return tool and (tool["name"], filled(tool["schema"], {"command": step["shell"], "cmd": step["shell"]}))
    if "todos" in step:
        tool = first(tools, LISTS)
        if tool is None:
            return None
        steps = list(step["todos"].items())
        if tool["name"] == "sql":
            words = {"completed": "done"}
            rows = ", ".join(f"('{title}', '{title}', '{words.get(state, state)}')" for title, state in steps)
            query = f"INSERT OR REPLACE INTO todos (id, title, status) VALUES {rows};"
            return tool["name"], filled(tool["schema"], {"query": query})
        items = [{"content": title, "step": title, "description": title, "id": str(number), "status": state, "activeForm": title,
                  "priority": "high"} for number, (title, state) in enumerate(steps)]
        marks = {"completed": "x", "in_progress": "~"}
        text = "\n".join(f"- [{marks.get(state, ' ')}] {title}" for title, state in steps)
        lists = {}
        for name, kind in tool["schema"].get("properties", {}).items():
            known = kind.get("items", {}).get("properties", {})
            lists[name] = [{key: item[key] for key in known if key in item} for item in items] if known else text
        return tool["name"], filled(tool["schema"], lists)
    named = [tool for tool in tools if tool["name"].endswith(step["tool"])]
    return (named[0]["name"], step["input"]) if named else None


def by_number(todos):
    """The steps of a host that keeps a list by number, with tools that have to be searched for."""
    if not numbers:
        yield {"tool": "ToolSearch", "input": {"query": "select:TaskCreate,TaskUpdate", "max_results": 5}}
    for title in [title for title in todos if title not in numbers]:
        numbers[title] = str(len(numbers) + 1)
        yield {"tool": "TaskCreate", "input": {"subject": title, "description": title}}
    for title in [title for title in todos if todos[title] != "pending"]:
        yield {"tool": "TaskUpdate", "input": {"taskId": numbers[title], "status": todos[title]}}


def answer(tools):
    """What is said to a request: a text, or a call of a tool. Requests without tools are for titles and summaries."""
    global at
    if not tools:
        return "ok", None
    with lock:
        while at < len(script):
            step, at = script[at], at + 1
            if "say" in step:
                return step["say"], None
            if "todos" in step and first(tools, ["toolsearch"]):
                script[at:at] = by_number(step["todos"])
                continue
            called = call(step, tools)
            if called:
                return None, (f"call_{at}", *called)
    return "done", None


class Anthropic:
    """POST /v1/messages"""

    def tools(self, request):
        return [{"name": tool["name"], "schema": tool.get("input_schema", {})} for tool in request.get("tools", [])]

    def whole(self, request, text, called):
        block = {"type": "tool_use", "id": called[0], "name": called[1], "input": called[2]} if called else {"type": "text", "text": text}
        return {"id": "msg_1", "type": "message", "role": "assistant", "model": request.get("model", "m"), "content": [block],
                "stop_reason": "tool_use" if called else "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}

    def events(self, request, text, called):
        message = self.whole(request, text, called)
        block, reason = message["content"][0], message["stop_reason"]
        delta = ({"type": "input_json_delta", "partial_json": json.dumps(block["input"])} if called
                 else {"type": "text_delta", "text": text})
        yield "message_start", {"message": message | {"content": [], "stop_reason": None}}
        yield "content_block_start", {"index": 0, "content_block": block | ({"input": {}} if called else {"text": ""})}
        yield "content_block_delta", {"index": 0, "delta": delta}
        yield "content_block_stop", {"index": 0}
        yield "message_delta", {"delta": {"stop_reason": reason, "stop_sequence": None}, "usage": {"output_tokens": 1}}
        yield "message_stop", {}

    def stream(self, *said):
        return "".join(f"event: {name}\ndata: {json.dumps({'type': name} | data)}\n\n" for name, data in self.events(*said))


class Responses:
    """POST /v1/responses"""

    def tools(self, request):
        tools = [tool for tool in request.get("tools", []) if tool.get("type") == "function"]
        spaces = [space for space in request.get("tools", []) if space.get("type") == "namespace"]
        tools += [tool for space in spaces for tool in space.get("tools", [])]
        self.space = {tool["name"]: space["name"] for space in spaces for tool in space.get("tools", [])}
        return [{"name": tool["name"], "schema": tool.get("parameters") or {}} for tool in tools]

    def whole(self, request, text, called):
        if called:
            item = {"type": "function_call", "id": "fc_1", "call_id": called[0], "name": called[1], "arguments": json.dumps(called[2]),
                    "status": "completed"}
            item |= {"namespace": self.space[called[1]]} if called[1] in self.space else {}
        else:
            item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                    "content": [{"type": "output_text", "text": text, "annotations": []}]}
        usage = {"input_tokens": 1, "input_tokens_details": None, "output_tokens": 1, "output_tokens_details": None, "total_tokens": 2}
        return {"id": "resp_1", "object": "response", "created_at": 0, "status": "completed", "model": request.get("model", "m"),
                "output": [item], "usage": usage}

    def stream(self, request, text, called):
        response = self.whole(request, text, called)
        item = response["output"][0]
        events = [("response.created", {"response": response | {"status": "in_progress", "output": [], "usage": None}}),
                  ("response.output_item.added", {"output_index": 0, "item": item | {"status": "in_progress"}}),
                  ("response.output_item.done", {"output_index": 0, "item": item}),
                  ("response.completed", {"response": response})]
        return "".join(f"event: {name}\ndata: {json.dumps({'type': name, 'sequence_number': number} | data)}\n\n"
                       for number, (name, data) in enumerate(events))


class Chat:
    """POST /v1/chat/completions"""

    def tools(self, request):
        tools = [tool["function"] for tool in request.get("tools", []) if tool.get("type") == "function"]
        return [{"name": tool["name"], "schema": tool.get("parameters") or {}} for tool in tools]

    def whole(self, request, text, called, part="message", kind="chat.completion"):
        said = {"role": "assistant", "content": text}
        if called:
            function = {"name": called[1], "arguments": json.dumps(called[2])}
            said["tool_calls"] = [{"index": 0, "id": called[0], "type": "function", "function": function}]
        choice = {"index": 0, part: said, "finish_reason": "tool_calls" if called else "stop"}
        return {"id": "chat_1", "object": kind, "created": 0, "model": request.get("model", "m"), "choices": [choice],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}

    def stream(self, request, text, called):
        last = self.whole(request, text, called, "delta", "chat.completion.chunk")
        choice = last["choices"][0]
        head = last | {"choices": [choice | {"finish_reason": None}], "usage": None}
        last = last | {"choices": [choice | {"delta": {}}]}
        return "".join(f"data: {chunk}\n\n" for chunk in [json.dumps(head), json.dumps(last), "[DONE]"])


class Google:
    """POST /v1beta/models/…:generateContent and :streamGenerateContent"""

    def tools(self, request):
        tools = [tool for group in request.get("tools", []) for tool in group.get("functionDeclarations", [])]
        return [{"name": tool["name"], "schema": tool.get("parametersJsonSchema") or tool.get("parameters") or {}} for tool in tools]

    def whole(self, request, text, called):
        if "json" in request.get("generationConfig", {}).get("responseMimeType", ""):
            # Who speaks next, which model is to be asked: whatever it is, the user.
            text = json.dumps({"reasoning": "-", "next_speaker": "user", "model_choice": "flash"})
        part = {"functionCall": {"id": called[0], "name": called[1], "args": called[2]}} if called else {"text": text}
        return {"candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}, "modelVersion": "m"}

    def stream(self, *said):
        return f"data: {json.dumps(self.whole(*said))}\n\n"


APIS = {"/messages": Anthropic, "/responses": Responses, "/chat/completions": Chat, "enerateContent": Google}


class Model(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        log.write(json.dumps({"path": self.path, "request": request}) + "\n")
        path = self.path.split("?")[0]
        api = next((api() for end, api in APIS.items() if path.endswith(end)), None)
        if api is None:
            return self.answer("application/json", json.dumps({"input_tokens": 1, "totalTokens": 1}))
        said = request, *answer(api.tools(request))
        if request.get("stream") or "stream" in path:
            self.answer("text/event-stream", api.stream(*said))
        else:
            self.answer("application/json", json.dumps(api.whole(*said)))

    def do_GET(self):
        self.answer("application/json", '{"object": "list", "data": [], "models": []}')

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
