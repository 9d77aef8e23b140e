"""(a) A lock in Redis. W is compare.py's world: the shop, the sale, how often each race is run (size) and so on."""

import contextlib
import os
import random
import signal
import threading
import time

import redis

from failure import Failure
from techniques import sale
from techniques import shop as shops
from techniques.counted import Figure, Ledger, medians, rate, requests_a_sale, together

LOCK_MS = 1500  # about a tenth of the usual time, so that the test doesn't wait long for its end
CLAIM_S = 2  # the time to live of Frontrow's claims in Redis


def ends_while_its_holder_works(w):
    def shop(is_careful):
        a, b = w.shop.buyers("AB")
        told, seats = Ledger(), w.shop.seats(w.size)
        began = time.monotonic()
        if not all(a.lock(seat, LOCK_MS) and a.sees_free(seat) for seat in seats):
            raise Failure("a lock that nobody has can't be had")
        time.sleep(max(0, began + LOCK_MS / 1e3 - time.monotonic()) + 0.3)
        for seat in seats:
            told.add(seat, "B", b.lock(seat) and b.sees_free(seat) and b.take(seat, is_careful))
            told.add(seat, "A", a.take(seat, is_careful))
        return told.sold_twice()

    return Figure(f"of {w.size} seats sold twice", shop(False), stopped_node(w), shop(True))


def stopped_node(w):
    """A's requests are under way on a node that is stopped for longer than a claim lives. B sends its requests to the
    other node."""
    event = w.sale.event(w.size)
    first, second = w.sale.nodes[:2]
    told = Ledger()

    def ask(node, seat, buyer):
        told.add(seat, buyer, w.sale.is_sold(node, event, [seat], buyer))

    def meanwhile():
        os.kill(first.process.pid, signal.SIGSTOP)
        try:
            time.sleep(CLAIM_S + 0.2)
            for seat in event.seats:
                ask(second, seat, "B")
        finally:
            os.kill(first.process.pid, signal.SIGCONT)

    w.sale.strike([lambda seat=seat: ask(first, seat, "A") for seat in event.seats], meanwhile)
    return told.sold_twice()


def is_away(w):
    """Four buyers buy seats one after the other, two per seat, while Redis is killed and restarted."""
    def longest_gap(buy):
        sold = [time.monotonic()]
        end = sold[0] + w.seconds + 1

        def go(buyer):
            place = buyer % 2
            while time.monotonic() < end:
                with contextlib.suppress(redis.RedisError):
                    if buy(place):
                        sold.append(time.monotonic())
                place += 2

        def outage():
            time.sleep(0.5)
            w.redis.kill()
            time.sleep(w.seconds)
            w.redis.start()

        together([outage, *[lambda buyer=buyer: go(buyer) for buyer in range(4)]])
        times = sorted(sold)
        return max(later - sooner for sooner, later in zip(times, times[1:] + [end]))

    def in_shop(place):
        buyer = w.shop.buyer_of_thread()
        if not buyer.lock(seats[place]):
            return False
        is_told = buyer.sees_free(seats[place]) and buyer.take(seats[place])
        buyer.unlock(seats[place])
        return is_told

    def here(place):
        name = f"buyer-{threading.get_ident()}"
        return w.sale.is_sold(w.sale.nodes[place % 2], event, [event.seats[place]], name)

    seats, event = w.shop.seats(20_000), w.sale.event(20_000)
    return Figure(f"s without a sale while Redis is away for {w.seconds} s", longest_gap(in_shop), longest_gap(here),
                  is_breach=False)


def a_set_has_one(w):
    def shop(is_careful):
        a, b = w.shop.buyers("AB")
        told = Ledger()
        for x, y, z in zip(*[iter(w.shop.seats(3 * w.size))] * 3):
            wishes = [(a, [x, y]), (b, [y, z])]
            see = [buyer.lock(str(wish)) and all(map(buyer.sees_free, wish)) for buyer, wish in wishes]
            for (buyer, wish), sees in zip(wishes, see):
                told.add(y, buyer.name, sees and all(buyer.take(seat, is_careful) for seat in wish))
        return told.sold_twice()

    def frontrow():
        event = w.sale.event(3 * w.size)
        triples = list(zip(*[iter(event.seats)] * 3))
        answers = w.sale.rivals(event, [([x, y], [y, z]) for x, y, z in triples])
        if not any(any(yes) for yes in answers):
            raise Failure("no seat was sold at all")
        return sum(all(yes) for yes in answers)

    return Figure(f"of {w.size} seats in two sets sold twice", shop(False), frontrow(), shop(True))


def an_event_has_one(w):
    seconds = w.seconds / 2

    def in_shop(lock):
        seats = iter(w.shop.seats(20_000))

        def buy(_):
            buyer, seat = w.shop.buyer_of_thread(), next(seats)
            while not buyer.lock(lock or seat):
                time.sleep(random.uniform(0.001, 0.01))
            is_told = buyer.sees_free(seat) and buyer.take(seat)
            buyer.unlock(lock or seat)
            return is_told

        return rate(buy, 16, seconds)

    def here():
        event = w.sale.event(20_000)
        left = iter(event.seats)
        return rate(lambda buyer: w.sale.is_sold(w.sale.nodes[buyer % 2], event, [next(left)], "A"), 16, seconds)

    described, careful, frontrow = medians(w.rounds, lambda: in_shop("event"), lambda: in_shop(None), here)
    return Figure("sales a second to 16 buyers of different seats", described, frontrow, careful, is_breach=False)


def nobody_disturbs(w):
    a, = w.shop.buyers("A")
    count = 4 * w.size

    def without(seat):
        return a.sees_free(seat) and a.take(seat)

    def with_lock(seat):
        return a.lock(seat) and without(seat) and a.unlock(seat)

    described, careful = [requests_a_sale(w, shops.DATABASE, map(buy, w.shop.seats(count)))
                          for buy in (without, with_lock)]
    here = requests_a_sale(w, sale.DATABASE, w.sale.buy_one_by_one(count))
    return Figure("requests to PostgreSQL and Redis per sale without the lock", described, here, careful,
                  is_breach=False)


ROWS = {
    "the lock expires while its holder works": ends_while_its_holder_works,
    "Redis is away": is_away,
    "several seats, one lock for the set": a_set_has_one,
    "one lock for the event": an_event_has_one,
    "the cost of care without contention": nobody_disturbs,
}
