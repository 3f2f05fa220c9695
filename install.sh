#!/bin/sh
# Builds git-agent and installs the binary, its manual pages and its shell completions below a prefix. No sudo.
#
#   ./install.sh [--prefix DIR] [--uninstall]
#
# Without --prefix: $HOME/.local if its bin directory is on PATH, else /usr/local if that can be written, else the
# directory of cargo's own programs, else $HOME/.local anyway. Running it twice gives the same result.
set -eu

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$1" >&2; shift; for line; do printf '  %s\n' "$line" >&2; done; exit 1; }

on_path() { case ":$PATH:" in *":$1:"*) return 0 ;; *) return 1 ;; esac; }

# Where 'git agent' works right after the installation, without sudo and without editing a profile.
default_prefix() {
    cargo_bin=$(command -v cargo 2>/dev/null || :)
    cargo_bin=${cargo_bin%/cargo}
    if [ -n "${HOME:-}" ] && on_path "$HOME/.local/bin"; then printf '%s' "$HOME/.local"
    elif [ -w /usr/local/bin ] && on_path /usr/local/bin; then printf '%s' /usr/local
    elif [ -n "$cargo_bin" ] && [ "${cargo_bin##*/}" = bin ] && [ -w "$cargo_bin" ]; then printf '%s' "${cargo_bin%/bin}"
    else printf '%s' "${HOME:+$HOME/.local}"; fi
}

prefix=${PREFIX:-}
uninstall=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -ge 2 ] || fail "--prefix needs a directory"; prefix=$2; shift 2 ;;
        --prefix=*) prefix=${1#--prefix=}; shift ;;
        --uninstall) uninstall=1; shift ;;
        -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) fail "unknown option '$1'" "usage: ./install.sh [--prefix DIR] [--uninstall]" ;;
    esac
done
[ -n "$prefix" ] || prefix=$(default_prefix)
[ -n "$prefix" ] || fail "HOME is not set" "say where to install: ./install.sh --prefix DIR"
case $prefix in /*) ;; *) prefix=$(pwd)/$prefix ;; esac

bin=$prefix/bin
man=$prefix/share/man/man1
bash_dir=$prefix/share/bash-completion/completions
zsh_dir=$prefix/share/zsh/site-functions
fish_dir=$prefix/share/fish/vendor_completions.d

if [ -n "$uninstall" ]; then
    rm -f "$bin/git-agent" "$man/git-agent.1" "$man"/git-agent-*.1 \
        "$bash_dir/git-agent" "$zsh_dir/_git-agent" "$fish_dir/git-agent.fish"
    for dir in "$bash_dir" "$zsh_dir" "$fish_dir" "$man" "$bin"; do
        # Only what is empty; files of other programs are kept.
        rmdir "$dir" 2>/dev/null || :
    done
    say "Removed git-agent from $prefix."
    say "Repositories keep their hooks until 'git agent uninstall' is run in them; hooks of a missing git-agent do nothing."
    exit 0
fi

here=$(cd "$(dirname "$0")" && pwd)
command -v git >/dev/null 2>&1 || fail "git is not on PATH" "install git 2.39 or newer"
version=$(git version | sed 's/^git version \([0-9]*\)\.\([0-9]*\).*/\1 \2/')
major=${version% *} minor=${version#* }
if [ "$major" -lt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -lt 39 ]; }; then
    fail "this is git $major.$minor; git-agent needs git 2.39 or newer"
fi
if ! command -v cargo >/dev/null 2>&1; then
    for dir in "${CARGO_HOME:-${HOME:-}/.cargo}/bin" /usr/local/cargo/bin; do
        [ -x "$dir/cargo" ] && PATH=$dir:$PATH && export PATH && break
    done
fi
command -v cargo >/dev/null 2>&1 || fail "cargo is not on PATH" \
    "git-agent is built from source: install Rust 1.89 or newer (https://rustup.rs), then run this again"
if ! cargo --version >/dev/null 2>&1; then
    # rustup looks for its toolchains in HOME; under another HOME they are still next to cargo.
    cargo_dir=$(dirname "$(dirname "$(command -v cargo)")")
    rustup_dir=$(dirname "$cargo_dir")/.rustup
    if [ -z "${RUSTUP_HOME:-}" ] && [ -d "$rustup_dir" ]; then
        RUSTUP_HOME=$rustup_dir && export RUSTUP_HOME
    fi
    cargo --version >/dev/null 2>&1 || fail "cargo is there but does not run: $(cargo --version 2>&1 | head -n 1)"
fi

# Hooks start the program several times per commit. Where the C library has a static form, a static executable at a fixed
# address starts in half the time: nothing has to be loaded or relocated (docs/decisions.md).
set --
case $(rustc -vV | sed -n 's/^host: //p') in
    x86_64-*-linux-gnu | aarch64-*-linux-gnu)
        if echo 'int main(void) { return 0; }' | cc -static -x c -o /dev/null - 2>/dev/null; then
            set -- -C target-feature=+crt-static -C relocation-model=static
        fi ;;
esac

say "Building git-agent (a few minutes the first time) ..."
(cd "$here" && cargo rustc --release --locked --bin git-agent -- "$@") || fail "the build failed" "see what cargo says above"
target=${CARGO_TARGET_DIR:-$here/target}
case $target in /*) ;; *) target=$here/$target ;; esac
built=$target/release/git-agent
[ -x "$built" ] || fail "cargo put no binary at $built"

mkdir -p "$bin" "$man" "$bash_dir" "$zsh_dir" "$fish_dir" || fail "cannot write below $prefix" "choose another place with --prefix"
# Written next to the old one, then renamed over it: a running git-agent, in a hook, is never half written.
cp "$built" "$bin/.git-agent.$$" && chmod 755 "$bin/.git-agent.$$" && mv -f "$bin/.git-agent.$$" "$bin/git-agent" \
    || fail "cannot write $bin/git-agent"
rm -f "$man"/git-agent-*.1
"$bin/git-agent" -q man --into "$man"
"$bin/git-agent" completions bash >"$bash_dir/git-agent"
"$bin/git-agent" completions zsh >"$zsh_dir/_git-agent"
"$bin/git-agent" completions fish >"$fish_dir/git-agent.fish"
say "Installed $("$bin/git-agent" --version) in $bin."

first=$(command -v git-agent 2>/dev/null || :)
if [ -z "$first" ]; then
    say ""
    say "'$bin' is not on PATH, so git does not find 'git agent' yet. Add this to your shell's profile:"
    say "  export PATH=\"$bin:\$PATH\""
elif [ "$first" != "$bin/git-agent" ] && ! [ "$first" -ef "$bin/git-agent" ]; then
    say ""
    say "warning: another git-agent comes first on PATH: $first"
    say "  'git agent' runs that one until '$bin' stands before it, or it is removed"
fi
say ""
say "Try it:                git agent demo"
say "Use it in a repository: git agent init"
