"""Writing to the ledger."""

import os
import subprocess

from measure import Result, Row


def loose(repo):
    folder = os.path.join(repo, ".git", "objects")
    return sum(len(os.listdir(os.path.join(folder, name))) for name in os.listdir(folder) if len(name) == 2)


def writes(tasks, limit):
    def work(bench):
        repo = bench.data.copy(bench.data.ledger(tasks))
        notes = bench.data.copy(bench.data.ledger(tasks))
        key = bench.data.git(notes, "notes", "--ref=agent-tasks", "list").split()[1]
        append = (["git", "notes", "--ref=agent-tasks", "append", "-m", "2026-11-22T14:35:00.000Z one more line", key], notes)
        bench.ask(["git-agent", "next"], repo)
        verbs = {
            "add": lambda n: ["add", "One more thing to do"],
            "start": lambda n: ["start", f"T-{n * 10 + 3:06}"],
            "decide": lambda n: ["decide", "--why", "it is simpler", "Keep one table", "--task", f"T-{n * 10 + 3:06}"],
            "complete": lambda n: ["complete", f"T-{n * 10 + 3:06}", "--result", "done"],
        }
        results = []
        for verb, words in verbs.items():
            most = [0]

            def run(turn, words=words, most=most):
                before = loose(repo)
                taken, code = bench.once(["git-agent", *words(turn)], repo)
                if code != 0:
                    raise RuntimeError(f"{words(turn)} ended with exit code {code}")
                most[0] = max(most[0], loose(repo) - before)
                return taken

            result = bench.within(limit, run, append, against="git notes append")
            result.name = f"{verb}, {tasks // 1000}k tasks"
            result.figure += f", {most[0]} objects"
            result.met = result.met and most[0] <= 5
            results.append(result)
        return results

    return Row(f"one write (add, start, decide, complete), {tasks // 1000}k tasks", f"≤ {limit} ms, ≤ 5 objects", work, large=tasks > 10_000)


def many_writers(bench):
    repo = bench.data.copy(bench.data.ledger(10_000))
    name = lambda which, n: f"T-{(which * 25 + n):06}"
    before = lines(bench, repo)
    wall, singles = bench.at_once(16, 25, lambda which, n: (["git-agent", "note", "--task", name(which, n), f"{which} {n}"], repo))
    kept = lines(bench, repo) - before
    stock = bench.data.copy(bench.data.ledger(10_000))
    keys = [line.split()[1] for line in bench.data.git(stock, "notes", "--ref=agent-tasks", "list").splitlines()]
    append = lambda which, n: (["git", "notes", "--ref=agent-tasks", "append", "-m", f"2026 {which} {n}", keys[which * 25 + n]], stock)
    before = lines(bench, stock)
    other, _ = bench.at_once(16, 25, append)
    lost = 400 - (lines(bench, stock) - before)
    figure = f"{kept}/400 kept, {wall / 400:.1f} ms each, worst {max(singles):.0f} ms; stock: {other / 400:.1f} ms, {lost} lost"
    met = kept == 400 and wall / 400 <= 5 and max(singles) <= 1000
    return Result(figure=figure, met=met, against="git notes append")


def lines(bench, repo):
    """How many lines the ledger has, as stock git reads it."""
    listing = bench.data.git(repo, "notes", "--ref=agent-tasks", "list").splitlines()
    blobs = "".join(line.split()[0] + "\n" for line in listing).encode()
    batch = subprocess.run(["git", "cat-file", "--batch=%(objecttype)"], cwd=repo, env=bench.env, input=blobs, capture_output=True, check=True).stdout
    return sum(1 for line in batch.splitlines() if line.startswith(b"20"))


ROWS = [writes(1_000, 15), writes(10_000, 15), writes(100_000, 25)]
ROWS.append(Row("16 writers × 25 events, 10k tasks", "400/400, ≤ 5 ms each, worst ≤ 1 s", many_writers))
