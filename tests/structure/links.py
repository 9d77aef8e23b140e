"""Every relative link in a *.md file leads to an existing file, and heading if it names one: links.py ROOT"""

import re
import urllib.parse

import house

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)|^\[[^\]\n]+\]:\s*(\S+)", re.MULTILINE)
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def without_code(text):
    blank = lambda match: re.sub(r"[^\n]", " ", match.group(0))
    return CODE.sub(blank, FENCE.sub(blank, text))


def anchors_of(path):
    """The anchors that GitHub gives to the headings."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    anchors = set()
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        anchors.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return anchors


def main():
    root = house.root_of_arguments()
    complaints = []
    checked = 0
    for document in house.documents(root):
        text = without_code(document.read_text(encoding="utf-8"))
        for link in LINK.finditer(text):
            target = link.group(1) or link.group(2)
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            checked += 1
            where = f"{document.relative_to(root)}:{house.line_of(text, link.start())}"
            path, _, anchor = urllib.parse.unquote(target).partition("#")
            file = (document.parent / path).resolve() if path else document
            if not file.exists() or not file.is_relative_to(root):
                complaints.append(f"{where}: {target} leads nowhere")
            elif anchor and file.suffix == ".md" and anchor not in anchors_of(file):
                complaints.append(f"{where}: {target} names no heading there")
    house.finish(complaints, checked)


main()
