#!/bin/sh
# What a session of 500 edits leaves in a repository of 5,000 files: the growth of the git directory, with all content, by the length of
# files and by the blocks they take. Fails if either is more than 2 MB.
# Usage: tests/long/session.sh [edits]; AGENT names the program (default: target/debug/git-agent).
set -eu
cd "$(dirname "$0")/../.."
agent=$(realpath "${AGENT:-target/debug/git-agent}")
edits=${1:-500}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1
mkdir "$HOME" "$work/repo"
git config --global user.name "A U Thor"
git config --global user.email author@example.com
cd "$work/repo"
git init -q -b main
python3 - <<'EOF'
import os, random
random.seed(1)
for n in range(5000):
    os.makedirs(f"src/d{n // 50:03}", exist_ok=True)
    with open(f"src/d{n // 50:03}/file{n:04}", "w") as out:
        for _ in range(random.randint(20, 300)):
            out.write(" ".join(random.choice(["let", "fn", "if", "x", "value", "return", "(", ")", str(random.random())]) for _ in range(8)) + "\n")
EOF
git add .
git commit -qm files
git gc -q
"$agent" init -q
"$agent" add Task --id t -q
"$agent" start t -q
git config agent.snapshotEvery 0
event() { printf '%s' "$2" | "$agent" host event claude "$1" >/dev/null; }
event session-start "{\"session_id\": \"s\", \"cwd\": \"$PWD\"}"
length() { du -sb .git | cut -f1; }
blocks() { du -sk .git | cut -f1; }
before=$(length) before_blocks=$(blocks)
n=0
while [ "$n" -lt "$edits" ]; do
    n=$((n + 1))
    # Ten files, each changed again and again in another place.
    file=$(printf 'src/d%03d/file%04d' $((n % 10 * 10)) $((n % 10 * 500)))
    line=$((n * 13 % 20 + 1))
    sed -i "${line}s|.*|edit $n of $file: $(date +%N)|" "$file"
    event post-tool "{\"session_id\": \"s\", \"cwd\": \"$PWD\", \"tool_name\": \"Write\", \"tool_input\": {}, \"tool_use_id\": \"$n\"}"
done
loose=$(length) loose_blocks=$(blocks)
event session-end "{\"session_id\": \"s\", \"cwd\": \"$PWD\", \"reason\": \"other\"}"
# On a busy machine a hook ends before it has rolled everything up; the next session goes on with it.
for next in 1 2 3 4 5; do
    [ "$(find .git/refs -path "*/agent/snap/*" -type f | wc -l)" -lt 32 ] && break
    sleep 10
    event session-start "{\"session_id\": \"next-$next\", \"cwd\": \"$PWD\"}"
done
kept=$("$agent" log --snapshots t --jsonl | wc -l)
grown=$(($(length) - before)) grown_blocks=$(($(blocks) - before_blocks))
echo "$kept snapshots of $edits edits: $grown bytes ($grown_blocks KiB of blocks)," \
    "before the end of the session $((loose - before)) bytes ($((loose_blocks - before_blocks)) KiB)"
git fsck --strict --no-dangling --no-progress
[ "$kept" -eq "$edits" ]
[ "$grown" -le 2000000 ]
[ "$grown_blocks" -le 2000 ]
