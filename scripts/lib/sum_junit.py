"""Adds up the results of several ctest runs and single checks, for scripts/test.sh.

Says how long each part took, names every test that failed or was skipped and says why, ends with
"N passed, N failed, N skipped", and exits 0 only if something passed and nothing failed. What cannot
be explained counts as failed: ctest calls a test "not run" both when it chose to be skipped and when
its program is missing, and it lets a skipped test get away with a sanitizer's report.
"""

import argparse
import re
import sys
import xml.etree.ElementTree as ElementTree

SKIPPED_BY_CHOICE = ("SKIP_REGULAR_EXPRESSION_MATCHED", "SKIP_RETURN_CODE")
SIGN_OF_FAILURE = re.compile(
    r"\[  FAILED  \]|ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|: runtime error: "
)
# What GoogleTest prints for GTEST_SKIP() << "reason", up to its next [ bracketed ] line.
SKIP_REASON = re.compile(r"^\S+:\d+: Skipped\n(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)


LAST_LINES = 30
EXIT_SKIPPED = 77  # of a check, as ctest's SKIP_RETURN_CODE


def last_lines(output):
    """The last lines of a test's output, which usually show why it failed. The complete output is printed earlier."""
    return "\n    ".join(["the end of what it printed:", *output.splitlines()[-LAST_LINES:]])


def judge(case):
    """One <testcase> of ctest's JUnit file -> ("passed" | "failed" | "skipped", why)."""
    status = case.get("status")
    output = case.findtext("system-out") or ""
    if status == "run":
        return "passed", ""
    if status == "disabled":
        return "skipped", "disabled in its source"
    if status != "notrun":
        return "failed", last_lines(output)

    skipped = case.find("skipped")
    message = skipped.get("message", "") if skipped is not None else ""
    if message not in SKIPPED_BY_CHOICE:
        return "failed", message or "did not run"
    if SIGN_OF_FAILURE.search(output):
        return "failed", "was skipped, yet reported an error; " + last_lines(output)
    found = SKIP_REASON.search(output)
    reason = " ".join(found.group(1).split()) if found else ""
    return "skipped", reason or "gave no reason"


def read_ctest(name, path, status):
    """Yields (test, verdict, why) for each test of a run, and for the run itself if it broke."""
    failed = 0
    try:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            verdict, why = judge(case)
            failed += verdict == "failed"
            yield f"{name}: {case.get('name')}", verdict, why
    except (OSError, ElementTree.ParseError) as error:
        failed += 1
        yield f"{name}: ctest", "failed", f"left no readable result: {error}"
    if status != 0 and failed == 0:
        yield f"{name}: ctest", "failed", f"exited with {status}; its output above says why"


def read_check(name, status, path):
    if status == 0:
        return name, "passed", ""
    if status == EXIT_SKIPPED:
        return name, "skipped", "can't be made here; its output above says why"
    with open(path, encoding="utf-8", errors="replace") as output:
        return name, "failed", last_lines(output.read())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ctest", nargs=3, action="append", default=[],
                        metavar=("NAME", "JUNIT", "EXIT"), help="one run of ctest")
    parser.add_argument("--check", nargs=3, action="append", default=[], metavar=("NAME", "EXIT", "OUTPUT"),
                        help="a check that counts as one test, and a file with what it printed; 77 is skipped")
    parser.add_argument("--took", nargs=2, action="append", default=[],
                        metavar=("PART", "SECONDS"), help="how long a part of the run took")
    arguments = parser.parse_args()

    results = []
    for name, path, status in arguments.ctest:
        results += read_ctest(name, path, int(status))
    for name, status, path in arguments.check:
        results.append(read_check(name, int(status), path))

    print()
    for part, seconds in arguments.took:
        print(f"{int(seconds) // 60:3d}:{int(seconds) % 60:02d}  {part}")
    for title in ("skipped", "failed"):
        for test, verdict, why in results:
            if verdict == title:
                print(f"{title.upper()}  {test}" + (f": {why}" if why else ""))
    count = {title: sum(verdict == title for _, verdict, _ in results)
             for title in ("passed", "failed", "skipped")}
    print("{passed} passed, {failed} failed, {skipped} skipped".format(**count))
    return 0 if count["passed"] > 0 and count["failed"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
