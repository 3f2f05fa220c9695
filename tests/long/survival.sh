#!/bin/sh
# The long run of tests/it/survival: every scenario on every git, with our hooks and without, and the table in docs/survival.md
# written anew. The everyday run compares that table and plays the control on one git.
# Usage: tests/long/survival.sh [word in the name of a scenario]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_SURVIVAL=whole GIT_AGENT_TEST_UPDATE=1 GIT_AGENT_TEST_SCENARIO="${1:-}"
exec cargo test --test it -- survival:: --nocapture
