#!/usr/bin/env bash
# A project of 61 tasks over two weeks, with a clock of its own, and what 'log', 'report', 'status', 'list' and 'brief' say of it: to be read
# by a person.
#
#   tests/long/project.sh [directory] [program]     a new directory (a temporary one), the git-agent (target/release/git-agent)
set -eu
program=${2:-$(dirname "$0")/../../target/release/git-agent}
program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program")
work=${1:-$(mktemp -d)}
mkdir -p "$work"; work=$(cd "$work" && pwd)
mkdir "$work/home" "$work/bin" "$work/shop"
export HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 TZ=UTC LC_ALL=C PATH="$work/bin:$PATH"
ln -s "$program" "$work/bin/git-agent"
git config --global user.name Ann; git config --global user.email ann@here; git config --global init.defaultBranch main
cd "$work/shop"

now=$(date -u -d '2026-03-02 09:00' +%s)
# Go on with the clock: seconds, and the night and the weekend if the day is over.
later() {
    now=$((now + $1))
    while [ "$(date -u -d "@$now" +%H)" -ge 18 ]; do now=$((now - now % 86400 + 86400 + 9 * 3600)); done
    while [ "$(date -u -d "@$now" +%u)" -ge 6 ]; do now=$((now + 86400)); done
    GIT_AGENT_CLOCK=$(date -u -d "@$now" +%Y-%m-%dT%H:%M:%SZ)
    GIT_AUTHOR_DATE="@$now +0000"; GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
    export GIT_AGENT_CLOCK GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}
as() { export GIT_AGENT_ACTOR=$1; }
agent() { git agent "$@" >/dev/null 2>>"$work/remarks" || { echo "git agent $*: exit $?" >&2; tail -3 "$work/remarks" >&2; exit 1; }; }

later 0; as ann@here
git init -q; git commit -q --allow-empty -m 'An empty shop'
agent init
features='accounts:Accounts catalog:Catalog cart:Cart payment:Payment shipping:Shipping admin:Administration'
parts='model:store the data|api:serve it|form:let people change it|tests:cover the edges|docs:describe it|errors:say what went wrong|cache:answer fast|mail:tell people|audit:keep a trail'
{
    for feature in $features; do
        id=${feature%%:*}
        printf "[[task]]\nid = '%s'\ntitle = '%s'\n" "$id" "${feature#*:}"
        before=
        IFS='|'
        for part in $parts; do
            name=${part%%:*}
            printf "[[task.task]]\nid = '%s-%s'\ntitle = '%s: %s'\nestimate = '%s'\naccept = 'The %s of the %s does what the page says'\n" \
                "$id" "$name" "${feature#*:}" "${part#*:}" 2h "$name" "$id"
            [ -z "$before" ] || printf "after = ['%s-%s']\n" "$id" "$before"
            case $name in model | api) before=$name ;; esac
        done
        unset IFS
    done
    printf "[[task]]\nid = 'release'\ntitle = 'Release the shop'\nafter = ['accounts', 'catalog', 'cart', 'payment', 'shipping', 'admin']\n"
} > ../plan.toml
agent plan import ../plan.toml

# A task from its start to its end: files, checkpoints, now and then a decision, a failed test, a wrong turn.
task() {
    local id=$1 number=$2 step
    agent start "$id"; later 900
    for step in 1 2; do
        mkdir -p "src/${id%%-*}"; echo "$id $step" >> "src/${id%%-*}/${id#*-}.rs"
        later $((1200 + number % 7 * 300)); agent checkpoint -m "$id: step $step"
    done
    if [ $((number % 6)) = 0 ]; then agent decide "Keep $id simple" --why 'the next release replaces it'; fi
    if [ $((number % 7)) = 3 ]; then agent rollback "$id@1"; later 600; echo "$id again" >> "src/${id%%-*}/${id#*-}.rs"; agent checkpoint -m "$id: another way"; fi
    if [ $((number % 5)) = 2 ]; then git agent verify -- false >/dev/null 2>&1 || true; later 300; fi
    agent verify -- true; later 200
    if [ "$number" = 12 ] || [ "$number" = 25 ]; then agent fail --reason 'the payment service has no test account'; else agent complete --result "done in step $number"; fi
}

number=0
for id in $(git agent list --all --json --fields id | grep -o '"[a-z]*-[a-z]*"' | tr -d '"'); do
    number=$((number + 1))
    case $((number % 4)) in 0) as claude@box ;; 1) as ann@here ;; 2) as codex@box ;; 3) as bob@there ;; esac
    case $number in
    44) agent start "$id"; later 1800; agent block "$id" 'waits for the contract with the carrier' ;;
    45) agent cancel "$id" --reason 'the carrier does that' ;;
    46) as claude@box; agent start "$id"; echo half > half-done.rs; break ;;
    *) task "$id" "$number" ;;
    esac
done
later 3600
for words in 'log -n 30' 'report --format text' status 'list' brief 'log payment -n 15' ops; do
    printf '\n==== git agent %s\n' "$words"
    # The words of one command.
    # shellcheck disable=SC2086
    COLUMNS=100 git agent $words 2>&1
done
printf '\n==== git log --all\n%s lines, %s commits on %s\n' "$(git log --all --oneline | wc -l)" "$(git rev-list --count HEAD)" "$(git branch --show-current)"
