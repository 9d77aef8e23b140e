#!/usr/bin/env bash
# Usage: scripts/install-deps.sh [build|test|lint|bench|cluster|dev ...]
#
# Installs the Debian 12 packages that Frontrow needs, and only those that are
# missing. If nothing is missing it does nothing, and needs no root and no network.
#
#   build     compiler, CMake and libraries: enough for scripts/run.sh (default)
#   test      build, and the packages for scripts/test.sh
#   lint      build, and the packages for scripts/lint.sh
#   bench     build, and the packages for scripts/bench.sh and scripts/compare.sh
#   cluster   build, and the packages for scripts/cluster.sh
#   dev       build, and the packages for scripts/watch.sh, scripts/hooks and the Makefile
#
# Uses sudo unless root runs it. Starts no service.
set -euo pipefail

self=$(readlink -f "$0")
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
fail() { echo "install-deps.sh: $1" >&2; exit "${2:-1}"; }

build=(
    clang-19 lld-19 cmake ninja-build ccache pkg-config python3 python3-yaml curl
    libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libsqlite3-dev libfmt-dev
    libspdlog-dev prometheus-cpp-dev libcli11-dev libssl-dev libmimalloc-dev
    libdeflate-dev libzstd-dev libpq-dev libhiredis-dev libtomlplusplus-dev
    libutf8proc-dev libqrencode-dev libpng-dev libcurl4-openssl-dev ca-certificates npm
)
lint=(clang-format-19 clang-tidy-19 shellcheck libgtest-dev libgmock-dev librapidcheck-dev)
test=(
    "${lint[@]}" libclang-rt-19-dev llvm-19 zlib1g-dev make postgresql-15 openssl redis-server
    nginx-light pgbouncer chromium python3-venv git zbar-tools
)
bench=(nginx-light wrk jq postgresql-15 redis-server python3-psycopg2 python3-redis)
cluster=(postgresql-15 redis-server nginx-light)
dev=(make git inotify-tools clang-format-19 shellcheck)

wanted=("${build[@]}")
for set in "$@"; do
    case $set in
        build) ;;
        test) wanted+=("${test[@]}") ;;
        lint) wanted+=("${lint[@]}") ;;
        bench) wanted+=("${bench[@]}") ;;
        cluster) wanted+=("${cluster[@]}") ;;
        dev) wanted+=("${dev[@]}") ;;
        -h | --help) help; exit 0 ;;
        *) fail "'$set' is not a set of packages: build, test, lint, bench, cluster or dev (see --help)" 2 ;;
    esac
done

command -v dpkg-query >/dev/null || fail "this needs Debian 12: there is no dpkg here"
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
    # A Node.js from another source has its own npm, and conflicts with Debian's.
    if [[ $package == npm ]] && command -v npm >/dev/null; then continue; fi
    grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $EUID -ne 0 ]]; then
    command -v sudo >/dev/null || fail "packages are missing, and there is neither root nor sudo to install them. As root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    echo "Packages are missing, installing them with sudo: ${missing[*]}"
    exec sudo -- bash "$self" "$@"
fi

# If policy-rc.d exits with 101, a newly installed package doesn't start its service.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy && ! -L $policy ]]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\n# Made by install-deps.sh for the time of one install; safe to delete.\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

# These packages are needed as programs, not as services. A service that was there before is left
# alone.
new_services=()
if [[ " ${missing[*]} " == *" nginx-light "* && ! -e /usr/sbin/nginx ]]; then new_services+=(nginx); fi
if [[ " ${missing[*]} " == *" redis-server "* && ! -e /usr/bin/redis-server ]]; then new_services+=(redis-server); fi
if [[ " ${missing[*]} " == *" pgbouncer "* && ! -e /usr/sbin/pgbouncer ]]; then new_services+=(pgbouncer); fi

# The same for PostgreSQL: the tests create their own databases and don't need Debian's default
# cluster.
new_cluster_conf=/etc/postgresql-common/createcluster.conf
if [[ " ${missing[*]} " == *" postgresql-15 "* && ! -e $new_cluster_conf ]]; then
    mkdir -p "${new_cluster_conf%/*}"
    printf 'create_main_cluster = false\n' >"$new_cluster_conf"
fi

echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -q -o DPkg::Lock::Timeout=300)
"${apt[@]}" update || echo "install-deps.sh: no fresh package lists, trying with the old ones" >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null ||
    fail "apt-get could not install: ${missing[*]}"

for service in "${new_services[@]}"; do
    { update-rc.d "$service" disable && invoke-rc.d "$service" stop; } ||
        echo "install-deps.sh: could not keep $service from running as a service" >&2
done
