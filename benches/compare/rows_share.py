"""Sharing, and what it all weighs."""

import os

from measure import Result, Row


def sync(bench):
    bench.needs("sync")
    origin = bench.data.copy(bench.data.ledger(10_000))
    here = os.path.join(bench.data.scratch.name, "clone")
    bench.ask(["git", "clone", "-q", origin, here], "/")
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.com")):
        bench.ask(["git", "config", key, value], here)
    bench.ask(["git-agent", "sync"], here)
    bench.ask(["git-agent", "sync"], here)
    fetch = ["git", "fetch", "-q", "origin", "+refs/notes/agent-tasks:refs/agent/bench"]
    bench.ask(fetch, here)
    return bench.ratio(2, (["git-agent", "sync"], here), (fetch, here), "git fetch of nothing")


def first_fetch(bench):
    bench.needs("sync")
    origin = bench.data.copy(bench.data.ledger(10_000))
    bare = os.path.join(bench.data.scratch.name, "empty")
    bench.ask(["git", "clone", "-q", origin, bare], "/")
    made = []

    def clone(words):
        def run(turn):
            repo = bench.data.copy(bare)
            made.append(repo)
            taken, code = bench.once(words, repo)
            if code != 0:
                raise RuntimeError(f"{words} ended with exit code {code}")
            return taken

        return run

    fetch = ["git", "fetch", "-q", "origin", "refs/notes/agent-tasks:refs/notes/agent-tasks"]
    sample, base = bench.compare(clone(["git-agent", "sync"]), clone(fetch))
    more = sample.wall - base.wall
    return Result(ours=sample, base=base, met=more <= 300, against="git fetch of the ref", figure=f"+{more:.0f} ms wall")


def disk(bench):
    repo = bench.data.copy(bench.data.grown_ledger(10_000))
    bench.ask(["git", "gc", "-q"], repo)
    pack = os.path.join(repo, ".git", "objects", "pack")
    size = sum(os.path.getsize(os.path.join(pack, name)) for name in os.listdir(pack))
    each = size / 60_000
    return Result(figure=f"{each:.0f} bytes an event, {size / 1e6:.0f} MB in all", met=each <= 1024)


ROWS = [
    Row("sync, nothing new, 10k tasks", "≤ 2×", sync),
    Row("first fetch of the ledger, 10k tasks, 60k events", "≤ 1.0× + 300 ms", first_fetch),
    Row("disk: 60k events in 60k commits, after gc", "≤ 1 KiB an event", disk),
]
