"""A crowd that keeps a few connections to each node busy, and records when each node sold."""

import dataclasses
import re
import selectors
import socket
import threading
import time

from failure import Failure
from servers import reservation_request

CONNECTIONS = 4  # to each node
ANSWER_PAUSE_S = 0.005  # before a request is repeated or a connection is opened again
STATUSES = (201, 503)


@dataclasses.dataclass
class Seller:
    """One connection to a node. It requests one seat after the other, each until it has it."""

    node: int
    address: tuple
    connection: socket.socket | None = None
    request: bytes = b""
    answer: bytes = b""
    is_waiting: bool = False  # for an answer
    again_at: float = 0.0


class Sellers:
    """Sells from its own thread, one for all connections. Use it as a context manager. sold: for each node, the times
    (time.time()) at which its sales were answered; doubts: the number of requests whose outcome is unknown."""

    def __init__(self, addresses, event, seats):
        self.event = event
        self.seats = iter(seats)
        self.sold = [[] for _ in addresses]
        self.doubts = 0
        self.failure = None
        self._sellers = [Seller(node, address) for node, address in enumerate(addresses) for _ in range(CONNECTIONS)]
        self._selector = selectors.DefaultSelector()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._is_stopping.set()
        self._thread.join()
        if self.failure and kind is None:
            raise self.failure

    def _run(self):
        try:
            while not self._is_stopping.is_set():
                self._turn()
        except (Failure, StopIteration) as failure:
            self.failure = failure if isinstance(failure, Failure) else Failure("all seats are sold")
        for seller in self._sellers:
            self._lose(seller)

    def _turn(self):
        now = time.time()
        for seller in self._sellers:
            if not seller.is_waiting and now >= seller.again_at:
                self._ask(seller)
        for key, _ in self._selector.select(ANSWER_PAUSE_S):
            self._hear(key.data)

    def _ask(self, seller):
        try:
            if seller.connection is None:
                seller.connection = socket.create_connection(seller.address, 1)
                self._selector.register(seller.connection, selectors.EVENT_READ, seller)
            seller.request = seller.request or reservation_request(seller.address, self.event, next(self.seats))
            seller.connection.sendall(seller.request)
            seller.is_waiting = True
        except OSError:
            self._lose(seller)

    def _hear(self, seller):
        try:
            piece = seller.connection.recv(65536)
        except OSError:
            piece = b""
        if not piece:
            return self._lose(seller)
        seller.answer += piece
        head, mark, body = seller.answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        if mark and length and len(body) >= int(length[1]):
            self._answered(seller, int(head.split(b" ", 2)[1]), body)

    def _answered(self, seller, status, body):
        if status not in STATUSES:
            raise Failure(f"a reservation was answered {status}: {body[:300]!r}")
        seller.answer, seller.is_waiting = b"", False
        if status == 201:
            self.sold[seller.node].append(time.time())
            seller.request = b""
        else:  # the same request again, with the same key
            seller.again_at = time.time() + ANSWER_PAUSE_S

    def _lose(self, seller):
        """Closes the connection, and counts its request as one whose outcome is unknown."""
        if seller.connection is not None:
            self._selector.unregister(seller.connection)
            seller.connection.close()
        self.doubts += bool(seller.request)
        seller.connection, seller.request, seller.answer, seller.is_waiting = None, b"", b"", False
        seller.again_at = time.time() + ANSWER_PAUSE_S
