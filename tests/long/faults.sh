#!/bin/sh
# The long run of tests/it/faults.rs: every command that changes something, with a fault at every n-th system call of each kind.
# Usage: tests/long/faults.sh [stride] [command]      (stride 1 is every call; needs strace)
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_FAULTS="${1:-5}"
[ -z "${2-}" ] || export GIT_AGENT_TEST_COMMAND="$2"
exec cargo test --profile "${PROFILE:-dev}" --test it -- faults:: --nocapture --test-threads 1
