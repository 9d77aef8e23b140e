"""The files under src/: files.py ROOT short|readmes|sources

short     no file is longer than 500 lines
readmes   every module has a README.md that says why it exists
sources   every file that a module's CMakeLists.txt lists exists, and every existing one is listed"""

import re
import sys

import house

LINES_MAX = 500
# SOURCES in frontrow_module(name SOURCES a.cc b.cc DEPENDS …), and add_executable(name a.cc).
LISTED = re.compile(r"\bSOURCES\s+([^)]*?)(?=\s*(?:DEPENDS|LIBRARIES|\)))|add_executable\(\S+\s+([^)]*)\)")


def short(root):
    complaints = []
    files = house.sources(root)
    for path in files:
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > LINES_MAX:
            complaints.append(f"{path.relative_to(root)} has {lines} lines; is it still one room?")
    return complaints, len(files)


def readmes(root):
    modules = house.modules(root)
    complaints = [
        f"{module.relative_to(root)} has no README.md with a word on what belongs in it"
        for module in modules
        if not (module / "README.md").is_file() or not (module / "README.md").stat().st_size
    ]
    return complaints, len(modules)


def sources(root):
    complaints = []
    modules = house.modules(root)
    for module in modules:
        where = module.relative_to(root)
        text = re.sub(r"#[^\n]*", "", (module / "CMakeLists.txt").read_text(encoding="utf-8"))
        listed = [
            word for found in LISTED.finditer(text)
            for word in (found.group(1) or found.group(2)).split() if not word.startswith("$")
        ]
        there = {path.name for path in module.glob("*.cc")}
        complaints += [f"{where} lists {name} twice" for name in set(listed) if listed.count(name) > 1]
        complaints += [f"{where} lists {name}, which isn't there" for name in sorted(set(listed) - there)]
        complaints += [f"{where}/{name} is listed nowhere" for name in sorted(there - set(listed))]
    return complaints, len(modules)


house.finish(*{"short": short, "readmes": readmes, "sources": sources}[sys.argv[2]](house.root_of_arguments()))
