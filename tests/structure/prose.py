"""No line of prose in a *.md file is longer than 120 characters: prose.py ROOT

Tables, code, headings, link definitions, HTML and what can't be broken (a URL, a link, a code span) may be longer."""

import re

import house

COLUMNS_MAX = 120
FENCE = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+)?(```+|~~~+)")
ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
EXEMPT = re.compile(r"\s*(?:#{1,6}\s|\||<|\[[^\]]+\]:\s)")
UNBREAKABLE = re.compile(r"`[^`]+`|!?\[[^\]]*\]\([^)]*\)")


def prose_of(text):
    """(number, line) of each line that is neither code nor front matter."""
    fence = None
    is_front_matter = False
    is_in_list = False
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        begins = FENCE.match(line)
        if line == "---" and (number == 1 or is_front_matter):
            is_front_matter = number == 1
        elif is_front_matter:
            continue
        elif fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = None
        elif begins:
            fence = begins.group(1)
        else:
            is_item = ITEM.match(line) is not None
            is_in_list = is_item or (is_in_list and (not line or line.startswith(" ")))
            is_code = line.startswith(("    ", "\t")) and not is_in_list and before in ("", None)
            if not is_code:
                yield number, line
            # A line behind indented code is code, too.
            before = None if is_code else line


def is_too_long(line):
    if len(line) <= COLUMNS_MAX or EXEMPT.match(line):
        return False
    whole = UNBREAKABLE.sub("-", line)
    return bool(re.search(r"\S\s+\S", ITEM.sub("", whole, count=1)))


def main():
    root = house.root_of_arguments()
    complaints = []
    checked = 0
    for document in house.documents(root):
        for number, line in prose_of(document.read_text(encoding="utf-8")):
            checked += 1
            if is_too_long(line):
                complaints.append(
                    f"{document.relative_to(root)}:{number}: a line of prose has {len(line)} characters;"
                    f" wrap it at {COLUMNS_MAX}"
                )
    house.finish(complaints, checked)


main()
