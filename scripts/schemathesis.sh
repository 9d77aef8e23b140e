#!/usr/bin/env bash
# Usage: scripts/schemathesis.sh [--seed N] [--examples N]
#
# Starts a server and tests every route of api/openapi.yaml with requests that
# schemathesis generates, valid and invalid, as an admin and as a buyer. Fails on an
# answer of 500 or above, and on a status, a body, a media type or a header that
# isn't in the contract. If needed, builds the program and installs schemathesis from
# PyPI into build/schemathesis; exits with 77 if it can't be installed.
#
#   --seed N       the seed of the requests (default: a new one). It is printed. The
#                  same seed gives the same requests, except for the ids that earlier
#                  answers contained
#   --examples N   about so many requests per route in each phase (default: 20, which
#                  takes a minute)
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "schemathesis.sh: $1 (see --help)" >&2; exit 2; }

seed=$RANDOM
examples=20
while [[ $# -gt 0 ]]; do
    case $1 in
        --seed | --examples)
            [[ ${2:-} =~ ^[1-9][0-9]{0,8}$ ]] || usage_error "$1 needs a number from 1"
            declare "${1#--}=$2"; shift ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    shift
done

cd "$root"
scripts/install-deps.sh test
scripts/build.sh release --target frontrow

# A copy of the requirements is made after a complete installation, so it tells what is installed.
wanted=tests/schemathesis/requirements.txt
installed=build/schemathesis
if ! cmp -s "$wanted" "$installed/requirements.txt"; then
    rm -rf "$installed"
    /usr/bin/python3 -m venv "$installed"
    if ! "$installed/bin/pip" install -q --disable-pip-version-check --retries 2 -r "$wanted"; then
        echo "schemathesis.sh: schemathesis can't be installed; the contract was not tested with it" >&2
        exit 77
    fi
    cp "$wanted" "$installed/requirements.txt"
fi
exec /usr/bin/python3 -B tests/schemathesis/run.py --program "$root/build/release/frontrow" \
    --schemathesis "$root/$installed/bin/schemathesis" --seed "$seed" --examples "$examples"
