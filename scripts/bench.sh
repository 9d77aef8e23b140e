#!/usr/bin/env bash
# Usage: scripts/bench.sh [--cluster] [--smoke] [--only NAME,…] [--seconds N] [--rounds N] [--connections N,…]
#                         [--dir FOLDER]
#        scripts/bench.sh [--cluster] --plot FILE.svg
#
# Installs what is missing, builds the program, and measures it against its
# targets, in turns with nginx on this machine. Prints a table, and writes
# build/bench/report.html (with plots) and build/bench/report.json.
#
#   --cluster             measure a cluster node instead, on a PostgreSQL and a Redis that
#                         the script starts and stops, in turns with pgbench on the same
#                         PostgreSQL; writes report-cluster.html and .json
#   --smoke               test the bench itself: run every scenario with all its checks as
#                         quickly as possible, with rounds of one second and small events.
#                         The figures mean nothing; writes build/bench/smoke/
#   --only NAME,…         only these of S1 to S9, S11, S12, T8, GA, BA, presale and orders
#                         (default: all, about 25 minutes). S8 and S9 are measured
#                         together; S4, S11 and T8 need S1's rate, and measure it if S1
#                         isn't chosen. With --cluster, of C1, C1/3, C2, C3, C5 and C6
#                         (about 12 minutes)
#   --seconds N           length of one round of load (default: 8; with --smoke 1)
#   --rounds N            number of rounds, each the yardstick and Frontrow in turn
#                         (default: 3; with --smoke 1; T8 always has five)
#   --connections N,…     keep-alive connections of S1 (default: 256,64); all other
#                         figures use the first number
#   --dir FOLDER          where the stores are made during the run; must be on a disk
#                         (default: build/bench). If root runs the script, PostgreSQL runs
#                         as another user, who must be able to reach the folder
#   --plot FILE.svg       measure nothing: draw the last run's report.json against the
#                         targets, as a picture for light and dark pages
#
# Exits with 0 if every figure was taken, whether it meets its target or not; 1 if
# one could not be taken, or if wrk's count and the server's disagree; 2 on wrong
# usage.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "bench.sh: $1 (see --help)" >&2; exit 2; }

# Report wrong arguments before anything is installed or built.
options=()
only=
plot=
figures='(S([1-9]|11|12)|T8|GA|BA|presale|orders)'
while [[ $# -gt 0 ]]; do
    case $1 in
        --cluster) figures='C(1/3|[12356])'; options+=("$1"); shift; continue ;;
        --only) form=.; only=${2:-} ;;
        --seconds | --rounds) form='^[1-9][0-9]{0,3}$' ;;
        --connections) form='^[1-9][0-9]{0,3}(,[1-9][0-9]{0,3})*$' ;;
        --dir) form=. ;;
        --plot) form=.; plot=yes ;;
        --smoke) options+=("$1"); shift; continue ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    [[ ${2:-} =~ $form ]] || usage_error "$1 doesn't take '${2:-}'"
    value=$2
    [[ $1 != --dir && $1 != --plot ]] || value=$(realpath -m -- "$2")
    options+=("$1" "$value")
    shift 2
done
[[ -z $only || $only =~ ^$figures(,$figures)*$ ]] || usage_error "--only doesn't take '$only'"

[[ -n $plot ]] || "$root/scripts/install-deps.sh" bench
"$root/scripts/build.sh" release --target frontrow
exec /usr/bin/python3 -B "$root/bench/bench.py" "${options[@]}"
