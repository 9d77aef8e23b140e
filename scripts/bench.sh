#!/usr/bin/env bash
# Usage: scripts/bench.sh [--only NAME,…] [--seconds N] [--rounds N] [--connections N,…] [--dir FOLDER]
#
# Installs what is missing, builds the program, and measures it against the
# targets, in turns with nginx on this machine. Prints a table, and writes
# build/bench/report.html (with plots) and build/bench/report.json.
#
#   --only NAME,…         only these of S1, S2, S5 to S9 (default: all, about 7 minutes);
#                         S8 and S9 are taken together
#   --seconds N           length of one round of load (default: 8)
#   --rounds N            rounds, each nginx and then Frontrow (default: 3)
#   --connections N,…     keep-alive connections of S1 (default: 256,64); the
#                         first of them also drives S2, S6 and S7
#   --dir FOLDER          where the stores are made for the time of the run; must be
#                         on a disk (default: build/bench)
#
# Exits 0 when every figure was taken, whether it is ok or short of its target;
# 1 when one could not be taken, or when what wrk counted and what the server
# counted disagree; 2 when it was called wrongly.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "bench.sh: $1 (see --help)" >&2; exit 2; }

# What is given wrongly is said before anything is installed or built.
options=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --only) form='^S[125-9](,S[125-9])*$' ;;
        --seconds | --rounds) form='^[1-9][0-9]{0,3}$' ;;
        --connections) form='^[1-9][0-9]{0,3}(,[1-9][0-9]{0,3})*$' ;;
        --dir) form=. ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    [[ ${2:-} =~ $form ]] || usage_error "$1 doesn't take '${2:-}'"
    value=$2
    [[ $1 != --dir ]] || value=$(realpath -m -- "$2")
    options+=("$1" "$value")
    shift 2
done

"$root/scripts/install-deps.sh" bench
"$root/scripts/build.sh" release --target frontrow
exec /usr/bin/python3 -B "$root/bench/bench.py" "${options[@]}"
