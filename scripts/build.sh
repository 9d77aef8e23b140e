#!/usr/bin/env bash
# Usage: scripts/build.sh [release|debug|asan|tsan] [--tests] [--target TARGET]
#
# Builds Frontrow into build/PRESET (default: release). Installs what is missing
# first. The program is then build/PRESET/frontrow.
#
#   release           the program as it is shipped: optimised, checks on
#   debug             for a debugger
#   asan              with the address and undefined-behaviour sanitizers; its tests
#                     include the fuzzers, which scripts/fuzz.sh runs
#   tsan              with the thread sanitizer
#   --tests           also build the tests, now and in later builds of this preset
#   --target TARGET   build only this target, e.g. frontrow
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "build.sh: $1 (see --help)" >&2; exit 2; }

preset=
tests=
target=
while [[ $# -gt 0 ]]; do
    case $1 in
        release | debug | asan | tsan)
            [[ -z $preset ]] || usage_error "one preset at a time: '$preset' or '$1'"
            preset=$1 ;;
        --tests) tests=yes ;;
        --target)
            [[ -n ${2:-} ]] || usage_error "--target needs the name of a target"
            target=$2; shift ;;
        -h | --help) help; exit 0 ;;
        *) usage_error "'$1' is neither a preset (release, debug, asan, tsan) nor an option" ;;
    esac
    shift
done
preset=${preset:-release}

packages="build"
[[ -z $tests && $preset != [at]san ]] || packages="test"
"$root/scripts/install-deps.sh" "$packages"

# Ninja reconfigures when a CMake file changes, but not when the presets file does. FRONTROW_TESTS
# is never turned off again: a build without tests just names its target.
cd "$root"
folder=build/$preset
configure=
[[ -f $folder/build.ninja && ! CMakePresets.json -nt $folder/build.ninja ]] || configure=yes
if [[ -n $tests ]] && ! grep -qsx 'FRONTROW_TESTS:BOOL=ON' "$folder/CMakeCache.txt"; then
    configure=yes
fi
[[ -z $configure ]] || cmake --preset "$preset" ${tests:+-DFRONTROW_TESTS=ON}
cmake --build --preset "$preset" --parallel "$(nproc)" ${target:+--target "$target"}
