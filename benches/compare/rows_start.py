"""How long it takes to come up."""

from measure import Row

PROMPT = ["git-agent", "status", "--prompt"]
BASE = ["git", "rev-parse", "HEAD"]


def started(bench, repo):
    repo = bench.data.copy(repo)
    bench.ask(["git-agent", "start", "T-000003"], repo)
    return repo


def idle(bench):
    repo = bench.data.small()
    return bench.ratio(1.3, (PROMPT, repo), (BASE, repo), "git rev-parse HEAD", by="cpu")


def active(bench):
    repo = started(bench, bench.data.ledger(10_000))
    return bench.ratio(1.3, (PROMPT, repo), (BASE, repo), "git rev-parse HEAD", by="cpu")


def million(bench):
    repo = bench.data.ledger(10_000, base=bench.data.history(1_000_000, 200))
    repo = started(bench, repo)
    return bench.ratio(1.3, (PROMPT, repo), (BASE, repo), "git rev-parse HEAD", by="cpu")


def through_git(bench):
    repo = bench.data.small()
    result = bench.ratio(99, (["git", "agent", "status", "--prompt"], repo), (PROMPT, repo), "git-agent status --prompt")
    result.met = None
    return result


ROWS = [
    Row("start: status --prompt, no task active", "≤ 1.3× CPU", idle),
    Row("start: status --prompt, task active, 10k tasks", "≤ 1.3× CPU", active),
    Row("start: status --prompt, task active, 1M commits", "≤ 1.3× CPU", million, large=True),
    Row("start: 'git agent' instead of 'git-agent'", None, through_git),
]
