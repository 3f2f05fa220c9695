#!/bin/sh
# The guard's reader of shell lines against brush-parser: in the lines of tests/it/guard_lines, and in random ones, both find the
# same commands, words and redirections. brush-parser keeps what it has read in memory, so each process reads 10,000 lines.
# Usage: tests/long/shell.sh [lines] [seed]
set -eu
cd "$(dirname "$0")/../oracle"
lines=${1:-20000} seed=${2:-1}
echo "seed $seed"
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-../../target/oracle} cargo build --release --locked
oracle=${CARGO_TARGET_DIR:-../../target/oracle}/release/shell-oracle
end=$((seed + lines))
while [ "$seed" -lt "$end" ]; do
    "$oracle" 10000 "$seed"
    seed=$((seed + 10000))
done
