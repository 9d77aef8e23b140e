#!/usr/bin/env bash
# Usage: scripts/clean.sh
#
# Deletes what the builds, tests and reports have left in build/. What was sold
# stays: data/, and the cluster of scripts/cluster.sh, which may be running.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case $#,${1:-} in
    0,) ;;
    1,-h | 1,--help) help; exit 0 ;;
    *) echo "clean.sh: it takes no argument (see --help)" >&2; exit 2 ;;
esac
[[ -d $root/build ]] || exit 0
find "$root/build" -mindepth 1 -maxdepth 1 ! -name cluster -exec rm -rf {} +
