"""Going back, coming back from that, and the guard before risky commands."""

from measure import Row
from rows_commit import started
from rows_snapshot import DIRTY, checked, edit, ready


def task(bench, repo):
    """A task whose checkpoint is HEAD."""
    bench.ask(["git-agent", "add", "--id", "t-1", "The task"], repo)
    bench.data.git(repo, "commit", "--quiet", "--amend", "-m", "Checkpoint\n\nTask-Id: t-1")


def other_tree(bench, repo, files, paths=DIRTY):
    """The tree of HEAD, and one with other content in some files."""
    here = bench.ask(["git", "rev-parse", "HEAD^{tree}"], repo)
    edit(repo, files, "other", paths)
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


def both(bench):
    """A rollback and its undo against two `git read-tree`, two paths."""
    bench.needs("rollback")
    repo, other = ready(bench, 5_000), ready(bench, 5_000)
    task(bench, repo)
    here, there = other_tree(bench, other, 5_000, 2)

    def twice(one, two):
        return tuple(map(sum, zip(one, two)))

    def ours(turn):
        edit(repo, 5_000, turn, 2)
        rolled = checked(bench, ["git-agent", "rollback", "t-1", "--quiet"], repo)
        return twice(rolled, checked(bench, ["git-agent", "undo", "--quiet"], repo))

    def stock(turn):
        gone = checked(bench, ["git", "read-tree", "-m", "-u", there], other)
        return twice(gone, checked(bench, ["git", "read-tree", "-m", "-u", here], other))

    result = bench.ratio(2.5, ours, stock, "two git read-tree -m -u", by="cpu")
    edit(repo, 5_000, "counted", 2)
    count = sum(started(bench, repo, words) for words in (["git-agent", "rollback", "t-1"], ["git-agent", "undo"]))
    result.figure += f", {count} processes"
    return result


def reset(bench):
    bench.needs("guard")
    repo = ready(bench, 5_000)
    edit(repo, 5_000, "dirty", 1)
    ours = (["git-agent", "guard", "--check", "git reset --hard"], repo)
    return bench.ratio(1.0, ours, (["git", "stash", "create"], repo), "git stash create", by="cpu")


def guard(bench):
    bench.needs("guard")
    repo = ready(bench, 5_000)
    ours = (["git-agent", "guard", "--check", "ls -l | grep x"], repo)
    return bench.ratio(1.3, ours, (["git", "rev-parse", "HEAD"], repo), "git rev-parse HEAD", by="cpu")


ROWS = [
    Row("rollback + undo of 2 paths, 5k files", "≤ 2.5× CPU", both),
    *rows(5_000),
    *rows(100_000),
    Row("guard of 'git reset --hard', 1 dirty path, 5k files", "≤ 1.0× CPU", reset),
    Row("guard, nothing at risk, 5k files", "≤ 1.3× CPU", guard),
]
