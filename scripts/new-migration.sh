#!/usr/bin/env bash
# Usage: scripts/new-migration.sh NAME
#
# Begins a step of PostgreSQL's schema: creates db/migrations/NUMBER_NAME.up.sql and
# .down.sql with the next number, for you to fill in. Prints where the step must be
# listed, because it is compiled into the program.
#
#   NAME   what the step does, in small letters, digits and underscores: add_orders
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "new-migration.sh: $1" >&2; exit "${2:-1}"; }

case $#,${1:-} in
    1,-h | 1,--help) help; exit 0 ;;
    1,[a-z]*) ;;
    *) fail "name what the step does, like add_orders: make migrate-create ARGS=add_orders (see --help)" 2 ;;
esac
[[ $1 =~ ^[a-z][a-z0-9_]*$ ]] || fail "'$1' isn't in small letters, digits and underscores, like add_orders" 2

folder=$root/db/migrations
steps=("$folder"/[0-9][0-9][0-9][0-9]_*.up.sql)
newest=$(basename "${steps[-1]}")
printf -v step '%04d_%s' $((10#${newest%%_*} + 1)) "$1"
echo "-- What the step adds, and why." >"$folder/$step.up.sql"
echo "-- Takes it back." >"$folder/$step.down.sql"
echo "db/migrations/$step.up.sql
db/migrations/$step.down.sql
Fill both, and list $step in src/store/postgres/: CMakeLists.txt, migration_files.h and migrations.cc."
