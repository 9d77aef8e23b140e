"""Every target of the Makefile only calls a script, and `make help` explains it: makefile.py ROOT"""

import os
import re
import subprocess

import house

RULE = re.compile(r"^([a-z][a-z-]*):[^\n]*\n((?:\t[^\n]*\n?)*)", re.MULTILINE)
CALL = re.compile(r"(scripts/[a-z-]+\.sh)(?: [a-z-]+)*(?: \$\(ARGS\))?")


def make(root, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "-C", str(root), "--no-print-directory", *arguments],
        capture_output=True, text=True, timeout=60, check=False, env=environment,
    )


def main():
    root = house.root_of_arguments()
    rules = dict(RULE.findall((root / "Makefile").read_text(encoding="utf-8")))
    complaints = []
    listed = make(root).stdout
    if not rules or listed != make(root, "help").stdout:
        complaints.append("make alone doesn't print the help")
    for name, recipe in rules.items():
        if not re.search(rf"^  make {name} +\S", listed, re.MULTILINE):
            complaints.append(f"make help doesn't say what {name} does")
        if name == "help":
            continue
        call = CALL.fullmatch(recipe.strip())
        if not call:
            complaints.append(f"{name} does more than to call a script: {recipe.strip()}")
        elif not os.access(root / call.group(1), os.X_OK):
            complaints.append(f"{name} calls {call.group(1)}, which can't be run")
    # Without .PHONY, a folder with a rule's name, like build/, would count as up to date.
    phony = re.search(r"^\.PHONY: (.*)$", make(root, "--print-data-base", "--question").stdout, re.MULTILINE)
    complaints += [f"{name} isn't declared .PHONY" for name in sorted(rules.keys() - set(phony.group(1).split()))]
    house.finish(complaints, len(rules))


main()
