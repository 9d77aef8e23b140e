#!/usr/bin/env bash
# Usage: scripts/lint.sh [--fast | --changed | --fix | --recent | FOLDER ...]
#
# Reports what violates CONTRIBUTING.md: the format of the C++ files (clang-format),
# the scripts (shellcheck), lines of prose over 120 characters, and likely mistakes
# in the code (clang-tidy with the checks in .clang-tidy; every finding counts).
# Exits with 0 only if there is nothing to report. clang-tidy takes a quarter of an hour the first time; later it
# checks only files that have changed, or whose headers have.
#
#   --fast       without clang-tidy: takes seconds
#   --changed    clang-tidy on the .cc files that differ from the last commit
#   --fix        first fixes what it can: formats every C++ file, and lets clang-tidy
#                change the .cc files that differ from the last commit, and their
#                headers. Then reports what is left, like --changed
#   --recent     clang-tidy on those files and the ones of the last three commits,
#                eight files at most, newest changes first: takes minutes. Prints the
#                files that it left out. scripts/test.sh uses this form; only the form
#                without an option proves that everything is well. Exits with 77 if
#                there is no git history
#   FOLDER ...   clang-tidy on the files below these, e.g. src/domain tests/unit
set -euo pipefail

self=$(readlink -f "$0")
root=${self%/scripts/*}
help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$self"; }
usage_error() { echo "lint.sh: $1 (see --help)" >&2; exit 2; }

form=all
folders=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --fast | --changed | --fix | --recent) form=${1#--} ;;
        -h | --help) help; exit 0 ;;
        -*) usage_error "unknown argument '$1'" ;;
        *)
            [[ -d $root/$1 ]] || usage_error "there is no folder '$1' in the checkout"
            folders+=("${1%/}") ;;
    esac
    shift
done
[[ $form == all || ${#folders[@]} -eq 0 ]] || usage_error "--$form takes no folder"

cd "$root"
scripts/install-deps.sh lint
status=0
[[ $form == fix ]] || scripts/fmt.sh --check || status=1
shellcheck scripts/*.sh scripts/hooks/* .ci/run || status=1
prose=$(/usr/bin/python3 -B tests/structure/prose.py .) || { echo "$prose"; status=1; }

# Prints the targets of the preset `lint`, which runs clang-tidy along with the compiler: one for
# each source. Embedded files are left out.
objects() { ninja -C build/lint -t targets all | sed -n 's/: CXX_COMPILER__.*//p' | grep -v /assets/; }

changed() { { git diff --name-only --diff-filter=d HEAD; git ls-files -o --exclude-standard; } | grep '\.cc$' || true; }

recent() {
    local file files=()
    while read -r file; do
        [[ ! -f $file || " ${files[*]} " == *" $file "* ]] || files+=("$file")
    done < <(changed; git log -n 3 -m --first-parent --format= --name-only --diff-filter=d | grep '\.cc$')
    [[ ${#files[@]} -le 8 ]] || echo "lint.sh: clang-tidy leaves out: ${files[*]:8}" >&2
    [[ ${#files[@]} -eq 0 ]] || printf '%s\n' "${files[@]:0:8}"
}

if [[ $form == recent ]] && ! git rev-parse -q --verify HEAD >/dev/null; then
    echo "lint.sh: without a history nobody knows what changed lately" >&2
    exit $((status == 0 ? 77 : status))
fi

if [[ $form != fast ]]; then
    [[ -f build/lint/build.ninja && ! CMakePresets.json -nt build/lint/build.ninja ]] || cmake --preset lint >&2
    # Regenerates the build if CMake files changed, or headers were added or removed.
    ninja -C build/lint build.ninja >&2
    # Removes the commands of failed targets, and the count of warnings in system headers.
    told() { sed -E '/__run_co_compile|warnings? generated\.$|^FAILED: |^\[[0-9]+\/[0-9]+\]/d'; }
    if [[ $form == fix ]]; then
        mapfile -t files < <(changed)
        # One after another, because two files may share a header. What can't be mended is reported
        # below.
        [[ ${#files[@]} -eq 0 ]] || clang-tidy-19 -p build/lint --quiet --fix "${files[@]}" >/dev/null 2>&1 || true
        scripts/fmt.sh
        form=changed
    fi
    if [[ $form == changed || $form == recent ]]; then
        if [[ $form == changed ]]; then mapfile -t files < <(changed); else mapfile -t files < <(recent); fi
        # Not through ninja, which would first check every module that a test is linked with.
        [[ ${#files[@]} -eq 0 ]] || printf '%s\0' "${files[@]}" |
            nice xargs -0 -n 1 -P "$(nproc)" clang-tidy-19 -p build/lint --quiet '--warnings-as-errors=*' 2>&1 |
            told || status=1
    else
        if [[ ${#folders[@]} -eq 0 ]]; then
            mapfile -t targets < <(objects)
        else
            mapfile -t targets < <(objects | grep -E "^($(IFS='|'; echo "${folders[*]}"))/")
        fi
        nice ninja -C build/lint -k 0 "${targets[@]}" | told || status=1
    fi
fi
exit "$status"
