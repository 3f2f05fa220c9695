"""Snapshots of the work tree."""

import os

from measure import Row

DIRTY = 20


def ready(bench, files):
    """A copy to work in, its index refreshed."""
    bench.needs("snapshot")
    repo = bench.data.copy(bench.data.worktree(files))
    os.utime(os.path.join(repo, ".git", "index"))
    bench.data.git(repo, "status")
    return repo


def edit(repo, files, turn, paths=DIRTY):
    """Some files with new content, all over the tree."""
    for n in range(paths):
        with open(os.path.join(repo, place(n * (files // paths))), "w") as out:
            out.write(f"edited in turn {turn}\n" * 40)


def place(n):
    return f"d{n // 1000:02}/e{n // 20 % 50:02}/file{n:06}"


def dirty(files):
    def work(bench):
        repo, other = ready(bench, files), ready(bench, files)

        def ours(turn):
            edit(repo, files, f"{turn} of ours")
            return checked(bench, ["git-agent", "snapshot", "--quiet"], repo)

        def stock(turn):
            edit(other, files, f"{turn} of git's")
            return checked(bench, ["git", "stash", "create"], other)

        return bench.ratio(0.9, ours, stock, "git stash create", by="cpu")

    return Row(f"snapshot, {DIRTY} dirty paths, {files // 1000}k files", "≤ 0.9× CPU", work)


def checked(bench, words, repo):
    taken, code = bench.once(words, repo)
    if code != 0:
        raise RuntimeError(f"{words} ended with exit code {code}")
    return taken


def clean(bench):
    repo = ready(bench, 100_000)
    bench.ask(["git-agent", "snapshot"], repo)
    return bench.ratio(1.2, (["git-agent", "snapshot"], repo), (["git", "status"], repo), "git status")


ROWS = [dirty(5_000), dirty(100_000), Row("snapshot, nothing changed, 100k files", "≤ 1.2×", clean)]
