"""The table, as Markdown: for the terminal, docs/benchmarks.md and the README."""


def milliseconds(sample):
    return f"{sample.wall:.1f} / {sample.cpu:.1f}" if sample else ""


def cells(result):
    verdict = {True: "met", False: "**missed**", None: "–"}[result.met]
    last = result.figure or result.note
    peak = f"{result.ours.rss / 1024:.0f}" if result.ours and result.ours.rss else ""
    return [result.name, milliseconds(result.ours), result.against, milliseconds(result.base), last, peak, result.goal or "", verdict]


def show(about, results):
    print(f"\n{about['date']} · {about['git-agent']} ({about['profile']}) · {about['git']} · {about['machine']}, load {about['load']}")
    print(f"`{about['command'].strip()}` · medians of {about['runs']} runs · ms wall / CPU\n")
    head = ["what", "ours", "against", "baseline", "figure", "peak MB", "goal", "verdict"]
    lines = [head, ["---"] * len(head)] + [cells(result) for result in results]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    for line in lines:
        fill = "-" if line[0] == "---" else " "
        print("| " + " | ".join(cell.ljust(width, fill) for cell, width in zip(line, widths)) + " |")
    judged = [result for result in results if result.met is not None]
    missed = [result.name for result in judged if not result.met]
    print(f"\n{len(judged) - len(missed)} of {len(judged)} goals met" + (": missed " + "; ".join(missed) if missed else ""))
