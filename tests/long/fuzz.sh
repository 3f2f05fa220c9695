#!/bin/sh
# Fuzzing: each target of fuzz/ for a while, guided by coverage (libFuzzer). It begins with the inputs that are kept in fuzz/corpus;
# what it adds to them stays in target/fuzz/corpus, and an input that fails in target/fuzz/artifacts.
#
#   tests/long/fuzz.sh [seconds] [target...]     seconds for each target (60); without targets, all of them
#
# It needs a C++ compiler, for libFuzzer, and no nightly Rust: the coverage that 'cargo fuzz' asks a nightly for is a pass of LLVM that
# every rustc has. 'cargo +nightly fuzz run <target>' runs the same targets, with a sanitizer.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- $(sed -n 's/^name = "\([a-z_]*\)"$/\1/p' fuzz/Cargo.toml)
out=$PWD/target/fuzz
mkdir -p "$out"
# Coverage of git-agent alone, in a development build: an optimised one of everything takes many times as long.
cat >"$out/rustc" <<'EOT'
#!/bin/sh
case " $* " in
*" --crate-name git_agent "* | *" --crate-name git_agent_fuzz "*)
    exec "$@" --cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares
    ;;
esac
exec "$@"
EOT
chmod +x "$out/rustc"
# The versions of the main package.
[ -f fuzz/Cargo.lock ] || cp Cargo.lock fuzz/Cargo.lock
RUSTC_WRAPPER=$out/rustc cargo build --manifest-path fuzz/Cargo.toml --target-dir "$out"
# Trees are written to a disk, and need none that lasts.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
failed=
for target; do
    echo "== $target"
    mkdir -p "$out/corpus/$target" "$out/artifacts/$target"
    "$out/debug/$target" "$out/corpus/$target" "fuzz/corpus/$target" -max_total_time="$seconds" -timeout=10 \
        -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$out/artifacts/$target/" -print_final_stats=1 -verbosity=0 \
        || failed="$failed $target"
done
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
