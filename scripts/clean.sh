#!/usr/bin/env bash
# Usage: scripts/clean.sh [--all [--yes]]
#
# Deletes the output of builds, tests and reports in build/. Keeps the stores:
# data/, and the cluster of scripts/cluster.sh, which may be running.
#
#   --all   deletes the stores as well: stops the cluster, and deletes Frontrow's
#           files in data/, but no other files there. Asks first; refuses while a
#           server is using data/
#   --yes   doesn't ask
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "clean.sh: $1" >&2; exit "${2:-1}"; }
# shellcheck source=/dev/null
source "$root/scripts/lib/data_folder.sh"

case $*,$# in
    ,0 | --all,1 | --all\ --yes,2) ;;
    -h,1 | --help,1) help; exit 0 ;;
    *) fail "the arguments are --all, or --all --yes (see --help)" 2 ;;
esac
if [[ ${1:-} == --all ]]; then
    if [[ ${2:-} != --yes ]]; then
        [[ -t 0 ]] || fail "nobody to ask whether what was sold may go: say --all --yes"
        read -rp "All in $root/data and $root/build goes. Are you sure (yes/no)? " answer
        [[ $answer == yes ]] || fail "nothing was done"
    fi
    forget_data "$root/data" || fail "nothing was done"
    rm -f "$root/data/lock"
    if [[ -d $root/data ]]; then rmdir --ignore-fail-on-non-empty "$root/data"; fi
    if [[ -d $root/build/cluster ]]; then "$root/scripts/cluster.sh" down --purge; fi
    rm -rf "$root/build/cluster"
fi
if [[ -d $root/build ]]; then find "$root/build" -mindepth 1 -maxdepth 1 ! -name cluster -exec rm -rf {} +; fi
