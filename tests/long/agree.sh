#!/bin/sh
# The long run of tests/it/agree.rs: what commands say of one fact, on random histories. Usage: tests/long/agree.sh [worlds] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_AGREE="${1:-300}" GIT_AGENT_TEST_SEED="${2:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
exec cargo test --test it -- agree:: --nocapture
