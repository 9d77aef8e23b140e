"""The figures of the cluster: one node on a real PostgreSQL, compared with pgbench on the same one."""

import contextlib
import dataclasses
import time

import pgbench
from figures import Bench, check_contest, load_sale, median_ratio, middle, stop_and_verify, verify
from servers import Frontrow

GATED, UNGATED = "frontrow", "frontrow without Redis"


class ClusterBench(Bench):
    """A bench whose servers are cluster nodes. Each measurement has its own database."""

    def __init__(self, program, folder, seconds, rounds, sizes, say, postgres, redis):
        super().__init__(program, folder, seconds, rounds, sizes, say)
        self.postgres = postgres
        self.redis = redis
        self._databases = 0
        self._best_clients = {}
        postgres.create(pgbench.DATABASE)

    @contextlib.contextmanager
    def frontrow(self, has_gate=True):
        """Starts a node on a fresh database, which is dropped afterwards."""
        with self.nodes(1, has_gate) as nodes:
            yield nodes[0]

    @contextlib.contextmanager
    def nodes(self, count, has_gate=True):
        """Starts count nodes on one fresh database, which is dropped afterwards."""
        self._databases += 1
        database = f"sale_{self._databases}"
        self.postgres.create(database)
        settings = {"FRONTROW_STORE": self.postgres.url(database)}
        if has_gate:
            settings["FRONTROW_REDIS"] = self.redis.url()
        try:
            with contextlib.ExitStack() as stack:
                nodes = [stack.enter_context(Frontrow(self.program, self.server_folder(), settings))
                         for _ in range(count)]
                for node in nodes:
                    node.database = database
                yield nodes
        finally:
            self.postgres.drop(database)

    def pgbench(self, figure, way, round_number):
        """Runs the yardstick for one round, with its best number of clients; returns its reservations a second."""
        if way not in self._best_clients:
            clients, rates = pgbench.find_best(self.postgres, way, self.sizes.pgbench_clients,
                                               self.sizes.pgbench_trial_s)
            self._best_clients[way] = clients
            self.turns.append({"figure": figure, "who": way.name, "trials_per_second": rates})
            self.say(f"{way.name}, reservations a second by clients: " + ", ".join(
                f"{count}: {rate:,.0f}" for count, rate in rates.items()) + f"; {clients} it is")
        sale = pgbench.sell(self.postgres, way, self._best_clients[way], self.seconds)
        self.turns.append({"figure": figure, "who": way.name, "round": round_number,
                           "reservations_per_second": sale.rate, **dataclasses.asdict(sale)})
        return sale.rate


def against_pgbench(bench, rows, connections):
    """C1 and C2. rows: {way of pgbench: (row with the gate, row without)}. All candidates run once a round, in
    alternating order."""
    figure = next(iter(rows.values()))[0].name
    turns = {way.name: lambda number, way=way: bench.pgbench(figure, way, number) for way in rows}
    turns[GATED] = lambda number: distinct_seats(bench, figure, number, connections, True)
    turns[UNGATED] = lambda number: distinct_seats(bench, figure, number, connections, False)
    rates = {who: [] for who in turns}
    for number in range(1, bench.rounds + 1):
        for who in list(turns) if number % 2 else reversed(turns):
            rates[who].append(turns[who](number))
        bench.say(f"{figure} round {number}: " + ", ".join(
            f"{who} {values[-1]:,.0f}/s" for who, values in rates.items()) + "; the books agree")
    for way, pair in rows.items():
        for row, who in zip(pair, (GATED, UNGATED), strict=True):
            row.series, row.series_unit = rates, "reservations/s"
            row.value = median_ratio(rates[who], rates[way.name])
            row.detail = f"{middle(rates[who]):,.0f}/s, {way.name} {middle(rates[way.name]):,.0f}/s"


def distinct_seats(bench, figure, round_number, connections, has_gate):
    """Runs S1's load on a node for one round; returns its requests a second."""
    with bench.frontrow(has_gate) as server:
        event, seats = bench.sale(server, bench.sizes.node_seats_per_second * bench.seconds)
        bench.postgres.come_to_rest(server.database)
        measured, _, made = load_sale(bench, figure, GATED if has_gate else UNGATED, round_number, server,
                                      connections, seats, [event])
        stop_and_verify(server, made)
    return measured.rate


def contest(bench, rate_row, share_row, connections, has_gate):
    """C3: everybody wants the same 100 seats. Measures the rate, and the share of requests that reach PostgreSQL."""
    yardstick = pgbench.CLASSIC
    who = GATED if has_gate else UNGATED
    rates = {yardstick.name: [], who: []}
    transactions = {"under load": [], "idle": []}
    shares = []
    for number in range(1, bench.rounds + 1):
        rates[yardstick.name].append(bench.pgbench(rate_row.name, yardstick, number))
        measured, loaded, idle = contested_seats(bench, rate_row.name, number, connections, has_gate)
        rates[who].append(measured.rate)
        transactions["under load"].append(loaded)
        transactions["idle"].append(idle)
        shares.append(max(0, loaded - idle) / measured.requests * 100)
        bench.say(f"{rate_row.name} round {number}: " + ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items())
                  + f"; {measured.requests:,} answers, {loaded:,} transactions of PostgreSQL, idle {idle:,}: "
                  f"{shares[-1]:.3f} %; the books agree")
    rate_row.series, rate_row.series_unit = rates, "requests/s"
    rate_row.value = median_ratio(rates[who], rates[yardstick.name])
    rate_row.detail = f"{middle(rates[who]):,.0f}/s, {yardstick.name} {middle(rates[yardstick.name]):,.0f}/s"
    share_row.series, share_row.series_unit = transactions, "transactions"
    share_row.value = middle(shares)
    share_row.detail = (f"{middle(transactions['under load']):,.0f} transactions, idle "
                        f"{middle(transactions['idle']):,.0f}")


def contested_seats(bench, figure, round_number, connections, has_gate):
    """One round: (load, PostgreSQL's transactions during a node's life under load, and during an equally long life
    without load). Compares whole lives of the node, because the count is exact only after a connection has ended."""
    with bench.frontrow(has_gate) as server:
        event, seats = bench.sale(server, bench.sizes.contested_seats)
        server.stop()
        bench.postgres.come_to_rest(server.database)
        at_first = bench.postgres.transactions(server.database)

        server.start()
        began = time.monotonic()
        who = GATED if has_gate else UNGATED
        measured, _, made = load_sale(bench, figure, who, round_number, server, connections, seats, [event],
                                      is_contested=True)
        lived_s = time.monotonic() - began
        server.stop()
        after_load = bench.postgres.transactions(server.database)

        server.start()
        time.sleep(lived_s)
        server.stop()
        after_idling = bench.postgres.transactions(server.database)
        verify(server, made)
    check_contest(measured)
    loaded, idle = after_load - at_first, after_idling - after_load
    bench.turns[-1]["postgres_transactions"] = {"under load": loaded, "idle": idle, "seconds": lived_s}
    return measured, loaded, idle
