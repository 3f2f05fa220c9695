#!/bin/sh
# Races: every pair of commands that change something, at once, in one repository, and each of them beside 'git gc --prune=now' and
# 'git prune --expire=now'. Each round ends with 'git fsck', 'git agent doctor', and a comparison: no event and no operation may be lost.
#
#   tests/long/races.sh [rounds] [program]     rounds of each pair (1), the git-agent (target/debug/git-agent)
#
# RACES_ONLY='gc prune' plays only pairs in which one of these commands takes part, RACES_GIT=<program> another git.
set -eu
rounds=${1:-1}
program=${2:-$(dirname "$0")/../../target/debug/git-agent}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 GIT_AGENT_ACTOR=ann@here TZ=UTC LC_ALL=C
mkdir "$HOME" "$work/bin"
ln -s "$program" "$work/bin/git-agent"
[ -z "${RACES_GIT-}" ] || ln -s "$RACES_GIT" "$work/bin/git"
PATH=$work/bin:$PATH
git config --global user.name Ann; git config --global user.email ann@here; git config --global init.defaultBranch main
git config --global gc.auto 0; git config --global advice.detachedHead false

# Ledger, work tree and history, and what throws objects away.
commands='add edit start next claim pause complete fail cancel reopen block unblock dep decide note sync import repair verify
    snapshot snapshot-restore checkpoint restore revert rewind squash undo redo commit amend agent-gc doctor init gc prune'

# A command by its name. Refusals (busy, nothing to undo, a moved HEAD) are answers; a crash or damage is not.
play() {
    case $1 in
    add) git agent add -q "task $2" ;;
    edit) git agent edit -q u --title "Title $2" ;;
    start) git agent start -q u && git agent start -q t ;;
    next) git agent pause -q p; git agent next -q --start ;;
    claim) git agent claim -q u ;;
    pause) git agent pause -q p ;;
    complete) git agent complete -q p --result "done $2" ;;
    fail) git agent fail -q p --reason "broken $2" ;;
    cancel) git agent cancel -q u ;;
    reopen) git agent reopen -q c ;;
    block) git agent block -q u --on "weather $2" ;;
    unblock) git agent unblock -q b --all ;;
    dep) git agent dep add -q b --after u ;;
    note) git agent note -q --task t "remark $2" ;;
    decide) git agent decide -q "decision $2" ;;
    sync) git agent sync -q ;;
    import) git agent plan import -q ../plan.toml ;;
    repair) git agent repair -q ;;
    verify) git agent verify -q t -- true ;;
    snapshot) echo "$2" >"s$2"; git agent snapshot -q ;;
    snapshot-restore) git agent snapshot restore -q "$(cat ../snapshot)" ;;
    checkpoint) echo "$2" >"c$2"; git agent checkpoint -q ;;
    restore) git agent rollback -q t@1 --mode restore --allow-foreign ;;
    revert) git agent rollback -q t@1 --mode revert ;;
    rewind) git agent rollback -q t@2 ;;
    squash) git agent squash -q --no-edit t ;;
    undo) git agent undo -q ;;
    redo) git agent redo -q ;;
    commit) echo "$2" >"m$2"; git add "m$2" && git commit -qm "by hand $2" ;;
    amend) git commit -q --amend -m "again $2" ;;
    agent-gc) git agent gc -q ;;
    doctor) git agent doctor -q --fix >/dev/null ;;
    init) git agent init -q ;;
    gc) git gc --quiet --prune=now ;;
    prune) git prune --expire=now ;;
    *) echo "no such command: $1" >&2; exit 2 ;;
    esac
}

# One story for all: 't' active with three checkpoints and a commit that lost its trailer, one operation to redo, a remote, a plan.
story() {
    mkdir "$work/run"; cd "$work/run"
    git init -q --bare remote; git init -q repo
    printf '[[task]]\nid = "one"\ntitle = "One"\n[[task]]\nid = "two"\ntitle = "Two"\nafter = ["one"]\n' >plan.toml
    cd repo
    echo 0 >a; git add a; git commit -qm first; git remote add origin ../remote
    git agent init -q
    for id in t u p c b; do git agent add -q --id "$id" "Task $id"; done
    git agent start -q c; git agent complete -q c; git agent block -q b --on rain; git agent sync -q
    git agent start -q p; git agent start -q t
    echo lost >l; git add l; git -c core.hooksPath=/dev/null commit -qm lost
    for n in 1 2 3; do echo "$n" >a; echo "$n" >"f$n"; git agent checkpoint -q; done
    git agent snapshot -q; git agent snapshot list --json | grep -o '01[0-9A-Z]\{24\}' | head -1 >../snapshot
    git agent rollback -q t@2; git agent undo -q
    # Played where it was told: a copy elsewhere is another clone, which holds no claim.
    mv "$work/run" "$work/base"
}

