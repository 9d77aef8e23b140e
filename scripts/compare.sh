#!/usr/bin/env bash
# Usage: scripts/compare.sh [--smoke] [--only LETTER,…] [--page FILE] [--dir FOLDER]
#
# Installs what is missing, builds the program, and brings about what breaks the
# techniques of docs/compared.md: first in a small shop that does what they say,
# on a PostgreSQL and a Redis that are started for it and ended with it, then in
# two nodes of Frontrow on the same two, through their HTTP API. Counts the same on
# both sides, prints a table, and writes build/bench/compared.json and compared.md.
# Takes about three minutes.
#
#   --smoke          fewer of everything, in a minute, to see that it works; writes
#                    build/bench/smoke/
#   --only LETTER,…  only these of a, b, c, d and e
#   --page FILE      put the figures into the column `measured` of this page, as of
#                    docs/compared.md
#   --dir FOLDER     where the stores are made for the time of the run; must be on a
#                    disk (default: build/bench). Run by root, PostgreSQL runs as
#                    another user, who must be able to get there
#
# Exits 0 when every figure was taken; 1 when one could not be, when what breaks
# a technique couldn't be brought about, or when something happened to Frontrow or
# to a careful form that must not; 2 when it was called wrongly.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "compare.sh: $1 (see --help)" >&2; exit 2; }

# What is given wrongly is said before anything is installed or built.
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
