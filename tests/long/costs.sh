#!/usr/bin/env bash
# What hostile ledgers cost: every command that reads them, on ledgers of a size and of four times that size. A command that takes much
# more than four times the processor time, or prints that much more, fails: it would be quadratic.
#
#   tests/long/costs.sh [size] [program]     tasks, or events in a note (10000), the git-agent (target/release/git-agent)
#
# COSTS_ONLY='chain' measures only these ledgers.
set -eu
size=${1:-10000}
program=${2:-$(dirname "$0")/../../target/release/git-agent}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 GIT_AGENT_ACTOR=ann@here TZ=UTC LC_ALL=C
mkdir "$HOME" "$work/bin"; ln -s "$program" "$work/bin/git-agent"; PATH=$work/bin:$PATH
git config --global user.name Ann; git config --global user.email ann@here; git config --global init.defaultBranch main
git config --global gc.auto 0

ledgers='chain layers nested crowd dependencies open commits decisions blockers claims verifications'

# A task a line: id, what it comes after (a comma between two), parent.
tasks() {
    awk -v n="$2" -v kind="$1" 'BEGIN {
        layer = int(sqrt(n)); width = int(n / 100)
        for (at = 0; at < n; at++) {
            after = parent = ""
            if (kind == "chain" && at + 1 < n) after = "t-" at + 1
            if (kind == "nested" && at + 1 < n) parent = "t-" at + 1
            # A hundred layers; each task comes after three of the next layer.
            if (kind == "layers" && at + width < n) for (one = 0; one < 3; one++) {
                to = (int(at / width) + 1) * width + (at * 7 + one * 13) % width
                if (to < n) after = after (after == "" ? "" : ",") "t-" to
            }
            if (kind == "open" && at == 0) for (to = 1; to < n; to++) after = after (to == 1 ? "" : ",") "t-" to
            print "t-" at, (after == "" ? "-" : after), (parent == "" ? "-" : parent)
        }
    }'
}

# Those tasks as a ledger, as another clone could have written it. Lines of a note are short: what does not fit comes in several events.
write_tasks() {
    mkdir "$work/notes"
    awk -v dir="$work/notes" '{
        file = dir "/" NR; head = "2026-01-02T03:04:05.000Z "; serial = NR * 100000
        printf "0 task %s\n", $1 >file
        printf "%s01KATK2X5G%016d eve@x n=1 create title=\"Task %s\"%s\n", head, serial, $1, ($3 == "-" ? "" : " parent=\"" $3 "\"") >file
        count = split($2, after, ","); line = ""; n = 1
        for (one = 1; one <= count && $2 != "-"; one++) {
            line = line (line == "" ? "" : ",") "\"" after[one] "\""
            if (one == count || length(line) > 3000) {
                printf "%s01KATK2X5G%016d eve@x n=%d dep add=[%s]\n", head, serial + ++n, n, line >file
                line = ""
            }
        }
        close(file); print dir "/" NR
    }' >"$work/paths"
    # A file of the first line alone is the key.
    mkdir "$work/keys"
    awk -v dir="$work/keys" '{ printf "0 task %s\n", $1 >(dir "/" NR); close(dir "/" NR); print dir "/" NR }' "$work/tasks" >"$work/key-paths"
    git hash-object -w --no-filters --stdin-paths <"$work/key-paths" >"$work/key-ids"
    git hash-object -w --no-filters --stdin-paths <"$work/paths" >"$work/note-ids"
    paste -d' ' "$work/note-ids" "$work/key-ids" |
        awk 'BEGIN { print "commit refs/notes/agent-tasks\ncommitter e <e@x> 1 +0000\ndata 0" }
            { print "M 100644 " $1 " " substr($2, 1, 2) "/" substr($2, 3) }' | git fast-import --quiet
    rm -rf "$work/notes" "$work/keys"
}