events() { git notes --ref=agent-tasks list | cut -d' ' -f1 | while read -r blob; do git cat-file blob "$blob"; done | sort -u; }
operations() { git agent ops --jsonl | wc -l; }

again() { cd "$work"; rm -rf "$work/run"; cp -a "$work/base" "$work/run"; cd "$work/run/repo"; git status >/dev/null; }

once() {
    again
    events >"$work/events"; operations=$(operations)
    play "$1" 1 >"$work/one" 2>&1 & left=$!
    play "$2" 2 >"$work/two" 2>&1 & right=$!
    first=0; wait "$left" || first=$?
    second=0; wait "$right" || second=$?
    bad=
    # A gc of git that meets a ref while it is locked ends with 128, as beside another git; the one below has to succeed.
    ! grep -q 'cannot lock ref' "$work/one" || case $1 in gc | prune) first=0 ;; esac
    ! grep -q 'cannot lock ref' "$work/two" || case $2 in gc | prune) second=0 ;; esac
    for code in "$first" "$second"; do [ "$code" -lt 64 ] || bad="exit code $code"; done
    case $1 in gc | prune) ;; *) [ "$first" -ne 5 ] || bad="exit code 5" ;; esac
    case $2 in gc | prune) ;; *) [ "$second" -ne 5 ] || bad="exit code 5" ;; esac
    # git itself loses the commit that it makes while a gc or a prune is running, or a tree that its index names, also without hooks.
    case "$1 $2" in
    "gc commit" | "gc amend" | "prune commit" | "prune amend") git rev-list --objects HEAD --indexed-objects >/dev/null 2>&1 || { by_git=$((by_git + 1)); return 0; } ;;
    esac
    git fsck --strict --no-dangling --no-progress >"$work/fsck" 2>&1 || bad="fsck: $(head -3 "$work/fsck")"
    git agent doctor >"$work/doctor" 2>&1 || bad="doctor: $(grep '✗' "$work/doctor" | head -3)"
    git gc --quiet --prune=now >"$work/gc" 2>&1 || bad="gc: $(head -3 "$work/gc")"
    events >"$work/after"
    lost=$(comm -23 "$work/events" "$work/after" | head -3)
    [ -z "$lost" ] || bad="lost: $lost"
    [ "$(operations)" -ge "$operations" ] || bad="operations: $(operations) of $operations"
    if grep -qi 'a hook or commit signing failed' "$work/one" "$work/two"; then bad="a hook is blamed"; fi
    total=$((total + 1))
    [ -z "$bad" ] || { failed=$((failed + 1)); echo "FAILED $1 beside $2: $bad"; cat "$work/one" "$work/two"; }
}

is_chosen() {
    [ -n "${RACES_ONLY-}" ] || return 0
    for word in $RACES_ONLY; do if [ "$word" = "$1" ] || [ "$word" = "$2" ]; then return 0; fi; done
    return 1
}

story >"$work/story" 2>&1 || { cat "$work/story"; exit 2; }
for one in $commands; do
    again
    play "$one" 1 >"$work/one" 2>&1 || { echo "'$one' does not work alone:"; cat "$work/one"; exit 2; }
done
total=0 failed=0 by_git=0 seen=
for one in $commands; do
    seen="$seen $one"
    for two in $seen; do
        # git does not promise that two of these end well.
        case "$one $two" in "gc gc" | "prune prune" | "prune gc") continue ;; esac
        is_chosen "$one" "$two" || continue
        round=0
        while [ "$round" -lt "$rounds" ]; do round=$((round + 1)); once "$one" "$two"; done
    done
done
echo "$total races, $failed failed; in $by_git more git lost its own commit"
[ "$failed" -eq 0 ]
