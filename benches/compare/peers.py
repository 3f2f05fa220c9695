"""The same acts with git-agent and with other trackers of tasks, in turns: CPU, peak memory, bytes of output. See `peers`."""

import argparse
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time

import built
import data
import measure

ACTS = ["create", "list", "next", "complete"]


def title(n):
    return f"Make part {n} of the plan work ".ljust(40, ".")


def after(n):
    """Chains of ten, as in our ledger: the first three of each are done."""
    return n - 1 if n % 10 else None


def is_done(n):
    return n % 10 < 3


class Peer:
    """A tracker: how it is installed, filled with `count` tasks, and what it is told for an act."""

    extra = {}

    def __init__(self, home):
        self.home = home

    def env(self, bench):
        return {**bench.env, "PATH": self.bin() + os.pathsep + bench.env["PATH"], **self.extra}

    def npm(self, package):
        if not os.path.isdir(self.bin()):
            words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", self.home, package]
            subprocess.run(words, check=True, stdin=subprocess.DEVNULL)

    def bin(self):
        return os.path.join(self.home, "node_modules", ".bin")

    def words(self, act, turn, count):
        return self.acts(turn, count)[ACTS.index(act)]


class GitAgent(Peer):
    name, folder = "git-agent", "git-agent"

    def install(self):
        pass

    def env(self, bench):
        return bench.env

    def version(self, bench):
        return bench.ask(["git-agent", "--version"], "/")

    def fill(self, bench, count):
        return bench.data.copy(bench.data.ledger(count, base=None))

    def acts(self, turn, count):
        task = f"T-{turn * 10 + 3:06}"
        return [["git-agent", "add", title(turn)], ["git-agent", "list"], ["git-agent", "next"], ["git-agent", "complete", task, "-m", "done"]]


