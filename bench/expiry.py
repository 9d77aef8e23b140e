"""S11: many holds end in the same second. Measures how soon all their seats are free, and what latency other buyers see
meanwhile."""

import calendar
import http.client
import json
import math
import time

import load
import open_loop
from books import Books, check_sale
from failure import Failure
from figures import load_sale, middle, sale_rate, stop_and_verify, warm_up
from servers import RESERVE, count_path

FREE_WITHIN_S = 60
WITHOUT, BESIDE = "without", "while they end"


def all_at_once(bench, free_row, latency_row, connections):
    """S11. The other buyers are an open loop at half of S1's rate. A closed loop would send fewer requests during a
    stall, and so hide it."""
    rate = sale_rate(bench, connections) / 2
    seconds, p99 = [], {WITHOUT: [], BESIDE: []}
    for number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            sold = warm_up(bench, server, connections)
            if number % 2:  # alternate the order
                sold += load_beside(bench, server, number, WITHOUT, rate, connections, p99)
            sale = hold_all(bench, server, number, connections)
            taken, late = let_end(bench, server, sale, number, rate, connections, p99)
            sold += taken + sale.made
            if not number % 2:
                sold += load_beside(bench, server, number, WITHOUT, rate, connections, p99)
            sold += sell_again(bench, server, sale, number, connections)
            stop_and_verify(server, sold)
        seconds.append(late)
        bench.say(f"S11 round {number}: {sale.made:,} holds that ended within {sale.last - sale.first:.2f} s, all free "
                  f"{late:.3f} s after the last; p99 at {rate:,.0f}/s " + ", ".join(
                      f"{who} {values[-1]:.2f} ms" for who, values in p99.items()) + "; the books agree")
    free_row.series, free_row.series_unit = {"frontrow": seconds}, "s after the last hold's end"
    free_row.value = max(seconds)
    free_row.detail = f"the worst; best {min(seconds):.3f} s"
    latency_row.series, latency_row.series_unit = p99, "ms, p99"
    latency_row.value = middle([a / b for a, b in zip(p99[BESIDE], p99[WITHOUT], strict=True)])
    latency_row.detail = f"{middle(p99[BESIDE]):.2f} ms, without {middle(p99[WITHOUT]):.2f} ms, at {rate:,.0f}/s"


class Sale:
    """The holds, and when the first and the last of them end, in seconds since 1970."""

    def __init__(self, server, sizes, connections):
        per_part = sizes.hold_part_seats + connections  # spare for requests under way at the end
        self.event, seat_ids = server.event_with_seats(sizes.hold_parts * per_part)
        pairs = [(self.event, seat) for seat in seat_ids]
        self.parts = [pairs[place:place + per_part] for place in range(0, len(pairs), per_part)]
        self.seats = len(pairs)
        self.made = 0
        self.first = self.last = 0.0


def hold_all(bench, server, number, connections):
    """Creates the holds, and asks the server when they end."""
    sizes = bench.sizes
    sale = Sale(server, sizes, connections)
    server.come_to_rest()
    before = Books.read(server, [sale.event])
    end = math.ceil(time.time()) + sizes.hold_parts * sizes.hold_part_s + sizes.ending_load_ahead_s + 2
    loads = []
    for pairs in sale.parts:
        at = math.ceil(time.time() + 0.2)
        if at > end - sizes.ending_load_ahead_s - 2:
            raise Failure("making the holds took so long that the first would have ended")
        seats = bench.seats(pairs, end - at)
        time.sleep(max(0, at - time.time()))
        loads.append(bench.load(server.url(RESERVE[1]), connections, seats, sizes.hold_part_seats,
                                seconds=sizes.hold_part_s))
    server.come_to_rest()
    whole = load.total(loads)
    books = check_sale(whole, load.Seats("", 0, sale.seats), before, Books.read(server, [sale.event]), False,
                       server.has_gate)
    bench.note("S11", "holding", number, whole, books)
    sale.made = books["seats_taken"]
    if sale.made < sizes.hold_parts * (sizes.hold_part_seats - connections):
        raise Failure(f"only {sale.made:,} holds were made, {sizes.hold_part_s} s for each {sizes.hold_part_seats:,}")
    sale.first, sale.last = ends_of(server, sale.event, sizes.hold_part_seats, connections)
    if sale.last - sale.first > 1:
        raise Failure(f"the holds end within {sale.last - sale.first:.2f} s, which isn't the same second")
    return sale


