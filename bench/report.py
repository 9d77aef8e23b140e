"""The report: a table for the terminal, report.json, and report.html, which `frontrow bench --draw` makes from it."""

import json
import os
import statistics
import subprocess

from failure import Failure
from servers import clean_environment


def table(rows):
    lines = [("name", "what", "measured", "target", "", "")]
    lines += [(row.name, row.what, row.measured, row.target, row.verdict, row.failure[:70] or row.detail)
              for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(
        [text.ljust(width) for text, width in zip(line, widths)] + [line[5]]).rstrip() for line in lines)


def write(program, folder, name, about, rows, turns):
    """Writes name.json and name.html; returns their paths."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{name}.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(as_json(about, rows, turns))
    os.replace(path + ".new", path)
    return [path, draw(program, path, "--report", os.path.join(folder, f"{name}.html"))]


def draw(program, report_path, kind, path):
    """Draws a report.json into the file path; returns path. kind: --report for a page, --picture for an SVG."""
    if not os.path.exists(report_path):
        raise Failure(f"there is no {report_path} yet: measure first")
    done = subprocess.run([program, "bench", "--draw", report_path, kind, path], env=clean_environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{report_path} can't be drawn: {done.stderr.strip()}")
    return path


def as_json(about, rows, turns):
    results = [{
        "name": row.name, "what": row.what, "measured": row.value, "unit": row.unit or "ratio",
        "target": {"least": row.least, "most": row.most}, "verdict": row.verdict, "detail": row.detail,
        "failure": row.failure or None, "series": row.series, "series_unit": row.series_unit,
        "measured_told": row.measured, "target_told": row.target, "share": row.share,
    } for row in rows]
    return json.dumps({"about": about, "results": results, "latencies": latencies(turns), "turns": turns}, indent=2,
                      ensure_ascii=False) + "\n"


def latencies(turns):
    """{figure: {who: {percentile: median over the rounds, in ms}}}, for the figures that have latencies."""
    found = {}
    for turn in turns:
        if "latency_ms" in turn:
            found.setdefault(turn["figure"], {}).setdefault(turn["who"], []).append(turn["latency_ms"])
    return {figure: {who: {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
                     for who, rounds in sides.items()} for figure, sides in found.items()}
