"""(d) A cached count of free seats. W is as in lock.py."""

import os
import time

import databases
from failure import Failure
from servers import count_path
from techniques import sale
from techniques import shop as shops
from techniques.counted import Figure, medians, together

READERS = 40


def free_seats(buyer, event):
    count = buyer.value("SELECT count(*) FROM seats WHERE event = %s AND status = 'free'", event)
    buyer.commit()
    return count


def cached(w, buyer, event):
    """Returns the count from the cache. If it isn't there, reads it from the database and caches it."""
    count = buyer.redis.get(f"free:{event}")
    if count is None:
        count = free_seats(buyer, event)
        buyer.redis.set(f"free:{event}", count, ex=w.seconds)
    return int(count)


def is_read_again_after_seconds(w):
    """Every buyer reads the count directly after a sale."""
    def shop():
        a, = w.shop.buyers("A")
        event, seats = w.shop.event(w.size)
        cached(w, a, event)
        wrong = 0
        for sold, seat in enumerate(seats, 1):
            a.take(seat)
            wrong += cached(w, a, event) != w.size - sold
        began = time.monotonic()
        while cached(w, a, event) != 0:
            time.sleep(0.01)
        return wrong, time.monotonic() - began

    def frontrow():
        event, wrong = w.sale.event(w.size), 0
        for sold, seat in enumerate(event.seats, 1):
            if not w.sale.is_sold(w.sale.nodes[0], event, [seat], "A"):
                raise Failure("a free seat was refused")
            wrong += w.sale.count(w.sale.nodes[1], event) != w.size - sold
        return wrong

    wrong, seconds = shop()
    return Figure(f"of {w.size} counts wrong after a sale, the last for {seconds:.1f} s", wrong, frontrow())


def is_read_from_a_replica(w):
    """Every buyer reads the seat directly after a sale, without any delay."""
    a, event = w.shop.buyer("A"), w.shop.event(w.size)
    with databases.Replica(os.path.join(w.folder, "replica"), w.postgres) as replica:
        reader = w.shop.buyer("A", replica.url(shops.DATABASE))
        wrong = 0
        for seat in event[1]:
            a.take(seat)
            wrong += reader.value("SELECT status FROM seats WHERE id = %s", seat) == "free"
            reader.commit()
        reader.database.close()

    hall, stale = w.sale.event(w.size), 0
    for seat in hall.seats:
        w.sale.reserve(w.sale.nodes[0], hall, [seat], "A")
        stale += w.sale.ask(w.sale.nodes[1], "GET", f"/api/v1/seats/{seat}")[1]["status"] == "available"
    return Figure(f"of {w.size} buyers who saw their own seat as free", wrong, stale)


def ends_in_a_rush(w):
    def in_shop():
        event = w.shop.event(w.size)[0]
        together([w.shop.buyer_of_thread] * READERS)  # connect first
        before = w.statements(shops.DATABASE)
        together([lambda: cached(w, w.shop.buyer_of_thread(), event)] * READERS)
        return w.statements(shops.DATABASE) - before

    def here():
        event = w.sale.event(w.size)
        before = w.statements(sale.DATABASE)
        w.sale.burst(count_path(event.id), READERS)
        return w.statements(sale.DATABASE) - before

    return Figure(f"statements for {READERS} readers at once", *medians(w.rounds, in_shop, here), is_breach=False)


ROWS = {
    "the count is refreshed every few seconds": is_read_again_after_seconds,
    "the count is read from a replica": is_read_from_a_replica,
    "the entry expires in a rush": ends_in_a_rush,
}
