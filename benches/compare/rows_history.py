"""Looking back."""

from measure import Row


def log(commits, files, limit):
    def work(bench):
        bench.needs("log")
        repo = bench.data.ledger(10_000, base=bench.data.history(commits, files))
        bench.ask(["git-agent", "next"], repo)
        return bench.within(limit, (["git-agent", "log", "-n", "50"], repo), (["git", "log", "-n", "50"], repo), against="git log -n 50")

    return work


ROWS = [
    Row("log -n 50, 80k commits, 10k tasks", "≤ 50 ms", log(80_000, 5_000, 50)),
    Row("log -n 50, 1M commits, 10k tasks", "≤ 50 ms", log(1_000_000, 200, 50), large=True),
]
