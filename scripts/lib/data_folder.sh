# shellcheck shell=bash
# For scripts to source.

# forget_data FOLDER: deletes frontrow's files in a data folder, but no other files there. Fails with a message while a
# server is using the folder.
forget_data() {
    [[ -e $1/lock ]] || return 0
    exec 9<"$1/lock"
    flock -n 9 || { echo "a server has $1: stop it first" >&2; return 1; }
    rm -f "$1"/journal.head "$1"/{journal,side}.{db,db-wal,db-shm,db.new} "$1"/side.db.lock "$1"/snapshot-*
    exec 9<&-
}
