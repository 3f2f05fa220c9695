"""One command, one table: see `run`."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time

import built
import data
import measure
import rows_commit
import rows_history
import rows_host
import rows_plan
import rows_read
import rows_recovery
import rows_shape
import rows_share
import rows_snapshot
import rows_start
import rows_write
import table

GROUPS = [rows_start, rows_commit, rows_write, rows_plan, rows_shape, rows_read, rows_history, rows_share, rows_snapshot, rows_recovery, rows_host]


def version(*words):
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog="benches/compare/run")
    parser.add_argument("rows", nargs="*", help="only rows whose name contains one of these")
    parser.add_argument("--quick", action="store_true", help="3 runs each, nothing larger than 10k tasks and 80k commits")
    parser.add_argument("--runs", type=int, help="runs a row; 9 if not given, and never fewer than 7 without --quick")
    parser.add_argument("--profile", default="release")
    parser.add_argument("--data", default=os.path.join(built.ROOT, "target", "bench-data"))
    parser.add_argument("--no-build", action="store_true", help="what was built last is good enough")
    parser.add_argument("--list", action="store_true", help="only name the rows")
    parser.add_argument("--json", default=os.path.join(built.ROOT, "benches", "compare", "results.json"))
    parser.add_argument("--first", action="store_true", help="run before everything else on the machine (needs root): for a busy one")
    options = parser.parse_args()
    every = [row for group in GROUPS for row in group.ROWS]
    chosen = [row for row in every if not options.rows or any(word in row.name for word in options.rows)]
    if options.quick:
        chosen = [row for row in chosen if not row.large]
    if options.list:
        print("\n".join(row.name for row in chosen))
        return 0
    agent, generator = built.build(options.profile, not options.no_build)
    runs = options.runs or (3 if options.quick else 9)
    here = data.Data(options.data, generator, options.quick)
    bench = measure.Bench(agent, here, runs)
    if options.first:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        bench.busy = False
    about = {
        "date": time.strftime("%Y-%m-%d"),
        "command": "benches/compare/run " + " ".join(sys.argv[1:]),
        "git-agent": version(agent, "--version"),
        "git": version("git", "--version"),
        "machine": f"{platform.system()} {platform.release()}, {os.cpu_count()} cores",
        "load": round(os.getloadavg()[0], 1),
        "runs": runs,
        "profile": options.profile,
    }
    results = []
    for row in chosen:
        print(f"… {row.name}", file=sys.stderr, flush=True)
        try:
            results.extend(row.run(bench))
        except measure.Unmeasured as why:
            results.append(measure.Result(row.name, row.goal, note=str(why)))
    table.show(about, results)
    with open(options.json, "w") as out:
        json.dump({"about": about, "rows": [result.as_json() for result in results]}, out, indent=1)
    return 0


sys.exit(main())
