#!/usr/bin/env bash
# Usage: scripts/fmt.sh [--check] [FILE ...]
#
# Formats every C++ file according to .clang-format, or only the FILEs.
#
#   --check   change nothing; fail if a file would change
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

mode=(-i)
case ${1:-} in
    --check) mode=(--dry-run -Werror); shift ;;
    -h | --help) help; exit 0 ;;
    -*) echo "fmt.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
esac
"$root/scripts/install-deps.sh" lint
files=("$@")
if [[ $# -eq 0 ]]; then
    cd "$root"
    mapfile -t files < <(find . \( -path ./build -o -path ./data -o -path ./.git \) -prune -o \
        \( -name '*.cc' -o -name '*.h' \) -print)
fi
exec clang-format-19 "${mode[@]}" -- "${files[@]}"
