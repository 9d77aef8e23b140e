#!/usr/bin/env bash
# Usage: scripts/load-test.sh [-- ARGUMENT ...]
#
# Loads a running server as a crowd of buyers would, and fails if it told two
# buyers that the same seat is theirs. The event and its seats stay on the server.
#
#   FRONTROW_BENCH_URL      the server (default: http://127.0.0.1:8080, the address of
#                           scripts/run.sh)
#   FRONTROW_BENCH_TOKEN    an organizer's token, for a server without --dev
#   FRONTROW_BENCH_REPORT   the page with plots (default: build/load-test.html)
#   -- ARGUMENT ...         more arguments for 'frontrow bench', e.g.
#                           -- --rate 2000 --scenario mixed
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case ${1:---} in
    --) shift $(($# > 0)) ;;
    -h | --help) help; exit 0 ;;
    *) echo "load-test.sh: unknown argument '$1'; arguments for the bench go after -- (see --help)" >&2; exit 2 ;;
esac
export FRONTROW_BENCH_URL=${FRONTROW_BENCH_URL:-http://127.0.0.1:8080}
export FRONTROW_BENCH_REPORT=${FRONTROW_BENCH_REPORT:-$root/build/load-test.html}
exec "$root/scripts/frontrow.sh" bench "$@"
