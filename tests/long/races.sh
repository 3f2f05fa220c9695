#!/bin/sh
# Races: every pair of commands that change something, at once, in one repository, and each of them beside 'git gc --prune=now' and
# 'git prune --expire=now'. Each round ends with 'git fsck', 'git agent doctor', and a count: no event and no operation may be lost.
#
#   tests/long/races.sh [rounds] [program]     rounds of each pair (1), the git-agent (target/debug/git-agent)
#
# RACES_ONLY=<word> plays only pairs with that word in one of their names.
set -eu
rounds=${1:-1}
program=${2:-$(dirname "$0")/../../target/debug/git-agent}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 GIT_AGENT_ACTOR=ann@here TZ=UTC LC_ALL=C
PATH=$(dirname "$program"):$PATH
mkdir "$HOME"
git config --global user.name Ann; git config --global user.email ann@here; git config --global init.defaultBranch main
git config --global gc.auto 0; git config --global advice.detachedHead false

# A command by its name. Refusals (busy, nothing to undo, a moved HEAD) are answers; a crash or damage is not.
play() {
    case $1 in
    add) git agent add -q "task $2" ;;
    note) git agent note -q t "remark $2" ;;
    decide) git agent decide -q "decision $2" ;;
    start) git agent start -q u && git agent start -q t ;;
    snapshot) echo "$2" >"s$2"; git agent snapshot -q ;;
    checkpoint) echo "$2" >"c$2"; git agent checkpoint -q ;;
    restore) git agent rollback -q t@1 --mode restore --allow-foreign ;;
    revert) git agent rollback -q t@1 --mode revert ;;
    rewind) git agent rollback -q t@2 ;;
    squash) git agent squash -q --no-edit t ;;
    undo) git agent undo -q ;;
    redo) git agent redo -q ;;
    agent-gc) git agent gc -q ;;
    doctor) git agent doctor -q --fix >/dev/null ;;
    gc) git gc --quiet --prune=now ;;
    prune) git prune --expire=now ;;
    esac
}

world() {
    rm -rf "$work/repo"; git init -q "$work/repo"; cd "$work/repo"
    echo 0 >a; git add a; git commit -qm first
    git agent init -q >/dev/null 2>&1
    git agent add -q --id t T >/dev/null; git agent add -q --id u U >/dev/null; git agent start -q t
    for n in 1 2 3; do echo "$n" >a; echo "$n" >"f$n"; git agent checkpoint -q >/dev/null 2>&1; done
}

events() { git agent doctor --verify >/dev/null 2>&1 || :; git notes --ref=agent-tasks list | cut -d' ' -f1 | while read -r blob; do git cat-file blob "$blob"; done | wc -l; }
operations() { git agent ops --jsonl | wc -l; }

once() {
    world
    events=$(events); operations=$(operations)
    play "$1" 1 >"$work/one" 2>&1 & left=$!
    play "$2" 2 >"$work/two" 2>&1 & right=$!
    first=0; wait "$left" || first=$?
    second=0; wait "$right" || second=$?
    bad=
    for code in "$first" "$second"; do [ "$code" -lt 64 ] || bad="exit code $code"; done
    case $1 in gc | prune) ;; *) [ "$first" -ne 5 ] || bad="exit code 5" ;; esac
    case $2 in gc | prune) ;; *) [ "$second" -ne 5 ] || bad="exit code 5" ;; esac
    git fsck --strict --no-dangling --no-progress >"$work/fsck" 2>&1 || bad="fsck: $(head -3 "$work/fsck")"
    git agent doctor >"$work/doctor" 2>&1 || bad="doctor: $(grep '✗' "$work/doctor" | head -3)"
    git gc --quiet --prune=now >"$work/gc" 2>&1 || bad="gc: $(head -3 "$work/gc")"
    [ "$(events)" -ge "$events" ] || bad="events: $(events) of $events"
    [ "$(operations)" -ge "$operations" ] || bad="operations: $(operations) of $operations"
    if grep -qi 'a hook of this repository' "$work/one" "$work/two"; then bad="a hook is blamed"; fi
    total=$((total + 1))
    [ -z "$bad" ] || { failed=$((failed + 1)); echo "FAILED $1 beside $2: $bad"; cat "$work/one" "$work/two"; }
}

total=0 failed=0
commands='add note decide start snapshot checkpoint restore revert rewind squash undo redo agent-gc doctor gc prune'
seen=
for one in $commands; do
    seen="$seen $one"
    for two in $seen; do
        case "$one $two" in "gc gc" | "prune prune" | "prune gc" | "gc prune") continue ;; esac
        case " $one $two " in *"${RACES_ONLY:-}"*) ;; *) continue ;; esac
        round=0
        while [ "$round" -lt "$rounds" ]; do round=$((round + 1)); once "$one" "$two"; done
    done
done
echo "$total races, $failed failed"
[ "$failed" -eq 0 ]
