#!/bin/sh
# The long run of tests/it/ledger_scale.rs: a ledger of 100 000 tasks.
# Usage: tests/long/scale.sh [tasks]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_TASKS="${1:-100000}"
exec cargo test --profile "${PROFILE:-fast}" --test it -- ledger_scale --include-ignored --nocapture --test-threads 1
