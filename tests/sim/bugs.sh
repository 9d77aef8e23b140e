#!/usr/bin/env bash
# Usage: tests/sim/bugs.sh [NAME ...]
#
# Puts bugs into the cluster's protocol, one at a time, and reports whether the simulation finds each. Each bug is a
# patch in tests/sim/bugs/; without a NAME all are tried. Changes the checkout and reverts the change. Builds in
# build/release, which must be configured with FRONTROW_TESTS=ON. Takes about a minute for each bug. Exits 0 only if
# every bug was found.
#
# FRONTROW_SEED   the first seed to try; 1 if unset
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/tests/sim/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "bugs.sh: $1 (see --help)" >&2; exit 2; }

patches=()
for argument in "$@"; do
    case $argument in
        -h | --help) help; exit 0 ;;
        -*) usage_error "unknown argument '$argument'" ;;
        *)
            [[ -f $root/tests/sim/bugs/$argument.patch ]] || usage_error "there is no bug '$argument'"
            patches+=("$root/tests/sim/bugs/$argument.patch") ;;
    esac
done
[[ ${#patches[@]} -gt 0 ]] || patches=("$root"/tests/sim/bugs/*.patch)

cd "$root"
export FRONTROW_SEED=${FRONTROW_SEED:-1}
output=$(mktemp)
applied=
take_back() {
    [[ -z $applied ]] || git apply -R "$applied"
    applied=
}
trap 'take_back; rm -f "$output"' EXIT

missed=0
for patch in "${patches[@]}"; do
    name=$(basename "$patch" .patch)
    git apply "$patch"
    applied=$patch
    if ! cmake --build build/release -j2 --target cluster_sim_test > "$output"; then
        echo "FAIL $name: it doesn't build" && missed=1
    elif timeout 900 build/release/tests/cluster_sim_test --gtest_fail_fast > "$output" 2>&1; then
        echo "FAIL $name: nothing was found"
        missed=1
    else
        echo "PASS $name: $(grep -m1 -oP '(?<=FAILED  \] )\S+|a relation that must hold.*' "$output" || echo 'it crashed')"
    fi
    take_back
done
cmake --build build/release -j2 --target cluster_sim_test > /dev/null
exit "$missed"
