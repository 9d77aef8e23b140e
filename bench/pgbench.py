"""The yardsticks of the cluster: pgbench sells the same seats with its own transactions."""

import dataclasses
import os
import re
import subprocess

from databases import PROGRAMS
from failure import Failure
from servers import HERE

DATABASE = "pgbench"


@dataclasses.dataclass(frozen=True)
class Way:
    """How pgbench sells: a script, and how many reservations each of its transactions makes."""

    script: str
    batch: int
    seats_per_second: int  # more than it can sell here; if it isn't, the books don't agree

    @property
    def name(self):
        return f"pgbench {self.script}"


CLASSIC = Way("classic", 1, 15_000)
BATCHED = Way("batched", 64, 160_000)


@dataclasses.dataclass
class Sale:
    """What pgbench did in one round."""

    clients: int
    seconds: float
    transactions: int
    reservations: int  # as counted in the tables afterwards
    transaction_ms: float  # on average

    @property
    def rate(self):
        return self.reservations / self.seconds


def sell(postgres, way, clients, seconds):
    """Runs one round on fresh tables and checks the books."""
    folder = os.path.join(HERE, "pgbench")
    seats = way.seats_per_second * seconds
    postgres.run("-v", f"seats={seats}", "-f", os.path.join(folder, "schema.sql"), database=DATABASE)
    postgres.come_to_rest(DATABASE)
    command = [f"{PROGRAMS}/pgbench", "-n", "-M", "prepared", "-T", str(seconds), "-c", str(clients),
               "-D", f"clients={clients}", "-D", "n=-1", "-f", os.path.join(folder, f"{way.script}.sql")]
    done = subprocess.run(command, env=postgres.environment(DATABASE), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=seconds + 60)
    if done.returncode != 0:
        raise Failure(f"{way.name} made no load: {' '.join(done.stderr.split())[:300]}")
    sale = _read(done.stdout, clients)
    _check(postgres, way, sale)
    return sale


def find_best(postgres, way, counts, seconds):
    """Finds the number of clients with the highest rate; returns (that number, reservations a second by number of
    clients)."""
    rates = {clients: sell(postgres, way, clients, seconds).rate for clients in counts}
    return max(rates, key=rates.get), rates


def _read(output, clients):
    def figure(pattern):
        found = re.search(pattern, output)
        if not found:
            raise Failure(f"pgbench didn't say {pattern}: {' '.join(output.split())[:300]}")
        return float(found[1])

    transactions = int(figure(r"transactions actually processed: (\d+)"))
    if figure(r"failed transactions: (\d+)") or not transactions:
        raise Failure(f"transactions of pgbench failed: {' '.join(output.split())[:300]}")
    return Sale(clients, transactions / figure(r"tps = ([\d.]+)"), transactions, 0,
                figure(r"latency average = ([\d.]+) ms"))


def _check(postgres, way, sale):
    """Checks that every transaction sold the seats that it asked for, and left its reservations and keys."""
    postgres.query("ANALYZE", DATABASE)  # by old statistics the tables are empty, which makes the query slow
    counts = postgres.query(
        "SELECT count(*), count(r.id), count(k.key), (SELECT count(*) FROM reservations), "
        "(SELECT count(*) FROM idempotency_keys) FROM seats s"
        " LEFT JOIN reservations r ON r.id = s.reservation_id AND r.seat_ids = ARRAY[s.id]"
        " LEFT JOIN idempotency_keys k ON k.reservation_id = r.id WHERE s.reservation_id IS NOT NULL",
        DATABASE)
    wanted = sale.transactions * way.batch
    if {int(count) for count in counts.split("|")} != {wanted}:
        raise Failure(f"{way.name} ended {sale.transactions:,} transactions, which is {wanted:,} reservations; "
                      f"taken seats, their reservations, keys, all reservations, all keys: {counts}")
    sale.reservations = wanted
