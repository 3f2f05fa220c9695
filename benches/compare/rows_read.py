"""Questions to the ledger."""

import os

from measure import Result, Row

QUESTIONS = {
    "next": ["next"],
    "ready": ["ready"],
    "list --limit 50": ["list", "--limit", "50"],
    "list --limit 50 --json": ["list", "--limit", "50", "--json"],
    "status": ["status"],
}
PEERS = {"next": 152, "ready": 152, "list --limit 50": 101}


def index_of(repo):
    return os.path.join(repo, ".git", "agent", "tasks.index")


def question(name, tasks, cold, limit):
    def work(bench):
        repo = bench.data.ledger(tasks)
        words = ["git-agent", *QUESTIONS[name]]

        def forget():
            if os.path.exists(index_of(repo)):
                os.unlink(index_of(repo))

        bench.ask(words, repo)
        base = (["git", "notes", "--ref=agent-tasks", "list"], repo)
        return bench.within(limit, (words, repo), base, forget if cold else None, "git notes list")

    kind = "cold" if cold else "warm"
    return Row(f"{name}, {tasks // 1000}k tasks, {kind}", f"≤ {limit} ms", work, large=tasks > 10_000)


def after_a_write(tasks, limit):
    def work(bench):
        repo = bench.data.copy(bench.data.ledger(tasks))
        words = ["git-agent", "next"]
        bench.ask(words, repo)
        for n in range(20):
            bench.ask(["git-agent", "note", "--task", f"T-{n * 10 + 3:06}", "a remark"], repo)
        return bench.within(limit, (words, repo))

    return Row(f"next, {tasks // 1000}k tasks, 20 writes after the index was made", f"≤ {limit} ms", work, large=tasks > 10_000)


def brief(bench):
    repo = bench.data.copy(bench.data.ledger(10_000))
    bench.ask(["git-agent", "start", "T-000003"], repo)
    words = ["git-agent", "brief"]
    bench.ask(words, repo)
    return bench.within(60, (words, repo))


def memory(bench):
    repo = bench.data.ledger(10_000)
    peak = 0
    for words in QUESTIONS.values():
        if os.path.exists(index_of(repo)):
            os.unlink(index_of(repo))
        peak = max(peak, bench.peak(["git-agent", *words], repo))
    return Result(figure=f"{peak / 1024:.0f} MB", met=peak <= 40 * 1024)


ROWS = []
for tasks, warm, cold in [(10_000, 20, 60), (100_000, 60, 400)]:
    for name in QUESTIONS:
        ROWS.append(question(name, tasks, False, warm))
        ROWS.append(question(name, tasks, True, cold))
    ROWS.append(after_a_write(tasks, warm))
ROWS.append(Row("brief, 10k tasks, warm", "≤ 60 ms", brief))
ROWS.append(Row("memory: the largest of these at 10k tasks", "≤ 40 MB", memory))
