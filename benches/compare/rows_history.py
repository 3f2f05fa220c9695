"""Looking back."""

import json
import os
import shutil
import subprocess

import history
from measure import Row


def log(commits, files, limit):
    def work(bench):
        bench.needs("log")
        repo = bench.data.ledger(10_000, base=bench.data.history(commits, files))
        bench.ask(["git-agent", "next"], repo)
        return bench.ratio(limit, (["git-agent", "log", "-n", "50"], repo), (["git", "log", "-n", "50"], repo), "git log -n 50", by="cpu")

    return work


def of_one_task(bench):
    """A small history, five of whose commits name the task."""
    repo = bench.data.copy(bench.data.ledger(10_000, base=bench.data.history(2_000, 5_000)))
    history.write_tasks(repo, bench.env, 80, 5_000, 16)
    bench.data.git(repo, "read-tree", "--reset", "-u", "HEAD")
    bench.ask(["git-agent", "log", "T-3"], repo)
    ours, stock = ["git-agent", "log", "--task", "T-3"], ["git", "log", "--grep", "^Task-Id: T-3$"]
    return bench.ratio(0.8, (ours, repo), (stock, repo), "git log --grep", by="cpu")


def since_80(bench):
    """A task that began 80 commits ago, and two dirty paths."""
    repo = bench.data.copy(bench.data.ledger(10_000, base=bench.data.history(2_000, 5_000)))
    bench.ask(["git-agent", "add", "Long work", "--id", "T-0"], repo)
    bench.ask(["git-agent", "start", "T-0"], repo)
    history.write_tasks(repo, bench.env, 80, 5_000, 20)
    bench.data.git(repo, "read-tree", "--reset", "-u", "HEAD")
    for n in (100, 4001):
        with open(os.path.join(repo, f"src/part{n // 100:03}/file{n:05}.c"), "a") as out:
            out.write("/* dirty */\n")
    bench.ask(["git", "status"], repo)
    ours = ["git-agent", "changes-since", "T-0"]
    assert len(json.loads(bench.ask([*ours, "--json"], repo))["commits"]) == 80
    stock = ["sh", "-c", "git log --name-status HEAD~80..HEAD && git status"]
    return bench.ratio(1.0, (ours, repo), (stock, repo), "git log --name-status and git status", by="cpu")


OURS = ["git-agent", "log", "--task", "T-42", "--no-events", "--jsonl"]
STOCK = ["git", "log", "--fixed-strings", "--grep=Task-Id: T-42", "--format=%H %s"]


def of_task(commits, when):
    def work(bench):
        bench.needs("log")
        repo = bench.data.merging(commits, 200)
        index = os.path.join(repo, "agent", "history")

        def forget():
            shutil.rmtree(index, ignore_errors=True)

        stock = bench.ask(["git", "log", "--format=%H", "--grep=^Task-Id: T-42$"], repo).split()
        ours = bench.ask(OURS, repo).splitlines()
        assert len(ours) == len(stock) > 0, (len(ours), len(stock))
        if when == "first":
            bench.runs = min(bench.runs, 7)
            return bench.ratio(0.5, (OURS, repo), (STOCK, repo), "git log --grep", prepare=forget, by="cpu")
        if when == "later":
            return bench.within(25, (OURS, repo), (STOCK, repo), against="git log --grep")
        # Hard links: nothing changes the packs, and the copy gets its own refs.
        grown = bench.data.copy(repo) if commits < 500_000 else linked(bench, repo)
        process = history.importer(grown, bench.env)
        for n in range(100):
            process.stdin.write(b"commit refs/heads/main\ncommitter Jane <jane@example.com> %d +0000\n" % (history.BEGAN + (commits + n) * 60))
            process.stdin.write(history.data(b"one more, %d\n\nTask-Id: T-%d\n" % (n, n)))
            process.stdin.write(b"from refs/heads/main^0\n" if n == 0 else b"")
            process.stdin.write(b"M 100644 inline new\n" + history.data(b"%d\n" % n))
        history.finish(process)
        assert len(bench.ask(OURS, grown).splitlines()) == len(stock) + 1
        return bench.within(30, (OURS, grown), (STOCK, grown), against="git log --grep")

    return work


def linked(bench, repo):
    target = os.path.join(bench.data.scratch.name, "linked")
    subprocess.run(["cp", "-al", repo, target], check=True)
    return target


def of_tasks(commits, size, large=False):
    name = f"all commits of a task, {size} commits"
    return [
        Row(f"{name}, first question", "≤ 0.5× CPU", of_task(commits, "first"), large=large),
        Row(f"{name}, later", "≤ 25 ms", of_task(commits, "later"), large=large),
        Row(f"{name}, after 100 new commits", "≤ 30 ms", of_task(commits, "grown"), large=large),
    ]


def since(dirty):
    """A task that began a thousand commits ago in a repository like git.git."""

    def work(bench):
        bench.needs("changes-since")

        def make(repo):
            os.rmdir(repo)
            shutil.copytree(bench.data.history(80_000, 5_000), repo, symlinks=True)
            bench.ask(["git-agent", "add", "Long work", "--id", "T-0"], repo)
            bench.ask(["git-agent", "start", "T-0"], repo)
            history.write_tasks(repo, bench.env, 1_000, 5_000, 20)
            bench.data.git(repo, "commit-graph", "write", "--reachable")
            bench.data.git(repo, "read-tree", "--reset", "-u", "HEAD")

        repo = bench.data.made("since-1000", make)
        if dirty:
            repo = bench.data.copy(repo)
            for n in range(dirty):
                with open(os.path.join(repo, f"src/part{n:03}/file{n * 100:05}.c"), "a") as out:
                    out.write("/* dirty */\n")
            bench.ask(["git", "status"], repo)  # the copy's files are new to the index
        ours, stock = ["git-agent", "changes-since", "T-0"], ["git", "log", "--name-status", "HEAD~1000..HEAD"]
        answer = json.loads(bench.ask([*ours, "--json"], repo))
        assert answer["base"]["rule"] == "recorded" and len(answer["commits"]) == 1_000, answer["base"]
        return bench.ratio(1.0, (ours, repo), (stock, repo), "git log --name-status base..HEAD")

    return work


ROWS = [
    Row("changes-since, 1,000 commits, 5k files, 80k commits", "≤ 1.0×", since(0)),
    Row("changes-since, the same with 20 dirty paths", "≤ 1.0×", since(20)),
    Row("changes-since, 80 commits, 2 dirty paths, 5k files, 10k tasks", "≤ 1.0× CPU", since_80),
    Row("log of a task, 2k commits, 10k tasks", "≤ 0.8× CPU", of_one_task),
    Row("log -n 50, 2k commits, 10k tasks", "≤ 3× CPU", log(2_000, 5_000, 3)),
    Row("log -n 50, 80k commits, 10k tasks", "≤ 3× CPU", log(80_000, 5_000, 3)),
    Row("log -n 50, 1M commits, 10k tasks", "≤ 3× CPU", log(1_000_000, 200, 3), large=True),
]
ROWS += of_tasks(80_000, "80k") + of_tasks(1_000_000, "1M", large=True)
