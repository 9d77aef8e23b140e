#!/usr/bin/python3
"""Writes the fuzzers' first inputs into fuzz/corpus: make_corpus.py

The requests come from the Postman collection, which is made from the contract, and the facts from docs/journal.md. So
the fuzzers learn every new route and every new kind of fact. The inputs written by hand here are in neither of them.
Inputs that were found later have names that begin with `found-`; this script leaves them alone."""

import base64
import hashlib
import hmac
import json
import pathlib
import re
import struct
import sys
import uuid

FUZZ = pathlib.Path(__file__).resolve().parent
ROOT = FUZZ.parent
sys.dont_write_bytecode = True
sys.path.append(str(ROOT / "tools"))
import verify_ticket
# The same ids as in conversation.cc.
IDS = {
    "event_id": "00000000-0000-7000-0000-000000000001",
    "reservation_id": "00000000-0000-7000-0000-000000000002",
    "api_key_id": "00000000-0000-7000-0000-000000000003",
    "order_id": "00000000-0000-7000-0000-000000000004",
    "device_id": "00000000-0000-7000-0000-000000000005",
    "seat_id": "00000000-0000-7000-0000-000000000011",
    "ticket_id": "00000000-0000-7000-0000-000000000002.1",
    "user_id": "alice",
}
HTTP_SECRET = b"the secret that the corpus' tokens are signed with"
# The same secret as in token_fuzzer.cc.
TOKEN_SECRET = b"a secret of the fuzzer's, and long enough"
# The same key as in ticket_code_fuzzer.cc.
TICKET_KEY = bytes([7] * 32)
YEAR_2100 = 4102444800
KEY_HEADER = {"Idempotency-Key": "a-key"}


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def write(fuzzer, name, content):
    path = FUZZ / "corpus" / fuzzer / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


# Requests from the Postman collection. Postman would fill in the collection's variables; here fill_in() does.


def fill_in(text):
    return re.sub(r"{{(\w+)}}", lambda found: IDS.get(found.group(1), found.group(0)), text)


def collected_requests():
    """(name, method, path, headers, body) of each."""
    collection = json.loads((ROOT / "api/frontrow.postman_collection.json").read_text("utf-8"))
    for folder in collection["item"]:
        for item in folder["item"]:
            request = item["request"]
            path = fill_in(request["url"]["raw"].removeprefix("{{base_url}}"))
            for variable in request["url"].get("variable", []):
                path = path.replace(":" + variable["key"], fill_in(variable["value"]))
            path = path.replace(":file", "index.html")
            headers = {}
            if "buyer" in json.dumps(request["auth"]):
                headers["X-User-ID"] = "alice"
            body = fill_in(request.get("body", {}).get("raw", ""))
            if request["url"].get("query") and "?" not in path:
                path += "?limit=1"
            yield slug(item["name"]), request["method"], path, headers | KEY_HEADER, body


