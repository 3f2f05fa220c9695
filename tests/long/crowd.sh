#!/bin/sh
# The long run of tests/it/ledger_crowd.rs: 16 processes with 25 events each, on one task and on 400, on files and
# reftables, with every git that is found (GIT_AGENT_TEST_GITS adds some), also while another worktree collects garbage.
# Nobody may wait for more than two seconds; an optimised build on a machine that does nothing else is meant.
# Usage: tests/long/crowd.sh [times]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_EVENTS="${GIT_AGENT_TEST_EVENTS:-25}" GIT_AGENT_TEST_MAX_WAIT_MS="${GIT_AGENT_TEST_MAX_WAIT_MS:-2000}"
for time in $(seq "${1:-1}"); do
    echo "--- time $time"
    cargo test --profile "${PROFILE:-fast}" --test it -- ledger_crowd --nocapture --test-threads 1
done
