"""Adds up llvm-cov's counts by folder, for scripts/coverage.sh: coverage.py [--page] ROOT SUMMARY.json [FOLDER=PERCENT
| FOLDER-LINES ...]

Fails if fewer than PERCENT of the lines below a FOLDER were run, or if more than LINES weren't. With --page it writes
the table by layer in docs/testing.md, and the badge docs/coverage.svg."""

import collections
import json
import pathlib
import re
import sys

TABLE = re.compile(r"(<!-- coverage: .*? -->\n).*?(<!-- /coverage -->)", re.DOTALL)
# A flat badge of two fields, 20 high, as usual.
BADGE = """<svg xmlns="http://www.w3.org/2000/svg" width="116" height="20" role="img" aria-label="coverage: {percent}">
<title>coverage: {percent}</title>
<rect width="63" height="20" fill="#555"/>
<rect x="63" width="53" height="20" fill="{colour}"/>
<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
<text x="31.5" y="14">coverage</text>
<text x="89.5" y="14">{percent}</text>
</g>
</svg>
"""


def read(root, path):
    """{file below the root: (lines, lines that were run)}. Resolves headers that were included through a link in the
    build folder."""
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


def percent(lines, run):
    """Rounded down to a tenth, so that it is never 100 if a line is missing."""
    return f"{1000 * run // lines / 10:.1f} %"


def table(root, sums):
    """The layers, from the top."""
    sys.path.insert(0, str(root / "tests/structure"))
    import house  # pylint: disable=import-outside-toplevel

    rows = [
        f"| {floor} | `src/{folder}/` | {sums[f'src/{folder}'][0]:,} | {percent(*sums[f'src/{folder}'])} |"
        for folder, floor in sorted(house.FLOORS.items(), key=lambda one: (-one[1], one[0]))
        if f"src/{folder}" in sums
    ]
    return "\n".join([
        "", "| floor | folder | lines | run |", "|---|---|---|---|", *rows,
        f"| | **all** | **{sums['src'][0]:,}** | **{percent(*sums['src'])}** |", "", "",
    ])


def write_page(root, sums):
    page = root / "docs/testing.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(TABLE.sub(lambda found: found[1] + table(root, sums) + found[2], text), encoding="utf-8")
    lines, run = sums["src"]
    colours = ((90, "#2f8f3f"), (80, "#8f8a2f"), (0, "#b0442f"))
    colour = next(colour for least, colour in colours if 100 * run >= least * lines)
    (root / "docs/coverage.svg").write_text(
        BADGE.format(percent=percent(lines, run), colour=colour), encoding="utf-8"
    )


def main():
    arguments = [one for one in sys.argv[1:] if one != "--page"]
    root = pathlib.Path(arguments[0]).resolve()
    sums = by_folder(read(root, pathlib.Path(arguments[1])))
    for folder, (lines, run) in sorted(sums.items()):
        print(f"{folder:24} {run:6} of {lines:6} lines {percent(lines, run):>8}")
    if "--page" in sys.argv:
        write_page(root, sums)
    short = False
    for bar in arguments[2:]:
        folder, sign, bound = re.fullmatch(r"(.+)([=-])(\d+)", bar).groups()
        lines, run = sums.get(folder, (0, 0))
        if lines == 0 or (100 * run < int(bound) * lines if sign == "=" else lines - run > int(bound)):
            print(f"{folder} is below {bound} %" if sign == "=" else f"of {folder} {lines - run} lines weren't run")
            short = True
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
