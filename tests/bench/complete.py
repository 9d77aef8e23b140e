"""Checks that a report of scripts/bench.sh has every figure, each measured: complete.py REPORT.json…"""

import json
import math
import os
import sys

FIGURES = {
    "report.json": [
        "S1/256", "S1/64", "S2", "S3", "S3/p99", "S4/p99", "S4/p99.9", "S5", "S6", "S6/S2", "S7/cpu", "S7/rate",
        "S8", "S9/killed", "S9/stopped", "S11", "S11/p99", "S12", "S12/p99", "S12/memory", "T8/pipelines",
        "T8/doesn't read", "T8/asks for all", "T8/sends slowly", "T8/floods", "T8/memory", "GA", "BA", "presale",
        "orders",
    ],
    "report-cluster.json": ["C1", "C1/no gate", "C2", "C2/no gate", "C1/3/cpu", "C1/3/p99", "C1/3/tries",
                            "C1/3/decisions", "C3", "C3/seen", "C3/gate", "C3/gate/seen", "C5", "C6/killed",
                            "C6/stopped", "C6/ended", "C6/database"],
}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def complaints_of(report, figures):
    results = {result["name"]: result for result in report["results"]}
    for name in figures:
        if name not in results:
            yield f"{name} is missing"
        elif results[name]["failure"]:
            yield f"{name} failed: {results[name]['failure']}"
        elif not is_number(results[name]["measured"]):
            yield f"{name} is {results[name]['measured']!r}, which is no number"
    for name in results.keys() - set(figures):
        yield f"{name} is measured, and isn't expected here"


def main():
    complaints = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        complaints += [f"{path}: {text}" for text in complaints_of(report, FIGURES[os.path.basename(path)])]
    print("\n".join(complaints) or f"every figure is there: {' '.join(sys.argv[1:])}")
    return 1 if complaints or len(sys.argv) == 1 else 0


if __name__ == "__main__":
    sys.exit(main())
