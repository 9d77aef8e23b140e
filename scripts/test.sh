#!/usr/bin/env bash
# Usage: scripts/test.sh [--quick] [--tsan] [--soak] [--unit|--integration] [-R REGEX]
#
# Installs what is missing, builds, and runs every test: first in the release
# build, then with the address and undefined-behaviour sanitizers (except the tests
# that drive a cluster, run in virtual time, open old journals, compare decisions or
# are scripts), then with the thread sanitizer (only the tests in which several
# threads meet). Then it runs the fuzzers, with fuzz/corpus and a fixed number of new
# inputs; schemathesis against the contract; every scenario of both benches, only to
# try them out; and lint on recent changes. Random tests start from seed 1
# (FRONTROW_SEED), so that a commit always gives the same result. Prints how long
# each part took, and the name of each test that failed or was skipped. The last line
# reads "N passed, N failed, N skipped". Exits with 0 only if none failed.
#
#   --quick         only the release build, its tests, and the fast form of lint
#   --tsan          every test with the thread sanitizer
#   --soak          the long forms of the slow tests (sets FRONTROW_SOAK=1), with
#                   new seeds; each fuzzer explores for an hour; lint on everything
#   --unit          only the tests that need neither a store nor a socket
#   --integration   only the others
#   -R REGEX        only the tests whose names match
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "test.sh: $1" >&2; exit "${2:-1}"; }

presets=(release asan tsan)
lint=(--recent)
fuzz=(--fixed)
schemathesis=(--seed 1)
only=()
excluded=never
is_all=yes
target=
quick=
tsan=
soak=
timeout=300
while [[ $# -gt 0 ]]; do
    case $1 in
        --quick) quick=yes ;;
        --tsan) tsan=all ;;
        --soak) soak=yes ;;
        --unit) is_all=; only+=(-L '^unit$'); target=tests/unit/all ;;
        --integration) is_all=; excluded+='|unit' ;;
        -R)
            [[ -n ${2:-} ]] || fail "-R needs a regular expression (see --help)" 2
            is_all=; only+=(-R "$2"); shift ;;
        -h | --help) help; exit 0 ;;
        *) fail "unknown argument '$1' (see --help)" 2 ;;
    esac
    shift
done
if [[ -n $quick ]]; then presets=(release ${tsan:+tsan}); lint=(--fast); fi
if [[ -n $soak ]]; then
    export FRONTROW_SOAK=1
    timeout=7200
    fuzz=(--seconds 3600)
    schemathesis=(--examples 500)
    [[ -n $quick ]] || lint=()
else
    export FRONTROW_SEED=${FRONTROW_SEED:-1}
    export RC_PARAMS=${RC_PARAMS:-seed=$FRONTROW_SEED}
fi
if [[ -n $is_all ]]; then only+=(--no-tests=error); else only+=(--no-tests=ignore); fi

cd "$root"
scripts/install-deps.sh test bench || fail "the packages for the tests are missing; nothing was tested"
PATH=$PATH:/usr/lib/llvm-19/bin # where the sanitizers find llvm-symbolizer
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

results=()
status=0
logs=$(mktemp -d)
trap 'rm -rf -- "$logs"' EXIT

# part NAME COMMAND …: runs the command, sets `status` to its exit code, and records its time for
# the end.
part() {
    local name=$1 began=$SECONDS
    shift
    echo "== $name"
    status=0
    "$@" || status=$?
    results+=(--took "$name" "$((SECONDS - began))")
}

# Runs a part that counts as one test. The end of its output is kept, to be shown if it fails.
check() {
    local name=$1 output
    output=$logs/$name
    shift
    part "$name" with_copy "$output" "$@"
    results+=(--check "$name" "$status" "$output")
}

# with_copy FILE COMMAND …: runs the command and copies what it prints to the file.
with_copy() {
    local file=$1
    shift
    "$@" 2>&1 | tee -- "$file"
}

bench() {
    scripts/bench.sh --smoke "$@" &&
        /usr/bin/python3 -B tests/bench/complete.py "build/bench/smoke/report${1:+-${1#--}}.json"
}

if [[ -n $soak ]]; then
    next=$(tests/cluster/next_version.sh | tail -n 1) || fail "the next version doesn't build; nothing was tested"
    export FRONTROW_NEXT_PROGRAM=$next
fi

for preset in "${presets[@]}"; do
    built=$target
    chosen=("${only[@]}")
    if [[ $preset == asan && -n $is_all ]]; then
        built=memory_tests
        chosen+=(-E '_NOT_BUILT$') # what stands for a program that isn't in it has no label to leave it out by
    fi
    if [[ $preset == tsan && -z $tsan ]]; then built=threaded_tests; chosen+=(-L '.-threaded$'); fi
    # Sanitizers find nothing new in tests that are scripts, that only drive the program, that
    # compare decisions, or that run the parts of other tests in virtual time.
    if [[ $preset == release ]]; then chosen+=(-LE "^($excluded)$"); else chosen+=(-LE "^($excluded|once|cluster|differential|golden|sim)$"); fi
    part "$preset: build" scripts/build.sh "$preset" --tests ${built:+--target "$built"}
    [[ $status -eq 0 ]] || fail "the $preset build failed; not everything was tested"

    junit=$root/build/$preset/junit.xml
    rm -f "$junit"
    part "$preset: tests" ctest --test-dir "build/$preset" --output-junit "$junit" -j2 --timeout "$timeout" \
        --output-on-failure --test-output-size-passed 65536 "${chosen[@]}"
    results+=(--ctest "$preset" "$junit" "$status")
done

if [[ -n $is_all && -z $quick ]]; then
    check fuzzers scripts/fuzz.sh "${fuzz[@]}"
    check schemathesis scripts/schemathesis.sh "${schemathesis[@]}"
    check bench bench
    check "bench --cluster" bench --cluster
fi
if [[ -n $is_all ]]; then check lint scripts/lint.sh "${lint[@]}"; fi

/usr/bin/python3 scripts/lib/sum_junit.py "${results[@]}"
