"""What an agent host waits for: its hooks, and the first answer of the server."""

import json
import os
import subprocess
import tempfile
import time

from measure import Row
from rows_snapshot import place, ready

FILES = 5_000


def started(bench):
    """A repository of 5,000 files with an active task, in a session."""
    repo = ready(bench, FILES)
    bench.ask(["git-agent", "init", "-q"], repo)
    bench.ask(["git-agent", "add", "Task", "--id", "t"], repo)
    bench.ask(["git-agent", "start", "t"], repo)
    bench.data.git(repo, "config", "agent.snapshotEvery", "0")
    send(bench, repo, "session-start", {"source": "startup"}, "first")
    return repo


def send(bench, repo, event, fields, key):
    """The event as Claude Code sends it; answers (wall, cpu)."""
    payload = {"session_id": "s1", "cwd": repo, "hook_event_name": event, "tool_use_id": str(key), "prompt_id": str(key), **fields}
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(payload, file)
        file.flush()
        taken, _ = bench.once(["git-agent", "host", "event", "claude", event], repo, stdin=file.name)
    return taken


def event(name, event, fields=None, before=None):
    """A row for one event."""

    def work(bench):
        repo = started(bench)

        def ours(turn):
            if before:
                before(repo, turn)
            # The same event within three seconds is the same one, unless its session is another.
            return send(bench, repo, event, {"session_id": f"s{turn}", **(fields or {})}, turn)

        return bench.within(50, ours)

    return Row(f"host event, 5k files: {name}", "≤ 50 ms", work)


def edit(repo, turn):
    with open(os.path.join(repo, place(7)), "w") as out:
        out.write(f"edited in turn {turn}\n" * 40)


def server(bench):
    """From the start of `git-agent mcp` to its first answer."""
    repo = started(bench)
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}

    def ours(_turn):
        words, pipe = [bench.agent, "mcp"], subprocess.PIPE
        before = os.times()
        began = time.perf_counter()
        process = subprocess.Popen(words, cwd=repo, env=bench.env, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        process.stdin.write((json.dumps(ask) + "\n").encode())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        wall = (time.perf_counter() - began) * 1000
        process.stdin.close()
        process.wait()
        after = os.times()
        assert answer["result"]["tools"], answer
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return wall, cpu * 1000

    return bench.within(30, ours)


BASH = {"tool_name": "Bash", "tool_input": {"command": "ls -l | grep x"}}
WRITE = {"tool_name": "Write", "tool_input": {"file_path": place(7)}}

ROWS = [
    event("session-start, with the brief", "session-start", {"source": "startup"}),
    event("prompt", "prompt", {"prompt": "Go on"}),
    event("pre-tool, a command, nothing at risk", "pre-tool", BASH),
    event("pre-tool, an edit", "pre-tool", WRITE),
    event("post-tool, a command, nothing changed", "post-tool", BASH),
    event("post-tool, an edit, with its snapshot", "post-tool", WRITE, edit),
    event("stop, nothing uncommitted", "stop", {"stop_hook_active": False}),
    event("session-end", "session-end", {"reason": "other"}),
    Row("mcp: start to first answer", "≤ 30 ms", server),
]
