#!/usr/bin/env python3
"""Makes a golden folder: make.py PROGRAM COMMIT FOLDER killed|stopped|backup

Runs a small sale over HTTP on PROGRAM, a frontrow built from COMMIT, and keeps the files that it leaves. Writes
expected.json beside them, which says what every later frontrow must report about them. libfaketime (Debian:
libfaketime) sets the program's clock to a day in the past, so that no machine's clock is before it.

killed    the data folder of a server that got SIGKILL: its newest commits are still in the log
stopped   the data folder of a server that was stopped: no log
backup    the backup that `frontrow backup` made while the server ran
"""

import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
SECRET = "the secret of every golden folder, 32 bytes and more"

EVENING = {"venue": "", "start_at": "2099-12-01T18:00:00+09:00", "end_at": "2099-12-01T20:30:00+09:00"}
CONCERT = EVENING | {
    "name": "冬の音楽会 🎻 \"Winter\"",
    "description": "Doors at 17:30.\r\nNo \\ photographs,\tno 'phones'.\n\n<b>座席</b> & more: 👩‍🎤 é e\u0301 \u2028 \ufeff",
    "venue": "大ホール",
    "total_seats": 100, "max_seats_per_user": 20, "max_seats_per_reservation": 6, "hold_seconds": 3600,
    "sales_start_at": "2026-01-01T00:00:00.001Z",
}
PLACES = {"seats": [
    {"seat_number": "い-1", "price": 8000, "section": "一階 \"S\"", "row": "い", "x": 12.5, "y": -3},
    {"seat_number": "い-2", "price": 8000, "section": "一階 \"S\"", "row": "い", "x": 13.25, "y": -3},
    {"seat_number": "い-3", "price": 0, "x": 1e6, "y": 0},
    {"seat_number": "い\\4", "price": 1000000000000, "row": "🎻"},
]}
TABLE = "seat_number,price,section,row,x,y\n\"B, 1\",5000,\"the \"\"balcony\"\"\",B,1,2\nB-2,5000,,,,\nB-3,4500,,,,\n"
PAID = EVENING | {
    "name": "Paid", "description": "", "total_seats": 10, "currency": "EUR", "payment": "required", "hold_seconds": 60, "max_seats_per_user": 2,
    "sales_end_at": "2099-12-01T19:00:00+09:00",
}
SHORT = EVENING | {"name": "Short holds", "total_seats": 10, "hold_seconds": 1}
GONE = EVENING | {"name": "Deleted", "total_seats": 5}
PAUSED = EVENING | {"name": "Paused", "total_seats": 5}
ENDED = EVENING | {"name": "Ended", "total_seats": 5}
HALL = EVENING | {
    "name": "Hall", "total_seats": 12, "hold_seconds": 3600, "max_seats_per_reservation": 10,
    "stage": {"x": -5, "y": -4, "width": 12.5, "height": 2}, "focal_point": {"x": 0.5, "y": -1}, "best_seats": "front",
}
HALL_SEATS = {"seats": [
    {"seat_number": f"席 {row}{n}", "price": 7000, "section": "平土間", "row": row, "x": n, "y": y, "label": f"№{n}"} | flags
    for y, row in enumerate("AB") for n, flags in enumerate(
        [{"accessible": True}, {"companion": True}, {"restricted_view": True}, {}, {"accessible": True, "restricted_view": True}, {}],
    )
]}
STANDING, LOW = "Stehplatz / \"unten\"", "立ち見 🎫"