def message(method, path, headers=None, body="", version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"]
    return "\r\n".join(lines) + "\r\n\r\n" + body


def chunked(path, headers, body):
    middle = len(body) // 2
    chunks = "".join(f"{len(part):x};name=value\r\n{part}\r\n" for part in (body[:middle], body[middle:]))
    return message("POST", path, {**headers, "Transfer-Encoding": "chunked"}) + chunks + "0\r\nX-Trailer: 1\r\n\r\n"


def odd_requests():
    """Requests that a client that knows the contract wouldn't send, or not in this form."""
    event = "/api/v1/events/" + IDS["event_id"]
    wish = json.dumps({"event_id": IDS["event_id"], "seat_ids": [IDS["seat_id"]], "idempotency_key": "k"})
    alice = {"X-User-ID": "alice"}
    claims = {"sub": "bob", "role": "admin", "exp": YEAR_2100}
    bearer = {"Authorization": "Bearer " + token({"alg": "HS256", "typ": "JWT"}, claims, HTTP_SECRET)}
    yield "chunked", chunked("/api/v1/reservations", alice, wish)
    yield "expects", message("POST", "/api/v1/reservations", {**alice, "Expect": "100-continue"}, wish)
    yield "pipelined", message("GET", event) * 2 + message("DELETE", event) + message("GET", event)
    yield "bearer", message("GET", "/api/v1/reservations", bearer)
    yield "key", message("GET", "/api/v1/api-keys", {"X-API-Key": "frk_admin"})
    yield "head", message("HEAD", event + "/seats")
    yield "options", message("OPTIONS", event, {"Origin": "https://tickets.example"})
    yield "old", message("GET", event, version="1.0")
    yield "old-kept", message("GET", event, {"Connection": "keep-alive"}, version="1.0") * 2
    yield "old-without-host", "GET /livez HTTP/1.0\r\n\r\n"
    yield "no-host", "GET /livez HTTP/1.1\r\n\r\n"
    yield "odd-host", "GET /livez HTTP/1.1\r\nHost: [::1]:80\r\n\r\nGET /livez HTTP/1.1\r\nHost: u@h\r\n\r\n"
    yield "forwarded", message("POST", "/api/v1/reservations", alice | {"X-Forwarded-For": "1.2.3.4, [2001:db8::1]:80, 10.0.0.1"}, wish)
    yield "said-twice", message("POST", "/api/v1/reservations", alice, wish).replace("X-User-ID", "Host: h\r\nX-User-ID")
    yield "empty-lines", "\r\n\r\n" + message("GET", event) + "\r\n" + message("GET", event) + "\r"
    yield "closes", message("GET", event, {"Connection": "close"}) + message("GET", event)
    yield "compressed", message("GET", "/swagger/index.html", {"Accept-Encoding": "gzip;q=0.5, *;q=0"})
    yield "conditional", message("GET", "/swagger/LICENSE", {"If-None-Match": 'W/"a", "b", *'})
    yield "stale", message("PUT", event, {"If-Match": '"7"'}, "{}")
    yield "traced", message("GET", event, {
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "X-Request-Id": "mine"})
    yield "query", message("GET", event + "/seats?available=true&limit=2&offset=%31&cursor=" + "0" * 64)
    yield "percent", message("GET", "/api/v1/users/%61lice%2F%00/reservations", alice)
    yield "percent-everywhere", message("GET", event.replace("events", "%65vents") + "/s%65ats?lim%69t=1&%zz=%")
    yield "twice", message("POST", "/api/v1/reservations", alice | KEY_HEADER, wish) * 2
    yield "folded", "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: a\r\n b\r\n\r\n"
    yield "absolute", message("GET", "http://localhost/health") + message("GET", "https://[::1]:80?x")
    yield "absolute-elsewhere", message("GET", "http://elsewhere/health") + message("GET", "ftp://localhost/")
    yield "bare-lf-last", chunked("/api/v1/events", {}, "{}").replace("0\r\nX", "0\nX")
    yield "bare-lf-quoted", chunked("/api/v1/events", {}, "{}").replace("name=value", 'name="\n"')
    yield "bare-cr-trailer", chunked("/api/v1/events", {}, "{}").replace("X-Trailer: 1", "X-Trailer: 1\r2")
    yield "folded-trailer", chunked("/api/v1/events", {}, "{}").replace("X-Trailer: 1", "X-Trailer:\r\n 1")
    yield "encoded", message("POST", "/api/v1/events", {"Content-Encoding": "gzip"}, "{}")
    yield "two-lengths", "POST /api/v1/events HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    yield "both-lengths", chunked("/api/v1/events", {"Content-Length": "5"}, "{}")
    yield "gzip-body", message("POST", "/api/v1/events", {"Transfer-Encoding": "gzip"}) + "{}"
    yield "large-head", message("GET", "/health", {"X-Large": "x" * 3_000})
    yield "large-body", message("POST", "/api/v1/events", body="[" + " " * 5_000 + "]")
    yield "key-made", message("POST", "/api/v1/api-keys", body='{"name":"a gate","role":"scanner"}')
    yield "key-revoked", message("DELETE", "/api/v1/api-keys/" + IDS["api_key_id"]) * 2
    standing = json.dumps({"name": "Standing", "price": 5000, "total_stock": 3})
    units = {"event_id": IDS["event_id"], "items": [{"category": "Standing", "quantity": 2}]}
    yield "units", (message("POST", event + "/ticket-categories", body=standing) +
                    message("POST", "/api/v1/reservations", alice | KEY_HEADER, json.dumps(units)) +
                    message("PUT", event + "/ticket-categories/St%61nding", body=standing))
    best = {"event_id": IDS["event_id"], "best_available": {"quantity": 2, "near": IDS["seat_id"], "allow_split": True}}
    yield "best", (message("POST", "/api/v1/reservations", alice | KEY_HEADER, json.dumps(best)) * 2 +
                   message("POST", "/api/v1/reservations", alice, wish.replace("{", '{"alternatives": true, ', 1)))
    change = json.dumps({"add": {"items": units["items"]}, "remove": {"seat_ids": [IDS["seat_id"]]}})
    yield "changed", message("PATCH", "/api/v1/reservations/" + IDS["reservation_id"], alice | {"If-Match": "*"}, change)
    held_back = json.dumps({"name": "A/B", "seat_ids": [IDS["seat_id"]], "access_code": "c"})
    yield "allocation", (message("POST", event + "/allocations", body=held_back) +
                         message("POST", "/api/v1/reservations", alice | KEY_HEADER,
                                 json.dumps({**json.loads(wish), "access_code": "c"})) +
                         message("DELETE", event + "/allocations/A%2FB"))
    order = json.dumps({"reservation_id": IDS["reservation_id"], "email": "a@b.example", "locale": "ja"})
    yield "order", (message("POST", "/api/v1/orders", alice | KEY_HEADER, order) * 2 +
                    message("GET", "/api/v1/orders?limit=1", alice) + message("POST", event + "/cancel"))
    till = json.dumps({"best_available": {"quantity": 1}, "method": "cash", "email": "=1@b.example"})
    yield "till", (message("POST", event + "/orders", KEY_HEADER, till) + message("GET", event + "/orders?status=paid") +
                   message("GET", event + "/orders.csv") + message("GET", event + "/sales"))
    ticket = "/api/v1/tickets/" + IDS["ticket_id"]
    code = ticket_code(ticket_body("S-1", "", 1))
    offline = {"code": code, "scan_id": IDS["seat_id"], "scanned_at": "2026-11-21T00:00:00Z"}
    bought = message("POST", "/api/v1/reservations/" + IDS["reservation_id"] + "/confirm", alice)
    yield "tickets", (bought + message("GET", "/api/v1/tickets?limit=1", alice) + message("GET", ticket + ".svg", alice) +
                      message("GET", ticket + ".png?scale=1", alice) +
                      message("POST", ticket + "/transfer", alice | KEY_HEADER, '{"sub":"bob"}') +
                      message("POST", ticket + "/reissue", {"X-User-ID": "bob"}))
    yield "gate", (bought + message("POST", "/api/v1/tickets/check-in", body=json.dumps({"code": code, "gate": "West"})) * 2 +
                   message("POST", "/api/v1/tickets/check-in/batch", body=json.dumps({"scans": [offline, offline]})) +
                   message("GET", event + "/check-ins") + message("POST", ticket + "/reinstate", KEY_HEADER))
    device = event + "/devices/" + IDS["device_id"]
    yield "device", (message("POST", event + "/devices", body='{"name":"West 1"}') + message("GET", event + "/devices") +
                     message("POST", "/api/v1/devices/pair", body='{"code":"7k3qx 09vdm"}') + message("DELETE", device))
    yield "notice", message("POST", "/api/v1/payments/notices/stripe", {"Stripe-Signature": "t=1,v1=0"}, '{"id":"e"}')
    yield "seat-dialect", seat_dialect()
    yield "stock-dialect", stock_dialect()
    yield "many-checked", message("POST", event + "/seats/bulk?dry_run=true", body='{"prefix":"m","count":3,"price":1}')
    yield "many", message("POST", event + "/seats/bulk", body='{"prefix":"many","count":3,"price":1}')


def seat_dialect():
    """A guest of the seat dialect holds a seat, orders it and tries to pay; another one comes to nothing."""
    guest = {"Cookie": "a=b; frontrow_guest=" + "0123456789abcdef" * 2, "Origin": "https://localhost"}
    seat = json.dumps({"eventId": IDS["event_id"], "seatId": IDS["seat_id"], "holdSeconds": 60})
    path = f"/api/reservations/{IDS['event_id']}/{IDS['seat_id']}"
    payment = json.dumps({"orderId": IDS["order_id"], "token": "tok_ok"})
    return (message("POST", "/api/reservations", guest | KEY_HEADER, seat) * 2 +
            message("POST", "/api/reservations", {"Cookie": "frontrow_guest=x"}, seat) +
            message("POST", "/api/reservations", {"Sec-Fetch-Site": "cross-site"}, seat) +
            message("POST", path + "/extend", guest) +
            message("POST", path + "/extend", guest | KEY_HEADER, '{"holdSeconds":5}') +
            message("POST", "/api/orders", guest | KEY_HEADER, seat) + message("POST", path + "/confirm", guest) +
            message("DELETE", path, guest) + message("DELETE", path.replace("11", "12"), guest) +
            message("POST", "/api/payments/authorize", {"X-User-ID": "alice"}, payment) +
            message("GET", "/api/events?limit=1") + message("GET", "/api/events/" + IDS["event_id"] + "/seats?limit=2"))


def stock_dialect():
    event = "/events/" + IDS["event_id"]
    alice = {"X-User-ID": "alice"}
    wish = json.dumps({"event_id": IDS["event_id"], "category": "vip", "qty": 2})
    word = json.dumps({"reservation_id": IDS["reservation_id"], "payment_ok": True})
    return (message("POST", "/events", body='{"name":"Show","date":"2036-12-20"}') +
            message("POST", event + "/ticket-category", KEY_HEADER, '{"name":"Floor","total_stock":2,"price":1}') +
            message("GET", event + "/availability") + message("POST", "/reserve", alice | KEY_HEADER, wish) * 2 +
            message("POST", "/reserve", alice, wish) + message("POST", "/confirm", alice, word) * 2 +
            message("POST", "/confirm", alice, word.replace("true", "false")))


def http():
    for name, method, path, headers, body in collected_requests():
        write("http", name, message(method, path, headers, body))
    for name, content in odd_requests():
        write("http", "odd-" + name, content)


# Documents.


def facts():
    text = (ROOT / "docs/journal.md").read_text("utf-8")
    return [line for line in text.splitlines() if line.startswith('{"seq":')]


def kind_of(fact):
    return slug(re.sub(r"(?<!^)(?=[A-Z])", "-", json.loads(fact)["type"]))


def documents():
    for fact in facts():
        write("json", "fact-" + kind_of(fact), fact)
    for name, _, _, _, body in collected_requests():
        if body:
            write("json", "request-" + name, body)
    seat = '{"seat_number":"A-1","section":"\\u5e2d","row":"A","price":8000,"x":-0.0,"y":1.5e-7}'
    write("json", "request-seats", '{"seats":[' + seat + "," + seat + "]}")
    write("json", "request-run", '{"prefix":"A","count":3,"price":0,"dry_run":true}')
    table = 'Seat Number;Price;Section;ROW;x\n1;8000;"Left; ""A""";e\u0301;0.5\n1;0;Right;;\n'
    write("json", "table-semicolons", table)
    write("json", "table-commas", table.replace(";", ",").replace("\n", "\r\n"))
    write("json", "table-tabs", table.replace(";", "\t"))
    units = '{"category":"\\u5e2d","quantity":2.0},{"quantity":1,"category":"Standing"}'
    write("json", "request-units", '{"event_id":"' + IDS["event_id"] + '","items":[' + units + "]}")
    best = '{"quantity":2,"section":"\\u5e2d","max_price":1e4,"near":"' + IDS["seat_id"] + '","accessible":true}'
    write("json", "request-best", '{"event_id":"' + IDS["event_id"] + '","best_available":' + best + "}")
    write("json", "request-change", '{"add":{"seat_ids":["' + IDS["seat_id"] + '"],"items":[' + units + ']},"remove":null}')
    codes = '"access_codes":["a","\\u5e2d"],"limit":2.0,"limit_per_user":null,"until":"2036-12-20T19:00:00+09:00"'
    write("json", "request-allocation", '{"name":"A","category":"\\u5e2d","quantity":3,' + codes + "}")
    write("json", "odd-prices", '{"seat_number":"a\\u0323\\u0301 1","price":"80.00"}')
    write("json", "odd-numbers", '{"seat_number":"A","price":9007199254740993,"x":1e308,"y":18446744073709551616}')
    write("json", "odd-text", '{"name":"\\ud83c\\udfab\\n\\t\\"\\\\","role":"user"}')
    write("json", "odd-depth", "[" * 40 + "]" * 40)


# Credentials.


def base64url(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def token(header, claims, secret, digest="sha256"):
    part = ".".join(base64url(json.dumps(one, separators=(",", ":")).encode()) for one in (header, claims))
    return part + "." + base64url(hmac.new(secret, part.encode(), digest).digest())


def tokens():
    claims = {"sub": "alice", "role": "organizer", "exp": YEAR_2100, "nbf": 0}
    for algorithm in ("none", "HS256", "HS384", "HS512", "RS256", "ES256", "EdDSA"):
        header = {"alg": algorithm, "typ": "JWT"}
        # HMAC algorithms get a valid signature. The others get zeros, as many as their signatures
        # have bytes.
        signed = token(header, claims, TOKEN_SECRET, {"HS384": "sha384", "HS512": "sha512"}.get(algorithm, "sha256"))
        part = signed.rsplit(".", 1)[0]
        length = {"RS256": 256, "ES256": 64, "EdDSA": 64}.get(algorithm)
        signature = "" if algorithm == "none" else base64url(bytes(length)) if length else signed.rsplit(".", 1)[1]
        write("token", "token-" + slug(algorithm), "t" + part + "." + signature)
        write("token", "signed-" + slug(algorithm), "s" + json.dumps(header) + "\n" + json.dumps(claims))
    header = '{"alg":"HS256"}\n'
    for name, odd in {
        "expired": {**claims, "exp": 1}, "early": {**claims, "nbf": YEAR_2100}, "text": {**claims, "exp": "soon"},
        "fraction": {**claims, "exp": YEAR_2100 + 0.5}, "far": {**claims, "exp": 2**63 - 1}, "nobody": {"role": "admin"},
        "control": {**claims, "sub": "a\x00b"}, "role": {**claims, "role": "king"},
        "reserved": {**claims, "sub": "api-key:" + IDS["api_key_id"]},
    }.items():
        write("token", "signed-" + name, "s" + header + json.dumps(odd))
    write("token", "signed-twice", "s" + header + '{"sub":"a","sub":"b","role":"user","exp":4102444800}')
    for name, odd in {
        "right": {"alg": "EdDSA", "kid": "o"}, "nameless": {"alg": "EdDSA"}, "confused": {"alg": "HS256", "kid": "o"},
        "other": {"alg": "ES256", "kid": "e"}, "unknown": {"alg": "EdDSA", "kid": "x"},
        "critical": {"alg": "EdDSA", "kid": "o", "crit": ["b64"], "b64": False}, "number": {"alg": "EdDSA", "kid": 7},
    }.items():
        write("token", "eddsa-" + name, "e" + json.dumps(odd) + "\n" + json.dumps(claims))
    write("token", "eddsa-twice", 'e{"alg":"EdDSA","alg":"none"}\n' + json.dumps(claims))
    write("token", "eddsa-spelled", 'e{"alg":"EdDSA","\\u0061lg":"EdDSA"}\n' + json.dumps(claims))
    key_sets()
    write("token", "key-known", "kfrk_admin")
    write("token", "key-unknown", "kfrk_" + "0" * 64)
    write("token", "user", "u" + "席-alice")
    write("token", "user-reserved", "udev")
    place = struct.pack("<QQq", 0x7000, 1, 1798797600000)
    write("token", "place", b"p" + place)
    write("token", "cursor", "c" + cursor(0x7000, 1, 1798797600000))


def key_sets():
    """Key sets with the keys of token_fuzzer.cc, with that of RFC 8037, A.2, and with what isn't quite a key."""
    modulus = ("w6T-umTbtxuP8Tm4rIoIDw0XpLWXMowXfTHubs7AjXeSuRHmSi4dij8BDnWDH1Lvxp3l9oPmaMxUL_hvdS-bxTcVUyKoX3y8gXpJ"
               "6Cp5wt7-NO0KD2z9P4sJYHaUN2G8yudsyw7v3O7yVwnc5pnbDqUnaZwIY1yKDtNKucAIm7cbcKg3NXJ2eyg3hOw1ZDtfdy-8F2V0"
               "I5SqAoEzcxT5nnd1tknaDSY8QGm2OnVCai_epXho7mbQiSXw7m4ohU4NCyR-N-Q51p78t-1iDegfObwMAHI_MT659T5Aywjx8fnO"
               "nzsEFBvT5xZkPsgaNcf4JaO03Qa-53fx69HkwSR_7w")
    rsa = {"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "n": modulus, "e": "AQAB"}
    p256 = {"kty": "EC", "crv": "P-256", "kid": "e", "key_ops": ["verify"],
            "x": "oI367GFH2cbpRfP9wYYULYeWr66Okw26bw677nxV6Fc",
            "y": "IHY8TMayKOxnbj7iLEH18XZGSVN6-lsj-g5cjvHX5qo"}
    ed25519 = {"kty": "OKP", "crv": "Ed25519", "kid": "o", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    for name, keys in {
        "all": [rsa, p256, ed25519], "rsa": [rsa], "p256": [p256], "ed25519": [ed25519], "none": [],
        "twice": [ed25519, ed25519], "secret": [{"kty": "oct", "k": "c2VjcmV0"}], "short": [{**rsa, "n": modulus[:100]}],
        "exponent": [{**rsa, "e": "AQ"}], "point": [{**p256, "x": p256["y"]}], "curve": [{**p256, "crv": "P-384"}],
        "zero": [{**ed25519, "x": "A" * 43}], "other-use": [{**rsa, "use": "enc"}], "odd": [7, None, "key"],
    }.items():
        write("token", "keys-" + name, "j" + json.dumps({"keys": keys}))


def cursor(high, low, start):
    """A cursor of the list of events, as http/cursor.cc writes it."""
    known = f"{high:016x}{low:016x}"
    digest = hashlib.sha256(f"{known}{start:016x}{0:016x}events".encode()).hexdigest()
    return known + f"{start:016x}" + digest[16:32]


# Codes of tickets.


def encoded(point):
    """A point of the curve in 32 bytes (RFC 8032, 5.1.2)."""
    inverse = pow(point[2], -1, verify_ticket.P)
    x, y = (one * inverse % verify_ticket.P for one in point[:2])
    return (y | (x & 1) << 255).to_bytes(32, "little")


def ticket_key():
    """The number by which TICKET_KEY signs, the rest of its hash, and its public part."""
    hashed = hashlib.sha512(TICKET_KEY).digest()
    number = int.from_bytes(hashed[:32], "little") & (1 << 254) - 8 | 1 << 254
    return number, hashed[32:], encoded(verify_ticket.times(number, verify_ticket.BASE))


def signature(message):
    number, rest, public = ticket_key()
    secret = int.from_bytes(hashlib.sha512(rest + message).digest(), "little") % verify_ticket.ORDER
    commitment = encoded(verify_ticket.times(secret, verify_ticket.BASE))
    challenge = int.from_bytes(hashlib.sha512(commitment + public + message).digest(), "little")
    return commitment + ((secret + challenge * number) % verify_ticket.ORDER).to_bytes(32, "little")


def ticket_body(place, gate, number=3):
    ids = uuid.UUID(IDS["event_id"]).bytes + uuid.UUID(IDS["reservation_id"]).bytes
    texts = b"".join(bytes([len(text)]) + text for text in (place.encode(), gate.encode()))
    key_id = hashlib.sha256(ticket_key()[2]).digest()[:4]
    return b"\x01" + key_id + ids + struct.pack(">II", number, 1) + YEAR_2100.to_bytes(5, "big") + texts


def ticket_code(body):
    content = body + signature(b"frontrow ticket 1\0" + body)
    return "FR1" + base64.b32encode(content).decode().rstrip("=")


def key_documents():
    """A key file, a JWK set, and the store's record of keys."""
    public = ticket_key()[2]
    name = hashlib.sha256(public).digest()[:4].hex()
    key = {"id": name, "public": base64url(public)}
    made = {"made_at": "2026-11-21T00:00:00.000Z"}
    jwk = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": name, "x": base64url(public)}
    yield "k", "file", {"format": 1, "keys": [key | {"private": base64url(TICKET_KEY)} | made]}
    yield "j", "set", {"keys": [jwk, {"kty": "RSA", "n": "AQAB"}]}
    yield "r", "record", {"format": 1, "keys": [key | made], "signing": name}


def ticket_codes():
    for name, place, gate in (("seat", "Stalls, A 12 席", "North"), ("bare", "", ""), ("long", "x" * 100, "y" * 32)):
        body = ticket_body(place, gate)
        code = ticket_code(body)
        write("ticket_code", "code-" + name, "c" + code)
        write("ticket_code", "body-" + name, b"b" + body)
        typed = "-".join(code[at:at + 5] for at in range(0, len(code), 5)).lower()
        write("ticket_code", "typed-" + name, f"c {typed}\r\n")
    write("ticket_code", "code-flipped", "c" + code[:-9] + ("B" if code[-9] == "A" else "A") + code[-8:])
    write("ticket_code", "code-cut", "c" + code[:-1])
    write("ticket_code", "body-version", b"b\x02" + body[1:])
    write("ticket_code", "body-late", b"b" + body[:45] + b"\xff" * 5 + body[50:])
    fixed = struct.pack("<4QIIQ", 1, 2, 3, 4, 5, 6, YEAR_2100)
    write("ticket_code", "says", b"s" + fixed + "Stalls, A 12 席\nNorth".encode())
    write("ticket_code", "says-long", b"s" + fixed + ("席" * 40 + "\n" + "é" * 20).encode())
    for kind, name, document in key_documents():
        write("ticket_code", "keys-" + name, kind + json.dumps(document))


# Journals.


def change(what, file, place, byte):
    return bytes([("xor", "cut", "move", "fill").index(what) | ("head", "log", "database", "snapshot").index(file) << 2,
                  place >> 8, place & 255, byte])


def journals():
    damages = {
        "none": b"", "flip": change("xor", "database", 700, 1), "cut": change("cut", "database", 2048, 0),
        "header": change("xor", "database", 20, 255), "page": change("fill", "database", 1024, 0),
        "moved": change("move", "database", 1024, 3), "head": change("cut", "head", 0, 0),
        "head-number": change("xor", "head", 40, 1), "log": change("xor", "log", 3000, 4),
        "log-cut": change("cut", "log", 2500, 0), "log-moved": change("move", "log", 2048, 1),
        "snapshot": change("xor", "snapshot", 200, 1), "snapshot-cut": change("cut", "snapshot", 300, 0),
        "snapshot-head": change("xor", "snapshot", 60, 1), "snapshot-only": change("fill", "database", 512, 0),
        "both": change("cut", "head", 0, 0) + change("cut", "log", 1500, 0),
    }
    for name, content in damages.items():
        write("journal", "database-" + name, b"d" + content)
        write("journal", "log-" + name, b"l" + content)
    lines = facts()
    write("journal", "lines", "r" + "".join(line + "\n" for line in lines))
    write("journal", "lines-again", "r" + (lines[0] + "\n") * 2)
    for fact in lines:
        # Each fact becomes the first one of a journal. Only one of them is valid there.
        first = re.sub(r'"seq":\d+', '"seq":1', fact) + "\n"
        write("journal", "line-" + kind_of(fact), "r" + first)
        write("journal", "frame-" + kind_of(fact), "z\0\0\0" + first)
    write("journal", "frame-flip", "z\0\x20\x01" + lines[0] + "\n")


# Dictionaries: words that libFuzzer should insert as a whole.


def words_in(document):
    """The member names, and the texts that look like enumerators."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from words_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from words_in(value)
    elif isinstance(document, str) and re.fullmatch(r"[A-Za-z]{2,24}", document):
        yield document


def dictionary(fuzzer, words):
    # libFuzzer reads \\x0d, not \\r.
    lines = [json.dumps(word).replace("\\r", "\\x0d").replace("\\n", "\\x0a") for word in sorted(set(words))]
    (FUZZ / f"{fuzzer}.dict").write_text("\n".join(lines) + "\n", "utf-8")


def dictionaries():
    bodies = [json.loads(body) for _, _, _, _, body in collected_requests() if body]
    words = [*words_in(bodies), *words_in([json.loads(fact) for fact in facts()])]
    dictionary("json", [f'"{word}":' for word in words] + [f'"{word}"' for word in words])
    dictionary("journal", [f'"{word}":' for word in words])
    messages = "".join(path.read_text("utf-8", "replace") for path in (FUZZ / "corpus/http").iterdir())
    heads = re.findall(r"^([A-Za-z-]+: |[A-Z]+ /)", messages, re.MULTILINE)
    dictionary("http", [*heads, *re.findall(r"/[a-z0-9-]+", messages), " HTTP/1.1\r\n", "\r\n\r\n", *IDS.values()])


def main():
    for fuzzer in ("http", "json", "token", "ticket_code", "journal"):
        folder = FUZZ / "corpus" / fuzzer
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.iterdir():
            if not path.name.startswith("found-"):
                path.unlink()
    http()
    documents()
    tokens()
    ticket_codes()
    journals()
    dictionaries()


main()
