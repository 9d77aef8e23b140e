#!/usr/bin/env bash
# Usage: scripts/cluster.sh up|down|status [--nodes N] [--dir FOLDER] [--purge]
#
# Runs a whole cluster on this machine: PostgreSQL, Redis, Frontrow nodes and an
# nginx in front of them, each a real process on a free loopback port. For trying
# Frontrow out and for tests: the nodes run with --dev, so anybody on this machine
# may do anything.
#
#   up       installs and builds what is missing, starts the parts that aren't
#            running, and returns when every part answers. Prints the address to
#            use in the first line, then the parts. Earlier sales are kept.
#   status   prints each part and whether it answers
#   down     stops the parts that `up` has started, and nothing else; keeps the data
#
#   --nodes N      number of Frontrow nodes, 1 to 32 (default: 3)
#   --dir FOLDER   folder of the data, logs and process ids (default: build/cluster)
#   --purge        with down: delete the data as well
#
#   FRONTROW_PROGRAM   the program to run, instead of building one
#   FRONTROW_…         other settings of `frontrow serve` are passed on to the nodes
#
# Exits with 0 if all parts answer (down: if no part is running), 1 if one doesn't,
# 2 on wrong usage.
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
say() { echo "cluster.sh: $1" >&2; }
fail() { say "$1"; exit 1; }
usage_error() { say "$1 (see --help)"; exit 2; }
# shellcheck source=/dev/null
source "$root/scripts/lib/ports.sh"

PATH=$PATH:/usr/sbin # where nginx is
readonly postgres_bin=/usr/lib/postgresql/15/bin
readonly start_seconds=60 stop_seconds=30 port_tries=5

action=
nodes=
purge=
folder=$root/build/cluster
while [[ $# -gt 0 ]]; do
    case $1 in
        up | down | status)
            [[ -z $action ]] || usage_error "one of up, down and status at a time"
            action=$1 ;;
        --nodes)
            [[ ${2:-} =~ ^([1-9]|[12][0-9]|3[0-2])$ ]] || usage_error "--nodes doesn't take '${2:-}'"
            nodes=$2; shift ;;
        --dir)
            [[ -n ${2:-} ]] || usage_error "--dir needs a folder"
            folder=$(realpath -m -- "$2"); shift ;;
        --purge) purge=yes ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "unknown argument '$1'" ;;
    esac
    shift
done
[[ -n $action ]] || usage_error "say up, down or status"
[[ -z $purge || $action == down ]] || usage_error "--purge goes with down"
[[ -z $nodes || $action == up ]] || usage_error "--nodes goes with up"

# Processes. -------------------------------------------------------------------

# Prints the identity of a process: its id, its start time and this boot. The id alone isn't enough,
# because another process may have got it meanwhile. Fails if the process has ended.
identity_of() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # Reads the fields after the process's name. The name may contain anything.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    echo "$1 ${fields[19]} $(</proc/sys/kernel/random/boot_id)"
}

pid_of() { cut -d ' ' -f 1 "$folder/run/$1.pid"; }
port_of() { cat "$folder/run/$1.port"; }

is_running() {
    [[ -s $folder/run/$1.pid ]] && [[ $(identity_of "$(pid_of "$1")") == "$(<"$folder/run/$1.pid")" ]]
}

has_passed() { ((SECONDS >= $1)); }

