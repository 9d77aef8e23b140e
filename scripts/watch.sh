#!/usr/bin/env bash
# Usage: scripts/watch.sh [-- ARGUMENT ...]
#
# scripts/run.sh, again whenever a file that the program is made of changes: it
# ends the server as an operator would, builds, and serves what it had sold
# before. After a build that failed no server runs. Ctrl-C stops it.
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

# In a process group of its own (set -m), so that a build ends with all it has started.
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
    # One edit makes several events, and a `git switch` thousands.
    while read -rt 0.2 -u 9 _; do :; done
    end 2>/dev/null
done
