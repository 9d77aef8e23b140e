#!/usr/bin/env bash
# Usage: scripts/postman.sh [--check]
#
# Writes api/frontrow.postman_collection.json from api/openapi.yaml: every request
# with its example, for Postman and other programs that read its collections.
#
#   --check   write nothing; fail if the file isn't up to date
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case $#,${1:-} in
    0, | 1,--check) ;;
    1,-h | 1,--help) help; exit 0 ;;
    *) echo "postman.sh: the only argument is --check (see --help)" >&2; exit 2 ;;
esac
"$root/scripts/install-deps.sh"
exec /usr/bin/python3 -B "$root/scripts/lib/postman.py" "$root" "$@"
