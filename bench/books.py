"""Checks what a round really did: wrk's count, the server's count and the number of seats taken must agree.

When wrk stops, each connection may have one request under way that the server answers but wrk doesn't count. Nothing
else may differ.
"""

import collections
import dataclasses
import re

from failure import Failure
from servers import RESERVE


@dataclasses.dataclass
class Books:
    """The server's own counts at one moment."""

    answers: dict  # (method, route) -> {status: count}
    reservations: dict  # outcome -> count
    gate: dict  # the gate's answer -> count
    available: int  # free seats, over the given events

    @classmethod
    def read(cls, server, events):
        answers = collections.defaultdict(dict)
        reservations, gate = {}, {}
        available = sum(server.available(event) for event in events)
        for (name, labels), value in server.metrics().items():
            label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if name == "http_requests_total":
                answers[label["method"], label["path"]][int(label["status_code"])] = int(value)
            elif name == "reservations_total":
                reservations[label["status"]] = int(value)
            elif name == "gate_answers_total":
                gate[label["answer"]] = int(value)
        return cls(answers, reservations, gate, available)

    def answers_since(self, before, route):
        return _difference(self.answers[route], before.answers[route])


def _difference(after, before):
    all_keys = sorted(after.keys() | before.keys())
    change = {key: after.get(key, 0) - before.get(key, 0) for key in all_keys}
    return {key: value for key, value in change.items() if value}


def _agree(sentences):
    wrong = [text for is_so, text in sentences if not is_so]
    if wrong:
        raise Failure("the books don't agree: " + "; ".join(wrong))


def _in_flight(load, answered):
    """True if the server's count is wrk's, or more by at most one per connection."""
    most = load.requests + load.connections
    return load.requests <= answered <= (most if load.asked < 0 else min(most, load.asked))


def check_yardstick(load, read):
    """nginx: every answer is a 201, and nginx has read as many requests as wrk counted."""
    _agree([
        (load.not_2xx == 0, f"nginx gave {load.not_2xx:,} answers that aren't 2xx"),
        (_in_flight(load, read), f"wrk counted {load.requests:,} answers, nginx {read:,} requests"),
    ])
    return {"wrk_answers": load.requests, "nginx_requests": read}


def check_sale(load, seats, before, after, is_contested, has_gate):
    """Two kinds of sale. Distinct seats: every reservation succeeds. Contested seats: each is reserved once, every
    other answer is a 409, and a gate was asked about nearly all requests."""
    answers = after.answers_since(before, RESERVE)
    made, refused = answers.get(201, 0), answers.get(409, 0)
    results = _difference(after.reservations, before.reservations)
    gate = _difference(after.gate, before.gate)
    taken = before.available - after.available
    told = load.requests - load.not_2xx
    _agree([
        (not answers.keys() - {201, 409}, f"the server's answers by status were {answers}"),
        (_in_flight(load, made + refused),
         f"wrk counted {load.requests:,} answers and asked {load.asked:,} times, the server "
         f"answered {made + refused:,}"),
        (told <= made <= told + load.connections and refused >= load.not_2xx,
         f"wrk saw {told:,} good answers, the server gave {made:,}"),
        (made == taken, f"{made:,} answers were 201 and {taken:,} seats are gone"),
        (results.get("success", 0) == made
         and results.get("conflict", 0) + results.get("lock_failed", 0) == refused
         and results.get("lock_failed", 0) == gate.get("taken", 0)
         and not results.keys() - {"success", "conflict", "lock_failed"},
         f"reservations_total is {results} for answers {answers}"),
        (is_contested or refused == 0, f"{refused:,} answers were 409"),
        (is_contested or load.asked <= seats.count,
         f"{seats.count:,} seats were asked for {load.asked:,} times"),
        (not is_contested or made == seats.count, f"{made:,} reservations of {seats.count} contested seats"),
        (not (has_gate and is_contested) or gate.get("pass", 0) + gate.get("taken", 0) >= 0.99 * (made + refused),
         f"the gate's answers to {made + refused:,} requests were {gate}"),
    ])
    return {"wrk_answers": load.requests, "wrk_asked": load.asked, "wrk_not_2xx": load.not_2xx,
            "server_answers": answers, "reservations_total": results, "seats_taken": taken,
            "gate_answers": gate}


