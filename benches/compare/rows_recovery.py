"""Going back, coming back from that, and the guard before risky commands."""

from measure import Row
from rows_snapshot import DIRTY, checked, edit, ready


def task(bench, repo):
    """A task whose checkpoint is HEAD."""
    bench.ask(["git-agent", "add", "--id", "t-1", "The task"], repo)
    bench.data.git(repo, "commit", "--quiet", "--amend", "-m", "Checkpoint\n\nTask-Id: t-1")


def other_tree(bench, repo, files):
    """The tree of HEAD, and one with other content in twenty files."""
    here = bench.ask(["git", "rev-parse", "HEAD^{tree}"], repo)
    edit(repo, files, "other")
    bench.data.git(repo, "add", "-A")
    there = bench.ask(["git", "write-tree"], repo)
    bench.data.git(repo, "read-tree", "-m", "-u", here)
    return here, there


def rows(files):
    def pair(bench):
        bench.needs("rollback")
        repo, other = ready(bench, files), ready(bench, files)
        task(bench, repo)
        return repo, other, other_tree(bench, other, files)

    def stock(bench, other, trees):
        def work(turn):
            here, there = trees
            taken = checked(bench, ["git", "read-tree", "-m", "-u", there], other)
            checked(bench, ["git", "read-tree", "-m", "-u", here], other)
            return taken

        return work

    def rollback(bench):
        repo, other, trees = pair(bench)

        def ours(turn):
            edit(repo, files, turn)
            return checked(bench, ["git-agent", "rollback", "t-1", "--quiet"], repo)

        return bench.ratio(3.0, ours, stock(bench, other, trees), "git read-tree -m -u")

    def undo(bench):
        repo, other, trees = pair(bench)

        def ours(turn):
            edit(repo, files, turn)
            checked(bench, ["git-agent", "rollback", "t-1", "--quiet"], repo)
            return checked(bench, ["git-agent", "undo", "--quiet"], repo)

        return bench.ratio(3.0, ours, stock(bench, other, trees), "git read-tree -m -u")

    size = f"{DIRTY} paths, {files // 1000}k files"
    return [Row(f"rollback of {size}", "≤ 3×", rollback), Row(f"undo of {size}", "≤ 3×", undo)]


def guard(bench):
    bench.needs("guard")
    repo = ready(bench, 5_000)
    return bench.within(50, (["git-agent", "guard", "--check", "ls -l | grep x"], repo))


ROWS = [*rows(5_000), *rows(100_000), Row("guard, nothing at risk, 5k files", "≤ 50 ms", guard)]
