#!/bin/sh
# The long run of tests/it/changes_since: what changed since a task began, on random histories and work trees, against stock git.
# Usage: tests/long/changes.sh [worlds] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_CHANGES="${1:-1000}" GIT_AGENT_TEST_SEED="${2:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
exec cargo test --test it -- changes_since::worlds --nocapture
