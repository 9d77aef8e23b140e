"""A proxy before PostgreSQL that can lose an answer: it delivers the request and then breaks the connection."""

import contextlib
import socket
import threading


class Road:
    """Use it as a context manager. Forwards each connection to .port to PostgreSQL."""

    def __init__(self, postgres_port):
        self._to = ("127.0.0.1", postgres_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.is_losing = False
        self.lost = 0

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                asker, _ = self._listener.accept()
                answerer = socket.create_connection(self._to)
                for each in (asker, answerer):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._carry, args=(asker, answerer, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(answerer, asker, True), daemon=True).start()

    def _carry(self, source, target, is_answer):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_answer and self.is_losing:
                    self.lost += 1
                    break
                target.sendall(data)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
