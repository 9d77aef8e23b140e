"""GA, BA, presale and orders: the scenarios of `frontrow bench` whose crowds want units, the best seats or held-back
seats, or order their seats and pay."""

from figures import middle, stop_and_verify
from open_loop import Crowd, note


def crowd(bench, row, scenario, tickets, connections):
    """A closed loop, which ends early when all tickets have been asked for. The figure has no target."""
    rates, sold, refused, p99 = [], [], [], []
    for number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            options = ["--url", server.url(""), "--seats", str(tickets)]
            with Crowd(bench, None, connections, bench.seconds, options, scenario) as running:
                result = running.result()
            answers = result["frontrow"]["answers"]
            made, answered = answers.get("201", 0), sum(answers.values())
            stop_and_verify(server, made)
        p99.append(note(bench, row.name, "frontrow", number, result, "frontrow", None)["p99"])
        rates.append(result["frontrow"]["requests_per_second"])
        sold.append(rates[-1] * result["seats_sold"] / answered)
        refused.append(1 - made / answered)
        bench.say(f"{row.name} round {number}: {rates[-1]:,.0f}/s with p99 {p99[-1]:.2f} ms; {made:,} reserved with "
                  f"{result['seats_sold']:,} tickets, {refused[-1]:.1%} refused, the books agree")
    row.series, row.series_unit = {"frontrow": rates}, "requests/s"
    row.value = middle(rates)
    row.detail = f"{middle(sold):,.0f} tickets/s, {middle(refused):.1%} refused, p99 {middle(p99):.2f} ms"


def orders(bench, row, seats, connections):
    """A closed loop of buyers who order and pay, which ends early when all seats have been asked for."""
    rates, p95 = [], []
    for number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            options = ["--url", server.url(""), "--seats", str(seats)]
            with Crowd(bench, None, connections, bench.seconds, options, "orders") as running:
                result = running.result()
            stop_and_verify(server, result["seats_sold"])
        note(bench, row.name, "frontrow", number, result, "frontrow", None)
        paid = result["frontrow"]["orders_ms"]
        p95.append(paid["p95"])
        # Each of the requests was answered, and some of the answers made an order paid.
        rates.append(result["frontrow"]["requests_per_second"] * paid["count"]
                     / sum(result["frontrow"]["answers"].values()))
        bench.say(f"{row.name} round {number}: {rates[-1]:,.0f} orders paid a second, each in {paid['p50']:.2f} ms, "
                  f"p95 {p95[-1]:.2f} ms; {paid['count']:,} paid, the books agree")
    row.series, row.series_unit = {"frontrow": p95}, "ms, p95"
    row.value = middle(p95)
    row.detail = f"{middle(rates):,.0f} orders paid a second"
