"""Measurements that all techniques share, and helpers for concurrent calls."""

import collections
import concurrent.futures
import dataclasses
import statistics
import threading
import time

from failure import Failure

AT_ONCE_MOST = 64
POOL = concurrent.futures.ThreadPoolExecutor(AT_ONCE_MOST)


@dataclasses.dataclass
class Figure:
    """A count or a time, measured for the technique as it is described, for the technique with care (if that is cheap
    to try) and for Frontrow."""

    unit: str
    described: float
    frontrow: float
    careful: float | None = None
    is_breach: bool = True  # counts a breach: must be provoked as described, and be 0 elsewhere

    def check(self):
        """Raises Failure if a breach wasn't provoked, or happened where it must not."""
        if self.is_breach and not self.described:
            raise Failure(f"what breaks it wasn't brought about: {self.text()}")
        if self.is_breach and (self.careful or self.frontrow):
            raise Failure(f"what must not happen happened: {self.text()}")

    def text(self):
        careful = "" if self.careful is None else f"; with care {number(self.careful)}"
        return f"{number(self.described)} {self.unit}{careful}; Frontrow {number(self.frontrow)}"


def number(value):
    """Formats whole numbers as they are, others with one decimal or two digits."""
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


class Ledger:
    """Records which buyers were told that a seat is theirs."""

    def __init__(self):
        self._owners = collections.defaultdict(set)

    def add(self, seat, buyer, is_told):
        if is_told:
            self._owners[seat].add(buyer)

    def sold(self):
        return len(self._owners)

    def sold_twice(self):
        if not self._owners:
            raise Failure("no seat was sold at all")
        return sum(len(owners) > 1 for owners in self._owners.values())


def together(calls):
    """Makes the calls at the same moment, each in its own thread; returns their results."""
    barrier = threading.Barrier(len(calls))

    def make(call):
        barrier.wait(10)
        return call()

    return [done.result() for done in [POOL.submit(make, call) for call in calls]]


def rate(buy, threads, seconds):
    """Sales a second with `threads` buyers, each of whom calls buy(its number) over and over."""
    end = time.monotonic() + seconds

    def go(buyer):
        sold = 0
        while time.monotonic() < end:
            sold += buy(buyer)
        return sold

    return sum(together([lambda buyer=buyer: go(buyer) for buyer in range(threads)])) / seconds


def medians(rounds, *calls):
    """The median result of each call, over rounds in which they alternate."""
    taken = [[call() for call in calls] for _ in range(rounds)]
    return [statistics.median(each) for each in zip(*taken)]


def requests_a_sale(w, database, sales):
    """Requests to PostgreSQL and Redis per sale. The sales are made one after the other."""
    before = w.statements(database) + w.redis_reads()
    count = sum(map(bool, sales))
    return (w.statements(database) + w.redis_reads() - before) / count
