#!/usr/bin/env bash
# Every id of real histories against stock git, from several tips, with and without an index. Repositories come with their
# trailer keys: tests/long/histories.sh 'path/to/repo=Change-Id' 'other.git=Bug Change-Id'
# It sets agent.trailerKey in copies that it makes, not in the repositories themselves.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -r -- "$work"' EXIT
for given in "$@"; do
    repo=${given%%=*} keys=${given#*=}
    git clone --quiet --mirror "$repo" "$work/repo.git"
    for key in $keys; do git -C "$work/repo.git" config --add agent.trailerKey "$key"; done
    echo "==> $repo ($keys)"
    GIT_AGENT_HISTORY=$work/repo.git GIT_AGENT_KEYS=$keys \
        cargo test --quiet --test it -- --ignored --exact --nocapture \
        history::in_a_given_repository_every_id_has_the_commits_that_git_finds
    rm -r -- "$work/repo.git"
done
