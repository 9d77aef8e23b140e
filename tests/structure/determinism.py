"""Clocks, randomness, threads, sleep and the environment are passed in from outside: determinism.py ROOT

Only src/io, src/config and src/cli use them directly, and the exceptions below, each with its reason."""

import re

import house

OUTSIDE = ("io", "config", "cli")

WORDS = {
    "clock": r"\w*[cC]lock\s*::\s*now\s*\(|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\s*\("
             r"|(?<![\w.:>])time\s*\(\s*(?:0|NULL|nullptr|&)",
    "chance": r"\brandom_device\b|\bmt19937|\bgetrandom\b|\barc4random|\bRAND_bytes\b"
              r"|(?<![\w.:>])s?rand\s*\(",
    "thread": r"\bstd::j?thread\b|\bstd::async\b|\bpthread_create\b|\bthread_pool\b"
              r"|(?<![\w.>])fork\s*\(",
    "sleep": r"(?<![\w.>])(?:u|nano)?sleep(?:_for|_until)?\s*\(",
    "environment": r"\b(?:secure_)?getenv\b|\b(?:set|put)env\b|(?<![\w.>])environ\b",
}

ALLOWED = {
    ("store/sqlite/recovery.cc", "thread"):
        "a start reads a snapshot and proves the journal's chain at the same time",
    ("store/sqlite/committer.h", "thread"):
        "the journal is written by a thread beside the owner, and moved by another (docs/journal.md)",
}


def main():
    root = house.root_of_arguments()
    complaints = []
    used = set()
    checked = 0
    for source in house.sources(root):
        name = source.relative_to(root / "src")
        if name.parts[0] in OUTSIDE:
            continue
        checked += 1
        code = house.code_of(source)
        for kind, words in WORDS.items():
            for found in re.finditer(words, code):
                if (str(name), kind) in ALLOWED:
                    used.add((str(name), kind))
                    continue
                where = f"src/{name}:{house.line_of(code, found.start())}"
                complaints.append(f"{where}: {found.group(0).strip()} ({kind}) must come in from outside")
    for name, kind in sorted(ALLOWED.keys() - used):
        complaints.append(f"src/{name} has no {kind} any more: take it off the list in determinism.py")
    house.finish(complaints, checked)


main()
