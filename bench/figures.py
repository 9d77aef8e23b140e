"""Takes the figures. A figure is one Row of the report, or two."""

import dataclasses
import json
import math
import os
import random
import statistics
import time

import load
from books import Books, check_reading, check_sale, check_yardstick
from failure import Failure
from servers import RESERVE, Frontrow, count_path

SLOW_SALE_S = 120  # S7 counts reservations, not seconds; this ends a round that makes too few
COUNT_ROUTE = ("GET", "/api/v1/events/:id/seats/available/count")


@dataclasses.dataclass
class Row:
    name: str
    what: str
    value: float | None = None
    unit: str = ""  # of value: "s", "ms", "MB", "%", "/s"; empty for a ratio
    detail: str = ""
    least: float | None = None  # target
    most: float | None = None
    failure: str = ""
    series: dict = dataclasses.field(default_factory=dict)  # name -> one value per round
    series_unit: str = ""

    @property
    def verdict(self):
        if self.failure:
            return "FAILED"
        if self.least is None and self.most is None:
            return "-"
        is_short = (self.least is not None and self.value < self.least) or (
            self.most is not None and self.value > self.most)
        return "short" if is_short else "ok"

    @property
    def share(self):
        """The value relative to its target: 1 on target, above 1 better. None without a target or a value."""
        if not self.value or not math.isfinite(self.value):
            return None
        parts = [self.value / self.least] if self.least else []
        parts += [self.most / self.value] if self.most else []
        return min(parts) if parts else None

    @property
    def target(self):
        if self.least is not None and self.most is not None:
            return f"{self.least:.2f} … {self.most:.2f}"
        if self.least is not None:
            return f"≥ {self.least:.2f}"
        if self.most is None:
            return "-"
        return f"≤ {self.most:.0f} MB" if self.unit == "MB" else f"≤ {self.most:.2f} {self.unit}".rstrip()

    @property
    def measured(self):
        if self.value is None:
            return "-"
        if self.unit == "MB":
            return f"{self.value:.0f} MB"
        if self.unit == "ms":
            return f"{self.value:.2f} ms"
        if self.unit == "/s":
            return f"{self.value:,.0f}/s"
        return f"{self.value:.3f} {self.unit}" if self.unit else f"{self.value:.2f}"


class Bench:
    """What all figures use: the program, the folder, the yardstick and the length of the load."""

    def __init__(self, program, folder, seconds, rounds, sizes, say, nginx=None):
        self.program = program
        self.folder = folder
        self.seconds = seconds
        self.rounds = rounds
        self.sizes = sizes
        self.say = say
        self.nginx = nginx  # starts the yardstick when it is first needed
        self.turns = []  # all measurements, for report.json
        self.sale_rates = {}  # S1's reservations a second by number of connections, as far as they are known
        self._servers = 0

    def frontrow(self):
        """A server on a fresh store."""
        return Frontrow(self.program, self.server_folder())

    def server_folder(self):
        self._servers += 1
        return os.path.join(self.folder, f"frontrow-{self._servers}")

    def seats(self, pairs, hold_seconds=None):
        return load.Seats.write(os.path.join(self.folder, "seats"), pairs, hold_seconds)

    def sale(self, server, count):
        """Creates an event with count seats, and a file that requests each of them: (event, seats)."""
        event, seat_ids = server.event_with_seats(count)
        return event, self.seats([(event, seat) for seat in seat_ids])

    def load(self, url, connections, seats=None, limit=None, seconds=None, looks=()):
        return load.run(url, connections, seconds or self.seconds, self.folder, seats, limit, looks)

    def note(self, figure, who, round_number, measured, books, **more):
        self.turns.append({
            "figure": figure, "who": who, "round": round_number, "requests_per_second": measured.rate,
            "seconds": measured.seconds, "connections": measured.connections,
            "latency_ms": measured.latency_ms, "wrk_processor_share": measured.wrk_processor_share,
            "books": books, **more})