class Server:
    """A server on the folder, whose clock starts at `at`."""

    def __init__(self, program, data, at):
        self.environment = {
            "PATH": os.environ["PATH"], "TZ": "UTC", "LD_PRELOAD": FAKETIME, "FAKETIME": f"@{at}", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1",
            "FRONTROW_JWT_SECRET": SECRET,
            "FRONTROW_LIMITS": "off",
        }
        self.program = program
        self.tokens = {}
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--data-dir", data], env=self.environment, cwd=data.parent, stderr=subprocess.PIPE, text=True,
        )
        for line in self.process.stderr:
            if '"message":"serving"' in line:
                self.address = json.loads(line)["address"]
                return
            print(line, end="", file=sys.stderr)
        raise SystemExit("the program doesn't serve")

    def run(self, *arguments):
        done = subprocess.run([self.program, *map(str, arguments)], env=self.environment, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.strip()

    def send(self, user, method, path, body=None, role="user", kind="application/json", key=None):
        if (user, role) not in self.tokens:
            self.tokens[user, role] = self.run("token", "--sub", user, "--role", role)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.tokens[user, role]}"} | ({"Content-Type": kind} if data else {}) | ({"Idempotency-Key": key} if key else {})
        request = urllib.request.Request(f"http://{self.address}/api/v1{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def has_route(self, path):
        with urllib.request.urlopen(f"http://{self.address}/openapi.json", timeout=30) as answer:
            return f"/api/v1{path}" in json.loads(answer.read())["paths"]

    def manage(self, method, path, body=None, **more):
        return self.send("organiser-7", method, path, body, role="admin", **more)

    def reserve(self, user, key, event, *seats):
        return self.claim(user, key, event, seat_ids=[*seats])

    def claim(self, user, key, event, **wish):
        return self.send(user, "POST", "/reservations", {"event_id": event, "idempotency_key": key} | wish)

    def change(self, reservation, what, body=None):
        return self.send(reservation["user_id"], "POST", f"/reservations/{reservation['id']}/{what}", body)

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(timeout=60)
        self.process.stderr.close()


ALICE, HANAKO, QUOTED = "alice", "花子 🎫", "O\"Brien \\ 3"


def open_sale(server):
    """Makes events, seats and keys."""
    concert = server.manage("POST", "/events", CONCERT | {"name": "Not its last name"})
    server.manage("PUT", f"/events/{concert['id']}", CONCERT)
    seats = server.manage("POST", f"/events/{concert['id']}/seats/bulk", PLACES)
    seats += server.manage("POST", f"/events/{concert['id']}/seats/bulk", TABLE.encode(), kind="text/csv")
    seats += server.manage("POST", f"/events/{concert['id']}/seats/bulk", {"prefix": "C", "count": 20, "price": 3000})
    seats.append(server.manage("POST", f"/events/{concert['id']}/seats", {"seat_number": "single", "price": 1}))
    paid = server.manage("POST", "/events", PAID)
    paid_seats = server.manage("POST", f"/events/{paid['id']}/seats/bulk", {"prefix": "P", "count": 3, "price": 12345})
    short = server.manage("POST", "/events", SHORT)
    short_seats = server.manage("POST", f"/events/{short['id']}/seats/bulk", {"prefix": "K", "count": 3, "price": 10})
    gone = server.manage("POST", "/events", GONE)
    gone_seats = server.manage("POST", f"/events/{gone['id']}/seats/bulk", {"prefix": "G", "count": 2, "price": 10})
    keys = [
        server.manage("POST", "/api-keys", {"name": name, "role": role})
        for name, role in [("窓口 \"1\"", "organizer"), ("Gate\u00a03", "scanner")]
    ]
    server.manage("DELETE", f"/api-keys/{keys[1]['id']}")
    return {
        "concert": concert["id"], "paid": paid["id"], "short": short["id"], "gone": gone["id"],
        "seats": [seat["id"] for seat in seats], "paid_seats": [seat["id"] for seat in paid_seats],
        "short_seats": [seat["id"] for seat in short_seats], "gone_seats": [seat["id"] for seat in gone_seats], "keys": keys,
    }


def open_by_format_1(server, sale):
    """Uses what came with format 1: paused and ended sales, members, moved keys, requests under keys."""
    if not server.has_route("/events/{id}/sale"):
        return {"changed": []}
    paused, ended = (server.manage("POST", "/events", event, key=event["name"]) for event in (PAUSED, ENDED))
    server.manage("POST", f"/events/{paused['id']}/seats/bulk", {"prefix": "W", "count": 2, "price": 10}, key="seats")
    for event, action in [(paused, "pause"), (ended, "pause"), (ended, "open"), (ended, "end")]:
        server.manage("POST", f"/events/{event['id']}/sale", {"action": action}, key=f"{action} {event['name']}")
    members = f"/events/{sale['concert']}/members"
    for sub, role in [(HANAKO, "organizer"), (QUOTED, "organizer"), (QUOTED, "scanner"), ("left", "scanner")]:
        server.manage("POST", members, {"sub": sub, "role": role}, key=f"{sub.encode().hex()} {role}")
    server.manage("DELETE", f"{members}?sub=left")
    moved = server.manage("POST", "/api-keys", {"name": "moved", "role": "organizer", "account": "elsewhere"}, key="key")
    server.manage("PATCH", f"/api-keys/{moved['id']}", {"account": "organiser-7"})
    return {"changed": [paused["id"], ended["id"]], "moved_key": moved["key"]}


def units(category, quantity):
    return {"category": category, "quantity": quantity}


def open_by_format_2(server):
    """Uses what came with format 2: a hall with a stage and seats with flags, categories, allocations."""
    if not server.has_route("/events/{id}/allocations"):
        return {"hall": None}
    hall = server.manage("POST", "/events", HALL)
    path = f"/events/{hall['id']}"
    seats = [seat["id"] for seat in server.manage("POST", f"{path}/seats/bulk", HALL_SEATS)]
    for name, price, stock in [(STANDING, 2500, 40), (LOW, 1000, 10)]:
        server.manage("POST", f"{path}/ticket-categories", {"name": name, "price": price, "total_stock": stock}, key=f"stock {price}")
    presale = {"limit": 10, "limit_per_user": 4, "access_codes": ["früh", "früh 2"]}
    for allocation in [
        {"name": "Presse & Gäste", "seat_ids": seats[:3], "access_code": "Presse 2026", "limit": 2, "until": "2099-11-30T00:00:00Z"},
        {"name": "Vorverkauf", **units(STANDING, 12), **presale},
        {"name": "Haus", "seat_ids": seats[3:4]},
        {"name": "Ended", **units(STANDING, 5)},
        {"name": "Over before the second day", "seat_ids": seats[4:5], "until": "2026-11-20T20:00:00Z"},
        {"name": "Over when nobody serves", **units(STANDING, 4), "access_code": "spät", "until": "2026-11-22T00:00:00Z"},
    ]:
        server.manage("POST", f"{path}/allocations", allocation, key=allocation["name"].encode().hex())
    server.manage("PATCH", f"{path}/allocations/Vorverkauf", {"limit": 8, "access_codes": ["früh", "früh 3"]})
    server.manage("DELETE", f"{path}/allocations/Ended")
    return {"hall": hall["id"], "hall_seats": seats}


def change(server, reservation, key, **changes):
    path = f"/reservations/{reservation['id']}"
    return server.send(reservation["user_id"], "PATCH", path, changes, key=key)


def sell_by_format_2_first(server, sale):
    """Like sell_first(), with units, the best seats, access codes and changes."""
    hall, seats = sale["hall"], sale.get("hall_seats")
    if hall is None:
        return []
    bought = server.claim(ALICE, "bought", hall, seat_ids=[seats[5], seats[7]], items=[units(STANDING, 2)], access_code="früh")
    bought = change(
        server, bought, "another",
        add={"seat_ids": [seats[6]], "items": [units(LOW, 1)]}, remove={"seat_ids": [seats[7]], "items": [units(STANDING, 1)]},
    )
    best = server.claim(HANAKO, "best", hall, best_available={"quantity": 2})
    for one in (bought, best):
        server.change(one, "confirm")
    given_up = server.claim(QUOTED, "given up", hall, items=[units(STANDING, 3)], access_code="früh 3")
    server.change(given_up, "cancel")
    path = f"/events/{hall}/ticket-categories/{urllib.parse.quote(STANDING, safe='')}"
    server.manage("PUT", path, {"price": 3000, "total_stock": 45})
    press = server.claim(QUOTED, "press", hall, seat_ids=[seats[0]], access_code="Presse 2026")
    return [(bought, "confirmed"), (best, "confirmed"), (given_up, "cancelled"), (press, "expired")]


def sell_by_format_2_on(server, sale):
    """Like sell_on()."""
    hall, seats = sale["hall"], sale.get("hall_seats")
    if hall is None:
        return []
    press = server.claim(QUOTED, "press again", hall, seat_ids=[seats[1]], access_code="Presse 2026")
    server.change(press, "confirm")
    waiting = server.claim(ALICE, "waiting", hall, items=[units(STANDING, 2), units(LOW, 1)])
    waiting = change(server, waiting, "and one more", add={"items": [units(STANDING, 1)]})
    return [(press, "confirmed"), (waiting, "pending")]


def claims_of(server, sale):
    """What must be told of the hall once the pending hold and the last allocation have run out."""
    if sale["hall"] is None:
        return {}
    path = f"/events/{sale['hall']}"
    categories = server.manage("GET", f"{path}/ticket-categories")
    for category in categories:
        category["available"] += {STANDING: 3 + 4, LOW: 1}[category["name"]]
    allocations = [
        one for one in server.manage("GET", f"{path}/allocations") if one["name"] != "Over when nobody serves"
    ]
    return {"claims": {
        "event_id": sale["hall"], "categories": categories, "allocations": allocations,
        "opened": {"access_code": "früh 3", "items": [units(STANDING, 4)]}, "closed": {"access_code": "früh 2", "items": [units(STANDING, 1)]},
        "used_up": {"access_code": "früh", "items": [units(STANDING, 5)]},
    }}


def sell_first(server, sale):
    """Makes a reservation for each way to end. Returns [(reservation, how it ends)]."""
    seats, concert, ends = sale["seats"], sale["concert"], []
    sold = server.reserve(ALICE, "sold \"1\"", concert, *seats[:3])
    server.change(sold, "confirm")
    ends.append((sold, "confirmed"))
    cancelled = server.reserve(ALICE, "cancelled", concert, seats[3])
    server.change(cancelled, "cancel")
    ends.append((cancelled, "cancelled"))
    again = server.reserve(HANAKO, "鍵", concert, seats[3])
    server.change(again, "extend", {"seconds": 30})
    again = server.change(again, "confirm")
    ends.append((again, "confirmed"))
    extended = server.reserve(HANAKO, "extended", concert, seats[4], seats[5])
    ends.append((server.change(extended, "extend", {"seconds": 7200}), "expired"))
    ends.append((server.reserve(QUOTED, "paid", sale["paid"], sale["paid_seats"][0]), "expired"))
    ended = server.reserve(QUOTED, "short", sale["short"], sale["short_seats"][0])
    ends.append((ended, "expired"))
    in_deleted = server.reserve(ALICE, "gone", sale["gone"], sale["gone_seats"][0])
    server.change(in_deleted, "cancel")
    server.manage("DELETE", f"/events/{sale['gone']}")
    return ends


def sell_on(server, sale):
    """Sells on the day after. Returns the same; the holds that are left outlive the server."""
    seats, concert, ends = sale["seats"], sale["concert"], []
    sold = server.reserve(QUOTED, "sold again", concert, seats[4])
    server.change(sold, "confirm")
    ends.append((sold, "confirmed"))
    for i in range(3):
        one = server.reserve(f"crowd-{i}", "one", concert, seats[7 + i])
        server.change(one, "confirm" if i % 2 else "cancel")
        ends.append((one, "confirmed" if i % 2 else "cancelled"))
    ends.append((server.reserve(ALICE, "pending", concert, seats[5], seats[6]), "pending"))
    longer = server.reserve(HANAKO, "pending and extended", concert, seats[20])
    ends.append((server.change(longer, "extend", {"seconds": 7200}), "pending"))
    return ends


def expected_of(server, sale, ends, commit):
    """The answers of this program, and how every hold that it left must end."""
    events = [server.manage("GET", f"/events/{sale[name]}") for name in ("concert", "paid", "short")]
    events += [server.manage("GET", f"/events/{sale['hall']}")] if sale["hall"] else []
    kept = ("id", "name", "description", "venue", "start_at", "end_at", "total_seats", "hold_seconds", "max_seats_per_reservation",
            "max_seats_per_user", "currency", "payment", "sales_start_at", "sales_end_at", "created_at", "stage", "focal_point", "best_seats")
    changed = [server.manage("GET", f"/events/{event}") for event in sale["changed"]]
    all_seats = [seat for event in events + changed for seat in server.manage("GET", f"/events/{event['id']}/seats")]
    sold = {seat for reservation, end in ends if end == "confirmed" for seat in reservation["seat_ids"]}
    claims = claims_of(server, sale)
    held_back = {seat for one in claims["claims"]["allocations"] for seat in one.get("seat_ids", [])} if claims else set()
    for seat in all_seats:
        seat["status"] = "confirmed" if seat["id"] in sold | held_back else "available"
    key, revoked = sale["keys"]
    told = [{name: event[name] for name in kept if name in event} for event in events + changed]
    for event in changed:
        told.append({"id": event["id"], "sale_state": event["sale_state"]})
    members = {"members": {
        "event_id": sale["concert"], "organizers_key": sale["moved_key"], "list": server.manage("GET", f"/events/{sale['concert']}/members"),
    }} if changed else {}
    return {
        "commit": commit,
        "events": told,
        "deleted_event": sale["gone"],
        "seats": all_seats,
        "reservations": [
            {"id": one["id"], "event_id": one["event_id"], "user_id": one["user_id"], "seat_ids": one["seat_ids"],
             "total_amount": one["total_amount"], "expires_at": one["expires_at"], "left": end}
            | {name: one[name] for name in ("items",) if one.get(name)}
            for one, end in ends
        ],
        "key": key["key"],
        "revoked_key": revoked["key"],
    } | members | claims


def totals_of(server, data):
    """The numbers in the line of totals of `frontrow verify`."""
    (line,) = (line for line in server.run("verify", "--data-dir", data).split("\n") if " facts: " in line)
    words = line.replace(",", "").split()
    return dict(zip(("facts", "events", "seats", "reservations", "confirmed", "seats_sold"), (int(word) for word in words if word.isdigit())))


def is_sealed(backup):
    database = sqlite3.connect(f"file:{backup}?mode=ro", uri=True)
    (tables,) = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'end_mark'").fetchone()
    database.close()
    return tables == 1


def keep(left, out):
    out.mkdir(parents=True)
    for file in left:
        shutil.copyfile(file, out / file.name)


def put_side_records(data):
    """Puts side records in as the program would, since no HTTP request creates any. Returns what must be reported."""
    records = [("cursor/kafka", b"1234", 7), ("personal/日本", bytes(range(256)), 3), ("webhook/1", b"", 8)]
    database = sqlite3.connect(data / "side.db")
    database.executescript(
        "CREATE TABLE side_records (name TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL) STRICT;"
        "CREATE TABLE last_version (version INTEGER NOT NULL) STRICT; INSERT INTO last_version VALUES (9);"
        "CREATE TABLE task_leases (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;"
        "PRAGMA user_version=1;"
    )
    database.executemany("INSERT INTO side_records VALUES (?, ?, ?)", records)
    database.commit()
    database.close()
    return {
        "last_version": 9,
        "records": [{"name": name, "value": value.hex(), "version": version} for name, value, version in records],
    }


def has_side_records(backup):
    database = sqlite3.connect(f"file:{backup}?mode=ro", uri=True)
    found = database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'side_records'").fetchone()[0] == 1
    database.close()
    return found


def main():
    program, commit, out, how = sys.argv[1:]
    program, out = str(pathlib.Path(program).resolve()), pathlib.Path(out)
    with tempfile.TemporaryDirectory() as scratch:
        data = pathlib.Path(scratch) / "data"
        data.mkdir()
        server = Server(program, data, "2026-11-20 10:00:00")
        sale = open_sale(server)
        sale |= open_by_format_1(server, sale) | open_by_format_2(server)
        ends = sell_first(server, sale) + sell_by_format_2_first(server, sale)
        server.end(signal.SIGTERM)
        server = Server(program, data, "2026-11-21 10:00:00")
        server.run("snapshot", "--data-dir", data)
        ends += sell_on(server, sale) + sell_by_format_2_on(server, sale)
        expected = expected_of(server, sale, ends, commit)
        if how == "backup":
            side_records = put_side_records(data)
            server.run("backup", "--data-dir", data, "--to", data.parent / "backup.db")
        server.end(signal.SIGTERM if how == "stopped" else signal.SIGKILL)
        left = [file for file in data.iterdir() if file.name != "lock" and not file.name.endswith("-shm")]
        if how == "backup":
            left = [data.parent / "backup.db"]
            expected["sealed"] = is_sealed(left[0])
            if has_side_records(left[0]):
                expected["side_records"] = side_records
        keep(left, out)
        expected["totals"] = totals_of(server, data)
    (out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


main()
