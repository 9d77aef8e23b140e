"""Shared by the structure checks."""

import os
import pathlib
import re
import sys

# A folder may include from lower floors (docs/architecture.md). A subfolder like store/sqlite is a module of its own on
# the same floor: it may include its parent, but the parent must not include it.
FLOORS = {
    "base": 1,
    "config": 2, "domain": 2, "io": 2,
    "identity": 3, "telemetry": 3, "tickets": 3, "wire": 3,
    "store": 4,
    "admission": 5, "feed": 5,
    "payments": 6,
    "http": 7,
    "app": 8, "bench": 8,
    "cli": 9,
}

# Modules that are composed of others on the same floor.
COMPOSED = {
    ("identity", "jwks"): (("telemetry",),),
    ("store", "backup"): (
        ("store", "cluster"), ("store", "engine"), ("store", "postgres"), ("store", "sqlite")
    ),
    ("store", "cluster"): (("store", "engine"), ("store", "redis")),
    ("store", "postgres"): (("store", "cluster"), ("store", "engine")),
    ("store", "sqlite"): (("store", "engine"),),
}

# Folders of a checkout whose documents others wrote.
NOT_OURS = {".git", "build", "data", "node_modules"}

LITERALS = re.compile(
    r"""//[^\n]*|/\*.*?\*/              # comments
    |R"(?P<mark>[^\s(]*)\(.*?\)(?P=mark)"
    |"(?:\\.|[^"\\\n])*"
    |(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'""",  # not the ' in 1'000
    re.DOTALL | re.VERBOSE,
)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def sources(root):
    """Every C++ file under src/, in order."""
    return sorted(path for path in (root / "src").rglob("*") if path.suffix in (".cc", ".h"))


def modules(root):
    """Every folder under src/ with a target of its own."""
    return sorted(
        path.parent for path in (root / "src").rglob("CMakeLists.txt")
        if path.parent != root / "src"
    )


def documents(root):
    """Every *.md file, in order."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(files):
            if name.endswith(".md"):
                yield root.joinpath(folder, name)


def code_of(path):
    """The file without comments and string literals, with unchanged line numbers."""
    blank = lambda match: "\n" * match.group(0).count("\n")
    return LITERALS.sub(blank, path.read_text(encoding="utf-8"))


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def root_of_arguments():
    return pathlib.Path(sys.argv[1]).resolve()


def finish(complaints, checked):
    """Ends the check, with 0 if something was checked and nothing is wrong."""
    for complaint in complaints:
        print(complaint)
    if checked == 0:
        print("there was nothing to check: has it moved?")
    print(f"{checked} checked, {len(complaints)} wrong")
    sys.exit(1 if complaints or checked == 0 else 0)
