"""The report: a table for the terminal, report.json, and report.html with its plots inside."""

import html
import json
import math
import os
import statistics

import plot

COLOURS = ("#9aa5b1", "#1769aa", "#d9822b", "#5b8c5a")
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1f2933; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #e4e7eb; vertical-align: top; }
.ok { color: #18794e; } .short { color: #ad5700; } .FAILED { color: #c62828; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; } figure { margin: 2rem 0; }
figcaption { font-weight: 600; }
"""


def table(rows):
    lines = [("name", "what", "measured", "target", "", "")]
    lines += [(row.name, row.what, row.measured, row.target, row.verdict, row.failure[:70] or row.detail)
              for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    return "\n".join("  ".join(
        [text.ljust(width) for text, width in zip(line, widths)] + [line[5]]).rstrip() for line in lines)


def write(folder, name, about, rows, turns):
    """Writes name.json and name.html, and returns their paths."""
    os.makedirs(folder, exist_ok=True)
    contents = {f"{name}.json": as_json(about, rows, turns), f"{name}.html": as_html(about, rows, turns)}
    paths = []
    for file_name, text in contents.items():
        paths.append(os.path.join(folder, file_name))
        with open(paths[-1] + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(paths[-1] + ".new", paths[-1])
    return paths


def as_json(about, rows, turns):
    results = [{
        "name": row.name, "what": row.what, "measured": row.value, "unit": row.unit or "ratio",
        "target": {"least": row.least, "most": row.most}, "verdict": row.verdict, "detail": row.detail,
        "failure": row.failure or None, "series": row.series, "series_unit": row.series_unit,
    } for row in rows]
    return json.dumps({"about": about, "results": results, "turns": turns}, indent=2,
                      ensure_ascii=False) + "\n"


def as_html(about, rows, turns):
    facts = "".join(f"<tr><th>{_safe(what)}</th><td>{_safe(how)}</td></tr>" for what, how in about.items())
    lines = "".join(
        f'<tr><td>{_safe(row.name)}</td><td>{_safe(row.what)}</td><td>{_safe(row.measured)}</td>'
        f'<td>{_safe(row.target)}</td><td class="{row.verdict.strip("-")}">{_safe(row.verdict)}</td>'
        f'<td>{_safe(row.failure or row.detail)}</td></tr>' for row in rows)
    plots, drawn = [], []
    for row in rows:
        if row.series and row.series not in drawn:
            drawn.append(row.series)
            plots.append(_figure(f"{row.name}: {row.what} ({row.series_unit})", _bars(row.series)))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Frontrow against its targets</title><style>{STYLE}</style>"
        "<h1>Frontrow against its targets</h1>"
        "<table><tr><th>name</th><th>what</th><th>measured</th><th>target</th><th></th><th></th></tr>"
        f"{lines}</table>"
        + _figure("Each figure as a share of its target: right of the line is good", _shares(rows))
        + "".join(plots) + "<h2>Latency</h2>"
        + "".join(_figure(f"{name}: latency by percentile (ms, median of the rounds)", _curves(curves))
                  for name, curves in latencies(turns).items())
        + f"<h2>Taken on</h2><table>{facts}</table></html>\n")


def latencies(turns):
    """{figure: {who: {percentile: median over the rounds, in ms}}} of those that have any."""
    found = {}
    for turn in turns:
        if "latency_ms" in turn:
            found.setdefault(turn["figure"], {}).setdefault(turn["who"], []).append(turn["latency_ms"])
    return {figure: {who: {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
                     for who, rounds in sides.items()} for figure, sides in found.items()}


def _safe(text):
    return html.escape(str(text))


def _figure(caption, svg):
    return f"<figure><figcaption>{_safe(caption)}</figcaption>{svg}</figure>"


def _svg(width, height, parts):
    return f'<svg viewBox="0 0 {width} {height}" role="img">{"".join(parts)}</svg>'


def _text(x, y, text, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#52606d">{_safe(text)}</text>'


def _rectangle(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def _number(value):
    if value >= 1000:
        return f"{value / 1000:.1f}k"
    return f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _bars(series):
    """One group of bars a round, one colour a series."""
    width, height, left, bottom, top = 720, 260, 10, 30, 50
    most = max(max(values) for values in series.values())
    rounds = max(len(values) for values in series.values())
    group = (width - left) / rounds
    bar = min(70, group * 0.8 / len(series))
    parts = []
    for index, (name, values) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        parts += [_rectangle(left + index * 180, 4, 12, 12, colour), _text(left + 18 + index * 180, 14, name)]
        for round_number, value in enumerate(values):
            tall = (height - top - bottom) * value / most
            x = left + round_number * group + (group - bar * len(series)) / 2 + index * bar
            parts.append(_rectangle(x, height - bottom - tall, bar * 0.95, tall, colour))
            if bar >= 36:  # else the figures would run into each other
                parts.append(_text(x + bar / 2, height - bottom - tall - 5, _number(value), "middle"))
    parts += [_text(left + (number + 0.5) * group, height - 10,
                    f"round {number + 1}" if group >= 60 else number + 1, "middle")
              for number in range(rounds)]
    return _svg(width, height, parts)


def _curves(sides):
    """A line a side over its percentiles; each step up is ten times as long."""
    width, height, left, bottom, top = 720, 240, 70, 30, 50
    names = list(next(iter(sides.values())))
    values = [max(value, 0.01) for side in sides.values() for value in side.values()]
    low = math.floor(math.log10(min(values)))
    decades = max(1, math.ceil(math.log10(max(values))) - low)
    step = (width - left - 80) / max(1, len(names) - 1)

    def place(index, value):
        share = (math.log10(max(value, 0.01)) - low) / decades
        return left + 30 + index * step, height - bottom - (height - top - bottom) * share

    parts = []
    for decade in range(decades + 1):
        _, y = place(0, 10 ** (low + decade))
        parts += [f'<line x1="{left}" x2="{width - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e4e7eb"/>',
                  _text(left - 8, y + 4, f"{10 ** (low + decade):g} ms", "end")]
    for index, (who, side) in enumerate(sides.items()):
        colour = COLOURS[index % len(COLOURS)]
        points = [place(number, side[name]) for number, name in enumerate(names)]
        parts += [_rectangle(left + index * 180, 4, 12, 12, colour), _text(left + 18 + index * 180, 14, who),
                  f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                  + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + '"/>']
        parts += [_text(x, y - 6, _number(side[name]), "middle") for name, (x, y) in zip(names, points)]
    parts += [_text(left + 30 + index * step, height - 10, name, "middle") for index, name in enumerate(names)]
    return _svg(width, height, parts)


def _shares(rows):
    """One bar a figure: measured / target, or target / measured where less is better."""
    shares = [(row, plot.share(row.value, row.least, row.most)) for row in rows]
    shares = [(row, value) for row, value in shares if value is not None]
    width, left, line, scale = 720, 90, 28, 2.0
    unit = (width - left - 60) / scale
    height = line * len(shares) + 20
    parts = []
    for index, (row, share) in enumerate(shares):
        colour = "#1769aa" if row.verdict == "ok" else "#d9822b"
        length = unit * min(share, scale)
        parts += [_text(left - 8, index * line + 24, row.name, "end"),
                  _rectangle(left, index * line + 10, length, line - 10, colour),
                  _text(left + length + 6, index * line + 24, f"{share:.2f}")]
    parts.append(f'<line x1="{left + unit:.1f}" x2="{left + unit:.1f}" y1="4" y2="{height - 6}" '
                 'stroke="#1f2933" stroke-dasharray="4 3"/>')
    return _svg(width, height, parts)
