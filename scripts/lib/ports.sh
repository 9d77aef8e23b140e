# shellcheck shell=bash
# For scripts to source.

# Prints a free port below the range that the system assigns by itself, so that it is probably still
# free when the part starts again.
free_port() {
    local port
    while :; do
        port=$((15000 + RANDOM % 15000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}
