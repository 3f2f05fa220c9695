"""Plans."""

import json
import os

from measure import Result, Row, Unmeasured

TASKS = 10_000


def task(n):
    """As `make_ledger.rs` makes them."""
    text = "it has to work on both machines, with and without a network, and nothing that was there before may be lost. "
    task = {"id": f"T-{n:06}", "title": f"Make part {n} of the plan work ".ljust(40, "."), "description": (text * 2)[:150].strip(), "priority": n // 10 % 5}
    if n % 10:
        task["after"] = [f"T-{n - 1:06}"]
    if n % 100:
        task["parent"] = f"T-{n - n % 100:06}"
    if n % 10 < 3:
        task.update(status="completed", result="done, with tests")
    return task


def imported(bench):
    plan = os.path.join(bench.data.scratch.name, "plan.json")
    with open(plan, "w") as out:
        json.dump({"schema": 1, "tasks": [task(n) for n in range(TASKS)]}, out)
    words = ["git-agent", "plan", "import", plan]

    def run(_turn):
        repo = bench.data.copy(bench.data.small())
        taken, code = bench.once(words, repo)
        commits = bench.data.git(repo, "rev-list", "--count", "refs/notes/agent-tasks") if code == 0 else "no"
        if commits != "1":
            raise Unmeasured(f"the import ended with exit code {code} and made {commits} commits")
        return taken

    time = bench.within(1500, run)
    peak = bench.peak(words, bench.data.copy(bench.data.small())) / 1024
    memory = Result(name="peak memory of an import, 10k tasks", goal="≤ 40 MB", figure=f"{peak:.0f} MB", met=peak <= 40)
    return [time, memory]


ROWS = [Row("import of a plan, 10k tasks", "≤ 1500 ms, one commit", imported)]
