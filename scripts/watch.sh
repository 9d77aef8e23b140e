#!/usr/bin/env bash
# Usage: scripts/watch.sh [-- ARGUMENT ...]
#
# Runs scripts/run.sh, and again whenever a file of the program changes: stops the
# server as an operator would, builds, and serves the same store again. If a build
# fails, no server runs until the next change. Ctrl-C stops it.
#
#   FRONTROW_LISTEN, FRONTROW_DATA_DIR, -- ARGUMENT ...   as for scripts/run.sh
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case ${1:---} in
    --) ;;
    -h | --help) help; exit 0 ;;
    *) echo "watch.sh: unknown argument '$1'; arguments for the server go after -- (see --help)" >&2; exit 2 ;;
esac
"$root/scripts/install-deps.sh" dev
data_dir=$(realpath -m -- "${FRONTROW_DATA_DIR:-$root/data}")
export FRONTROW_DATA_DIR=$data_dir
cd "$root"

# The build runs in its own process group (set -m), so that it ends with all its children.
end() { [[ -z $server ]] || kill -- "-$server" 2>/dev/null || true; wait "$server" || true; }
set -m
server=
trap 'end 2>/dev/null; kill "$watcher"' EXIT
trap exit INT TERM
exec 9< <(exec inotifywait -mqr -e close_write -e create -e delete -e move -- CMakeLists.txt CMakePresets.json cmake src api db)
watcher=$!
while :; do
    scripts/run.sh "$@" 9<&- &
    server=$!
    read -ru 9 _ || exit 1
    # One edit causes several events, and a `git switch` thousands.
    while read -rt 0.2 -u 9 _; do :; done
    end 2>/dev/null
done
