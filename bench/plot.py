"""The picture for a page that others read: each figure of a report.json against its target."""

import html
import json

from failure import Failure

WIDTH, LEFT, RIGHT, LINE, TOP = 1000, 540, 160, 30, 44
WHAT = 94  # where the words begin
TWICE = 2.0  # where the bars end: so much better than the target, or more
# An <img> has no style of its page's: the picture brings both.
STYLE = """
svg { font: 14px system-ui, -apple-system, 'Segoe UI', sans-serif; }
text { fill: #1f2933; } .faint { fill: #616e7c; } .line { stroke: #1f2933; } .track { fill: #e4e7eb; }
.ok { fill: #1769aa; } .short { fill: #d9822b; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; } .faint { fill: #9aa5b1; } .line { stroke: #e6edf3; } .track { fill: #2b323b; }
.ok { fill: #58a6ff; } .short { fill: #e3a04f; }
}
"""


def share(value, least, most):
    """How a figure stands to its target: 1 on it, above 1 better, or nothing where it has none."""
    parts = [value / least] if value and least else []
    parts += [most / value] if value and most else []
    return min(parts) if parts else None


def write(report_path, path):
    """Draws the report into the file at path, which it returns."""
    try:
        with open(report_path, encoding="utf-8") as file:
            report = json.load(file)
    except FileNotFoundError:
        raise Failure(f"there is no {report_path} yet: measure first") from None
    with open(path, "w", encoding="utf-8") as file:
        file.write(draw(report["results"], report["about"]["date"][:10]))
    return path


def draw(results, date):
    """An SVG. results: as report.json has them."""
    bars = []
    for result in results:
        value = share(result["measured"], **result["target"])
        if value is not None and not result["failure"]:
            bars.append((result, value))
    if not bars:
        raise Failure("the report has no figure with a target")
    unit = (WIDTH - LEFT - RIGHT) / TWICE
    bottom = TOP + LINE * len(bars)
    parts = [_text(LEFT + unit, TOP - 22, "target", "middle"),
             _text(LEFT + unit + 40, TOP - 22, "better →", "start", "faint")]
    for index, (result, value) in enumerate(bars):
        y = TOP + index * LINE
        good = "ok" if result["verdict"] == "ok" else "short"
        parts += [_bar(LEFT, y, unit * TWICE, "track"), _bar(LEFT, y, unit * min(value, TWICE), good),
                  _text(WHAT, y + 15, result["what"], "start"),
                  _text(8, y + 15, result["name"], "start", "faint"),
                  _text(LEFT + unit * TWICE + 12, y + 15, in_words(result), "start")]
    parts += [f'<line class="line" x1="{LEFT + unit}" x2="{LEFT + unit}" y1="{TOP - 14}" y2="{bottom}" '
              'stroke-dasharray="4 3"/>',
              _text(8, bottom + 24, f"Bars: measured against the target, taken {date} by scripts/bench.sh. "
                    "Orange: short of it.", "start", "faint")]
    height = bottom + 40
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Frontrow against its targets">'
            f"<style>{STYLE}</style>{''.join(parts)}</svg>\n")


def in_words(result):
    """What was measured, and the target: "0.51 (≥ 0.8)"."""
    unit = "" if result["unit"] == "ratio" else f" {result['unit']}"
    least, most = result["target"]["least"], result["target"]["most"]
    if least and most:
        target = f"{least:g} … {most:g}"
    else:
        target = f"≥ {least:g}" if least else f"≤ {most:g}"
    return f"{result['measured']:.3g}{unit} ({target})"


def _bar(x, y, width, kind):
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width:.1f}" height="{LINE - 10}" rx="3"/>'


def _text(x, y, text, anchor, kind=""):
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{html.escape(text)}</text>'
