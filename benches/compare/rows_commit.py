"""What the hooks cost."""

import os

from measure import Result, Row, Unmeasured

# Two files of the histories of 5,000 files.
PATHS = ["src/part001/file00100.c", "src/part040/file04001.c"]


def hooked(bench, repo, start=True):
    """A copy with hooks, and one without."""
    with_hooks, plain = bench.data.copy(repo), bench.data.copy(repo)
    bench.ask(["git-agent", "hook", "install"], with_hooks)
    if start:
        if not bench.data.git(with_hooks, "for-each-ref", "refs/notes/agent-tasks"):
            bench.ask(["git-agent", "add", "A task", "--id", "T-000003"], with_hooks)
        bench.ask(["git-agent", "start", "T-000003"], with_hooks)
    return with_hooks, plain


def committing(bench, repo):
    def run(turn):
        path = os.path.join(repo, "file00.txt")
        with open(path, "a") as out:
            out.write(f"line {turn}\n")
        bench.ask(["git", "add", "file00.txt"], repo)
        taken, code = bench.once(["git", "commit", "-q", "-m", f"Change number {turn}"], repo)
        if code != 0:
            raise Unmeasured(f"git commit ended with exit code {code}")
        return taken

    return run


def small(limit, active):
    def work(bench):
        ours, plain = hooked(bench, bench.data.small(), active)
        sample, base = bench.compare(committing(bench, ours), committing(bench, plain))
        stamped = "Task-Id: T-000003" in bench.ask(["git", "log", "-1", "--format=%B"], ours)
        if stamped != active:
            raise Unmeasured("the hooks did not do their work")
        cost = sample.cpu - base.cpu
        figure = f"+{cost:.1f} ms CPU, +{sample.wall - base.wall:.1f} ms wall"
        if active:
            figure += f", {processes(bench, ours)} processes"
        return Result(ours=sample, base=base, met=cost <= limit, against="plain git commit", figure=figure)

    return work


def checked(bench, words, repo):
    taken, code = bench.once(words, repo)
    if code != 0:
        raise Unmeasured(f"{words} ended with exit code {code}")
    return taken


def processes(bench, repo):
    """How many processes a commit starts that are not git's own: shells of the hooks, timeout, git-agent."""
    return started(bench, repo, ["git", "commit", "-q", "--allow-empty", "-m", "count"], without="git")


def started(bench, repo, words, without=None):
    """How many processes `words` are, with all that they start."""
    log = os.path.join(bench.data.scratch.name, "strace.log")
    words = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", log, *words]
    try:
        bench.ask(words, repo)
    except (FileNotFoundError, Unmeasured):
        return "unknown number of"
    with open(log) as lines:
        started = [line for line in lines if "execve(" in line and " = 0" in line]
    return len({line.split()[0] for line in started if os.path.basename(line.split('"')[1]) != without})


def large(commits, limit):
    def work(bench):
        ours, plain = hooked(bench, bench.data.ledger(10_000, base=bench.data.history(commits, 5_000)))
        sample, base = bench.compare(committing(bench, ours), committing(bench, plain))
        cost = sample.cpu - base.cpu
        figure = f"+{cost:.1f} ms CPU, {sample.wall / base.wall:.2f}× wall, {processes(bench, ours)} processes"
        return Result(ours=sample, base=base, met=cost <= limit, against="plain git commit", figure=figure)

    return work


def checkpoint(bench):
    ours, plain = hooked(bench, bench.data.ledger(10_000, base=bench.data.history(2_000, 5_000)))

    def edit(repo, turn):
        for path in PATHS:
            with open(os.path.join(repo, path), "a") as out:
                out.write(f"/* {turn} */\n")

    def checkpoint(turn):
        edit(ours, turn)
        return checked(bench, ["git-agent", "checkpoint"], ours)

    def stock(turn):
        edit(plain, turn)
        return checked(bench, ["sh", "-c", f"git add -A && git commit -q -m 'Change number {turn}'"], plain)

    result = bench.ratio(1.5, checkpoint, stock, "git add -A && git commit", by="cpu")
    edit(ours, "count")
    result.figure += f", {started(bench, ours, ['git-agent', 'checkpoint'])} processes"
    return result


def rebase(bench):
    ours, _ = hooked(bench, bench.data.small())
    for n in range(50):
        with open(os.path.join(ours, f"new{n:02}.txt"), "w") as out:
            out.write(f"{n}\n")
        bench.ask(["git", "add", "-A"], ours)
        bench.ask(["git", "commit", "-q", "-m", f"New file {n}"], ours)
    tip = bench.ask(["git", "rev-parse", "HEAD"], ours)
    plain = bench.data.copy(ours)
    bench.ask(["git-agent", "hook", "uninstall"], plain)

    def again():
        for repo in (ours, plain):
            bench.ask(["git", "reset", "-q", "--hard", tip], repo)

    words = ["git", "rebase", "-q", "--force-rebase", "HEAD~50"]
    return bench.ratio(2.5, (words, ours), (words, plain), "without hooks", prepare=again, by="cpu")


ROWS = [
    Row("commit with hooks, task active, 20 files", "≤ +5 ms CPU, ≤ 3 processes", small(5, True)),
    Row("commit with hooks, no task active, 20 files", "≤ +2 ms CPU", small(2, False)),
    Row("commit with hooks, task active, 5k files, 2k commits, 10k tasks", "≤ +5 ms CPU", large(2_000, 5)),
    Row("commit with hooks, task active, 5k files, 80k commits, 10k tasks", "≤ +5 ms CPU", large(80_000, 5)),
    Row("checkpoint, 2 dirty paths, 5k files, 10k tasks", "≤ 1.5× CPU", checkpoint),
    Row("rebase of 50 stamped commits", "≤ 2.5× CPU", rebase),
]
