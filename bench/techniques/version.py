"""(b) An optimistic lock by a version column in PostgreSQL. W is as in lock.py."""

import time

import psycopg2
from psycopg2 import extensions

from failure import Failure
from techniques import sale
from techniques import shop as shops
from techniques.counted import Figure, together
from techniques.road import Road

CROWD = 40
LIMIT = 4
LOSING_S = 0.03


def statements_for(w, database, calls_of_seats):
    """PostgreSQL statements per seat. calls_of_seats: for each seat, the calls of the crowd that wants it."""
    before = w.statements(database)
    sold = sum(sum(together(calls)) for calls in calls_of_seats)
    if sold != len(calls_of_seats):
        raise Failure(f"{len(calls_of_seats)} seats were sold {sold} times")
    return (w.statements(database) - before) / sold


def a_crowd(w):
    def by_version(seat):
        buyer = w.shop.buyer_of_thread()
        (status, version), = buyer.rows("SELECT status, version FROM seats WHERE id = %s", seat)
        is_told = status == "free" and buyer.take_version(seat, version)
        buyer.commit()
        return is_told

    event, seats = w.sale.event(w.size), w.shop.seats(w.size)
    here = [[lambda seat=seat, number=number: w.sale.is_sold(w.sale.nodes[number % 2], event, [seat], f"B{number}")
             for number in range(CROWD)] for seat in event.seats]
    in_shop = [[lambda seat=seat: by_version(seat)] * CROWD for seat in seats]
    return Figure(f"statements per seat that {CROWD} want at once", round(statements_for(w, shops.DATABASE, in_shop)),
                  round(statements_for(w, sale.DATABASE, here)), is_breach=False)


def an_event_has_one(w):
    """CROWD buyers of different seats at the same time. Each tries until it has its own. Counts the tries."""
    def by_version(event, seat):
        buyer, tries = w.shop.buyer_of_thread(), 0
        while True:
            tries += 1
            version = buyer.value("SELECT version FROM events WHERE id = %s", event)
            if buyer.run("UPDATE events SET version = version + 1 WHERE id = %s AND version = %s", event, version):
                buyer.take(seat)
                return tries
            buyer.rollback()

    event, seats = w.shop.event(CROWD)
    tries = together([lambda seat=seat: by_version(event, seat) for seat in seats])
    by_seat = together([lambda seat=seat: w.shop.buyer_of_thread().take(seat) for seat in w.shop.seats(CROWD)])
    hall = w.sale.event(CROWD)
    told = together([lambda seat=seat, number=number: w.sale.is_sold(w.sale.nodes[number % 2], hall, [seat], "A")
                     for number, seat in enumerate(hall.seats)])
    if not all(by_seat + told):
        raise Failure("a free seat was refused")
    return Figure(f"tries per sale when {CROWD} want different seats at once, {max(tries)} for the unluckiest",
                  sum(tries) / CROWD, 1, 1, is_breach=False)


def a_limit(w):
    return Figure(f"of {w.size} buyers over their limit", over_in_shop(w, False), over_here(w), over_in_shop(w, True))


def over_in_shop(w, is_careful):
    """A buyer who is one seat below the limit sends two requests. Both count before either writes."""
    requests = w.shop.buyers("AA")
    if is_careful:
        for each in requests:
            each.database.set_session(isolation_level=extensions.ISOLATION_LEVEL_SERIALIZABLE)
    count = "SELECT count(*) FROM seats WHERE event = %s AND buyer = 'A'"
    over = 0
    for _ in range(w.size):
        event, (*first, x, y) = w.shop.event(LIMIT + 1)
        for seat in first:
            requests[0].take(seat)
        told = []
        for each, seat, has in [(each, seat, each.value(count, event)) for each, seat in zip(requests, (x, y))]:
            try:
                told.append(has < LIMIT and each.take_version(seat, 0))
                each.commit()
            except psycopg2.errors.SerializationFailure:
                each.rollback()
        over += told == [True, True]
    return over


def over_here(w):
    """The two requests reach two nodes at the same moment."""
    event = w.sale.event((LIMIT + 1) * w.size, max_seats_per_user=LIMIT)
    first, second = w.sale.nodes[:2]
    over = 0
    for at in range(0, len(event.seats), LIMIT + 1):
        *held, x, y = event.seats[at:at + LIMIT + 1]
        buyer = f"buyer-{at}"
        if not w.sale.is_sold(first, event, held, buyer):
            raise Failure("the first seats of a buyer were refused")
        told = together([lambda: w.sale.is_sold(first, event, [x], buyer),
                         lambda: w.sale.is_sold(second, event, [y], buyer)])
        if not any(told):
            raise Failure("a buyer was refused a seat within the limit")
        over += all(told)
    return over


def the_answer_is_lost(w):
    with Road(w.postgres.port) as road:
        return Figure(f"of {w.size} buyers refused the seat that they have", lost_in_shop(w, road, False),
                      lost_here(w, road), lost_in_shop(w, road, True))


def url_by(road, w, database):
    return w.postgres.url(database).replace(f":{w.postgres.port}/", f":{road.port}/")


def lost_in_shop(w, road, is_careful):
    """Each COMMIT succeeds, but its answer is lost. The buyer repeats the request."""
    wrong, again = 0, w.shop.buyer("A")
    for seat in w.shop.seats(w.size):
        first = w.shop.buyer("A", url_by(road, w, shops.DATABASE))
        if is_careful:
            first.run("INSERT INTO keys VALUES ('A', %s, 'done')", str(seat))
        first.take_version(seat, 0)
        road.is_losing = True
        try:
            first.commit()
            raise Failure("an answer to COMMIT wasn't lost")
        except psycopg2.OperationalError:
            road.is_losing = False
        wrong += not again.rows("SELECT 1 FROM keys WHERE key = %s", str(seat)) and not again.sees_free(seat)
        again.commit()
    return wrong


def lost_here(w, road):
    """The node gets no answer from the database while it appends, and loses its connection."""
    event, wrong = w.sale.event(w.size), 0
    node = w.sale.start_node(url_by(road, w, sale.DATABASE))

    def buy(seat):
        return w.sale.is_sold(node, event, [seat], "A"), time.monotonic()

    def lose():
        time.sleep(LOSING_S)
        road.is_losing = False
        return time.monotonic()

    try:
        for seat in event.seats:
            time.sleep(0.25)  # lets the node reconnect
            road.is_losing = True
            (is_told, answered), carried = together([lambda: buy(seat), lose])
            if answered < carried:
                raise Failure("the answer to an append wasn't lost")
            wrong += not is_told
    finally:
        w.sale.end_node(node)
    return wrong


ROWS = {
    "a crowd after one seat": a_crowd,
    "the event has the version": an_event_has_one,
    "a limit per buyer": a_limit,
    "the answer to COMMIT is lost": the_answer_is_lost,
}
