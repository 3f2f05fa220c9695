#!/bin/sh
# Installs pre-commit, lefthook, husky and simple-git-hooks from their registries into a directory of their own, and runs
# tests/it/hook_managers.rs with them: each order, twice, on every git.
# Usage: tests/long/hook-managers.sh [--install] [directory]; with --install it only installs.
set -eu
cd "$(dirname "$0")/../.."
only=
[ "${1-}" != --install ] || { only=yes; shift; }
dir=${1:-$PWD/target/hook-managers}
mkdir -p "$dir/npm"
[ -x "$dir/python/bin/pre-commit" ] ||
    { python3 -m venv "$dir/python" && "$dir/python/bin/pip" install --quiet pre-commit; } ||
    echo "not to be had here: pre-commit"
# Their scripts would install hooks in this very repository.
for name in lefthook husky simple-git-hooks; do
    [ -e "$dir/npm/node_modules/$name" ] ||
        npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir/npm" "$name" ||
        echo "not to be had here: $name"
done
[ -z "$only" ] || exit 0
export GIT_AGENT_TEST_HOOK_MANAGERS="$dir" GIT_AGENT_TEST_LONG=1
exec cargo test --profile "${PROFILE:-fast}" --test it -- hook_managers --nocapture