# The note of one task with as many events of a kind.
write_note() {
    key=$(printf '0 task t-0\n' | git hash-object -w --stdin)
    awk -v n="$2" -v kind="$1" 'BEGIN {
        print "0 task t-0"; head = "2026-01-02T03:04:05.000Z 01KATK2X5G"
        printf "%s%016d eve@x n=1 create title=\"Task t-0\"\n", head, 0
        for (at = 1; at <= n; at++) {
            if (kind == "dependencies") what = "dep add=[\"d-" at "\"]"
            if (kind == "commits") what = sprintf("commit commit=\"%040x\" tree=\"%040x\"", at, at)
            if (kind == "decisions") what = "decide text=\"Decision " at "\""
            if (kind == "blockers") what = "block text=\"Blocker " at "\""
            if (kind == "claims") what = "claim lease=1 steal=true"
            if (kind == "verifications") what = sprintf("verify command=\"c %d\" exit=0 seconds=1 tree=\"%040x\"", at, at)
            printf "%s%016d eve@x n=%d %s\n", head, at, at + 1, what
        }
    }' >"$work/note"
    git notes --ref=agent-tasks add -f -F "$work/note" "$key"
}

world() {
    rm -rf "$work/repo" "$work/remote"; git init -q --bare "$work/remote"; git init -q "$work/repo"; cd "$work/repo"
    git remote add origin ../remote
    echo 0 >a; git add a; git commit -qm first
    git agent init -q >/dev/null 2>&1
    case $1 in
    chain | layers | nested | crowd | open) tasks "$1" "$2" >"$work/tasks"; write_tasks <"$work/tasks" ;;
    *) write_note "$1" "$2" ;;
    esac
    git agent add -q --id own Own >/dev/null; git agent start -q own
}

# In order: what only reads, then what writes.
rows='list|list --all|list --tree|list --json|show t-0|show t-0 --json|next|ready|status|brief|graph|graph --format dot|graph --format mermaid|graph --json|report|report --format html|report --format markdown|report --json|plan export|plan export --format markdown|log|log t-0|log --json|doctor|dep add own --after t-0|dep add t-0 --after own|commit|note x|next --start|sync|complete own'

TIMEFORMAT='%U %S'
run() {
    case $1 in
    commit) git commit -q --allow-empty -m x ;;
    *) timeout 300 git agent $1 ;;
    esac >"$work/out" 2>"$work/err"
}

# One row: milliseconds of processor time, the better of two tries for what only reads, and the length of the answer.
measure() {
    best=
    for try in 1 2; do
        code=0
        { time run "$1" || code=$?; } 2>"$work/time"
        took=$(awk '{ print int(($1 + $2) * 1000) }' "$work/time")
        [ "$code" -lt 6 ] || { echo "'$1' ended with $code" >&2; tail -3 "$work/err" >&2; took=999999; }
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
        case $1 in dep* | commit | note* | *--start | sync | complete*) break ;; esac
    done
    echo "$best $(wc -c <"$work/out")"
}

failed=0
printf '%-14s %-32s %9s %9s %11s %11s\n' ledger command ms 'ms, x4' bytes 'bytes, x4'
for ledger in ${COSTS_ONLY:-$ledgers}; do
    for part in $((size / 4)) "$size"; do
        world "$ledger" "$part"
        echo "$rows" | tr '|' '\n' | while read -r row; do echo "$(measure "$row" </dev/null)"; done >"$work/costs.$part"
    done
    echo "$rows" | tr '|' '\n' | paste -d'|' - "$work/costs.$((size / 4))" "$work/costs.$size" | while IFS='|' read -r row few many; do
        set -- $few $many
        verdict=
        # Four times as much is four times the cost; sixteen times would be quadratic.
        [ "$3" -le $(($1 * 7 + 200)) ] || verdict=' TOO SLOW'
        [ "$4" -le $(($2 * 6 + 20000)) ] || verdict="$verdict TOO LONG"
        printf '%-14s %-32s %9s %9s %11s %11s%s\n' "$ledger" "$row" "$1" "$3" "$2" "$4" "$verdict"
    done >"$work/table"
    cat "$work/table"
    failed=$((failed + $(grep -c ' TOO ' "$work/table" || :)))
done
[ "$failed" -eq 0 ] || { echo "$failed rows are over their bound"; exit 1; }
