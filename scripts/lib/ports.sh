# shellcheck shell=bash
# For scripts to source.

# Below the ports that the system gives to whoever doesn't care, so that a part finds its own again.
free_port() {
    local port
    while :; do
        port=$((15000 + RANDOM % 15000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}
