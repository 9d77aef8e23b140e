"""Adds up by folder what llvm-cov counted, for scripts/coverage.sh: coverage.py ROOT SUMMARY.json [FOLDER=PERCENT ...]

Fails if fewer than PERCENT of the lines below a FOLDER were run."""

import collections
import json
import pathlib
import sys


def read(root, path):
    """{file under the root: (lines, of which were run)}; a header is seen through a link in the build folder."""
    files = json.loads(path.read_text(encoding="utf-8"))["data"][0]["files"]
    return {
        pathlib.Path(root, file["filename"]).resolve().relative_to(root):
            (file["summary"]["lines"]["count"], file["summary"]["lines"]["covered"])
        for file in files
    }


def by_folder(files):
    sums = collections.defaultdict(lambda: (0, 0))
    for file, (lines, run) in files.items():
        for folder in file.parents[:-1]:
            sums[str(folder)] = (sums[str(folder)][0] + lines, sums[str(folder)][1] + run)
    return sums


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    sums = by_folder(read(root, pathlib.Path(sys.argv[2])))
    for folder, (lines, run) in sorted(sums.items()):
        print(f"{folder:24} {run:6} of {lines:6} lines {100 * run / lines:6.1f} %")
    short = False
    for bar in sys.argv[3:]:
        folder, percent = bar.split("=")
        lines, run = sums.get(folder, (0, 0))
        if lines == 0 or 100 * run < int(percent) * lines:
            print(f"{folder} is below {percent} %")
            short = True
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