def ends_of(server, event, part_seats, connections):
    """Returns when the first and the last hold end, judged by the reservations of the first and the last buyers."""
    step = max(1, connections // 16)
    numbers = list(range(1, 1 + connections, step)) + list(range(part_seats - connections, part_seats + 1, step))
    ends = []
    for number in [*numbers, part_seats]:
        answer = server.call("GET", f"{RESERVE[1]}?limit=100", headers={"X-User-ID": f"buyer-{10_000_000 + number:012}"})
        ends += [seconds_of(each["expires_at"]) for each in json.loads(answer) if each["event_id"] == event]
    return min(ends), max(ends)


def seconds_of(text):
    """Converts an instant as the server writes it, 2026-01-01T00:00:00.123Z, to seconds since 1970."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{fraction or 0}")


def load_beside(bench, server, number, who, rate, connections, p99, while_it_runs=None):
    """Runs one open loop on this server; returns the number of reservations that it made."""
    server.come_to_rest()
    with open_loop.Crowd(bench, rate, connections, bench.sizes.ending_load_s, ["--url", server.url("")]) as crowd:
        if while_it_runs:
            while_it_runs(crowd)
        result = crowd.result()
    p99[who].append(open_loop.note(bench, "S11", who, number, result, "frontrow", rate)["p99"])
    return result["seats_sold"]


def let_end(bench, server, sale, number, rate, connections, p99):
    """Waits under load until all holds have ended: (reservations made by the load, seconds from the last hold's end
    until every seat was counted as free)."""
    free_at = []

    def watch(crowd):
        while not crowd.has_begun():
            time.sleep(0.05)
        began = time.time()
        if not sale.first - bench.sizes.ending_load_s + 1 < began < sale.first - 0.2:
            raise Failure(f"the load beside it began {sale.first - began:.1f} s before the first hold's end")
        free_at.append(when_free(server, sale))

    time.sleep(max(0, sale.first - bench.sizes.ending_load_ahead_s - time.time()))
    sold = load_beside(bench, server, number, BESIDE, rate, connections, p99, watch)
    late = max(0.0, free_at[0] - sale.last)
    bench.turns[-1]["all_free_after_s"] = late
    return sold, late


def when_free(server, sale):
    """Counts the event's free seats until all are free; returns when that answer arrived."""
    connection = http.client.HTTPConnection(*server.address, timeout=FREE_WITHIN_S)
    try:
        while time.time() < sale.last + FREE_WITHIN_S:
            connection.request("GET", count_path(sale.event))
            count = json.loads(connection.getresponse().read())["count"]
            now = time.time()
            if count != sale.seats - sale.made and now < sale.first:
                raise Failure(f"{count:,} seats were free before the first hold had ended")
            if count == sale.seats:
                return now
            time.sleep(0.005)
    except (OSError, http.client.HTTPException) as error:
        raise Failure(f"counting seats failed: {error!r}") from None
    finally:
        connection.close()
    raise Failure(f"{FREE_WITHIN_S} s after the last hold's end only {count:,} of {sale.seats:,} seats are free")


def sell_again(bench, server, sale, number, connections):
    """Sells some of the freed seats again, to prove that they can be bought. Returns how many."""
    _, _, made = load_sale(bench, "S11", "sold again", number, server, connections,
                           bench.seats(sale.parts[0]), [sale.event])
    return made
