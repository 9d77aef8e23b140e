#!/usr/bin/env python3
"""A payment provider for Frontrow that takes no money, as an example of the contract in docs/payments.md.

    export FRONTROW_PAYMENT_SECRET=$(head -c 32 /dev/urandom | base64)
    examples/payment_provider.py --port 4242 --frontrow http://127.0.0.1:8080 &
    FRONTROW_PAYMENT_URL=http://127.0.0.1:4242/ frontrow serve --dev --payments webhook

The tokens `ok` and `tok_ok` pay at once, and any other is declined. Without a token, the buyer gets a page with two buttons. A real
provider keeps its books in a database, and writes there that a payment is to be made before it makes it.
"""

import argparse
import base64
import hashlib
import hmac
import html
import http.server
import json
import os
import threading
import time
import urllib.parse
import urllib.request
import uuid

TOLERANCE = 300  # seconds


class Books:
    """What has become of each payment and refund. Each is moved once, however often it is asked for."""

    def __init__(self):
        self.payments = {}
        self.refunds = {}
        self.lock = threading.Lock()

    def answer(self, message, page):
        with self.lock:
            return self.answer_one(message, page)

    def answer_one(self, message, page):
        kind = message["type"]
        if kind == "charge":
            return self.charge(message, page)["answer"]
        if kind in ("look_up", "abandon"):
            return self.look_up(message, is_over=kind == "abandon")
        if kind == "refund":
            return self.refund(message)["answer"]
        return {"movements": self.movements(), "next": ""}

    def charge(self, message, page):
        known = self.payments.get(message["payment"])
        if known:
            return known
        reference = "demo-" + message["payment"]
        entry = {"message": message, "answer": {"status": "pending", "reference": reference}}
        if is_past(message["until"]):
            entry["answer"] = {"status": "declined", "code": "too_late"}
        elif "return_url" in message:
            entry["answer"]["redirect_url"] = page + message["payment"]
        elif message["token"] in ("ok", "tok_ok"):
            entry["answer"] = succeeded(message, reference)
        else:
            entry["answer"] = {"status": "declined", "code": "unknown_token"}
        self.payments[message["payment"]] = entry
        return entry

    def look_up(self, message, is_over):
        entry = self.payments.get(message["payment"])
        if not entry:
            return {"status": "unknown"}
        if is_over and entry["answer"]["status"] == "pending":
            entry["answer"] = {"status": "declined", "code": "too_late"}
        return entry["answer"]

    def refund(self, message):
        known = self.refunds.get(message["refund"])
        if known:
            return known
        paid = self.payments.get(message["payment"])
        left = paid["message"]["amount"] if paid and paid["answer"]["status"] == "succeeded" else 0
        left -= sum(one["message"]["amount"] for one in self.refunds.values()
                    if one["message"]["payment"] == message["payment"] and one["answer"]["status"] == "succeeded")
        answer = {"status": "failed", "code": "more_than_was_paid"}
        if message["amount"] <= left:
            answer = {"status": "succeeded", "reference": "demo-" + message["refund"]}
        return self.refunds.setdefault(message["refund"], {"message": message, "answer": answer})

    def movements(self):
        moved = []
        for kind, entries in (("payment", self.payments), ("refund", self.refunds)):
            for entry in entries.values():
                message, answer = entry["message"], entry["answer"]
                if answer["status"] == "succeeded":
                    names = ("payment", "refund", "amount", "currency")
                    moved.append({"type": kind, "reference": answer["reference"],
                                  **{name: message[name] for name in names if name in message}})
        return moved

    def decide(self, payment, is_paid):
        """The buyer has pressed a button. Returns the entry, or None if it is too late."""
        with self.lock:
            entry = self.payments.get(payment)
            if not entry or entry["answer"]["status"] != "pending" or is_past(entry["message"]["until"]):
                return None
            reference = entry["answer"]["reference"]
            entry["answer"] = (succeeded(entry["message"], reference) if is_paid
                               else {"status": "declined", "code": "refused_by_buyer"})
            return entry