# Starts a part in its own session, so that Ctrl-C at this terminal doesn't reach it. The part
# doesn't inherit the lock.
launch() {
    local name=$1
    command_of "$name"
    (
        cd "$folder/$name"
        ((${#variables[@]} == 0)) || export "${variables[@]}"
        exec setsid "${command[@]}"
    ) </dev/null >>"$folder/logs/$name.log" 2>&1 9>&- &
    identity_of $! >"$folder/run/$name.pid" || true
}

# Waits until the part answers. Fails if it ends or takes too long.
wait_for() {
    local deadline=$((SECONDS + start_seconds))
    while is_running "$1"; do
        ! answers "$1" || return 0
        ! has_passed $deadline || return 1
        sleep 0.05
    done
    return 1
}

stop() {
    local name=$1 signal=TERM deadline=$((SECONDS + stop_seconds))
    # SIGTERM makes PostgreSQL wait for its clients, SIGINT doesn't. SIGQUIT lets nginx finish its
    # requests.
    case $name in postgres) signal=INT ;; nginx) signal=QUIT ;; esac
    ! is_running "$name" || kill -s "$signal" "$(pid_of "$name")"
    while is_running "$name"; do
        if has_passed $deadline; then
            say "$name doesn't end by itself"
            signal=KILL
            # The postmaster's children would survive a SIGKILL of the postmaster.
            [[ $name != postgres ]] || signal=QUIT
            kill -s $signal "$(pid_of "$name")"
            deadline=$((SECONDS + stop_seconds))
        fi
        sleep 0.02
    done
    rm -f "$folder/run/$name.pid"
}

# Starts a part that isn't running, and waits until it answers. A part keeps the port that it had,
# because others know it.
start() {
    local name=$1 log=$folder/logs/$1.log tries=$port_tries log_begin
    if is_running "$name"; then
        wait_for "$name" || fail "$name runs and doesn't answer; what it says is in $log"
        return 0
    fi
    started+=("$name")
    [[ ! -s $folder/run/$name.port ]] || tries=0
    for ((; tries >= 0; --tries)); do
        [[ $tries == 0 ]] || free_port >"$folder/run/$name.port"
        log_begin=$(stat -c %s "$log" 2>/dev/null || echo 0)
        launch "$name"
        ! wait_for "$name" || return 0
        stop "$name"
        # Try again only if another program took the port first.
        tail -c +$((log_begin + 1)) "$log" | grep -q 'ddress already in use' || break
    done
    say "$name doesn't start; the end of $log:"
    tail -c +$((log_begin + 1)) "$log" | tail -n 20 >&2
    exit 1
}

# Parts. -----------------------------------------------------------------------

parts() {
    local i
    printf '%s\n' postgres redis
    for ((i = 1; i <= nodes; ++i)); do echo "node-$i"; done
    echo nginx
}

postgres_url() { echo "postgres://frontrow:$(<"$folder/postgres/password")@127.0.0.1:$(port_of postgres)/frontrow"; }
redis_url() { echo "redis://127.0.0.1:$(port_of redis)"; }
http_url() { echo "http://127.0.0.1:$(port_of "$1")"; }

# Sets `command`, and `variables` for its environment.
command_of() {
    local name=$1 port
    variables=()
    port=$(port_of "$name")
    case $name in
        postgres)
            # No Unix socket, because the path may be too long for one.
            command=("${as_owner[@]}" "$postgres_bin/postgres" -D "$folder/postgres/data"
                -c "port=$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories=
                -c "max_connections=$((20 + nodes * 4))") ;;
        redis)
            # Nothing is saved, because the gate's content is worthless after a restart.
            command=(redis-server --port "$port" --bind 127.0.0.1 --save "" --appendonly no
                --dir "$folder/redis" --daemonize no) ;;
        node-*)
            # The password is passed in the environment, because process lists show arguments.
            variables=("FRONTROW_STORE=$(postgres_url)" "FRONTROW_REDIS=$(redis_url)"
                "FRONTROW_KEYS_FILE=${FRONTROW_KEYS_FILE:-$folder/keys.json}")
            command=("$program" serve --dev --listen "127.0.0.1:$port" --cache-dir "$folder/$name/cache") ;;
        nginx)
            write_nginx_conf "$port"
            command=(nginx -e stderr -p "$folder/nginx" -c "$folder/nginx/nginx.conf") ;;
    esac
}

answers() {
    case $1 in
        postgres) "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$(port_of postgres)" -t 2 ;;
        redis) [[ $(timeout 2 redis-cli -p "$(port_of redis)" ping 2>/dev/null) == PONG ]] ;;
        *) curl -fs -o /dev/null -m 2 --noproxy '*' "$(http_url "$1")/readyz" ;;
    esac
}

# PostgreSQL refuses to run as root.
choose_owner() {
    as_owner=()
    [[ $EUID -eq 0 ]] || return 0
    local owner=postgres
    id -u postgres >/dev/null 2>&1 || owner=nobody
    as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --clear-groups --)
    chown "$owner" "$folder/postgres"
    "${as_owner[@]}" test -x "$folder/postgres" ||
        fail "PostgreSQL runs as $owner, who can't reach $folder: name another folder with --dir"
}

# Creates PostgreSQL's data folder in a temporary place, and moves it when it is complete.
make_database() {
    local place=$folder/postgres
    [[ ! -d $place/data ]] || return 0
    rm -rf "$place/data.new"
    [[ -s $place/password ]] || head -c 24 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9' |
        (umask 077 && cat >"$place/password")
    [[ $EUID -ne 0 ]] || chown --reference="$place" "$place/password"
    {
        (cd / && "${as_owner[@]}" "$postgres_bin/initdb" --pgdata="$place/data.new" --username=frontrow \
            --pwfile="$place/password" --auth=scram-sha-256 --encoding=UTF8 --locale=C &&
            "${as_owner[@]}" "$postgres_bin/postgres" --single -D "$place/data.new" postgres \
                <<<'CREATE DATABASE frontrow;')
    } >"$folder/logs/initdb.log" 2>&1 || {
        tail -n 20 "$folder/logs/initdb.log" >&2
        fail "the database can't be made"
    }
    mv "$place/data.new" "$place/data"
}