def load_nginx(bench, figure, round_number, connections, seats, looks=()):
    nginx = bench.nginx()
    before = nginx.requests()
    measured = bench.load(nginx.url(RESERVE[1]), connections, seats, looks=looks)
    books = check_yardstick(measured, nginx.requests() - before - 1)
    bench.note(figure, "nginx", round_number, measured, books)
    return measured


def warm_up(bench, server, connections):
    """Makes reservations for one second that no figure counts, so that first-use costs don't show in a percentile;
    returns how many were made."""
    event, seats = bench.sale(server, bench.sizes.sale_seats_per_second)
    measured = bench.load(server.url(RESERVE[1]), connections, seats, seats.count - connections, seconds=1)
    server.come_to_rest()
    if measured.not_2xx:
        raise Failure(f"warming up, {measured.not_2xx:,} answers weren't 2xx")
    return seats.count - server.available(event)


def load_sale(bench, figure, who, round_number, server, connections, seats, events, is_contested=False,
              seconds=None):
    """Runs one round of reservations on Frontrow and checks the books: (load, CPU seconds, made). If each seat is
    requested only once, the load stops while there are still seats for the requests under way."""
    server.come_to_rest()
    before, cpu_before = Books.read(server, events), server.cpu_seconds()
    limit = None if is_contested else seats.count - connections
    measured = bench.load(server.url(RESERVE[1]), connections, seats, limit, seconds)
    server.come_to_rest()
    cpu = server.cpu_seconds() - cpu_before
    books = check_sale(measured, seats, before, Books.read(server, events), is_contested, server.has_gate)
    answered = sum(books["server_answers"].values())
    bench.note(figure, who, round_number, measured, books,
               cpu_microseconds_per_request=cpu / answered * 1e6)
    return measured, cpu, books["seats_taken"]


def stop_and_verify(server, reservations):
    server.stop()
    verify(server, reservations)


def verify(server, reservations):
    found = server.verify()
    if found != reservations:
        raise Failure(f"{reservations:,} reservations were made, `frontrow verify` found {found:,}")


def against_nginx(bench, row, connections, is_contested):
    """S1 and S2: reservations, nginx and Frontrow in turns."""
    rates = {"nginx": [], "frontrow": []}
    for round_number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            count = bench.sizes.contested_seats if is_contested else bench.sizes.sale_seats_per_second * bench.seconds
            event, seats = bench.sale(server, count)
            server.come_to_rest()
            yardstick = load_nginx(bench, row.name, round_number, connections, seats)
            measured, cpu, made = load_sale(bench, row.name, "frontrow", round_number, server, connections,
                                            seats, [event], is_contested)
            stop_and_verify(server, made)
        if is_contested:
            check_contest(measured)
        rates["nginx"].append(yardstick.rate)
        rates["frontrow"].append(measured.rate)
        bench.say(f"{row.name} round {round_number}: nginx {yardstick.rate:,.0f}/s, frontrow "
                  f"{measured.rate:,.0f}/s, ratio {measured.rate / yardstick.rate:.2f}; "
                  f"{made:,} reserved, {measured.not_2xx:,} refused, the books agree")
    row.series, row.series_unit = rates, "requests/s"
    row.value = median_ratio(rates["frontrow"], rates["nginx"])
    row.detail = f"{middle(rates['frontrow']):,.0f}/s, nginx {middle(rates['nginx']):,.0f}/s"
    if not is_contested:
        bench.sale_rates[connections] = middle(rates["frontrow"])


def sale_rate(bench, connections):
    """S1's reservations a second in this run. If S1 wasn't measured, runs a round for it."""
    if connections not in bench.sale_rates:
        with bench.frontrow() as server:
            event, seats = bench.sale(server, bench.sizes.sale_seats_per_second * bench.seconds)
            measured, _, made = load_sale(bench, f"S1/{connections}", "frontrow", 1, server, connections,
                                          seats, [event])
            stop_and_verify(server, made)
        bench.sale_rates[connections] = measured.rate
    return bench.sale_rates[connections]


def check_contest(measured):
    if measured.not_2xx < 0.99 * measured.requests:
        raise Failure("less than 99 % of the answers were 409: the load was too small")


