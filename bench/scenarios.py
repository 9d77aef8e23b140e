"""GA, BA and presale: the scenarios of `frontrow bench` whose crowds want units, the best seats or held-back seats."""

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
