#!/bin/sh
# The whole suite with every test on every git that is found (GIT_AGENT_TEST_GITS adds some), on a disk. The everyday run has what does
# not depend on the version of git on one git each, in memory. Usage: tests/long/gits.sh [words in the names of tests]
set -eu
cd "$(dirname "$0")/../.."
export GIT_AGENT_TEST_ALL_GITS=1 TMPDIR="${TMPDIR:-/tmp}"
exec cargo test --test it -- "$@"
