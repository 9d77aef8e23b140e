"""How much each scenario takes: to measure, or only to go through it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Sizes:
    """To measure. Seats a second are what an event has for each second of a round; a faster server ends the
    round early."""

    on_disk: bool = True  # a store in memory is refused
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
    pgbench_trial_s: int = 3  # a second of it may go on connecting, which isn't counted
    # Holds that end in the same second: each part is sold at the beginning of a second, and held for as many
    # seconds as are left. The load beside them begins so long before the first of them ends.
    hold_parts: int = 10
    hold_part_seats: int = 10_000
    hold_part_s: int = 3  # time for a part; one that takes longer takes another second
    ending_load_s: int = 8
    ending_load_ahead_s: int = 4
    attack_pairs: int = 5


# Every scenario with all its checks in seconds. What it measures means nothing.
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
)
