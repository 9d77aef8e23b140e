#!/usr/bin/env bash
# Usage: scripts/frontrow.sh COMMAND [ARGUMENT ...]
#
# Builds the program, after installing what is missing, and runs one of its
# commands in the checkout, where it finds .env and data/. Examples:
#
#   scripts/frontrow.sh seed
#   scripts/frontrow.sh migrate status
#   scripts/frontrow.sh bench --help
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case ${1:-} in
    -h | --help) help; exit 0 ;;
    '' | -*) echo "frontrow.sh: name a command of frontrow, not '${1:-}' (see --help)" >&2; exit 2 ;;
esac
# The build's output goes to standard error, so that standard output is the command's alone.
"$root/scripts/build.sh" release --target frontrow >&2
cd "$root"
exec build/release/frontrow "$@"
