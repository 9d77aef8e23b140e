"""Counts the tests of a build by kind, and updates the numbers in docs/testing.md: count_tests.py BUILD

BUILD is a CMake build folder in which all tests were built. In the page's table, the row of a kind gets its count, a
bold row the sum of the kinds below it up to the next bold row, and the row `all` the total."""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/testing.md"
ROW = re.compile(r"^(\| (?:`(?P<kind>\w+)`|\*\*(?P<level>[^*]+)\*\*) \|) *\**[\d,]*\** *\|", re.MULTILINE)
ALL = "all"


def kind_of(test):
    """The kind of a test is its folder under tests/. Tests labelled `once` come from several folders; theirs is the
    first part of the test's name."""
    labels = next((one["value"] for one in test["properties"] if one["name"] == "LABELS"), [])
    kind = labels[0].removesuffix("-threaded") if labels else ""
    return test["name"].split(".")[0].lower() if kind == "once" else kind


def count(build):
    """{kind: tests}, and the names of tests that aren't built or have no kind."""
    listed = subprocess.run(
        ["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, check=True, text=True,
    )
    tests = json.loads(listed.stdout)["tests"]
    not_built = [test["name"] for test in tests if test["name"].endswith("_NOT_BUILT")]
    unknown = [test["name"] for test in tests if not kind_of(test)]
    return collections.Counter(map(kind_of, tests)), sorted({*not_built, *unknown})


def renewed(page, counts):
    """Returns the page with the current numbers."""
    sums = collections.Counter()
    level = None
    for row in ROW.finditer(page):
        if row["kind"]:
            sums[level] += counts[row["kind"]]
        else:
            level = row["level"]
    sums[ALL] = counts.total()

    def row_of(row):
        if row["kind"]:
            return f"{row[1]} {counts[row['kind']]:,} |"
        return f"{row[1]} **{sums[row['level']]:,}** |"

    return ROW.sub(row_of, page)


def main():
    if len(sys.argv) != 2 or not pathlib.Path(sys.argv[1], "CTestTestfile.cmake").is_file():
        print("count_tests.py: name the build's folder, e.g. build/release", file=sys.stderr)
        return 2
    counts, nameless = count(sys.argv[1])
    if nameless:
        print(f"not built, or without a label: {', '.join(nameless)}", file=sys.stderr)
        return 1
    page = PAGE.read_text(encoding="utf-8")
    missing = counts.keys() ^ {row["kind"] for row in ROW.finditer(page) if row["kind"]}
    if missing:
        print(f"docs/testing.md and the build don't both have: {', '.join(sorted(missing))}", file=sys.stderr)
        return 1
    PAGE.write_text(renewed(page, counts), encoding="utf-8")
    for kind, tests in counts.most_common():
        print(f"{kind:14} {tests:6,}")
    print(f"{ALL:14} {counts.total():6,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
