"""A hostile client, for T8: attacks.py KIND HOST PORT EVENT, runs until it is killed.

It makes as much trouble as it can with requests that are open to everybody, and reconnects when it is disconnected.
"""

import os
import selectors
import socket
import sys
import time

CHUNK = bytearray(1 << 20)
STEP_S = 0.1


# With --dev, Frontrow refuses requests for another host.
HOST = "Host: localhost\r\n"


def get(path):
    return f"GET {path} HTTP/1.1\r\n{HOST}\r\n".encode()


class Connection:
    """One connection of an attack. The kinds differ in what they send, and when."""

    events = selectors.EVENT_READ

    def __init__(self, seats, number):
        """seats: the path of the list of all seats."""
        self.seats = seats
        self.number = number
        self.socket = None

    def open(self, address):
        self.socket = socket.create_connection(address, 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.begin()

    def send(self, text):
        """Returns the part that wasn't sent."""
        try:
            return text[self.socket.send(text):]
        except BlockingIOError:
            return text

    def begin(self):
        """Called when the connection is open."""

    def write(self):
        """Called when the socket is writable, for kinds that select for it."""

    def came(self, size):
        """Called when size bytes have been read into CHUNK."""

    def step(self):
        """Called ten times a second. Returns True to reconnect."""
        return False

    def read(self):
        try:
            size = self.socket.recv_into(CHUNK)
        except BlockingIOError:
            return
        if size == 0:
            raise ConnectionResetError
        self.came(size)


class Pipeliner(Connection):
    """Requests /metrics and /livez without waiting for answers, and reads the answers."""

    events = selectors.EVENT_READ | selectors.EVENT_WRITE
    left = b""

    def write(self):
        self.left = self.send(self.left or 200 * (get("/metrics") + get("/livez")))


class NonReader(Connection):
    """Requests all seats four times and doesn't read. Reconnects after a while."""

    events = 0
    age = 0

    def begin(self):
        self.send(4 * get(self.seats))
        self.age = self.number % 50

    def step(self):
        self.age += 1
        return self.age > 50


class AskerForAll(Connection):
    """Requests all seats, the free ones and the map, over and over, and reads as fast as it can."""

    head, awaited = b"", None

    def begin(self):
        self.head, self.awaited = b"", None
        self.number += 1
        wishes = (self.seats, self.seats + "?available=true&offset=10000", self.seats.removesuffix("s") + "map")
        self.send(get(wishes[self.number % len(wishes)]))

    def came(self, size):
        if self.awaited is None:
            self.head += CHUNK[:size]
            head, mark, body = self.head.partition(b"\r\n\r\n")
            if not mark:
                return
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            self.awaited, size = int(length), len(body)
        self.awaited -= size
        if self.awaited <= 0:
            self.begin()


class SlowSender(Connection):
    """Begins a reservation and sends one byte every tenth of a second."""

    def begin(self):
        self.send(f"POST /api/v1/reservations HTTP/1.1\r\n{HOST}X-User-ID: mallory\r\n"
                  "Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{".encode())

    def step(self):
        self.send(b"x")
        return False


class Flooder(Connection):
    """Requests a missing path, a list and /metrics, each as soon as the last answer arrives."""

    def begin(self):
        self.number += 1
        self.send(get(("/nowhere", "/api/v1/events?limit=100", "/nowhere", "/metrics")[self.number % 4]))

    def came(self, size):
        self.begin()


KINDS = {  # kind: (class, number of connections)
    "pipelines": (Pipeliner, 16), "doesn't read": (NonReader, 400), "asks for all": (AskerForAll, 16),
    "sends slowly": (SlowSender, 1_000), "floods": (Flooder, 64)}


class Attack:
    def __init__(self, kind, address, event):
        self.address = address
        self.selector = selectors.DefaultSelector()
        connection, count = KINDS[kind]
        self.connections = [connection(f"/api/v1/events/{event}/seats", number) for number in range(count)]

    def run(self):
        for connection in self.connections:
            self.open(connection)
        next_step = time.monotonic()
        while True:
            if not self.selector.get_map():
                time.sleep(STEP_S)
            for key, events in self.selector.select(STEP_S):
                self.act(key.data, events)
            if time.monotonic() >= next_step:
                next_step = time.monotonic() + STEP_S
                for connection in self.connections:
                    self.try_to(connection, self.step, connection)

    def open(self, connection):
        connection.open(self.address)
        if connection.events:
            self.selector.register(connection.socket, connection.events, connection)

    def act(self, connection, events):
        if events & selectors.EVENT_READ:
            self.try_to(connection, connection.read)
        elif events & selectors.EVENT_WRITE:
            self.try_to(connection, connection.write)

    def step(self, connection):
        if connection.step():
            raise ConnectionResetError

    def try_to(self, connection, action, *more):
        """Calls action, and reconnects if the server has closed the connection."""
        try:
            action(*more)
        except (ConnectionError, TimeoutError):
            if connection.events:
                self.selector.unregister(connection.socket)
            connection.socket.close()
            self.open(connection)


if __name__ == "__main__":
    # The attack must not take processor time from the sale, as it wouldn't from another machine.
    os.nice(19)
    Attack(sys.argv[1], (sys.argv[2], int(sys.argv[3])), sys.argv[4]).run()
