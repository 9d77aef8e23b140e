"""The arena in examples/ is the output of its script: 14,000 seats, each in a place of its own: arena.py ROOT"""

import csv
import subprocess
import sys

import house

NEAREST = 0.4


def too_near(seats):
    places = sorted((float(seat["x"]), float(seat["y"])) for seat in seats)
    for i, (x, y) in enumerate(places):
        for other_x, other_y in places[i + 1:]:
            if other_x - x > NEAREST:
                break
            if (other_x - x) ** 2 + (other_y - y) ** 2 < NEAREST**2:
                yield f"two seats are less than {NEAREST} m apart at {x}, {y}"


def main():
    examples = house.root_of_arguments() / "examples"
    written = (examples / "arena.csv").read_text(encoding="utf-8")
    script = [sys.executable, "-B", examples / "arena.py"]
    printed = subprocess.run(script, capture_output=True, check=True, text=True).stdout
    seats = list(csv.DictReader(written.splitlines()))
    complaints = list(too_near(seats))
    if printed != written:
        complaints.append("examples/arena.csv isn't what examples/arena.py prints")
    if len(seats) != 14_000:
        complaints.append(f"examples/arena.csv has {len(seats)} seats")
    house.finish(complaints, len(seats))


main()