def succeeded(message, reference):
    return {"status": "succeeded", "reference": reference, "amount": message["amount"], "currency": message["currency"]}


def is_past(until):
    # Times are in UTC and of equal length, so they can be compared as texts.
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) >= until[:19]


class Signer:
    """Signatures as https://www.standardwebhooks.com describes them."""

    def __init__(self, secret):
        self.key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)

    def sign(self, message_id, timestamp, body):
        text = f"{message_id}.{timestamp}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(self.key, text, hashlib.sha256)).decode()

    def is_genuine(self, headers, body):
        timestamp = headers.get("Webhook-Timestamp", "")
        right = self.sign(headers.get("Webhook-Id", ""), timestamp, body)
        given = headers.get("Webhook-Signature", "").split(" ")
        is_fresh = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= TOLERANCE
        return is_fresh and any(hmac.compare_digest(one.encode(), right.encode()) for one in given)

    def headers(self, body):
        message_id, timestamp = "msg_" + uuid.uuid4().hex, str(int(time.time()))
        return {"Content-Type": "application/json", "Webhook-Id": message_id, "Webhook-Timestamp": timestamp,
                "Webhook-Signature": self.sign(message_id, timestamp, body)}


PAGE = """<!doctype html><meta charset="utf-8"><title>Pay</title><h1>Pay {amount} {currency}?</h1>
<form method="post"><button name="pay" value="yes">Pay</button> <button name="pay" value="no">Don't pay</button></form>
"""


def handler_for(books, signer, frontrow):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.startswith("/pay/"):
                return self.press_button(body)
            if not signer.is_genuine(self.headers, body):
                return self.reply(401, b'{"error": "the signature is wrong or old"}')
            page = f"http://{self.headers['Host']}/pay/"
            self.reply(200, json.dumps(books.answer(json.loads(body), page)).encode())

        def do_GET(self):
            entry = books.payments.get(self.path.removeprefix("/pay/"))
            if not entry:
                return self.reply(404, b"There is no such payment.", "text/plain")
            message = entry["message"]
            text = PAGE.format(amount=message["amount"], currency=html.escape(message["currency"]))
            self.reply(200, text.encode(), "text/html; charset=utf-8")

        def press_button(self, body):
            is_paid = urllib.parse.parse_qs(body.decode()).get("pay") == ["yes"]
            payment = self.path.removeprefix("/pay/")
            entry = books.decide(payment, is_paid)
            if not entry:
                return self.reply(410, b"It is too late to pay.", "text/plain")
            self.tell(payment, entry["answer"])
            self.send_response(303)
            self.send_header("Location", entry["message"]["return_url"])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def tell(self, payment, answer):
            """A notice only makes it quicker: Frontrow asks by itself, too."""
            body = json.dumps({"type": "payment", "payment": payment, **answer}).encode()
            url = frontrow + "/api/v1/payments/notices/webhook"
            request = urllib.request.Request(url, body, signer.headers(body))
            try:
                urllib.request.urlopen(request, timeout=5).close()
            except OSError as error:
                self.log_message("the notice was not taken: %s", error)

        def reply(self, status, body, kind="application/json"):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=4242)
    parser.add_argument("--frontrow", default="http://127.0.0.1:8080", help="where notices are sent to")
    settings = parser.parse_args()
    secret = os.environ.get("FRONTROW_PAYMENT_SECRET")
    if not secret:
        parser.error("set FRONTROW_PAYMENT_SECRET to the secret that Frontrow has, too")
    try:
        signer = Signer(secret)
    except ValueError:
        parser.error("FRONTROW_PAYMENT_SECRET isn't base64; `head -c 32 /dev/urandom | base64` makes one")
    handler = handler_for(Books(), signer, settings.frontrow)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", settings.port), handler)
    except (OSError, OverflowError) as error:
        parser.error(f"port {settings.port} of 127.0.0.1 can't be used ({error}); choose another with --port")
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
