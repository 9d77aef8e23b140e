#!/usr/bin/env python3
"""Prints the seats of an arena as CSV: 14,000 around a stage, 2,000 on the floor and the others in a bowl.

    examples/arena.py >examples/arena.csv     as frontrow seed --csv reads it
    examples/arena.py --svg >arena.svg        as a picture
"""

import csv
import math
import sys

SEATS = 14_000

# Metres. The middle of the floor is at 0, 0; the stage is at its left end.
SEAT = 0.55
AISLE = 1.4
HALF_LENGTH, HALF_WIDTH, CORNER = 40, 24, 16
STAGE_X = -33

# Of the floor: each bank's rows and price, from the stage on; four blocks stand side by side in arcs around a point behind it.
BANKS = [("A", 11, 24_000), ("B", 12, 20_000), ("C", 13, 17_000)]
BLOCKS, BLOCK_WIDTH, ROW_DEPTH = 4, 8.6, 1.05
ARC_X, FIRST_ARC = -75, 47.5

# Of the bowl: the first section's number, the rows, how far the first is from the floor, how deep they are, the dearest price.
TIERS = [(101, 14, 2.5, 0.85, 19_000), (201, 4, 17.5, 0.95, 16_000), (301, 9, 24.0, 0.80, 11_000)]


def floor():
    radius = FIRST_ARC
    for bank, rows, price in BANKS:
        for row in range(1, rows + 1):
            for block in range(BLOCKS):
                middle = (block - (BLOCKS - 1) / 2) * (BLOCK_WIDTH + AISLE)
                count = int(BLOCK_WIDTH / SEAT)
                for seat in range(count):
                    angle = (middle + (seat - (count - 1) / 2) * SEAT) / radius
                    at = ARC_X + radius * math.cos(angle), radius * math.sin(angle)
                    yield f"{bank}{block + 1}", row, seat + 1, at, price
            radius += ROW_DEPTH
        radius += 2 * AISLE


def side(begin, end, parts):
    """A straight side: where `along` metres of a part lie, so far from the floor's edge."""
    length = math.dist(begin, end)
    ahead = (end[0] - begin[0]) / length, (end[1] - begin[1]) / length
    out = ahead[1], -ahead[0]
    for part in range(parts):
        def place(along, away, start=part * length / parts):
            return tuple(begin[i] + ahead[i] * (start + along) + out[i] * away for i in (0, 1))
        yield lambda away: length / parts, place


def corner(middle, begin, end, parts):
    """An arc from one angle to another, likewise; the rows are longer the farther away."""
    sweep = (end - begin) / parts
    for part in range(parts):
        def place(along, away, start=begin + part * sweep):
            angle = start + along / (CORNER + away)
            return middle[0] + (CORNER + away) * math.cos(angle), middle[1] + (CORNER + away) * math.sin(angle)
        yield lambda away: sweep * (CORNER + away), place


def wedges():
    """The bowl from one side of the stage around to the other, by section."""
    x, y, turn = HALF_LENGTH - CORNER, HALF_WIDTH - CORNER, math.pi / 2
    yield from corner((-x, -y), -1.6 * turn, -turn, 2)
    yield from side((-x, -HALF_WIDTH), (x, -HALF_WIDTH), 4)
    yield from corner((x, -y), -turn, 0, 3)
    yield from side((HALF_LENGTH, -y), (HALF_LENGTH, y), 1)
    yield from corner((x, y), 0, turn, 3)
    yield from side((x, HALF_WIDTH), (-x, HALF_WIDTH), 4)
    yield from corner((-x, y), turn, 1.6 * turn, 2)


def bowl():
    for first, rows, nearest, depth, dearest in TIERS:
        for number, (length, place) in enumerate(wedges(), first):
            middle = place(length(nearest) / 2, nearest)
            # Dear beside the stage's front, cheaper beside and far from the stage.
            price = dearest - 1_000 * round(abs(middle[0] - STAGE_X - 20) / 14)
            for row in range(rows):
                away = nearest + row * depth
                count = int((length(away) - AISLE) / SEAT)
                margin = (length(away) - (count - 1) * SEAT) / 2
                for seat in range(count):
                    yield str(number), row + 1, seat + 1, place(margin + seat * SEAT, away), price


def seats():
    """All of them, but for those of the highest rows that the cameras have, opposite the stage."""
    everywhere = [*floor(), *bowl()]
    surplus = len(everywhere) - SEATS
    assert 0 <= surplus < 300, surplus
    order = sorted(range(len(everywhere)), key=lambda i: -everywhere[i][3][0] + 3 * abs(everywhere[i][3][1]))
    for_cameras = set(order[:surplus])
    return [seat for i, seat in enumerate(everywhere) if i not in for_cameras]


def print_csv():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["section", "row", "seat_number", "x", "y", "price"])
    for section, row, number, (x, y), price in seats():
        out.writerow([section, row, number, f"{x:.2f}", f"{y:.2f}", price])


def print_svg():
    everywhere = seats()
    prices = sorted({seat[4] for seat in everywhere})
    print('<svg xmlns="http://www.w3.org/2000/svg" viewBox="-76 -60 152 120" width="1520" height="1200">')
    print('<rect x="-76" y="-60" width="152" height="120" fill="#fff"/>')
    print(f'<rect x="{STAGE_X - 9}" y="-12" width="11" height="24" rx="1" fill="#333"/>')
    for _, _, _, (x, y), price in everywhere:
        hue = 250 - 250 * prices.index(price) / (len(prices) - 1)
        print(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.24" fill="hsl({hue:.0f},70%,50%)"/>')
    print("</svg>")


if __name__ == "__main__":
    print_svg() if "--svg" in sys.argv[1:] else print_csv()
