#!/bin/sh
# The long run of tests/it/ledger_merge.rs: random games of writes and criss-cross merges between two to five clones.
# Usage: tests/long/merge.sh [games] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_GAMES="${1:-60}" GIT_AGENT_TEST_SEED="${2:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
exec cargo test --profile "${PROFILE:-fast}" --test it -- ledger_merge --nocapture
