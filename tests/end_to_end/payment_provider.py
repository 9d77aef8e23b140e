"""Pays through examples/payment_provider.py, and compares with its books: payment_provider.py CHECKOUT PROGRAM

The program and the example are started as docs/payments.md says, and a buyer pays in each way that it describes."""

import base64
import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

PATIENCE_S = 120
SECRET = base64.b64encode(b"a secret of both sides, long").decode()


def free_port():
    """A free port below the range from which the kernel assigns ports."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) != 0:
                return port


@contextlib.contextmanager
def running(command, environment, ready, log):
    """Runs the command, once a line of its output contains `ready`; what it logs is added to `log`."""
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]} | environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    watch = threading.Timer(PATIENCE_S, process.kill)
    watch.start()
    is_ready = threading.Event()

    def read():
        for line in process.stdout:
            log.append(line)
            if ready in line:
                is_ready.set()
        is_ready.set()

    reader = threading.Thread(target=read)
    reader.start()
    is_ready.wait()
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        reader.join()
        watch.cancel()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Caller:
    def __init__(self, base):
        self.base, self.keys = base, 0

    def send(self, path, body=None, headers=None, user=None):
        """Returns the status and what the answer says, if it says it in JSON."""
        self.keys += 1
        all_headers = {"Idempotency-Key": f"key-{self.keys}", "Content-Type": "application/json"}
        if user:
            all_headers["X-User-ID"] = user
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(urllib.parse.urljoin(self.base, path), data, all_headers | (headers or {}))
        try:
            answer = urllib.request.build_opener(NoRedirect).open(request, timeout=PATIENCE_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read()
            is_json = "json" in answer.headers.get("Content-Type", "")
            return answer.status, json.loads(text) if is_json else answer.headers

    def wait_for(self, order, status):
        end = time.monotonic() + PATIENCE_S
        while True:
            _, now = self.send(f"/api/v1/orders/{order['id']}", user="alice")
            if now["status"] == status:
                return now
            if time.monotonic() > end:
                sys.exit(f"the order is {now['status']}, not {status}")
            time.sleep(0.05)


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r}, not {wanted!r}")


class Shop(Caller):
    def open_event(self):
        event = {"name": "Recital", "start_at": "2099-01-01T10:00:00Z", "end_at": "2099-01-01T12:00:00Z",
                 "total_seats": 3, "payment": "required", "hold_seconds": 600}
        self.event = self.send("/api/v1/events", event)[1]["id"]
        seats = {"seats": [{"seat_number": str(number), "price": 3_000} for number in range(1, 4)]}
        status, made = self.send(f"/api/v1/events/{self.event}/seats/bulk", seats)
        expect("the seats", status, 201)
        _, listed = self.send(f"/api/v1/events/{self.event}/seats")
        self.seats = [seat["id"] for seat in listed]

    def place_order(self):
        _, held = self.send("/api/v1/reservations", {"event_id": self.event, "seat_ids": [self.seats.pop()]},
                            user="alice")
        status, order = self.send("/api/v1/orders", {"reservation_id": held["id"]}, user="alice")
        expect("the order", status, 201)
        return order

    def pay(self, order, how):
        return self.send(f"/api/v1/orders/{order['id']}/payments", how, user="alice")


def buy(shop):
    """Buys with a token, on the page, and after a decline; gives one order back."""
    order = shop.place_order()
    expect("a bad token", shop.pay(order, {"token": "bad"})[0], 402)
    expect("a good token", shop.pay(order, {"token": "ok"})[0], 200)

    paged = shop.place_order()
    status, paying = shop.pay(paged, {"return_url": "http://shop.example/back"})
    expect("a payment on the page", status, 202)
    page = paying["payments"][-1]["redirect_url"]
    expect("the page", shop.send(page)[0], 200)
    status, headers = shop.send(page, b"pay=yes", {"Content-Type": "application/x-www-form-urlencoded"})
    expect("the button", (status, headers.get("Location")), (303, "http://shop.example/back"))
    shop.wait_for(paged, "paid")

    expect("the refund", shop.send(f"/api/v1/orders/{order['id']}/refund", {})[0] in (200, 202), True)
    shop.wait_for(order, "refunded")
    payment = paying["payments"][-1]["id"]
    forged = json.dumps({"type": "payment", "payment": payment, "status": "disputed"}).encode()
    headers = {"Webhook-Id": "msg_1", "Webhook-Timestamp": str(int(time.time())), "Webhook-Signature": "v1,AAAA"}
    for _ in range(3):
        status, problem = shop.send("/api/v1/payments/notices/webhook", forged, headers)
        expect("a forged notice", (status, problem["code"]), (400, "NOTICE_REFUSED"))


def main():
    checkout, program = pathlib.Path(sys.argv[1]), sys.argv[2]
    log = []
    with tempfile.TemporaryDirectory() as folder:
        port, provider_port = free_port(), free_port()
        base = f"http://127.0.0.1:{port}"
        example = [sys.executable, "-B", str(checkout / "examples/payment_provider.py"), "--port", str(provider_port),
                   "--frontrow", base]
        settings = {"FRONTROW_PAYMENT_URL": f"http://127.0.0.1:{provider_port}/", "FRONTROW_PAYMENT_SECRET": SECRET}
        shop_command = [program, "serve", "--dev", "--payments", "webhook", "--data-dir", folder,
                        "--listen", f"127.0.0.1:{port}"]

        def reconcile():
            return subprocess.run([program, "reconcile", "--payments", "webhook", "--data-dir", folder], env=settings,
                                  text=True, capture_output=True, timeout=PATIENCE_S)

        with running(shop_command, settings, '"serving"', log):
            with running(example, {"FRONTROW_PAYMENT_SECRET": SECRET}, "listening", log):
                shop = Shop(base)
                shop.open_event()
                buy(shop)
                agreed = reconcile()
                expect("books that agree", (agreed.returncode, agreed.stdout),
                       (0, "2 payments and 1 refund by webhook, 0 without a result: no difference\n"))
            # The provider has forgotten everything.
            with running(example, {"FRONTROW_PAYMENT_SECRET": SECRET}, "listening", log):
                differing = reconcile()
                expect("empty books", differing.returncode, 1)
                expect("the lines", differing.stdout.count("the provider hasn't moved it"), 3)
                expect("the count", "3 differences" in differing.stdout, True)
        unreachable = reconcile()
        expect("a provider that is away", unreachable.returncode, 1)
        expect("lines about forged notices", sum("notice was refused" in line for line in log), 1)
        said = "".join(log) + agreed.stdout + differing.stdout + unreachable.stderr
        expect("the secret was printed", SECRET in said, False)


main()
