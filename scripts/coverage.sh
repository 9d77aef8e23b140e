#!/usr/bin/env bash
# Usage: scripts/coverage.sh [--page | -R REGEX]
#
# Builds with coverage counters, runs the tests that take a few minutes at most
# (not the clusters, the crashes and the long random histories), and prints the
# share of the lines under src/ that they ran. Fails if a test fails, if a line of
# src/domain wasn't run (except the one that docs/testing.md names), or if fewer
# than 90 % of all lines were. build/coverage/html/index.html shows the lines.
#
#   --page     also write the table in docs/testing.md, and the badge docs/coverage.svg
#   -R REGEX   run only the tests whose names match; doesn't enforce the minimum coverage
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

bars=(src/domain-1 src=90)
page=()
only=(-L '^(unit|contract|scenario|redis|http_client|providers|end_to_end|bench)(-threaded)?$')
snapshots=(-L '^crash$' -R '^(Damaged)?Snapshot\.')
case ${1:-} in
    '') ;;
    --page) page=(--page) ;;
    -R)
        [[ -n ${2:-} ]] || { echo "coverage.sh: -R needs a regular expression (see --help)" >&2; exit 2; }
        only+=(-R "$2")
        snapshots=()
        bars=() ;;
    -h | --help) help; exit 0 ;;
    *) echo "coverage.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
esac

cd "$root"
scripts/install-deps.sh test
folder=$root/build/coverage
[[ -f $folder/build.ninja && ! CMakePresets.json -nt $folder/build.ninja ]] || cmake --preset coverage
ninja -C "$folder" frontrow crash_test tests/{unit,contract,scenario,redis,http_client,providers,end_to_end,bench}/all

# Every program writes a few files into raw, and its processes merge their counts into them.
# CMakePresets.json sets the path of these files. An environment variable wouldn't reach every
# program, because many tests start the program with their own environment.
rm -rf "$folder/raw" "$folder/html"
run_tests() { ctest --test-dir "$folder" -j2 --timeout 300 --output-on-failure --no-tests=error "$@"; }
run_tests "${only[@]}"
# Only these tests make the domain write its whole state to a snapshot, and read it back from intact
# and from damaged snapshots.
[[ ${#snapshots[@]} -eq 0 ]] || run_tests "${snapshots[@]}"

llvm-profdata-19 merge --sparse "$folder"/raw/*.profraw -o "$folder/all.profdata"
objects=()
for program in "$folder/frontrow" "$folder"/tests/*_test; do [[ ! -x $program ]] || objects+=(-object "$program"); done
# Leaves out the tests, embedded files and the headers of libraries.
cov=(--instr-profile="$folder/all.profdata" --compilation-dir="$folder" --ignore-filename-regex='^/usr/|/tests/|/assets/' "${objects[@]}")
llvm-cov-19 show "${cov[@]}" --format=html --output-dir="$folder/html" --show-branches=count
llvm-cov-19 export "${cov[@]}" --summary-only >"$folder/summary.json"
/usr/bin/python3 -B scripts/lib/coverage.py "${page[@]}" "$root" "$folder/summary.json" "${bars[@]}"