def check_reading(load, before, after, route):
    """Reads of one route: every answer is a 200, and nothing is sold."""
    answers = after.answers_since(before, route)
    own_reads = 1  # Books.read itself requests the count, after it has read `before`
    _agree([
        (load.not_2xx == 0 and not answers.keys() - {200}, f"the server's answers were {answers}"),
        (_in_flight(load, answers.get(200, 0) - own_reads),
         f"wrk counted {load.requests:,} answers, the server {answers.get(200, 0) - own_reads:,}"),
        (before.available == after.available, "seats were taken by reading"),
    ])
    return {"wrk_answers": load.requests, "server_answers": answers}


def check_mixed(load, seats, looks, before, after, own_reads):
    """Reservations of distinct seats among reads: every answer is a 201 or a 200, and each kind of read was sent as
    often as planned. looks: {route: reads before each reservation}; own_reads: {route: requests that didn't come from
    wrk, like those of Books.read}."""
    sold = after.answers_since(before, RESERVE)
    read = {route: after.answers_since(before, route) for route in looks}
    made, taken = sold.get(201, 0), before.available - after.available
    counts = {route: answers.get(200, 0) - own_reads.get(route, 0) for route, answers in read.items()}
    _agree([
        (load.not_2xx == 0 and not sold.keys() - {201} and not any(a.keys() - {200} for a in read.values()),
         f"the server's answers by status were {sold} and {list(read.values())}"),
        (_in_flight(load, made + sum(counts.values())),
         f"wrk counted {load.requests:,} answers and asked {load.asked:,} times, the server "
         f"answered {made + sum(counts.values()):,}"),
        (made == taken == _difference(after.reservations, before.reservations).get("success", 0),
         f"{made:,} answers were 201 and {taken:,} seats are gone"),
        (load.reservations_asked <= seats.count,
         f"{seats.count:,} seats were asked for {load.reservations_asked:,} times"),
        # Requests are sent in a fixed order, and all but one per connection have been answered.
        (all(abs(count - looks[route] * made) <= 2 * load.connections for route, count in counts.items()),
         f"beside {made:,} reservations the reads were {list(counts.values())}"),
    ])
    return {"wrk_answers": load.requests, "wrk_asked": load.asked, "seats_taken": taken,
            "server_answers": sold, "server_reads": {" ".join(route): n for route, n in counts.items()}}


def check_crowd(load, seats, before, after):
    """A load for distinct seats that exceeds the server's capacity: each answer is a 201, or a refusal that changed
    nothing."""
    answers = after.answers_since(before, RESERVE)
    made, taken = answers.get(201, 0), before.available - after.available
    told = load.requests - load.not_2xx
    _agree([
        (not answers.keys() - {201, 429, 503}, f"the server's answers by status were {answers}"),
        (_in_flight(load, sum(answers.values())),
         f"wrk counted {load.requests:,} answers and asked {load.asked:,} times, the server "
         f"answered {sum(answers.values()):,}"),
        (told <= made <= told + load.connections,
         f"wrk saw {told:,} good answers, the server gave {made:,}"),
        (made == taken == _difference(after.reservations, before.reservations).get("success", 0),
         f"{made:,} answers were 201 and {taken:,} seats are gone"),
        (load.asked <= seats.count, f"{seats.count:,} seats were asked for {load.asked:,} times"),
    ])
    return {"wrk_answers": load.requests, "wrk_asked": load.asked, "wrk_not_2xx": load.not_2xx,
            "server_answers": answers, "seats_taken": taken}
