"""The binary that is measured, and the generator of ledgers."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build(profile, wanted):
    """Where both are; they are built if that is `wanted`. A release is what install.sh installs."""
    given = os.environ.get("GIT_AGENT")
    target = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
    folder = os.path.join(target, profile)
    is_installed = profile == "release" and not given
    if wanted:
        what = ["--example", "make-ledger"] + ([] if given or is_installed else ["--bin", "git-agent"])
        subprocess.run(["cargo", "build", "--quiet", "--profile", profile, *what], cwd=ROOT, check=True)
        if is_installed:
            subprocess.run(["sh", "install.sh", "--prefix", os.path.join(target, "installed")], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    here = os.path.join(target, "installed", "bin") if is_installed else folder
    agent = os.path.abspath(given) if given else os.path.join(here, "git-agent")
    return agent, os.path.join(folder, "examples", "make-ledger")
