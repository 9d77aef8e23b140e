#!/usr/bin/env bash
# Usage: scripts/run.sh [-- ARGUMENT ...]
#
# From a fresh checkout to a running server: installs what is missing, builds
# the program, fills an empty store with sample events and serves them.
# Ctrl-C stops it. This is the developer mode: anybody who can reach the
# address may do anything, so the server accepts a loopback address only.
# It also serves the clients of two other ticket systems (--dialects).
#
#   FRONTROW_LISTEN     address and port (default: 127.0.0.1:8080)
#   FRONTROW_DATA_DIR   folder of the store (default: data/ in the checkout)
#   FRONTROW_PROGRAM    the program to run, instead of building one
#   -- ARGUMENT ...     more arguments for 'frontrow serve', e.g. -- --access-log all;
#                       --listen, --data-dir and --store override the variables above
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case ${1:---} in
    --) shift $(($# > 0)) ;;
    -h | --help) help; exit 0 ;;
    *) echo "run.sh: unknown argument '$1'; arguments for the server go after -- (see --help)" >&2; exit 2 ;;
esac
# shellcheck source=/dev/null
source "$root/scripts/lib/ports.sh"

# Takes out the options that this script handles itself. All others go to the server, which checks
# them. They follow this script's flags on the server's command line, so --dev=false overrides --dev.
listen=${FRONTROW_LISTEN:-127.0.0.1:8080}
store=()
for_both=()
passed_on=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --listen | --data-dir | --store)
            [[ $# -gt 1 ]] || { echo "run.sh: $1 needs a value" >&2; exit 2; }
            set -- "$1=$2" "${@:3}"
            continue ;;
        --listen=*) listen=${1#*=} ;;
        --data-dir=*) store+=("--data-dir=$(realpath -m -- "${1#*=}")") ;;
        --store=*) store+=("$1") ;;
        --accept-clock) for_both+=("$1") ;;
        *) passed_on+=("$1") ;;
    esac
    shift
done
[[ ${#store[@]} -gt 0 ]] || store=("--data-dir=$(realpath -m -- "${FRONTROW_DATA_DIR:-$root/data}")")
# Choose the port here instead of :0, because the text below names it before the server starts.
[[ $listen != *:0 ]] || listen=${listen%0}$(free_port)

[[ -n ${FRONTROW_PROGRAM:-} ]] || "$root/scripts/build.sh" release --target frontrow
program=$(realpath -m -- "${FRONTROW_PROGRAM:-$root/build/release/frontrow}")
cd "$root"
"$program" seed "${store[@]}" "${for_both[@]}"

cat <<END

  Frontrow is starting on http://$listen  (Ctrl-C stops it)

    open it       http://$listen/swagger  (the whole API, to be tried there)
    try it        curl -s http://$listen/api/v1/events

  A seat in three steps. Paste this into a second terminal:

    api=http://$listen/api/v1
    first_id() { grep -o '"id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4; }

    # 1. find an event and a free seat
    event=\$(curl -s "\$api/events?limit=1" | first_id)
    seat=\$(curl -s "\$api/events/\$event/seats?available=true&limit=1" | first_id)

    # 2. reserve it; sent again with the same Idempotency-Key it would give the same answer
    answer=\$(curl -s "\$api/reservations" -H 'X-User-ID: alice' -H "Idempotency-Key: \$(date +%s)" -H 'Content-Type: application/json' -d "{\"event_id\":\"\$event\",\"seat_ids\":[\"\$seat\"]}")
    echo "\$answer"

    # 3. confirm the reservation
    curl -s -X POST "\$api/reservations/\$(echo "\$answer" | first_id)/confirm" -H 'X-User-ID: alice'

END
exec "$program" serve --dev --dialects --listen "$listen" "${store[@]}" "${for_both[@]}" "${passed_on[@]}"
