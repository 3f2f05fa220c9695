"""What the hooks cost."""

import os

from measure import Result, Row, Unmeasured


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


def processes(bench, repo):
    """How many processes a commit starts that are not git's own: shells of the hooks, timeout, git-agent."""
    log = os.path.join(bench.data.scratch.name, "strace.log")
    words = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", log, "git", "commit", "-q", "--allow-empty", "-m", "count"]
    try:
        bench.ask(words, repo)
    except (FileNotFoundError, Unmeasured):
        return "unknown number of"
    with open(log) as lines:
        started = [line for line in lines if "execve(" in line and " = 0" in line]
    return len({line.split()[0] for line in started if os.path.basename(line.split('"')[1]) != "git"})


def large(bench):
    repo = bench.data.ledger(10_000, base=bench.data.history(80_000, 5_000))
    ours, plain = hooked(bench, repo)
    return bench.ratio(1.3, committing(bench, ours), committing(bench, plain), "plain git commit")


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
    Row("commit with hooks, task active, 20 files", "≤ +12 ms CPU, ≤ 3 processes", small(12, True)),
    Row("commit with hooks, no task active, 20 files", "≤ +6 ms CPU", small(6, False)),
    Row("commit with hooks, task active, 5k files, 80k commits, 10k tasks", "≤ 1.3× wall", large),
    Row("rebase of 50 stamped commits", "≤ 2.5× CPU", rebase),
]
