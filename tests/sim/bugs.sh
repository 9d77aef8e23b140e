#!/usr/bin/env bash
# Puts bugs into the cluster's protocol, one at a time, and sees whether the simulation finds them.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    cat <<'TEXT'
Usage: tests/sim/bugs.sh [NAME…]

Applies each patch of tests/sim/bugs/ (or those that are named), builds the simulation in
build/release, runs it, and takes the patch back. PASS: the simulation failed. Takes about a minute
for each. Needs a build/release that was configured with FRONTROW_TESTS=ON. FRONTROW_SEED is the
first seed that is tried.

  -h, --help   this text
TEXT
}

for argument in "$@"; do
    case "$argument" in
        -h | --help) usage; exit 0 ;;
        -*) echo "bugs.sh: no such option: $argument" >&2; exit 2 ;;
    esac
done

export FRONTROW_SEED="${FRONTROW_SEED:-1}"
applied=""
trap '[ -z "$applied" ] || git apply -R "$applied"' EXIT

build() { cmake --build build/release -j2 --target cluster_sim_test >/dev/null; }

patches=(tests/sim/bugs/*.patch)
[ $# -eq 0 ] || patches=("${@/#/tests/sim/bugs/}") patches=("${patches[@]/%/.patch}")
missed=0
for patch in "${patches[@]}"; do
    name="$(basename "$patch" .patch)"
    git apply "$patch"
    applied="$patch"
    build
    if timeout 600 build/release/tests/cluster_sim_test --gtest_fail_fast >/tmp/bug.$$ 2>&1; then
        echo "FAIL  $name: nothing was found"
        missed=$((missed + 1))
    else
        found="$(grep -m1 -oP '(?<=\[  FAILED  \] )\S+' /tmp/bug.$$ || grep -m1 'must hold' /tmp/bug.$$ || echo 'it crashed')"
        echo "PASS  $name: $found"
    fi
    git apply -R "$patch"
    applied=""
done
rm -f /tmp/bug.$$
build
exit "$((missed > 0))"