write_nginx_conf() {
    local i
    {
        cat <<END
daemon off;
pid nginx.pid;
worker_processes 1;
$([[ $EUID -ne 0 ]] || echo "user root;")
events {
    worker_connections 8192;
}
http {
    access_log off;
    server_tokens off;
    client_body_temp_path client_body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000;

    upstream frontrow {
        least_conn;
END
        for ((i = 1; i <= nodes; ++i)); do
            echo "        server 127.0.0.1:$(port_of "node-$i") max_fails=1 fail_timeout=1s;"
        done
        cat <<END
        keepalive 128;
        # If a connection were idle for longer, the node might close it at the very moment when
        # nginx reuses it.
        keepalive_timeout 10s;
    }

    server {
        listen 127.0.0.1:$1 backlog=4096;
        # The nodes decide which body is too large.
        client_max_body_size 0;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host \$http_host;
        proxy_set_header X-Forwarded-For \$remote_addr;
        proxy_connect_timeout 2s;

        # Skip a node that is gone. A POST that it may have executed already isn't sent to another
        # node: the client gets a 502, and must look up the result or repeat the request.
        proxy_next_upstream error;
        location / {
            proxy_pass http://frontrow;
        }

        # These may be sent again: a reservation has its Idempotency-Key, and confirming or
        # cancelling twice has the effect of once. So clients don't notice the loss of a node here.
        location = /api/v1/reservations {
            proxy_next_upstream error non_idempotent;
            proxy_pass http://frontrow;
        }
        location ~ ^/api/v1/reservations/[^/]+/(confirm|cancel)$ {
            proxy_next_upstream error non_idempotent;
            proxy_pass http://frontrow;
        }
    }
}
END
    } >"$folder/nginx/nginx.conf"
}

# Actions. ---------------------------------------------------------------------

print_parts() {
    local i
    http_url nginx
    echo "  PostgreSQL  $(postgres_url)"
    echo "  Redis       $(redis_url)"
    for ((i = 1; i <= nodes; ++i)); do printf '  %-10s  %s\n' "node $i" "$(http_url "node-$i")"; done
    echo "  logs        $folder/logs"
    echo "  stop it     scripts/cluster.sh down$([[ $folder == "$root/build/cluster" ]] || printf ' --dir %q' "$folder")"
}

undo() {
    local i
    trap - EXIT
    for ((i = ${#started[@]} - 1; i >= 0; --i)); do stop "${started[i]}"; done
    [[ -z $is_new ]] || rm -f "$folder"/run/*.port "$folder/run/nodes"
}

up() {
    local name is_complete=yes
    if [[ -s $folder/run/nodes ]]; then
        [[ -z $nodes || $nodes == "$(<"$folder/run/nodes")" ]] ||
            fail "it is up with $(<"$folder/run/nodes") nodes: take it down first to have $nodes"
        nodes=$(<"$folder/run/nodes")
        for name in $(parts); do is_running "$name" && answers "$name" || is_complete=; done
        if [[ -n $is_complete ]]; then
            say "it is up already"
            print_parts
            return
        fi
    else
        is_new=yes
    fi
    nodes=${nodes:-3}
    "$root/scripts/install-deps.sh" cluster >&2
    program=$(readlink -f "${FRONTROW_PROGRAM:-$root/build/release/frontrow}")
    [[ -n ${FRONTROW_PROGRAM:-} ]] || "$root/scripts/build.sh" release --target frontrow >&2
    [[ -x $program ]] || fail "$program can't be run"

    trap undo EXIT
    echo "$nodes" >"$folder/run/nodes"
    for name in $(parts); do mkdir -p "$folder/$name"; done
    choose_owner
    make_database
    [[ -n ${FRONTROW_KEYS_FILE:-} || -e $folder/keys.json ]] ||
        "$program" keys make --keys-file "$folder/keys.json" >&2
    for name in $(parts); do start "$name"; done
    trap - EXIT
    print_parts
}

status() {
    local name verdict is_complete=yes
    if [[ ! -s $folder/run/nodes ]]; then
        echo "not up"
        return 1
    fi
    nodes=$(<"$folder/run/nodes")
    for name in $(parts); do
        verdict="answers on port $(port_of "$name")"
        if ! is_running "$name"; then
            verdict="doesn't run"
        elif ! answers "$name"; then
            verdict="doesn't answer on port $(port_of "$name")"
        fi
        [[ $verdict == answers* ]] || is_complete=
        printf '%-10s %s\n' "$name" "$verdict"
    done
    [[ -n $is_complete ]]
}

down() {
    local name
    if [[ -s $folder/run/nodes ]]; then
        nodes=$(<"$folder/run/nodes")
        for name in $(parts | tac); do stop "$name"; done
        rm -f "$folder"/run/*.port "$folder/run/nodes"
    fi
    [[ -n $purge ]] || return 0
    rm -rf "$folder"/{postgres,redis,nginx,logs,run} "$folder"/node-* "$folder/.frontrow-cluster"
    rmdir --ignore-fail-on-non-empty "$folder"
}

program=
is_new=
started=()
as_owner=()
mark=$folder/.frontrow-cluster
if [[ ! -e $mark ]]; then
    [[ $action != status ]] || { echo "not up"; exit 1; }
    [[ $action != down ]] || exit 0
    [[ ! -d $folder || -z $(ls -A "$folder") ]] ||
        fail "$folder has files of somebody else: name an empty folder with --dir"
    mkdir -p "$folder"
    touch "$mark"
fi
mkdir -p "$folder"/{run,logs}
# Only one cluster.sh at a time.
exec 9<"$mark"
flock -w 120 9 || fail "another cluster.sh is busy with $folder"
"$action"
