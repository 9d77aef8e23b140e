#!/usr/bin/env bash
# Usage: scripts/test.sh [--quick] [--tsan] [--soak] [--unit|--integration] [-R REGEX]
#
# Installs what is missing, builds, and runs every test: as released, then
# with the address and undefined-behaviour sanitizers, then those in which
# several threads meet with the thread sanitizer, then each fuzzer for a minute,
# then scripts/lint.sh over src/base, src/domain and src/store. Names each test
# that failed or was skipped; the last line reads "N passed, N failed, N
# skipped". Exits 0 only if none failed.
#
#   --quick         the release build and the fast form of lint only
#   --tsan          every test with the thread sanitizer
#   --soak          the long forms of the slow tests (sets FRONTROW_SOAK=1); each
#                   fuzzer for an hour
#   --unit          only the tests that need neither a store nor a socket
#   --integration   only the others
#   -R REGEX        only the tests whose name matches
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "test.sh: $1" >&2; exit "${2:-1}"; }

presets=(release asan tsan)
# clang-tidy over everything takes longer than all tests; a slip costs most in these.
lint=(src/base src/domain src/store)
only=()
target=
quick=
tsan=
timeout=300
fuzz_seconds=60
while [[ $# -gt 0 ]]; do
    case $1 in
        --quick) quick=yes; lint=(--fast) ;;
        --tsan) tsan=all ;;
        --soak) export FRONTROW_SOAK=1; timeout=7200; fuzz_seconds=3600 ;;
        --unit) only+=(-L '^unit$'); target=tests/unit/all ;;
        --integration) only+=(-LE '^unit$') ;;
        -R)
            [[ -n ${2:-} ]] || fail "-R needs a regular expression (see --help)" 2
            only+=(-R "$2"); shift ;;
        -h | --help) help; exit 0 ;;
        *) fail "unknown argument '$1' (see --help)" 2 ;;
    esac
    shift
done
if [[ -n $quick ]]; then presets=(release ${tsan:+tsan}); fi
is_all=yes
if [[ ${#only[@]} -gt 0 ]]; then is_all=; only+=(--no-tests=ignore); else only=(--no-tests=error); fi

cd "$root"
scripts/install-deps.sh test || fail "the packages for the tests are missing; nothing was tested"
PATH=$PATH:/usr/lib/llvm-19/bin # where the sanitizers find llvm-symbolizer
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

results=()
for preset in "${presets[@]}"; do
    echo "== $preset: build"
    built=$target
    chosen=("${only[@]}")
    if [[ $preset == tsan && -z $tsan ]]; then
        built=threaded_tests
        chosen+=(-L '.-threaded$')
    fi
    scripts/build.sh "$preset" --tests ${built:+--target "$built"} || fail "the $preset build failed; not everything was tested"

    echo "== $preset: tests"
    junit=$root/build/$preset/junit.xml
    rm -f "$junit"
    status=0
    ctest --test-dir "build/$preset" --output-junit "$junit" -j2 --timeout "$timeout" \
        --output-on-failure --test-output-size-passed 65536 "${chosen[@]}" || status=$?
    results+=(--ctest "$preset" "$junit" "$status")
done

if [[ -n $is_all && -z $quick ]]; then
    echo "== fuzzers"
    status=0
    scripts/fuzz.sh --seconds "$fuzz_seconds" || status=$?
    results+=(--check fuzzers "$status")
fi

if [[ -n $is_all ]]; then
    echo "== lint"
    status=0
    scripts/lint.sh "${lint[@]}" || status=$?
    results+=(--check lint "$status")
fi

/usr/bin/python3 scripts/lib/sum_junit.py "${results[@]}"