class Taskwarrior(Peer):
    name, folder = "Taskwarrior", "taskwarrior"

    def bin(self):
        return os.path.join(self.home, "usr", "bin")

    def install(self):
        if os.path.isdir(self.bin()):
            return
        os.makedirs(self.home, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", "taskwarrior"], cwd=self.home, check=True)
        (package,) = glob.glob(os.path.join(self.home, "*.deb"))
        subprocess.run(["dpkg", "-x", package, self.home], check=True)

    def version(self, bench):
        return "Taskwarrior " + subprocess.run([os.path.join(self.bin(), "task"), "--version"], capture_output=True, text=True).stdout.strip()

    def uuid(self, n):
        return f"00000000-0000-4000-8000-{n:012}"

    def fill(self, bench, count):
        repo = os.path.join(bench.data.scratch.name, f"taskwarrior-{count}")
        os.makedirs(repo)
        with open(os.path.join(repo, "rc"), "w") as out:
            out.write(f"data.location={repo}\nconfirmation=off\nverbose=nothing\nnews.version=2.6.0\n")
        tasks = []
        for n in range(count):
            task = {"uuid": self.uuid(n), "description": title(n), "entry": "20260101T000000Z", "status": "completed" if is_done(n) else "pending"}
            if is_done(n):
                task["end"] = "20260102T000000Z"
            if after(n) is not None and not is_done(after(n)):
                task["depends"] = [self.uuid(after(n))]
            tasks.append(task)
        self.extra = {"TASKRC": os.path.join(repo, "rc"), "COLUMNS": "120"}
        with open(os.path.join(repo, "all.json"), "w") as out:
            json.dump(tasks, out)
        subprocess.run(["task", "import", "all.json"], cwd=repo, env=self.env(bench), capture_output=True, check=True)
        return repo

    def acts(self, turn, count):
        return [["task", "add", title(turn)], ["task", "list"], ["task", "next", "limit:1", "+READY"], ["task", self.uuid(turn * 10 + 3), "done"]]


class Backlog(Peer):
    name, folder = "Backlog.md", "backlog"

    def install(self):
        self.npm("backlog.md")

    def version(self, bench):
        return "Backlog.md " + subprocess.run(["backlog", "--version"], env=self.env(bench), capture_output=True, text=True).stdout.strip()

    def fill(self, bench, count):
        repo = os.path.join(bench.data.scratch.name, f"backlog-{count}")
        os.makedirs(repo)
        bench.data.init(repo)
        words = ["backlog", "init", "bench", "--defaults", "--integration-mode", "none"]
        subprocess.run(words, cwd=repo, env=self.env(bench), capture_output=True, stdin=subprocess.DEVNULL, check=True)
        tasks = os.path.join(repo, "backlog", "tasks")
        os.makedirs(tasks, exist_ok=True)
        for n in range(count):
            above = f"\n  - task-{n}" if after(n) is not None else " []"
            status = "Done" if is_done(n) else "To Do"
            text = f"---\nid: task-{n + 1}\ntitle: '{title(n)}'\nstatus: {status}\nassignee: []\ncreated_date: '2026-01-01'\nlabels: []\ndependencies:{above}\n---\n\n## Description\n\nAs planned.\n"
            with open(os.path.join(tasks, f"task-{n + 1} - Part-{n}.md"), "w") as out:
                out.write(text)
        bench.data.git(repo, "add", "-A")
        bench.data.git(repo, "commit", "-q", "-m", "Plan")
        return repo

    def acts(self, turn, count):
        task = f"task-{turn * 10 + 4}"
        edit = ["backlog", "task", "edit", task, "-s", "Done", "--plain"]
        return [["backlog", "task", "create", title(turn), "--plain"], ["backlog", "task", "list", "--plain"], ["backlog", "task", "list", "--ready", "--plain"], edit]


class TaskMaster(Peer):
    name, folder = "Task Master", "task-master"
    extra = {"TASKMASTER_SKIP_AUTO_UPDATE": "1"}

    def install(self):
        self.npm("task-master-ai")

    def version(self, bench):
        with open(os.path.join(self.home, "node_modules", "task-master-ai", "package.json")) as text:
            return "Task Master " + json.load(text)["version"]

    def fill(self, bench, count):
        repo = os.path.join(bench.data.scratch.name, f"task-master-{count}")
        os.makedirs(os.path.join(repo, ".taskmaster", "tasks"))
        bench.data.init(repo)
        tasks = []
        for n in range(count):
            tasks.append({"id": n + 1, "title": title(n), "description": "As planned.", "status": "done" if is_done(n) else "pending", "dependencies": [n] if after(n) is not None else [], "priority": "medium", "details": "", "testStrategy": "", "subtasks": []})
        with open(os.path.join(repo, ".taskmaster", "tasks", "tasks.json"), "w") as out:
            json.dump({"master": {"tasks": tasks, "metadata": {"created": "2026-01-01T00:00:00Z", "description": "bench"}}}, out)
        with open(os.path.join(repo, ".taskmaster", "config.json"), "w") as out:
            json.dump({"models": {}, "global": {"defaultTag": "master"}}, out)
        return repo

    def acts(self, turn, count):
        # It asks a model to write a task: nothing to measure.
        return [None, ["task-master", "list"], ["task-master", "next"], ["task-master", "set-status", f"--id={turn * 10 + 4}", "--status=done"]]


class Br(Peer):
    name, folder = "br", "br"

    def install(self):
        if not shutil.which("br"):
            raise FileNotFoundError("br is not on PATH (cargo install beads_rust)")

    def bin(self):
        return os.path.dirname(shutil.which("br"))

    def version(self, bench):
        return subprocess.run(["br", "--version"], capture_output=True, text=True).stdout.strip()

    def fill(self, bench, count):
        repo = os.path.join(bench.data.scratch.name, f"br-{count}")
        os.makedirs(repo)
        bench.data.init(repo)
        subprocess.run(["br", "init", "--prefix", "b"], cwd=repo, env=self.env(bench), capture_output=True, check=True)
        at = "2026-01-01T00:00:00Z"
        with open(os.path.join(repo, ".beads", "issues.jsonl"), "w") as out:
            for n in range(count):
                task = {"id": f"b-{n:06}", "title": title(n), "status": "closed" if is_done(n) else "open", "priority": 2, "issue_type": "task", "created_at": at, "updated_at": at}
                if is_done(n):
                    task["closed_at"] = at
                if after(n) is not None:
                    task["dependencies"] = [{"issue_id": task["id"], "depends_on_id": f"b-{after(n):06}", "type": "blocks", "created_at": at}]
                out.write(json.dumps(task) + "\n")
        subprocess.run(["br", "sync", "--import-only", "--force"], cwd=repo, env=self.env(bench), capture_output=True, check=True)
        return repo

    def acts(self, turn, count):
        return [["br", "create", title(turn)], ["br", "list"], ["br", "ready"], ["br", "close", f"b-{turn * 10 + 3:06}"]]


def once(words, repo, env):
    """CPU in ms, peak memory in KiB and bytes of output of one run."""
    sink = os.path.join(repo, "..", "peer-output")
    code = (
        "import os, resource, sys\n"
        "out = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)\n"
        "words = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]\n"
        "pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ, file_actions=words)\n"
        "_, status, usage = os.wait4(pid, 0)\n"
        "print(os.waitstatus_to_exitcode(status), (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-S", "-E", "-c", code, sink, *words], cwd=repo, env=env, capture_output=True, text=True, check=True)
    exit_code, cpu, peak = done.stdout.split()
    if exit_code != "0":
        raise measure.Unmeasured(f"'{' '.join(words[:4])}' ended with exit code {exit_code}")
    return float(cpu), int(peak), os.path.getsize(sink)


