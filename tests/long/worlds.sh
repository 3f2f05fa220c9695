#!/bin/sh
# The long run of tests/it/worlds: random worlds in every sort of repository, in which operations lose nothing and undo is as
# if they had never been; then some in which every step fails, or is the last one.
# The build is the one that is installed, with points at which it can be made to fail (PROFILE=dev: a debug build).
# Usage: tests/long/worlds.sh [worlds] [faulty worlds] [seed]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_WORLDS="${1:-2000}" GIT_AGENT_TEST_FAULTS="${2:-40}" GIT_AGENT_TEST_SEED="${3:-$(date +%s)}"
echo "seed $GIT_AGENT_TEST_SEED"
cargo test --profile "${PROFILE:-release}" --features fault-points --test it -- worlds::games --nocapture
exec cargo test --profile "${PROFILE:-release}" --features fault-points --test it -- worlds::faults --nocapture
