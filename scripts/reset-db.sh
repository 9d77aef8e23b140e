#!/usr/bin/env bash
# Usage: scripts/reset-db.sh [--yes]
#
# Deletes everything that was sold and starts again with the sample events: in the
# database that frontrow's settings name (FRONTROW_STORE, .env, …), or, if they name
# none, in the folder of scripts/run.sh. Asks first; refuses while a server is using
# the folder.
#
#   --yes               doesn't ask
#   FRONTROW_DATA_DIR   folder of the store (default: data/ in the checkout); other
#                       files in it are kept
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "reset-db.sh: $1" >&2; exit "${2:-1}"; }

# shellcheck source=/dev/null
source "$root/scripts/lib/data_folder.sh"

asks=yes
case $#,${1:-} in
    0,) ;;
    1,--yes) asks= ;;
    1,-h | 1,--help) help; exit 0 ;;
    *) fail "the only argument is --yes (see --help)" 2 ;;
esac
data_dir=$(realpath -m -- "${FRONTROW_DATA_DIR:-$root/data}")
frontrow=$root/scripts/frontrow.sh

# Only the program knows all sources that may name a database. Exit code 3 says that none does.
status=0
said=$("$frontrow" migrate status 2>&1) || status=$?
case $status in
    0) what="the database that the settings name" ;;
    3) what=$data_dir ;;
    *) fail "$said" ;;
esac
if [[ -n $asks ]]; then
    [[ -t 0 ]] || fail "nobody to ask whether all in $what may go: say --yes"
    read -rp "All in $what goes. Are you sure (yes/no)? " answer
    [[ $answer == yes ]] || fail "nothing was done"
fi

if [[ $status -eq 0 ]]; then
    "$frontrow" migrate down --to 0 --yes
    "$frontrow" migrate up
    exec "$frontrow" seed
fi
forget_data "$data_dir" || fail "nothing was done"
exec "$frontrow" seed --data-dir "$data_dir"