def bulk(bench, row):
    """S5 and C5: adds many seats by one call. After kill -9, every seat must still be there."""
    count = bench.sizes.bulk_seats
    seconds = []
    with bench.frontrow() as server:
        events = []
        for call in range(1, bench.sizes.bulk_calls + 1):
            events.append(server.create_event(count))
            server.come_to_rest()
            began = time.monotonic()
            answer = server.add_seats(events[-1], "A", count)
            seconds.append(time.monotonic() - began)
            seats = json.loads(answer)
            if ([seat["seat_number"] for seat in seats] != [f"A-{n}" for n in range(1, count + 1)]
                    or len({seat["id"] for seat in seats}) != count
                    or {seat["event_id"] for seat in seats} != {events[-1]}):
                raise Failure(f"the answer isn't {count:,} seats in order, each with an id of its own")
            bench.say(f"{row.name} call {call}: {seconds[-1]:.3f} s, {len(answer):,} bytes")
        server.kill()
        server.verify()
        server.start()
        for event in events:
            if server.available(event) != count:
                raise Failure(f"after kill -9 an event has {server.available(event):,} seats")
        stop_and_verify(server, 0)
    bench.turns.append({"figure": row.name, "who": "frontrow", "seconds": seconds})
    row.series, row.series_unit = {"frontrow": seconds}, "s"
    row.value = statistics.median(seconds)
    row.detail = f"fastest {min(seconds):.3f} s, slowest {max(seconds):.3f} s; all there after kill -9"


def counts(bench, equal_row, fast_row, connections):
    """S6: the available count on a large and a small event, and S2's load on the same server."""
    few, many = (f"{count:,} seats" for count in (bench.sizes.tiny_event, bench.sizes.bulk_seats))
    rates = {few: [], many: [], "S2's load": []}
    with bench.frontrow() as server:
        small, _ = server.event_with_seats(bench.sizes.tiny_event)
        large, _ = server.event_with_seats(bench.sizes.bulk_seats)
        made = 0
        for round_number in range(1, bench.rounds + 1):
            pair = [(few, small), (many, large)]
            for who, event in pair if round_number % 2 else reversed(pair):  # alternate the order
                server.come_to_rest()
                before = Books.read(server, [event])
                measured = bench.load(server.url(count_path(event)), connections)
                server.come_to_rest()
                after = Books.read(server, [event])
                books = check_reading(measured, before, after, COUNT_ROUTE)
                bench.note("S6", who, round_number, measured, books)
                rates[who].append(measured.rate)
            contested, seats = bench.sale(server, bench.sizes.contested_seats)
            measured, _, taken = load_sale(bench, "S6", "S2's load", round_number, server, connections,
                                           seats, [contested], is_contested=True)
            made += taken
            rates["S2's load"].append(measured.rate)
            bench.say(f"S6 round {round_number}: count " + ", ".join(
                f"{who} {values[-1]:,.0f}/s" for who, values in rates.items()) + "; the books agree")
        stop_and_verify(server, made)
    for row, other in ((equal_row, few), (fast_row, "S2's load")):
        row.series, row.series_unit = rates, "requests/s"
        row.value = median_ratio(rates[many], rates[other])
        row.detail = f"{middle(rates[many]):,.0f}/s, {other} {middle(rates[other]):,.0f}/s"


