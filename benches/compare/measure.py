"""Running processes and taking their time.

Ours and the baseline run in turns, so that a busy machine slows down both. Time and memory are what `wait4` says of the
child and everything that it waited for. Medians of all runs.
"""

import os
import shutil
import statistics
import subprocess
import sys
import threading
import time

# The kernel counts what the parent had when it started the child: peak memory is taken by a parent that has little.
PEAK = """
import os, sys
null = os.open(os.devnull, os.O_RDWR)
words = [(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=words)
print(os.wait4(pid, 0)[2].ru_maxrss)
"""


class Unmeasured(Exception):
    """This row cannot be measured here, and why."""


class Row:
    """A row of the table: a name, a goal, and what measures it."""

    def __init__(self, name, goal, work, large=False):
        self.name, self.goal, self.work, self.large = name, goal, work, large

    def run(self, bench):
        found = self.work(bench)
        found = found if isinstance(found, list) else [found]
        for result in found:
            result.name = result.name or self.name
            result.goal = result.goal or self.goal
        return found


class Sample:
    """Medians: wall and CPU in milliseconds; peak memory in KiB where it was taken."""

    rss = None

    def __init__(self, runs):
        self.wall = statistics.median(run[0] for run in runs)
        self.cpu = statistics.median(run[1] for run in runs)

    def as_json(self):
        return {"wall_ms": round(self.wall, 2), "cpu_ms": round(self.cpu, 2), "peak_kib": self.rss}


class Result:
    """One line of the table. `met` is None when there is no goal to judge by."""

    def __init__(self, name=None, goal=None, ours=None, base=None, met=None, against="", figure="", note=""):
        self.name, self.goal, self.ours, self.base, self.met = name, goal, ours, base, met
        self.against, self.figure, self.note = against, figure, note

    def as_json(self):
        return {
            "row": self.name,
            "goal": self.goal,
            "ours": self.ours and self.ours.as_json(),
            "against": self.against,
            "baseline": self.base and self.base.as_json(),
            "figure": self.figure,
            "met": self.met,
            "note": self.note,
        }


class Bench:
    """What a row works with."""

    def __init__(self, agent, data, runs):
        self.agent, self.data, self.runs = agent, data, runs
        self.busy = os.getloadavg()[0] > 0.7 * os.cpu_count()
        self.env = dict(data.env, PATH=os.path.dirname(agent) + os.pathsep + os.environ["PATH"])

    def once(self, words, cwd, env=None, stdin=None):
        """Run to the end; returns (wall ms, cpu ms) and the exit code."""
        program = shutil.which(words[0], path=self.env["PATH"])
        quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]
        quiet.append((os.POSIX_SPAWN_OPEN, 0, stdin or os.devnull, os.O_RDONLY, 0))
        os.chdir(cwd)
        began = time.perf_counter()
        pid = os.posix_spawn(program, words, env or self.env, file_actions=quiet)
        _, status, usage = os.wait4(pid, 0)
        wall = (time.perf_counter() - began) * 1000
        return (wall, (usage.ru_utime + usage.ru_stime) * 1000), os.waitstatus_to_exitcode(status)

    def peak(self, words, cwd):
        """Peak memory in KiB of one run."""
        return int(self.ask([sys.executable, "-S", "-E", "-c", PEAK, *words], cwd))

    def ask(self, words, cwd, check=True):
        """What it prints."""
        done = subprocess.run(words, cwd=cwd, env=self.env, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise Unmeasured(f"'{' '.join(words[:4])}' failed: {done.stderr.strip()[:200]}")
        return done.stdout.strip()

    def needs(self, *words):
        """Refuse the row when git-agent does not have this command."""
        if self.ask(["git-agent", *words, "--help"], "/", check=False) == "":
            raise Unmeasured(f"this git-agent has no '{words[0]}'")

    def compare(self, ours, base=None, prepare=None, runs=None):
        """Samples of two jobs, in turns. A job is (words, cwd) or a function that returns (wall, cpu)."""
        jobs = [job for job in (ours, base) if job]
        taken = [[] for _ in jobs]
        for turn in range((runs or self.runs) + 1):
            for job, runs_of_job in zip(jobs, taken):
                if prepare:
                    prepare()
                if callable(job):
                    run = job(turn)
                else:
                    run, code = self.once(*job)
                    if code != 0:
                        raise Unmeasured(f"'{' '.join(job[0])}' ended with exit code {code}")
                if turn > 0:  # the first one warms caches
                    runs_of_job.append(run)
        samples = [Sample(runs_of_job) for runs_of_job in taken]
        if not callable(ours):
            if prepare:
                prepare()
            samples[0].rss = self.peak(*ours)
        return samples if base else (samples[0], None)

    def took(self, sample):
        """The time that an absolute goal is about: wall, unless others keep the machine busy."""
        return min(sample.wall, sample.cpu) if self.busy else sample.wall

    def within(self, limit, ours, base=None, prepare=None, against="", cost=None):
        """Ours takes at most `limit` ms."""
        sample, other = self.compare(ours, base, prepare)
        took = self.took(sample)
        figure = f"{took:.1f} ms" + (f", {took / self.took(other):.1f}×" if other else "")
        return Result(ours=sample, base=other, met=took <= limit, against=against, figure=figure, goal=cost)

    def ratio(self, limit, ours, base, against, prepare=None, by="wall"):
        """Ours takes at most `limit` times what the baseline takes."""
        sample, other = self.compare(ours, base, prepare)
        wall, cpu = sample.wall / other.wall, sample.cpu / other.cpu
        ratio = cpu if by == "cpu" or self.busy else wall
        figure = f"{wall:.2f}× wall, {cpu:.2f}× CPU"
        return Result(ours=sample, base=other, met=ratio <= limit, against=against, figure=figure)

    def at_once(self, count, each, words):
        """`count` threads, each running `words(thread, n)` `each` times; wall ms in all, and of every one."""
        singles, lock = [], threading.Lock()

        def work(which):
            for n in range(each):
                job, cwd = words(which, n)
                began = time.perf_counter()
                subprocess.run(job, cwd=cwd, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                with lock:
                    singles.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        threads = [threading.Thread(target=work, args=(which,)) for which in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (time.perf_counter() - began) * 1000, singles
