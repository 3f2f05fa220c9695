"""The data: made once, always the same, kept under target/bench-data. Rows that write work on copies."""

import os
import shutil
import subprocess
import tempfile

import history

LEDGERS = {1_000: 6_000, 10_000: 60_000, 100_000: 200_000}
LEDGER = "refs/notes/agent-tasks"


class Data:
    """Where everything is; makes what is not there yet."""

    def __init__(self, root, generator, quick):
        self.root, self.generator, self.quick = os.path.abspath(root), generator, quick
        os.makedirs(self.root, exist_ok=True)
        self.scratch = tempfile.TemporaryDirectory(dir=self.root, prefix="scratch-")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": self.scratch.name,
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AGENT_ACTOR": "claude@bench",
        }
        self.copies = 0

    def git(self, repo, *words, stdin=None):
        done = subprocess.run(["git", *words], cwd=repo, env=self.env, input=stdin, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def made(self, name, make):
        """The folder `name`, made by `make(folder)` if it is not there."""
        final = os.path.join(self.root, name)
        if not os.path.isdir(final):
            half = tempfile.mkdtemp(dir=self.root, prefix="half-")
            make(half)
            os.rename(half, final)
        return final

    def copy(self, repo):
        """A copy of `repo` to write to."""
        self.copies += 1
        target = os.path.join(self.scratch.name, f"{os.path.basename(repo)}-{self.copies}")
        shutil.copytree(repo, target, symlinks=True)
        return target

    def init(self, repo):
        self.git(repo, "init", "-q", "-b", "main")
        for key, value in {"user.name": "Bench", "user.email": "bench@example.com", "gc.auto": "0", "maintenance.auto": "false"}.items():
            self.git(repo, "config", key, value)

    def small(self):
        """20 files, one commit."""

        def make(repo):
            self.init(repo)
            for n in range(20):
                with open(os.path.join(repo, f"file{n:02}.txt"), "w") as out:
                    out.write(f"file {n}\n" * 50)
            self.git(repo, "add", "-A")
            self.git(repo, "commit", "-q", "-m", "Twenty files")

        return self.made("small", make)

    def worktree(self, files):
        """So many files, twenty in a directory, one commit, packed."""

        def make(repo):
            self.init(repo)
            for n in range(files):
                folder = os.path.join(repo, f"d{n // 1000:02}", f"e{n // 20 % 50:02}")
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, f"file{n:06}"), "w") as out:
                    out.write(f"file {n}\n" * 20)
            self.git(repo, "add", "-A")
            self.git(repo, "commit", "-q", "-m", "Many files")
            self.git(repo, "gc", "-q")

        return self.made(f"worktree-{files}", make)

    def history(self, commits, files):
        """`commits` commits over `files` files, packed, with a commit-graph; one commit in 20,000 names T-000042."""

        def make(repo):
            self.init(repo)
            history.write(repo, self.env, commits, files)
            self.git(repo, "commit-graph", "write", "--reachable")
            self.git(repo, "read-tree", "-m", "-u", "HEAD")

        return self.made(f"history-{commits}-{files}", make)

    def merging(self, commits, files):
        """The same with side branches and many tasks, bare; `T-42` has some forty commits in a million."""

        def make(repo):
            self.git(repo, "init", "-q", "--bare", "-b", "main")
            history.write_merging(repo, self.env, commits, files)
            self.git(repo, "commit-graph", "write", "--reachable")

        return self.made(f"merging-{commits}-{files}", make)

    def ledger(self, tasks, base=None):
        """A ledger of so many tasks, packed, in a repository of 20 files (or in a copy of `base`)."""
        name = f"ledger-{tasks}" + (f"-in-{os.path.basename(base)}" if base else "")

        def make(repo):
            os.rmdir(repo)
            shutil.copytree(base or self.small(), repo, symlinks=True)
            subprocess.run([self.generator, repo, str(tasks), str(LEDGERS[tasks])], env=self.env, check=True, capture_output=True)

        return self.made(name, make)

    def grown_ledger(self, tasks):
        """The same ledger as it grows in life: a commit for every event. Not packed."""

        def make(repo):
            self.init(repo)
            history.replay_ledger(self.ledger(tasks), repo, self.env, LEDGER)

        return self.made(f"grown-{tasks}", make)