def event_size(bench, cpu_row, rate_row, connections):
    """S7: the same number of reservations, of random seats of one large event, and of small events one after the
    other."""
    small_event, large_event = bench.sizes.small_event, bench.sizes.large_event
    events = min(2 * bench.seconds, 50)
    limit = events * small_event
    extra = -(-connections // small_event)  # spare events for the requests that are under way when the load stops
    sizes = {f"{small_event:,} seats": [small_event] * (events + extra),
             f"{large_event:,} seats": [large_event]}
    small, large = sizes
    costs = {who: [] for who in sizes}
    rates = {who: [] for who in sizes}
    for round_number in range(1, bench.rounds + 1):
        for who in (small, large) if round_number % 2 else (large, small):  # alternate the order
            measured, cost = sell_in_part(bench, who, round_number, sizes[who], limit, connections)
            costs[who].append(cost)
            rates[who].append(measured.rate)
        bench.say(f"S7 round {round_number}: " + ", ".join(
            f"{who} {costs[who][-1]:.1f} µs of processor and {rates[who][-1]:,.0f}/s" for who in sizes)
            + f"; {limit:,} reservations each, the books agree")
    cpu_row.series, cpu_row.series_unit = costs, "µs of processor time a reservation"
    cpu_row.value = median_ratio(costs[large], costs[small])
    cpu_row.detail = f"{middle(costs[large]):.1f} µs, {small} {middle(costs[small]):.1f} µs"
    rate_row.series, rate_row.series_unit = rates, "requests/s"
    rate_row.value = median_ratio(rates[small], rates[large])
    rate_row.detail = f"{middle(rates[large]):,.0f}/s, {small} {middle(rates[small]):,.0f}/s"


def sell_in_part(bench, who, round_number, event_seats, limit, connections):
    """Makes limit reservations on a fresh store, however long it takes; returns (load, microseconds of CPU per
    reservation)."""
    shuffle = random.Random(round_number).shuffle  # buyers want seats everywhere
    with bench.frontrow() as server:
        pairs, events = [], []
        for count in event_seats:
            event, seat_ids = server.event_with_seats(count)
            shuffle(seat_ids)
            events.append(event)
            pairs += [(event, seat) for seat in seat_ids]
        seats = bench.seats(pairs[:limit + connections])
        measured, cpu, made = load_sale(bench, "S7", who, round_number, server, connections, seats, events,
                                        seconds=SLOW_SALE_S)
        stop_and_verify(server, made)
    if made < limit - connections:
        raise Failure(f"only {made:,} of {limit:,} reservations were made in {SLOW_SALE_S} s")
    return measured, cpu / made * 1e6


def large_store(bench, memory_row, killed_row, stopped_row, connections):
    """S8 and S9: memory with a large event, half of whose seats are held. Then as many reservations as the event has
    seats, and the time of a start, the worst of several."""
    total = bench.sizes.large_event
    half = total // 2
    with bench.frontrow() as server:
        event, seat_ids = server.event_with_seats(total)
        rest, rest_ids = server.event_with_seats(bench.sizes.small_event)
        pairs = [(event, seat) for seat in seat_ids] + [(rest, seat) for seat in rest_ids]
        made = sell_all(bench, server, pairs[:half + connections], [event, rest], connections)
        memory_row.value = server.resident_bytes() / 1e6
        more = total - made + 2 * connections
        made += sell_all(bench, server, pairs[half + connections:][:more], [event, rest], connections)
        starts = {"killed": [], "stopped": []}
        for _ in range(bench.rounds):
            for how, end in (("killed", server.kill), ("stopped", server.stop)):
                end()
                began = time.monotonic()
                server.start()
                server.call("GET", "/readyz")
                starts[how].append(time.monotonic() - began)
        stop_and_verify(server, made)
    if made < total:
        raise Failure(f"only {made:,} reservations were made in {SLOW_SALE_S} s")
    for row, how in ((killed_row, "killed"), (stopped_row, "stopped")):
        row.series, row.series_unit = starts, "seconds to /readyz"
        row.value = max(starts[how])
        row.detail = f"{made:,} reservations, best {min(starts[how]):.2f} s"
    memory_row.detail = "when the load has stopped"
    bench.say(f"S8, S9: {memory_row.value:.0f} MB; " + ", ".join(
        f"{how} {max(values):.2f} s" for how, values in starts.items()))


def sell_all(bench, server, pairs, events, connections):
    """Returns how many of these seats were reserved: all but the last few."""
    _, _, made = load_sale(bench, "S8", "frontrow", 1, server, connections, bench.seats(pairs), events,
                           seconds=SLOW_SALE_S)
    return made


def median_ratio(over, under):
    return statistics.median(a / b for a, b in zip(over, under, strict=True))


def middle(values):
    return statistics.median(values)
