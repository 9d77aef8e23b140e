#!/usr/bin/env bash
# Usage: tests/cluster/next_version.sh
#
# Builds a frontrow that knows one more format of facts than this checkout's. Builds it from a copy of the checkout, in
# build/next, and prints the program's path last. This checkout's program can't read a journal whose format the
# other has raised; tests/cluster/upgrade_test.cc tests that.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/tests/cluster/*}
case ${1:-} in
    "") ;;
    -h | --help) sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; exit 0 ;;
    *) echo "next_version.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
esac

copy=$root/build/next
facts=src/domain/facts.h
cd "$root"
mkdir -p "$copy"
git ls-files -z | xargs -0 cp --parents --update -t "$copy"
number=$(grep -oP '(?<=kNewestFormat = )\d+' "$facts")
sed "s/kNewestFormat = $number/kNewestFormat = $((number + 1))/" "$facts" > "$copy/$facts"
"$copy/scripts/build.sh" release --target frontrow >&2
echo "$copy/build/release/frontrow"
