"""(c) An idempotency key. W is as in lock.py."""

import uuid

import psycopg2

from techniques import sale
from techniques import shop as shops
from techniques.counted import Figure, requests_a_sale, together


def take_any(buyer, event):
    """Holds any free seat of the event. Leaves the transaction open."""
    reservation = str(uuid.uuid4())
    buyer.run("UPDATE seats SET status = 'held', reservation = %s WHERE id = (SELECT id FROM seats WHERE event = %s "
              "AND status = 'free' LIMIT 1 FOR UPDATE SKIP LOCKED)", reservation, event)
    return reservation


def known(buyer, key):
    """Returns the answer stored under the key, or None."""
    found = buyer.rows("SELECT answer FROM keys WHERE caller = 'A' AND key = %s", key)
    return found[0][0] if found else None


def keep(buyer, key):
    buyer.run("INSERT INTO keys VALUES ('A', %s, 'done') ON CONFLICT DO NOTHING", key)


def carefully(buyer, event, key):
    """Inserts the key first, under its unique index, in the same transaction as its effect. Returns the answer."""
    try:
        buyer.run("INSERT INTO keys (caller, key) VALUES ('A', %s)", key)
        answer = take_any(buyer, event)
        buyer.run("UPDATE keys SET answer = %s WHERE caller = 'A' AND key = %s", answer, key)
    except psycopg2.errors.UniqueViolation:
        buyer.rollback()
        answer = known(buyer, key)
    buyer.commit()
    return answer


def look_then_do(w):
    """The same request twice at the same time; in Frontrow, once on each of two nodes."""
    def described():
        first, second = w.shop.buyers("AA")
        event, twice = w.shop.event(2 * w.size)[0], 0
        for _ in range(w.size):
            key = uuid.uuid4().hex
            finds = [known(each, key) for each in (first, second)]
            answers = {found or take_any(each, event) for each, found in zip((first, second), finds)}
            for each in (first, second):
                keep(each, key)
                each.commit()
            twice += len(answers) > 1
        return twice

    def careful():
        event, twice = w.shop.event(2 * w.size)[0], 0
        for _ in range(w.size):
            key = uuid.uuid4().hex
            answers = together([lambda: carefully(w.shop.buyer_of_thread(), event, key)] * 2)
            twice += len(set(answers)) > 1
        return twice

    def frontrow():
        event, twice = w.sale.event(w.size), 0
        for seat in event.seats:
            answers = together([lambda node=node: w.sale.reserve(node, event, [seat], "A", key=seat)
                                for node in w.sale.nodes[:2]])
            twice += {status for status, _ in answers} != {201} or answers[0][1]["id"] != answers[1][1]["id"]
        return twice

    return Figure(f"of {w.size} keys done twice", described(), frontrow(), careful())


def lies_apart(w):
    """The process dies after its commit and before it stores the key. Then the buyer repeats the request."""
    def shop(is_careful):
        a, = w.shop.buyers("A")
        wrong = 0
        for seat in w.shop.seats(w.size):
            if is_careful:
                keep(a, str(seat))
            a.take(seat)
            wrong += not known(a, str(seat)) and not a.take(seat)
        return wrong

    return Figure(f"of {w.size} retries refused after a crash", shop(False), killed_node(w), shop(True))


def killed_node(w):
    """Kills a node while requests are under way, and repeats them on the other node. Returns how many retries didn't
    get their seat."""
    event = w.sale.event(w.size)
    first, second = w.sale.nodes[:2]
    w.sale.strike([lambda seat=seat: w.sale.is_sold(first, event, [seat], "A", key=seat) for seat in event.seats],
                  first.kill)
    first.start()
    return sum(not w.sale.is_sold(second, event, [seat], "A", key=seat) for seat in event.seats)


def nobody_disturbs(w):
    a, = w.shop.buyers("A")
    count = 4 * w.size
    event = w.shop.event(2 * count)[0]

    def without():
        reservation = take_any(a, event)
        a.commit()
        return reservation

    described = requests_a_sale(w, shops.DATABASE, (without() for _ in range(count)))
    careful = requests_a_sale(w, shops.DATABASE, (carefully(a, event, uuid.uuid4().hex) for _ in range(count)))
    here = requests_a_sale(w, sale.DATABASE, w.sale.buy_one_by_one(count))
    return Figure("requests to PostgreSQL and Redis per sale without a key", described, here, careful, is_breach=False)


ROWS = {
    "check, then act": look_then_do,
    "the key is stored apart from its effect (a cache, a second transaction)": lies_apart,
    "the cost of care without contention": nobody_disturbs,
}
