"""(e) A worker that cleans up expired holds. W is as in lock.py."""

import functools
import random
import threading
import time

from failure import Failure
from techniques.counted import AT_ONCE_MOST, Figure, Ledger, together

HOLD_S = 3  # longer than Frontrow's claims in Redis live, like every hold in a sale
HOLDS = 10
TAKE_FREE = "UPDATE seats SET status = 'held', buyer = %s WHERE id = %s AND status = 'free'"
CLEAN_UP = "UPDATE seats SET status = 'free' WHERE status = 'held' AND expires_at < now()"
SELL = "UPDATE seats SET status = 'sold' WHERE id = %s AND (%s OR buyer = 'A' AND expires_at > now())"


def write(buyer, sql, *values):
    changed = buyer.run(sql, *values)
    buyer.commit()
    return bool(changed)


def waits_for(w, ends, buy):
    """Tries to buy each seat until it is sold, but gives up two runs of the worker after the last hold's end. ends:
    {seat: the end of its hold}. Returns, for each seat sold, the seconds from its hold's end."""
    waited, left = [], dict(ends)
    while left and time.time() < max(ends.values()) + 2 * w.worker_s:
        for seat in list(left):
            if buy(seat):
                waited.append(time.time() - left.pop(seat))
        time.sleep(0.01)
    return waited


def shop_waits(w, is_careful, has_worker):
    a, b, worker = w.shop.buyers(["A", "B", "W"])
    ends = {}
    for number, seat in enumerate(w.shop.seats(HOLDS)):
        hold_s = HOLD_S + number * w.worker_s / HOLDS
        a.take(seat, hold_s=hold_s)
        ends[seat] = time.time() + hold_s
    over = threading.Event()

    def work():
        while has_worker and not over.wait(w.worker_s):
            write(worker, CLEAN_UP)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        return waits_for(w, ends, b.take if is_careful else lambda seat: write(b, TAKE_FREE, "B", seat))
    finally:
        over.set()
        thread.join()


def waits_here(w):
    """Kills the node that made the holds."""
    event, ends = w.sale.event(HOLDS), {}
    first, second = w.sale.nodes[:2]
    for number, seat in enumerate(event.seats):
        hold_s = HOLD_S + number * w.worker_s // HOLDS
        if not w.sale.is_sold(first, event, [seat], "A", hold_seconds=hold_s):
            raise Failure("a free seat was refused")
        ends[seat] = time.time() + hold_s
    first.kill()
    try:
        return waits_for(w, ends, lambda seat: w.sale.is_sold(second, event, [seat], "B"))
    finally:
        first.start()


def waits(w, has_worker):
    return together([lambda: shop_waits(w, False, has_worker), lambda: shop_waits(w, True, False),
                     lambda: waits_here(w)])


def until_the_next_run(w):
    described, careful, here = waits(w, True)
    if {len(described), len(careful), len(here)} != {HOLDS}:
        raise Failure("a seat whose hold had ended was never sold again")
    return Figure(f"s at most until a seat is sold again, with a worker every {w.worker_s} s", max(described),
                  max(here), max(careful), is_breach=False)


def is_dead(w):
    described, careful, here = [HOLDS - len(sold) for sold in waits(w, False)]
    return Figure(f"of {HOLDS} seats unsold {2 * w.worker_s} s after their holds ended", described, here, careful)


def goes_by_status_alone(w):
    def shop(is_careful):
        a, b, worker = w.shop.buyers(["A", "B", "W"])
        told = Ledger()
        for seat in w.shop.seats(w.size):
            a.take(seat, hold_s=0)
            is_held = a.value("SELECT status FROM seats WHERE id = %s", seat) == "held"
            a.commit()
            write(worker, CLEAN_UP)
            told.add(seat, "B", write(b, TAKE_FREE, "B", seat))
            told.add(seat, "A", is_held and write(a, SELL, seat, not is_careful))
        return told.sold_twice()

    return Figure(f"of {w.size} seats sold to A and held by B", shop(False), confirmed_at_the_end(w), shop(True))


def confirmed_at_the_end(w):
    """A confirms on one node within 5 ms of the hold's end, while B requests the seat on the other node from before
    that end until after it. Returns how many seats both got."""
    event, told, calls = w.sale.event(w.size), Ledger(), []
    first, second = w.sale.nodes[:2]

    def confirm(seat, reservation, end):
        time.sleep(max(0, end + random.uniform(-0.005, 0.005) - time.time()))
        told.add(seat, "A", w.sale.change(first, reservation, "confirm", "A"))

    def insist(seat, end):
        time.sleep(max(0, end - 0.01 - time.time()))
        while time.time() < end + 0.05:
            told.add(seat, "B", w.sale.is_sold(second, event, [seat], "B"))

    for part in [event.seats[at:at + AT_ONCE_MOST // 2] for at in range(0, w.size, AT_ONCE_MOST // 2)]:
        calls.clear()
        for seat in part:
            reservation = w.sale.reserve(first, event, [seat], "A", hold_seconds=HOLD_S)[1]["id"]
            end = time.time() + HOLD_S
            calls.append(functools.partial(confirm, seat, reservation, end))
            calls.append(functools.partial(insist, seat, end))
        together(calls)
    return told.sold_twice()


def many_end_at_once(w):
    """The longest wait of a buyer for one of many seats whose holds end together."""
    count = w.many

    def in_shop():
        b, worker = w.shop.buyers(["B", "W"])
        event, seats = w.shop.event(count)
        write(worker, "UPDATE seats SET status = 'held', expires_at = now() WHERE event = %s", event)
        thread = threading.Thread(target=write, args=(worker, CLEAN_UP))
        thread.start()
        time.sleep(0.05)  # until its statement is under way
        longest = 0
        while thread.is_alive() or not longest:
            began = time.monotonic()
            b.take(random.choice(seats))
            longest = max(longest, time.monotonic() - began)
        return longest

    def here():
        event = w.sale.event(count, max_seats_per_reservation=100)
        first, second = w.sale.nodes[:2]
        end = time.time() + w.many_within_s
        for at in range(0, count, 100):
            left_s = max(1, round(end - time.time()))
            if not w.sale.is_sold(first, event, event.seats[at:at + 100], "A", hold_seconds=left_s):
                raise Failure("free seats were refused")
        if time.time() > end - 1.5:
            raise Failure("the holds took too long to make to end at once")
        time.sleep(max(0, end - 0.6 - time.time()))
        longest, sold = 0, 0
        while time.time() < end + w.seconds:
            began = time.monotonic()
            sold += w.sale.is_sold(second, event, [random.choice(event.seats)], "B")
            longest = max(longest, time.monotonic() - began)
        if not sold:
            raise Failure("no seat whose hold had ended was sold")
        return longest

    return Figure(f"s for the slowest buyer while {count:,} holds are ended", in_shop(), here(), is_breach=False)


ROWS = {
    "between the end and the next run": until_the_next_run,
    "the worker is dead": is_dead,
    "confirm goes by `status` alone": goes_by_status_alone,
    "many end at once": many_end_at_once,
}
