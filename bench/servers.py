"""The two servers that are loaded: Frontrow on a fresh store, and nginx as the yardstick."""

import ctypes
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request

from failure import Failure

HERE = os.path.dirname(os.path.realpath(__file__))
START_WITHIN_S = 30
BULK_SEATS = 100_000
HOLD_SECONDS = 3600  # so long that no hold expires before the seats are counted
RESERVE = ("POST", "/api/v1/reservations")


def clean_environment(settings=None):
    """The environment of a child: nothing from this shell may change its behaviour."""
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | (settings or {})


def start_child(command, folder, log_path, if_orphaned, settings=None, **user):
    """Starts a server that gets the signal if_orphaned when this program ends, even when it is killed. settings:
    additional environment variables; user: the user to run as."""
    def before_exec():  # runs after the change of user, which would reset it
        ctypes.CDLL(None).prctl(1, int(if_orphaned))  # PR_SET_PDEATHSIG

    with open(log_path, "wb") as log:
        return subprocess.Popen(command, cwd=folder, env=clean_environment(settings),
                                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True, preexec_fn=before_exec, **user)


def end_child(process, number=signal.SIGTERM):
    """Sends the signal, and kills the process if it takes too long; returns its exit status."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode


def wait_until(is_there, process, name, log_path):
    """Waits until is_there() returns something, and returns it. If the process ends or START_WITHIN_S pass first, ends
    it and raises Failure."""
    end = time.monotonic() + START_WITHIN_S
    while not (found := is_there()):
        if process.poll() is not None or time.monotonic() > end:
            end_child(process, signal.SIGQUIT)
            raise Failure(f"{name} did not start: {read_text(log_path)[-400:]}")
        time.sleep(0.02)
    return found


def read_text(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def reservation_request(address, event, seat):
    """The bytes of one reservation, in the form that reserve.lua sends."""
    body = f'{{"event_id":"{event}","seat_ids":["{seat}"]}}'
    return (f"POST {RESERVE[1]} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"X-User-ID: buyer-000010000000\r\nIdempotency-Key: bench-{os.urandom(8).hex()}-10000000\r\n"
            f"\r\n{body}").encode()


class Frontrow:
    """`frontrow serve` on its own store, which is in folder unless settings name another. settings are environment
    variables, because process lists don't show them. Use it as a context manager."""

    def __init__(self, program, folder, settings=None, is_dev=True):
        self.program = program
        self.folder = folder
        self.settings = settings or {"FRONTROW_DATA_DIR": os.path.join(folder, "data")}
        self.options = ["--dev"] if is_dev else []
        self.has_gate = "FRONTROW_REDIS" in self.settings
        self.database = ""  # the database's name, if its store is PostgreSQL
        self.process = None
        self.address = None

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.start()
        return self

    def __exit__(self, *_):
        if self.process is not None:
            end_child(self.process, signal.SIGKILL)

    def start(self):
        log_path = os.path.join(self.folder, "log")
        self.process = start_child([self.program, "serve", *self.options, "--listen", "127.0.0.1:0"],
                                   self.folder, log_path, signal.SIGKILL, self.settings)
        found = wait_until(lambda: re.search(r'"message":"serving","address":"127\.0\.0\.1:(\d+)"', read_text(log_path)),
                           self.process, "frontrow", log_path)
        self.address = ("127.0.0.1", int(found[1]))
        wait_until(self.is_ready, self.process, "frontrow", log_path)

    def is_ready(self):
        try:
            return self.call("GET", "/readyz") is not None
        except Failure:
            return False

    def stop(self):
        """Stops it as an operator would."""
        status = end_child(self.process)
        log = read_text(os.path.join(self.folder, "log"))
        if status != 0:
            raise Failure(f"frontrow exited with {status}: {log[-400:]}")
        if '"level":"error"' in log:
            raise Failure(f"frontrow logged an error: {log[-400:]}")

    def kill(self):
        end_child(self.process, signal.SIGKILL)

    def verify(self):
        """Runs `frontrow verify` on the store; returns the number of reservations that it found."""
        done = subprocess.run([self.program, "verify"], cwd=self.folder, env=clean_environment(self.settings),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        found = re.search(r"(\d+) reservations", done.stdout)
        if done.returncode != 0 or not found:
            raise Failure(f"frontrow verify failed (exit {done.returncode}): "
                          f"{(done.stdout + done.stderr)[-400:]}")
        return int(found[1])

    def url(self, path):
        return f"http://{self.address[0]}:{self.address[1]}{path}"

    def call(self, method, path, body=None, expected=200, headers=None):
        """Sends one request; returns the answer's body in bytes."""
        connection = http.client.HTTPConnection(*self.address, timeout=60)
        try:
            data = None if body is None else json.dumps(body).encode()
            type_of_it = {"Content-Type": "application/json"} if data else {}
            connection.request(method, path, data, type_of_it | (headers or {}))
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{method} {path} failed: {error!r}") from None
        finally:
            connection.close()
        if answer.status != expected:
            raise Failure(f"{method} {path} was answered {answer.status}: {content[:300]!r}")
        return content

    def create_event(self, seats):
        event = self.call("POST", "/api/v1/events", {
            "name": "Benchmark", "start_at": "2099-01-01T00:00:00Z", "end_at": "2099-01-02T00:00:00Z",
            "total_seats": seats, "hold_seconds": HOLD_SECONDS}, 201)
        return json.loads(event)["id"]

    def add_seats(self, event, prefix, count):
        """Adds seats by one bulk call; returns the unparsed body of the answer."""
        return self.call("POST", f"/api/v1/events/{event}/seats/bulk",
                         {"prefix": prefix, "count": count, "price": 5000}, 201)

    def event_with_seats(self, count):
        """Returns (event id, its seats' ids in the order of their numbers)."""
        event = self.create_event(count)
        seats = []
        while len(seats) < count:
            batch = min(BULK_SEATS, count - len(seats))
            answer = json.loads(self.add_seats(event, f"B{len(seats) // BULK_SEATS}", batch))
            seats += [seat["id"] for seat in answer]
        if len(set(seats)) != count or self.available(event) != count:
            raise Failure(f"an event was to have {count:,} seats and has {len(set(seats)):,}")
        return event, seats

    def available(self, event):
        return json.loads(self.call("GET", count_path(event)))["count"]

    def metrics(self):
        """{(name, labels as text): value}, without the histograms."""
        text = self.call("GET", "/metrics").decode()
        lines = re.findall(r"^((?!http_request_duration)\w+)(?:\{(.*)\})? (\S+)$", text, re.MULTILINE)
        return {(name, labels): float(value) for name, labels, value in lines}

    def cpu_seconds(self):
        """User and system time of all its threads since it started."""
        fields = read_text(f"/proc/{self.process.pid}/stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self, field="VmRSS"):
        """field: VmRSS for the current size, VmHWM for the largest since the start."""
        status = read_text(f"/proc/{self.process.pid}/status")
        return int(re.search(rf"^{field}:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024

    def come_to_rest(self):
        """Waits until the server is idle: 0.3 s without a tick of processor time."""
        before, quiet, end = self.cpu_seconds(), 0, time.monotonic() + 15
        while quiet < 3 and time.monotonic() < end:
            time.sleep(0.1)
            now = self.cpu_seconds()
            quiet, before = (quiet + 1 if now == before else 0), now


def count_path(event):
    return f"/api/v1/events/{event}/seats/available/count"


class Nginx:
    """The yardstick of `frontrow bench`, lent: one nginx worker that answers every request with the same 201 from
    memory, as long as Frontrow's answer. Use it as a context manager."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.process = None
        self.answer_bytes = 0

    def __enter__(self):
        os.makedirs(self.folder)
        log = os.path.join(self.folder, "log")
        self.process = start_child([self.program, "bench", "--nginx", "--lend", "--dir", self.folder], self.folder, log,
                                   signal.SIGTERM)
        found = wait_until(lambda: re.search(
            r"nginx answers (\d+) bytes, the server (\d+): (\S+), counted at (\S+)\n", read_text(log)),
                           self.process, "nginx", log)
        size, wanted, self.base, self.counts = found.groups()
        self.answer_bytes = int(size)
        if size != wanted:
            self.__exit__()
            raise Failure(f"nginx's answer isn't like Frontrow's: {size} bytes, not {wanted}")
        return self

    def __exit__(self, *_):
        end_child(self.process)

    def url(self, path):
        return self.base + path

    def requests(self):
        """The number of requests that it has read since it started, including this one."""
        with urllib.request.urlopen(self.counts, timeout=10) as answer:
            return int(re.search(r"\n (\d+) (\d+) (\d+)", answer.read().decode())[3])


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
