#!/usr/bin/env bash
# Random commit graphs against stock git: tests/long/graphs.sh [COUNT] [SEED]
set -euo pipefail
cd "$(dirname "$0")/../.."
GIT_AGENT_GRAPHS=${1:-1000} GIT_AGENT_SEED=${2:-1000} \
    cargo test --quiet --test it -- --exact --nocapture \
    history::on_random_graphs_every_id_has_the_commits_that_git_finds_in_the_order_of_git
