#!/bin/sh
# The long run of tests/it/worlds/kills.rs: the program is killed at random moments, alone or with its gits; then, if there is
# an strace, at every system call that changes something, which is also made to fail.
# The build is the one that is installed (PROFILE=dev: a debug build).
# Usage: tests/long/kill.sh [worlds, with 25 kills each] [worlds for strace] [stride] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_KILLS="${1:-24}" GIT_AGENT_TEST_ROUNDS=25 GIT_AGENT_TEST_STRIKES="${2:-2}" \
    GIT_AGENT_TEST_STRIDE="${3:-1}" GIT_AGENT_TEST_SEED="${4:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
exec cargo test --profile "${PROFILE:-release}" --features fault-points --test it -- worlds::kills --nocapture --test-threads 1
