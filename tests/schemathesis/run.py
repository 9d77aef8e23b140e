"""Sends a running server all kinds of requests of its contract, for scripts/schemathesis.sh: run.py --help

Starts a server on a free port and a folder of its own, with events, seats and reservations. Schemathesis generates good
and bad requests from the contract, as an admin and then as a buyer, and checks each answer against the contract.
"""

import argparse
import ctypes
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from failure import Failure  # noqa: E402
from servers import Frontrow, clean_environment  # noqa: E402

SECRET = "of nobody but this test, and long enough for a server"
METHODS = ("get", "put", "post", "patch", "delete")
# These need a reservation that isn't cancelled yet, a seat of its event, or a key that isn't revoked. Some runs have none
# left.
BY_CHANCE = {("POST", "/api/v1/reservations/:id/confirm"), ("POST", "/api/v1/reservations/:id/extend"),
             ("PATCH", "/api/v1/reservations/:id"),
             ("PATCH", "/api/v1/api-keys/:id"),
             # An admin settles a payment or refund whose id only its order tells.
             ("POST", "/api/v1/orders/:id/settlement"),
             # It needs the id of a request of one's own that was refused, and only answers tell it.
             ("GET", "/api/v1/requests/:id"),
             # It is for guests.
             ("POST", "/api/v1/sessions/handoff"),
             # A ticket's code must be signed, and a ticket used.
             ("POST", "/api/v1/tickets/check-in"), ("POST", "/api/v1/tickets/:id/reinstate"),
             # These need a device that isn't removed yet, and its code, which works once.
             ("DELETE", "/api/v1/events/:id/devices/:device"), ("POST", "/api/v1/devices/pair"),
             # These need a seat that alice still holds, or an order that isn't paid yet.
             ("POST", "/api/reservations/:eventId/:seatId/confirm"), ("POST", "/api/reservations/:eventId/:seatId/extend"),
             ("DELETE", "/api/reservations/:eventId/:seatId"), ("POST", "/api/orders"),
             ("POST", "/api/payments/authorize"), ("POST", "/confirm"),
             # It needs units that are left, for a buyer who may have more, in an event that nobody has cancelled.
             ("POST", "/reserve"),
             # It must be signed.
             ("POST", "/api/v1/payments/notices/:provider")}
