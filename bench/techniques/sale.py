"""Frontrow as its buyers see it: nodes of one cluster, used only through the HTTP API."""

import contextlib
import dataclasses
import http.client
import json
import os
import random
import socket
import threading
import time
import uuid

from failure import Failure
from servers import Frontrow, count_path
from techniques.counted import together

DATABASE = "frontrow"
IDLE_MOST_S = 5  # the server may close a connection that was idle for longer


@dataclasses.dataclass
class Event:
    id: str
    seats: list


class Sale:
    """Two nodes on a PostgreSQL and a Redis. Use it as a context manager."""

    def __init__(self, program, folder, postgres, redis_server):
        postgres.create(DATABASE)
        self.program, self.folder = program, folder
        self.postgres, self.redis = postgres, redis_server
        self.nodes = []
        self._of_thread = threading.local()

    def __enter__(self):
        try:
            for _ in range(2):
                self.start_node(self.postgres.url(DATABASE))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.__exit__()

    def start_node(self, url):
        settings = {"FRONTROW_STORE": url, "FRONTROW_REDIS": self.redis.url()}
        self.nodes.append(Frontrow(self.program, os.path.join(self.folder, f"node-{len(self.nodes)}"), settings))
        return self.nodes[-1].__enter__()

    def end_node(self, node):
        self.nodes.remove(node)
        node.__exit__()

    def event(self, seats, **rules):
        body = {"name": "Compared", "start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z",
                "total_seats": seats, "hold_seconds": 3600, **rules}
        event = json.loads(self.nodes[0].call("POST", "/api/v1/events", body, 201))["id"]
        made = json.loads(self.nodes[0].add_seats(event, "A", seats))
        return Event(event, [seat["id"] for seat in made])

    def ask(self, node, method, path, buyer=None, body=None, key=None):
        """Sends one request: (status, the answer's JSON). The status is 0 if there was no answer. Without a buyer, the
        request is an organizer's."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        if buyer is not None:
            headers["X-User-ID"] = buyer
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection(node)
        try:
            connection.request(method, path, body and json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return 0, {}
        return answer.status, json.loads(content) if content else {}

    def reserve(self, node, event, seats, buyer, key=None, **more):
        return self.ask(node, "POST", "/api/v1/reservations", buyer,
                        {"event_id": event.id, "seat_ids": seats, **more}, key)

    def change(self, node, reservation, action, buyer):
        """action: confirm or cancel; returns whether it succeeded."""
        return self.ask(node, "POST", f"/api/v1/reservations/{reservation}/{action}", buyer)[0] == 200

    def is_sold(self, *arguments, **more):
        return self.reserve(*arguments, **more)[0] == 201

    def count(self, node, event):
        return self.ask(node, "GET", count_path(event.id))[1]["count"]

    def rivals(self, event, wishes):
        """For each (A's seats, B's seats): A and B reserve them at the same moment, on different nodes. Returns
        [(whether A got them, whether B did)]."""
        return [tuple(together([lambda: self.is_sold(self.nodes[0], event, a, "A"),
                                lambda: self.is_sold(self.nodes[1], event, b, "B")])) for a, b in wishes]

    def buy_one_by_one(self, count):
        """A generator that sells one seat on each step."""
        event = self.event(count)
        for seat in event.seats:
            yield self.is_sold(self.nodes[0], event, [seat], "A")

    def strike(self, calls, action):
        """Makes the calls at the same time, and runs action while they are under way; returns their results. Raises
        Failure if all had been answered before."""
        answered = []

        def make(call):
            result = call()
            answered.append(call)
            return result

        def act():
            time.sleep(random.uniform(0, 0.0002) * len(calls))
            if len(answered) == len(calls):
                raise Failure("the node had answered all requests before it was struck")
            action()

        return together([*[lambda call=call: make(call) for call in calls], act])[:-1]

    def burst(self, path, count):
        """Requests path on count connections, alternating between the nodes, all at the same moment."""
        with contextlib.ExitStack() as stack:
            made = [(node.address, stack.enter_context(socket.create_connection(node.address, 10)))
                    for node in self.nodes[:2] * (count // 2)]
            for (host, port), connection in made:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            if not all(connection.recv(65536).startswith(b"HTTP/1.1 200 ") for _, connection in made):
                raise Failure(f"GET {path} wasn't answered to all")

    def verify(self):
        """Runs `frontrow verify`, which reads every fact; raises Failure if anything is wrong."""
        if not self.nodes[0].verify():
            raise Failure("no reservation was made")

    def _connection(self, node):
        known = self._of_thread.__dict__
        connection, used = known.get(node.address, (None, 0))
        if connection is None or time.monotonic() - used > IDLE_MOST_S:
            if connection is not None:
                connection.close()
            connection = http.client.HTTPConnection(*node.address, timeout=15)
        known[node.address] = (connection, time.monotonic())
        return connection
