#!/bin/sh
# Clients that others wrote against `git agent mcp`: the Python SDK, the command line of the inspector, the conformance suite. They are
# installed from their registries into a directory of their own; what is not to be had is named and skipped.
# Usage: tests/long/mcp.sh [directory]; AGENT names the program (default: target/debug/git-agent), SLICE=1 runs without the inspector.
set -eu
cd "$(dirname "$0")/../.."
here=$PWD/tests/long/mcp
agent=$(realpath "${AGENT:-target/debug/git-agent}")
dir=${1:-target/mcp-clients}
mkdir -p "$dir/npm"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1
mkdir "$HOME" "$work/repo"
git config --global user.name "A U Thor"
git config --global user.email author@example.com
cd "$work/repo"
git init -q -b main
git commit -q --allow-empty -m first
"$agent" init -q
"$agent" add "Parse dates" --id parse -q
"$agent" add "Show dates" --id show --after parse -q

skip() { echo "SKIPPED $1: not to be had here"; }
npm_has() {
    [ -e "$dir/npm/node_modules/$1" ] ||
        npm install --silent --ignore-scripts --no-audit --no-fund --prefix "$dir/npm" "$1@$2" >/dev/null 2>&1
}

echo "==> the Python SDK, both versions of the protocol"
if [ -x "$dir/python/bin/python" ] || { python3 -m venv "$dir/python" && "$dir/python/bin/pip" install -q mcp==2.3.0; }; then
    "$dir/python/bin/python" "$here/client.py" "$agent"
else
    skip "the Python SDK"
fi

echo "==> the inspector"
if [ -n "${SLICE-}" ]; then
    echo "not in this slice"
elif npm_has @modelcontextprotocol/inspector 0.15.0; then
    inspect() { "$dir/npm/node_modules/.bin/mcp-inspector" --cli "$agent" mcp "$@"; }
    inspect --method tools/list | grep -q '"plan_import"'
    inspect --method resources/list | grep -q 'git-agent://brief'
    inspect --method prompts/list | grep -q '"resume"'
    inspect --method tools/call --tool-name note --tool-arg task=parse --tool-arg text=inspected | grep -q inspected
    echo "ok"
else
    skip "the inspector"
fi

echo "==> the conformance suite"
# It speaks HTTP and needs a node that has fs.globSync.
if npm_has @modelcontextprotocol/conformance 0.1.16 && npm_has node 22; then
    node=$dir/npm/node_modules/node/bin/node
    [ -x "$node" ] || (cd "$dir/npm/node_modules/node" && node installArchSpecificPackage >/dev/null 2>&1) || true
    [ -x "$node" ] || node=$(command -v node)
    cp "$here/bridge.mjs" "$dir/npm/bridge.mjs"
    mkfifo "$work/port"
    "$node" "$dir/npm/bridge.mjs" "$agent" >"$work/port" &
    bridge=$!
    read -r port <"$work/port"
    suite=$dir/npm/node_modules/@modelcontextprotocol/conformance/dist/index.js
    # The other scenarios call tools that the suite's own server has.
    for scenario in server-initialize ping tools-list resources-list prompts-list; do
        (cd "$work" && "$node" "$suite" server --url "http://127.0.0.1:$port/mcp" --scenario "$scenario" >"$work/out" 2>&1) ||
            { cat "$work/out"; kill $bridge; exit 1; }
        echo "ok $scenario"
    done
    kill $bridge
else
    skip "the conformance suite"
fi
