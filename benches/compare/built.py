"""The binary that is measured, and the generator of ledgers."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build(profile, wanted):
    """Where both are; they are built if that is `wanted`."""
    given = os.environ.get("GIT_AGENT")
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    folder = os.path.join(target, profile)
    if wanted:
        what = ["--example", "make-ledger"] + ([] if given else ["--bin", "git-agent"])
        subprocess.run(["cargo", "build", "--quiet", "--profile", profile, *what], cwd=ROOT, check=True)
    agent = os.path.abspath(given) if given else os.path.join(folder, "git-agent")
    return agent, os.path.join(folder, "examples", "make-ledger")
