#!/bin/sh
# The long run of tests/it/stories.rs: random histories, with hooks and without. Usage: tests/long/stories.sh [stories] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_STORIES="${1:-200}" GIT_AGENT_TEST_SEED="${2:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
exec cargo test --test it -- stories:: --nocapture
