#!/usr/bin/env bash
# Usage: scripts/lint.sh [--fast | --changed | --fix | --recent | FOLDER ...]
#
# Says what isn't as CONTRIBUTING.md wants it: the format of the C++ files
# (clang-format), the scripts (shellcheck), and slips in the code (clang-tidy,
# every finding of .clang-tidy is one). Exits 0 only if there is nothing to say.
# clang-tidy takes a quarter of an hour the first time; then it looks only at
# files which changed, or whose headers did.
#
#   --fast       without clang-tidy: seconds
#   --changed    clang-tidy over the .cc files that differ from the last commit
#   --fix        first mends what can be: formats every C++ file, and lets clang-tidy
#                change the .cc files that differ from the last commit, and their
#                headers; then as --changed, which says what is left
#   --recent     clang-tidy over those and the ones of the last three commits, eight
#                files at most, the newest changes first: minutes. Says which it left
#                out. This is what scripts/test.sh does; that all is well only the
#                form without an option knows. Exits 77 where there is no history
#   FOLDER ...   clang-tidy over what lies below, e.g. src/domain tests/unit
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

# Every file that is compiled is a target of the preset `lint`, which runs clang-tidy beside the compiler.
# What was embedded is none of ours.
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
    # CMake files, and headers that came or went, since then.
    ninja -C build/lint build.ninja >&2
    # Without the commands of those that failed, and without the count of what system headers would be told.
    told() { sed -E '/__run_co_compile|warnings? generated\.$|^FAILED: |^\[[0-9]+\/[0-9]+\]/d'; }
    if [[ $form == fix ]]; then
        mapfile -t files < <(changed)
        # One after another: two files may share a header. What can't be mended is told below.
        [[ ${#files[@]} -eq 0 ]] || clang-tidy-19 -p build/lint --quiet --fix "${files[@]}" >/dev/null 2>&1 || true
        scripts/fmt.sh
        form=changed
    fi
    if [[ $form == changed || $form == recent ]]; then
        if [[ $form == changed ]]; then mapfile -t files < <(changed); else mapfile -t files < <(recent); fi
        # Not by ninja: before a test's file it would look at every module that the test is linked with.
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
