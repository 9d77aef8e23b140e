"""The size of each scenario: for a measurement, or only to try out the bench."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of a measurement. *_seats_per_second is multiplied by a round's seconds to give an event's seats; a
    faster server ends the round early."""

    on_disk: bool = True  # refuse a store in memory
    fsyncs: int = 200
    sale_seats_per_second: int = 100_000
    node_seats_per_second: int = 40_000
    buyer_seats_per_second: int = 25_000  # one request in five takes a seat
    hall_seats: int = 14_000
    contested_seats: int = 100
    outage_seats: int = 60_000
    bulk_seats: int = 100_000
    bulk_calls: int = 5
    tiny_event: int = 1_000
    small_event: int = 10_000
    large_event: int = 1_000_000
    crowd: int = 10_000
    pgbench_clients: tuple = (4, 8, 16, 32, 64)
    pgbench_trial_s: int = 3  # one second of it may be spent on connecting, which isn't counted
    # For the holds that all end in the same second. They are made in parts: the sale of each part starts at the
    # beginning of a second, and its holds last until that common end. Another load starts ending_load_ahead_s
    # before the first hold ends.
    hold_parts: int = 10
    hold_part_seats: int = 10_000
    hold_part_s: int = 3  # time for a part; a slower part takes another second
    ending_load_s: int = 8
    ending_load_ahead_s: int = 4
    attack_pairs: int = 5
    presale_seats: int = 100_000  # an event can hold back no more
    ordered_seats: int = 100_000


# Runs every scenario with all its checks in seconds. The figures mean nothing.
SMOKE = Sizes(
    on_disk=False,
    fsyncs=10,
    sale_seats_per_second=8_000,
    node_seats_per_second=4_000,
    buyer_seats_per_second=2_000,
    hall_seats=1_200,
    contested_seats=10,
    outage_seats=30_000,
    bulk_seats=2_000,
    bulk_calls=2,
    small_event=1_500,
    large_event=20_000,
    crowd=400,
    pgbench_clients=(8,),
    pgbench_trial_s=1,
    hold_parts=2,
    hold_part_seats=1_000,
    ending_load_s=6,
    attack_pairs=1,
    presale_seats=2_000,
    ordered_seats=1_000,
)
