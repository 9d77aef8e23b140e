#!/usr/bin/env bash
# Usage: scripts/fuzz.sh [--seconds N | --fixed] [NAME ...]
#
# Builds the fuzzers (preset asan) and runs them, two at a time: http, json, token,
# ticket_code and journal, or those named. Each explores for N seconds (default: 60), starting
# from a new random seed. Interesting inputs are kept in build/fuzz/NAME/corpus for
# the next run. Inputs that break Frontrow are in build/fuzz/NAME/crashes, with the
# command that repeats the crash: fix the bug, and add the input to fuzz/corpus (see
# fuzz/README.md). Exits with 0 only if nothing broke.
#
#   --seconds N   how long each fuzzer runs, at least 1
#   --fixed       don't explore: run fuzz/corpus, and then new inputs for a few
#                 seconds, which are always the same for the same commit
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "fuzz.sh: $1 (see --help)" >&2; exit 2; }

all=(http json token ticket_code journal)
# The number of new inputs with --fixed.
declare -A new_inputs=([http]=4000 [json]=40000 [token]=20000 [ticket_code]=20000 [journal]=400)
names=()
seconds=60
fixed=
while [[ $# -gt 0 ]]; do
    case $1 in
        --seconds)
            [[ ${2:-} =~ ^[1-9][0-9]*$ ]] || usage_error "--seconds needs a number from 1"
            seconds=$2; shift ;;
        --fixed) fixed=yes ;;
        -h | --help) help; exit 0 ;;
        *)
            [[ " ${all[*]} " == *" $1 "* ]] || usage_error "'$1' is neither an option nor one of: ${all[*]}"
            names+=("$1") ;;
    esac
    shift
done
[[ ${#names[@]} -gt 0 ]] || names=("${all[@]}")

cd "$root"
scripts/build.sh asan --tests --target fuzzers
PATH=$PATH:/usr/lib/llvm-19/bin # where the sanitizers find llvm-symbolizer
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$root/fuzz/leaks.txt:print_suppressions=0}

# Each input rewrites the journal's files, so they are kept in memory if possible.
memory=/dev/shm
[[ -d $memory && -w $memory ]] || memory=${TMPDIR:-/tmp}

# libFuzzer's default limits apply: 4 KiB per input (or the longest seed) and 2 GB of memory. One
# minute per input is plenty.
run() {
    local name=$1 folder=build/fuzz/$1 options=() found status=0 corpus
    mkdir -p "$folder/corpus" "$folder/crashes"
    [[ ! -f fuzz/$name.dict ]] || options+=("-dict=fuzz/$name.dict")
    if [[ -n $fixed ]]; then
        # Sorted by name: a folder's own order depends on the file system.
        corpus=("fuzz/corpus/$name"/*)
        (IFS=,; printf '%s' "${corpus[*]}") >"$folder/seeds"
        options+=("-seed=1" "-runs=$((${#corpus[@]} + new_inputs[$name]))" "-seed_inputs=@$folder/seeds")
    else
        options+=("-max_total_time=$seconds" "$folder/corpus" "fuzz/corpus/$name")
    fi
    TMPDIR=$memory "build/asan/fuzz/${name}_fuzzer" -timeout=60 -report_slow_units=60 -print_final_stats=1 \
        "-artifact_prefix=$folder/crashes/" "${options[@]}" >"$folder/log" 2>&1 || status=$?
    if [[ $status -eq 0 ]]; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/log") inputs, nothing broke"
        return 0
    fi
    found=$(sed -n 's/.*Test unit written to //p' "$folder/log" | tail -1)
    grep -vE '^(#[0-9]+\s|INFO:|\s+NEW_FUNC)' "$folder/log" | head -60
    echo "$name: BROKEN${found:+; again: build/asan/fuzz/${name}_fuzzer $found}"
    return 1
}

running=0
broken=0
for name in "${names[@]}"; do
    if [[ $running -eq 2 ]]; then
        wait -n || broken=1
        running=1
    fi
    run "$name" &
    running=$((running + 1))
done
for ((; running > 0; running--)); do wait -n || broken=1; done
exit "$broken"
