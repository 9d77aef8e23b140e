"""S3: repeats a buyer's four reads and a reservation, and compares the server with nginx under the same requests."""

from books import Books, check_mixed
from failure import Failure
from figures import load_nginx, median_ratio, middle, stop_and_verify, warm_up
from servers import RESERVE, count_path

EVENT_ROUTE = "/api/v1/events/:id"
# The paths that a buyer reads, each as (suffix of the event's path in a request, suffix of the route in the metrics).
EVENT = ("", "")
COUNT = ("/seats/available/count", "/seats/available/count")
FREE_SEATS = ("/seats?available=true&limit=20", "/seats")
SEAT_MAP = ("/seatmap", "/seatmap")


def looks_of(server, event):
    """The four reads before a reservation. Without a seat map, a second count replaces it."""
    try:
        server.call("GET", f"/api/v1/events/{event}{SEAT_MAP[0]}")
    except Failure as failure:
        if "was answered 404" not in str(failure):
            raise
        return [EVENT, COUNT, FREE_SEATS, COUNT]
    return [EVENT, SEAT_MAP, FREE_SEATS, COUNT]


def buyers(bench, rate_row, latency_row, connections):
    """S3. Halls are sold one after the other, and all buyers look at the hall that is being sold."""
    rates = {"nginx": [], "frontrow": []}
    p99 = {"nginx": [], "frontrow": []}
    for number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            warmed = warm_up(bench, server, connections)
            halls = -(-bench.sizes.buyer_seats_per_second * bench.seconds // bench.sizes.hall_seats)
            pairs, events = [], []
            for _ in range(halls):
                event, seat_ids = server.event_with_seats(bench.sizes.hall_seats)
                events.append(event)
                pairs += [(event, seat) for seat in seat_ids]
            seats, looks = bench.seats(pairs), looks_of(server, events[0])
            suffixes = [suffix for suffix, _ in looks]
            server.come_to_rest()
            turns = {"nginx": load_nginx(bench, "S3", number, connections, seats, suffixes)}
            turns["frontrow"], made = load_frontrow(bench, number, server, connections, seats, events, looks)
            stop_and_verify(server, warmed + made)
        for who, measured in turns.items():
            rates[who].append(measured.rate)
            p99[who].append(measured.latency_ms["p99"])
        bench.say(f"S3 round {number}: " + ", ".join(
            f"{who} {rates[who][-1]:,.0f}/s with p99 {p99[who][-1]:.1f} ms" for who in turns)
            + f"; {made:,} reserved, the books agree")
    told = "with the seat map" if SEAT_MAP in looks else "there is no seat map"
    rate_row.series, rate_row.series_unit = rates, "requests/s"
    rate_row.value = median_ratio(rates["frontrow"], rates["nginx"])
    rate_row.detail = f"{middle(rates['frontrow']):,.0f}/s, nginx {middle(rates['nginx']):,.0f}/s; {told}"
    latency_row.series, latency_row.series_unit = p99, "ms, p99"
    latency_row.value = median_ratio(p99["frontrow"], p99["nginx"])
    latency_row.detail = f"{middle(p99['frontrow']):.1f} ms, nginx {middle(p99['nginx']):.1f} ms"


def load_frontrow(bench, number, server, connections, seats, events, looks):
    """Runs one round and checks the books: (load, reservations made)."""
    routes = [("GET", EVENT_ROUTE + pattern) for _, pattern in looks]
    server.come_to_rest()
    before = Books.read(server, events)
    measured = bench.load(server.url(RESERVE[1]), connections, seats, seats.count - connections,
                          looks=[suffix for suffix, _ in looks])
    server.come_to_rest()
    after = Books.read(server, events)
    counts = {("GET", count_path(":id")): len(events)}  # Books.read requests the count, after it has read `before`
    books = check_mixed(measured, seats, {route: routes.count(route) for route in routes}, before, after,
                        counts)
    bench.note("S3", "frontrow", number, measured, books)
    return measured, books["seats_taken"]
