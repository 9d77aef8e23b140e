"""S12: a crowd far larger than the server's capacity."""

from books import Books, check_crowd
from figures import load_sale, median_ratio, middle, stop_and_verify, warm_up
from servers import RESERVE

PEAK, UNDER = "at its peak", "under the crowd"


def crowd(bench, rate_row, wait_row, memory_row, connections):
    """S12. The peak and the crowd in turns, each on a fresh store. Each connection of the crowd always has a request
    waiting, whatever the server does: forty times as many as at the peak of 256. (A load generator on the same cores
    couldn't send five times the server's capacity.) A round is twice as long as others, because it includes the time in
    which the crowd connects."""
    seconds = 2 * bench.seconds
    rates, worst, memory = {PEAK: [], UNDER: []}, {PEAK: [], UNDER: []}, {PEAK: [], UNDER: []}
    refused = []
    for number in range(1, bench.rounds + 1):
        for who in (PEAK, UNDER) if number % 2 else (UNDER, PEAK):
            with bench.frontrow() as server:
                warmed = warm_up(bench, server, connections)
                event, seats = bench.sale(
                    server, min(bench.sizes.large_event, bench.sizes.sale_seats_per_second * seconds))
                sell = sell_to_crowd if who == UNDER else sell_at_peak
                measured, made = sell(bench, number, server, connections, seats, event, seconds)
                memory[who].append(server.resident_bytes("VmHWM") / 1e6)
                stop_and_verify(server, warmed + made)
            bench.turns[-1]["resident_mb_max"] = memory[who][-1]
            rates[who].append((measured.requests - measured.not_2xx) / measured.seconds)
            worst[who].append(measured.latency_ms["p99"])
            if who == UNDER:
                refused.append(measured.not_2xx / measured.requests)
        bench.say(f"S12 round {number}: " + ", ".join(
            f"{who} {rates[who][-1]:,.0f} good/s with p99 {worst[who][-1]:.0f} ms and {memory[who][-1]:.0f} MB"
            for who in rates) + f"; {refused[-1]:.1%} refused, the books agree")
    rate_row.series, rate_row.series_unit = rates, "good answers/s"
    rate_row.value = median_ratio(rates[UNDER], rates[PEAK])
    rate_row.detail = (f"{middle(rates[UNDER]):,.0f}/s, at its peak {middle(rates[PEAK]):,.0f}/s; "
                       f"{middle(refused):.1%} refused")
    wait_row.series, wait_row.series_unit = worst, "ms, p99"
    wait_row.value = middle(worst[UNDER]) / 1e3
    wait_row.detail = "good answers and refusals together"
    memory_row.series, memory_row.series_unit = memory, "MB of resident memory at the most"
    memory_row.value = max(memory[UNDER]) - min(memory[PEAK])
    memory_row.detail = f"{max(memory[UNDER]):.0f} MB, at its peak {min(memory[PEAK]):.0f} MB"


def sell_at_peak(bench, number, server, connections, seats, event, seconds):
    measured, _, made = load_sale(bench, "S12", PEAK, number, server, connections, seats, [event],
                                  seconds=seconds)
    return measured, made


def sell_to_crowd(bench, number, server, _, seats, event, seconds):
    """Runs one round and checks the books: (load, reservations made)."""
    server.come_to_rest()
    before = Books.read(server, [event])
    connections = bench.sizes.crowd
    measured = bench.load(server.url(RESERVE[1]), connections, seats, seats.count - connections,
                          seconds)
    server.come_to_rest()
    books = check_crowd(measured, seats, before, Books.read(server, [event]))
    bench.note("S12", UNDER, number, measured, books)
    return measured, books["seats_taken"]
