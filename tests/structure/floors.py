"""Every include in src/ names an existing file that its module may include: floors.py ROOT"""

import house


def is_allowed(module, other):
    """`module` and `other` are the parts of paths of folders under src/."""
    if module == other or other == module[:len(other)]:
        return True
    if other in house.COMPOSED.get(module, ()):
        return True
    return house.FLOORS[other[0]] < house.FLOORS[module[0]]


def main():
    root = house.root_of_arguments()
    complaints = []
    checked = 0
    for module in house.modules(root):
        name = module.relative_to(root / "src").parts[0]
        if name not in house.FLOORS:
            complaints.append(f"src/{name} has no floor: give it one in tests/structure/house.py")
    for source in house.sources(root):
        text = source.read_text(encoding="utf-8")
        module = source.relative_to(root / "src").parts[:-1]
        for include in house.INCLUDE.finditer(text):
            checked += 1
            header = include.group(1)
            where = f"{source.relative_to(root)}:{house.line_of(text, include.start(1))}"
            other = tuple(header.split("/")[:-1])
            if not (root / "src" / header).is_file() or not other:
                complaints.append(f'{where}: there is no src/{header}; write includes from src/')
            elif module[0] not in house.FLOORS or other[0] not in house.FLOORS:
                continue
            elif not is_allowed(module, other):
                complaints.append(f'{where}: "{header}" does not lie below src/{"/".join(module)}')
    house.finish(complaints, checked)


main()
