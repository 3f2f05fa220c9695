"""Plans whose shape makes careless algorithms quadratic: what four times the tasks take, against a fourth of them."""

import json
import os
import subprocess

from measure import Result, Row, Unmeasured

TASKS = 10_000
# A little more than n log n, and far less than the sixteen times of n².
GROWTH = 6


def above(shape, n):
    """What the task `n` comes after."""
    if shape == "one chain":
        return [n - 1] if n else []
    if shape == "layers":
        return [(n // 100 - 1) * 100 + (n * 7 + k * 13) % 100 for k in range(3)] if n >= 100 else []
    return sorted({(n * k * 31 + k) % n for k in range(1, 11)}) if n else []


def plan(bench, shape, count):
    path = os.path.join(bench.data.scratch.name, f"{shape}-{count}.json".replace(" ", "-"))
    if not os.path.exists(path):
        tasks = []
        for n in range(count):
            task = {"id": f"T-{n:06}", "title": f"Part {n}"}
            if shape == "deep features":
                task.update({"parent": f"T-{n - 1:06}"} if n % 500 else {})
            else:
                task["after"] = [f"T-{other:06}" for other in above(shape, n)]
            tasks.append(task)
        with open(path, "w") as out:
            json.dump({"schema": 1, "tasks": tasks}, out)
    return path


def grows(name, work):
    """`work(bench, count)` is what is timed."""

    def row(bench):
        large, small = bench.compare(work(bench, TASKS), work(bench, TASKS // 4))
        growth = large.cpu / small.cpu
        return Result(ours=large, base=small, met=growth <= GROWTH, against="a fourth of it", figure=f"{growth:.1f}× for 4×")

    return Row(name, f"≤ {GROWTH}× for 4×", row)


def on(shape, words):
    def work(bench, count):
        repo = bench.data.copy(bench.data.small())
        bench.ask(["git-agent", "plan", "import", plan(bench, shape, count)], repo)
        bench.ask(["git-agent", "list"], repo)
        return ["git-agent", *words], repo

    return work


def imported(shape):
    def work(bench, count):
        file = plan(bench, shape, count)

        def run(_turn):
            repo = bench.data.copy(bench.data.small())
            taken, code = bench.once(["git-agent", "plan", "import", file], repo)
            if code != 0:
                raise Unmeasured(f"the import ended with exit code {code}")
            return taken

        return run

    return work


def folded(bench, count):
    """One task with five events for each of `count`, all in its note."""
    repo = bench.data.copy(bench.data.small())
    subprocess.run([bench.data.generator, repo, "1", str(count * 5)], env=bench.env, check=True, capture_output=True)
    return ["git-agent", "show", "T-000000", "--json"], repo


ROWS = []
for shape in ("one chain", "layers", "dense"):
    for form in ("text", "dot", "mermaid", "svg"):
        ROWS.append(grows(f"graph --format {form}, 10k tasks, {shape}", on(shape, ["graph", "--format", form])))
    ROWS.append(grows(f"plan import, 10k tasks, {shape}", imported(shape)))
ROWS.append(grows("list --tree, 10k tasks, features 500 deep", on("deep features", ["list", "--tree"])))
ROWS.append(grows("one task with 50,000 events", folded))
