#!/usr/bin/env bash
# Usage: scripts/setup.sh
#
# Prepares a fresh checkout for work: installs what all scripts need, makes git run
# scripts/hooks before a commit, builds the program, and adds sample events to the
# store that the settings name (by default data/) if it is empty.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }

case $#,${1:-} in
    0,) ;;
    1,-h | 1,--help) help; exit 0 ;;
    *) echo "setup.sh: it takes no argument (see --help)" >&2; exit 2 ;;
esac
cd "$root"
scripts/install-deps.sh test bench cluster dev
# A source archive isn't a git repository.
if [[ $(git rev-parse --show-toplevel 2>/dev/null) == "$root" ]]; then
    git config core.hooksPath scripts/hooks
fi
scripts/frontrow.sh seed
echo "Ready: \`make\` names what there is to do."
