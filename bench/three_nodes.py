"""C1/3: the cost of three nodes that sell at once, compared with one that sells alone."""

import concurrent.futures
import os
import statistics

import load
from failure import Failure
from figures import stop_and_verify
from servers import RESERVE

NODES = 3
KINDS = ("cpu", "p99", "tries", "decisions")


def beside_one(bench, rows, connections):
    """rows: by KINDS. The same number of connections to one node, and spread over three, in turns."""
    rounds = {1: [], NODES: []}
    for number in range(1, bench.rounds + 1):
        for count in rounds if number % 2 else reversed(rounds):
            rounds[count].append(sell(bench, count, number, connections))
        bench.say(f"C1/3 round {number}: " + "; ".join(
            f"{count} node{'s' * (count > 1)} " + ", ".join(f"{kind} {value:,.3f}" for kind, value in taken[-1].items())
            for count, taken in rounds.items()) + "; the journal has every sale")
    for kind, row in rows.items():
        one, three = ([turn[kind] for turn in rounds[count]] for count in (1, NODES))
        is_ratio = kind in ("cpu", "p99")
        row.series = {"one node": one, "three nodes": three}
        row.series_unit = {"cpu": "µs of all processors a reservation", "p99": "ms"}.get(kind, "each")
        row.value = statistics.median(b / a for a, b in zip(one, three, strict=True)) if is_ratio else statistics.median(three)
        row.detail = f"one node {statistics.median(one):,.3f}, three {statistics.median(three):,.3f}"


def sell(bench, count, round_number, connections):
    """Runs one round: {kind: value}."""
    with bench.nodes(count) as nodes:
        # Each node has its own event, so that each load has its seats for itself.
        sales = [prepare(bench, node, place, count) for place, node in enumerate(nodes)]
        bench.postgres.come_to_rest(nodes[0].database)
        for node in nodes:
            node.come_to_rest()
        before, busy = totals(nodes), busy_seconds()
        with concurrent.futures.ThreadPoolExecutor(count) as crowd:
            measured = list(crowd.map(lambda sale: run(bench, connections // count, *sale), sales))
        busy = busy_seconds() - busy
        for node in nodes:
            node.come_to_rest()
        of = {name: value - before[name] for name, value in totals(nodes).items()}
        made = sum(seats.count - node.available(event) for node, event, seats, _ in sales)
        if any(one.not_2xx for one in measured):
            raise Failure("a seat that one buyer asked for was refused")
        for node in nodes[1:]:
            node.stop()
        stop_and_verify(nodes[0], made)
    bench.turns.append({"figure": "C1/3", "who": f"{count} of frontrow", "round": round_number, "made": made,
                        "requests_per_second": [one.rate for one in measured], "journal": of})
    return {"cpu": busy / made * 1e6, "p99": max(one.latency_ms["p99"] for one in measured),
            "tries": (of["won"] + of["lost"]) / of["won"], "decisions": of["decisions"] / of["commands"]}


def prepare(bench, node, place, count):
    """Returns (node, its event, the file that requests its seats, a folder for its load)."""
    folder = os.path.join(bench.folder, f"load-{place}")
    os.makedirs(folder, exist_ok=True)
    event, ids = node.event_with_seats(bench.sizes.node_seats_per_second * bench.seconds // count)
    return node, event, load.Seats.write(os.path.join(folder, "seats"), [(event, seat) for seat in ids]), folder


def run(bench, connections, node, _, seats, folder):
    return load.run(node.url(RESERVE[1]), connections, bench.seconds, folder, seats, seats.count - connections)


def totals(nodes):
    """The sums over all nodes' journals."""
    names = {"won": ("journal_appends_total", 'result="won"'), "lost": ("journal_appends_total", 'result="lost"'),
             "commands": ("journal_commands_total", ""), "decisions": ("journal_decisions_total", "")}
    metrics = [node.metrics() for node in nodes]
    return {name: sum(each[key] for each in metrics) for name, key in names.items()}


def busy_seconds():
    """Busy time of all processors since the machine started: of the nodes, PostgreSQL and the load."""
    with open("/proc/stat", encoding="ascii") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / os.sysconf("SC_CLK_TCK")