def measured(bench, peers, count, runs):
    """For each act and peer, the medians of what a run takes; the peers in turns."""
    filled = [(peer, peer.fill(bench, count)) for peer in peers]
    table = {}
    for act in ACTS:
        taken = {peer.name: [] for peer in peers}
        for turn in range(runs + 1):
            for peer, repo in filled:
                words = peer.words(act, turn, count)
                if words is None:
                    continue
                try:
                    run = once(words, repo, peer.env(bench))
                except measure.Unmeasured as why:
                    print(f"{peer.name}: {why}", file=sys.stderr)
                    continue
                if turn > 0:  # the first one warms caches
                    taken[peer.name].append(run)
        table[act] = {name: [statistics.median(column) for column in zip(*rows)] for name, rows in taken.items() if rows}
    return table


def main():
    parser = argparse.ArgumentParser(prog="benches/compare/peers")
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--profile", default="release")
    parser.add_argument("--no-build", action="store_true", help="what was built last is good enough")
    parser.add_argument("--data", default=os.path.join(built.ROOT, "target", "bench-data"))
    parser.add_argument("--peers", default=os.path.join(built.ROOT, "target", "bench-peers"))
    options = parser.parse_args()
    agent, generator = built.build(options.profile, not options.no_build)
    bench = measure.Bench(agent, data.Data(options.data, generator, False), options.runs)
    peers = []
    for kind in [GitAgent, Taskwarrior, Backlog, TaskMaster, Br]:
        peer = kind(os.path.join(options.peers, kind.folder))
        try:
            peer.install()
            peers.append(peer)
        except (OSError, subprocess.CalledProcessError, ValueError) as why:
            print(f"{kind.name} is left out: {why}", file=sys.stderr)
    versions = " · ".join(peer.version(bench) for peer in peers)
    print(f"\n{time.strftime('%Y-%m-%d')} · {versions} ({options.profile}) · {platform.system()} {platform.release()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"`benches/compare/peers {' '.join(sys.argv[1:])}`".replace(" `", "`") + f" · medians of {options.runs} runs · ms CPU / peak MB / bytes of output\n")
    print("| what | " + " | ".join(peer.name for peer in peers) + " | ahead of the fastest: CPU, memory |")
    print("|" + " --- |" * (len(peers) + 2))
    for count in map(int, options.sizes.split(",")):
        for act, row in measured(bench, peers, count, options.runs).items():
            cells = [f"{row[peer.name][0]:.1f} / {row[peer.name][1] / 1024:.0f} / {row[peer.name][2]:.0f}" if peer.name in row else "–" for peer in peers]
            ours, others = row.get(GitAgent.name), [row[peer.name] for peer in peers[1:] if peer.name in row]
            ahead = "–"
            if ours and others:
                ahead = f"{min(other[0] for other in others) / ours[0]:.1f}×, {min(other[1] for other in others) / ours[1]:.1f}×"
            print(f"| {act}, {count:,} tasks | " + " | ".join(cells) + f" | {ahead} |", flush=True)
    return 0


sys.exit(main())