# The checks that a client may rely on. Two are left out: those that require the server to accept whatever fits the
# schemas, and to refuse all else. A schema can't say that a sale ends after it begins, nor what a cursor is.
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "missing_required_header", "unsupported_method", "allow_header_conformance",
    "use_after_free", "ensure_resource_availability", "ignored_auth",
)
# Where requests need ids that exist, and how often they get one: nearly every made-up id is unknown.
KNOWN = (
    ("/api/v1/events/{id}", "path.id", "events", 0.3),
    ("/api/v1/events/{id}/sale", "path.id", "to_pause", 0.8),
    ("/api/v1/events/{id}/members", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/members", "body.sub", "members", 0.5),
    ("/api/v1/events/{id}/members", "query.sub", "members", 0.8),
    ("/api/v1/events/{id}/ticket-categories", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/ticket-categories/{name}", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/ticket-categories/{name}", "path.name", "categories", 0.8),
    ("/api/v1/events/{id}/allocations", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/allocations/{name}", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/allocations/{name}", "path.name", "allocations", 0.8),
    ("/api/v1/events/{id}/seats", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/seats/bulk", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/seatmap", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/seats/available/count", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/availability", "path.id", "events", 0.8),
    ("/api/v1/seats/{id}", "path.id", "seats", 0.5),
    ("/api/v1/users/{id}/reservations", "path.id", "users", 0.5),
    ("/api/v1/events/{id}/orders", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/orders", "body.seat_ids[*]", "seats", 0.9),
    ("/api/v1/events/{id}/orders.csv", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/attendees.csv", "path.id", "events", 0.8),
    ("/api/v1/users/{id}/personal-data", "path.id", "users", 0.5),
    ("/api/v1/events/{id}/sales", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/cancel", "path.id", "to_cancel_event", 0.8),
    ("/api/v1/orders", "body.reservation_id", "to_order", 0.8),
    ("/api/v1/orders/{id}", "path.id", "orders", 0.7),
    ("/api/v1/orders/{id}/payments", "path.id", "to_pay", 0.8),
    ("/api/v1/orders/{id}/payments", "body.token", "tokens", 0.8),
    ("/api/v1/orders/{id}/refund", "path.id", "to_refund", 0.8),
    ("/api/v1/reservations/{id}/tickets", "path.id", "reserved", 0.7),
    ("/api/v1/events/{id}/check-ins", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/devices", "path.id", "events", 0.8),
    ("/api/v1/events/{id}/devices/{device}", "path.id", "to_scan", 0.9),
    ("/api/v1/events/{id}/devices/{device}", "path.device", "devices", 0.8),
    ("/api/v1/devices/pair", "body.code", "pairing_codes", 0.8),
    ("/api/v1/tickets/{id}", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}.svg", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}.png", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}/holder", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}/transfer", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}/reissue", "path.id", "tickets", 0.7),
    ("/api/v1/tickets/{id}/reinstate", "path.id", "tickets", 0.7),
    ("/api/v1/payments/notices/{provider}", "path.provider", "providers", 0.8),
    ("/api/v1/reservations", "body.event_id", "events", 0.9),
    ("/api/v1/reservations", "body.seat_ids[*]", "seats", 0.9),
    ("/api/v1/reservations/{id}", "path.id", "reserved", 0.7),
    ("/api/v1/reservations/{id}/confirm", "path.id", "to_confirm", 0.7),
    ("/api/v1/reservations/{id}/cancel", "path.id", "to_cancel", 0.7),
    ("/api/v1/reservations/{id}/extend", "path.id", "to_extend", 0.7),
    ("/api/events/{id}", "path.id", "events", 0.8),
    ("/api/events/{id}/seats", "path.id", "events", 0.8),
    ("/api/reservations", "body.eventId", "held_event", 0.9),
    ("/api/reservations", "body.seatId", "free_seats", 0.9),
    *((path, place, name, 0.9)
      for path in ("/api/reservations/{eventId}/{seatId}", "/api/reservations/{eventId}/{seatId}/confirm",
                   "/api/reservations/{eventId}/{seatId}/extend")
      for place, name in (("path.eventId", "held_event"), ("path.seatId", "held_seats"))),
    ("/api/orders", "body.eventId", "held_event", 0.9),
    ("/api/orders", "body.seatId", "held_seats", 0.9),
    ("/api/payments/authorize", "body.orderId", "to_pay", 0.8),
    ("/api/payments/authorize", "body.token", "tokens", 0.8),
    ("/events", "body.date", "days", 0.8),
    ("/events/{id}/ticket-category", "path.id", "events", 0.8),
    ("/events/{id}/availability", "path.id", "events", 0.8),
    ("/reserve", "body.event_id", "events", 0.9),
    ("/reserve", "body.category", "categories", 0.8),
    ("/reserve", "body.qty", "quantities", 0.8),
    ("/confirm", "body.reservation_id", "to_confirm", 0.7),
)
RESERVED = ("reserved", "to_confirm", "to_cancel", "to_extend")
RESERVED_EACH = 5


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class Server(Frontrow):
    """`frontrow serve` with the sample events, in a folder; use as a context."""

    def __init__(self, program, folder):
        super().__init__(program, str(folder), {"FRONTROW_JWT_SECRET": SECRET, "FRONTROW_LIMITS": "off", "FRONTROW_DATA_DIR": str(folder / "data"),
                                                "FRONTROW_PAYMENTS": "simulator", "FRONTROW_DIALECTS": "true"},
                         is_dev=False)

    def __enter__(self):
        self.run("seed")
        return super().__enter__()

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, env=clean_environment(self.settings),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"frontrow {arguments[0]} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def token(self, user, role):
        return self.run("token", "--sub", user, "--role", role, "--ttl", "86400").strip()

    def ask(self, token, path, body=None, key=""):
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        method, expected = ("POST", 201) if body else ("GET", 200)
        return json.loads(self.call(method, path, body, expected, headers))


def things(server):
    """The ids of the sample events, their seats and reservations made on them. Also an event that may be paused and
    ended, so that the others stay on sale."""
    buyer = server.token("alice", "user")
    found = {name: [] for name in ("events", "seats", *RESERVED)}
    found |= {"users": ["alice"], "members": ["bob"], "categories": ["Gallery"], "allocations": ["Friends"]}
    found |= {"days": ["2036-12-20", "2036-12-20T19:00:00Z"], "quantities": [1, 2]}
    admin = server.token("root", "admin")
    for event in server.ask(buyer, "/api/v1/events"):
        seats = [seat["id"] for seat in server.ask(buyer, f"/api/v1/events/{event['id']}/seats?available=true&limit=40")]
        found["events"].append(event["id"])
        gallery = {"name": "Gallery", "price": 5000, "total_stock": 300}
        server.ask(admin, f"/api/v1/events/{event['id']}/ticket-categories", gallery)
        friends = {"name": "Friends", "category": "Gallery", "quantity": 20, "access_code": "g"}
        server.ask(admin, f"/api/v1/events/{event['id']}/allocations", friends)
        held = len(RESERVED) * RESERVED_EACH
        found["seats"] += seats[held:]
        # One event whose held seats alice also names by their ids.
        found |= {"held_event": [event["id"]], "held_seats": seats[:held], "free_seats": seats[held:]}
        for name, seat in zip(RESERVED * RESERVED_EACH, seats):
            body = {"event_id": event["id"], "seat_ids": [seat]}
            found[name].append(server.ask(buyer, "/api/v1/reservations", body, seat)["id"])
    body = {"name": "Rests", "start_at": "2036-12-20T19:00:00Z", "end_at": "2036-12-20T21:00:00Z", "total_seats": 1}
    for name in ("to_pause", "to_cancel_event"):
        found[name] = [server.ask(admin, "/api/v1/events", body)["id"]]
    return found | ordered_things(server, buyer, admin, body)


def ordered_things(server, buyer, admin, event_body):
    """Reservations to order, orders to pay, paid orders, tickets and devices, of an event of their own."""
    event = server.ask(admin, "/api/v1/events", event_body)["id"]
    server.ask(admin, f"/api/v1/events/{event}/ticket-categories", {"name": "Floor", "price": 5000, "total_stock": 300})
    units = {"items": [{"category": "Floor", "quantity": 1}]}
    found = {"tokens": ["tok_ok", "tok_decline"], "providers": ["simulator"], "to_order": [], "to_pay": [], "to_refund": [],
             "tickets": [], "to_scan": [event], "devices": [], "pairing_codes": []}
    for i in range(RESERVED_EACH):
        held = [server.ask(buyer, "/api/v1/reservations", {"event_id": event} | units, f"floor-{i}-{j}")["id"] for j in (1, 2)]
        found["to_order"].append(held[0])
        found["to_pay"].append(server.ask(buyer, "/api/v1/orders", {"reservation_id": held[1]}, f"order-{i}")["id"])
        sold = server.ask(admin, f"/api/v1/events/{event}/orders", units | {"method": "cash"}, f"sold-{i}")
        found["to_refund"].append(sold["id"])
        taken = server.ask(buyer, "/api/v1/reservations", {"event_id": event} | units, f"ticket-{i}")["id"]
        server.call("POST", f"/api/v1/reservations/{taken}/confirm", None, 200, {"Authorization": f"Bearer {buyer}"})
        found["tickets"].append(f"{taken}.1")
        for name in ("devices", "pairing_codes"):
            device = server.ask(admin, f"/api/v1/events/{event}/devices", {"name": f"Gate {i}"})
            found[name].append(device["id"] if name == "devices" else device["pairing_code"])
    return found | {"orders": found["to_pay"]}


def write_settings(path, known):
    lines = []
    for name, values in known.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    for route, place, name, share in KNOWN:
        lines += ["[[operations]]", f'include-path = "{route}"',
                  f'parameters."{place}" = {{ dictionary = "{name}", probability = {share} }}']
    path.write_text("\n".join(lines), encoding="utf-8")


def routes_without_success(server):
    """The routes without any successful answer: their requests tested little."""
    with urllib.request.urlopen(server.url("/openapi.json"), timeout=60) as answer:
        paths = json.load(answer)["paths"]
    with urllib.request.urlopen(server.url("/metrics"), timeout=60) as answer:
        counted = re.findall(r'^http_requests_total\{method="(\w+)",path="([^"]+)",status_code="[23]..\"\}',
                             answer.read().decode(), re.MULTILINE)
    wanted = {(method.upper(), re.sub(r"\{(\w+)\}", r":\1", path))
              for path, methods in paths.items() for method in methods if method in METHODS}
    return sorted(f"{method} {path}" for method, path in wanted - set(counted) - BY_CHANCE)


def ask(server, folder, who, arguments, examples):
    print(f"== as {who[0]} with role {who[1]}, seed {arguments.seed}", flush=True)
    command = [arguments.schemathesis, "--config-file", str(folder / "schemathesis.toml"),
               "run", server.url("/openapi.json"), "--seed", str(arguments.seed), "--generation-database", "none", "--max-examples", str(examples),
               "--checks", ",".join(CHECKS), "--continue-on-failure", "--no-color", "--warnings", "off",
               "--request-timeout", "60", "-H", f"Authorization: Bearer {server.token(*who)}"]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, check=False,
                          preexec_fn=die_with_parent).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--schemathesis", required=True, help="the program `schemathesis`")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--examples", type=int, required=True, help="so many requests a route, and more")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="frontrow-schemathesis-") as name:
        folder = pathlib.Path(name)
        with Server(arguments.program, folder) as server:
            write_settings(folder / "schemathesis.toml", things(server))
            failed = 0
            for who, share in ((("root", "admin"), 1), (("alice", "user"), 3)):
                failed += ask(server, folder, who, arguments, -(-arguments.examples // share)) != 0
            never = routes_without_success(server)
            server.stop()
            server.verify()
    if never:
        print("Nothing that was asked of these was granted: " + ", ".join(never))
    return 1 if failed or never else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError) as problem:
        print(f"schemathesis.sh: {problem}", file=sys.stderr)
        sys.exit(1)
