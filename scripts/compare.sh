#!/usr/bin/env bash
# Usage: scripts/compare.sh [--smoke] [--only LETTER,…] [--page FILE] [--dir FOLDER]
#
# Installs what is missing, builds the program, and runs the cases that break the
# techniques of docs/compared.md: first in a small shop that uses the techniques, on
# a PostgreSQL and a Redis that the script starts and stops, then in two Frontrow
# nodes on the same two, through their HTTP API. Measures both sides in the same
# way, prints a table, and writes build/bench/compared.json and compared.md. Takes
# about three minutes.
#
#   --smoke          smaller cases, in a minute, to test the script itself; writes
#                    build/bench/smoke/
#   --only LETTER,…  only these of a, b, c, d and e
#   --page FILE      write the figures into the column `measured` of this page,
#                    which is docs/compared.md or a page like it
#   --dir FOLDER     where the stores are made during the run; must be on a disk
#                    (default: build/bench). If root runs the script, PostgreSQL runs
#                    as another user, who must be able to reach the folder
#
# Exits with 0 if every figure was taken; 1 if one could not be taken, if a case
# failed to break its technique, or if it broke Frontrow or the careful form of a
# technique; 2 on wrong usage.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "compare.sh: $1 (see --help)" >&2; exit 2; }

# Report wrong arguments before anything is installed or built.
options=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --only) form='^[a-e](,[a-e])*$' ;;
        --page | --dir) form=. ;;
        --smoke) options+=("$1"); shift; continue ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    [[ ${2:-} =~ $form ]] || usage_error "$1 doesn't take '${2:-}'"
    value=$2
    [[ $1 == --only ]] || value=$(realpath -m -- "$2")
    options+=("$1" "$value")
    shift 2
done

"$root/scripts/install-deps.sh" bench
"$root/scripts/build.sh" release --target frontrow
exec /usr/bin/python3 -B "$root/bench/compare.py" "${options[@]}"
