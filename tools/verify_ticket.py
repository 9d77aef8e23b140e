#!/usr/bin/env python3
"""Checks the code of a ticket without a network: verify_ticket.py KEYS CODE

KEYS is a JWK set, as a server gives it at /.well-known/frontrow-ticket-keys.json. CODE is the text in the QR code, or -
to read it from standard input. Prints what the code says and exits 0. If the code isn't genuine, says why and exits 1.
Whether the ticket was used, refunded or given to another person, only the server knows.

Written from src/tickets/ticket_code.h and RFC 8032 alone, without a library, so that it can't share a mistake with
Frontrow."""

import base64
import binascii
import datetime
import hashlib
import json
import re
import sys
import uuid

# Ed25519 (RFC 8032, 5.1). Verification has no secrets, so it need not take the same time for all inputs.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Adds points of the curve, in extended coordinates."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number > 0:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def are_equal(a, b):
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def x_of(y, sign):
    """Returns nothing if there is no such point."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P != 0 or (x == 0 and sign == 1):
        return None
    return P - x if x & 1 != sign else x


def point_of(text):
    number = int.from_bytes(text, "little")
    y = number & (1 << 255) - 1
    x = x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = x_of(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(public_key, message, signature):
    key = point_of(public_key)
    commitment = point_of(signature[:32])
    response = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or response >= ORDER:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    return are_equal(times(response, BASE), add(commitment, times(challenge, key)))


# The code.


class Refused(Exception):
    """Says why the code isn't genuine."""


NOT_A_CODE = "This isn't a whole ticket code."


def read_keys(path):
    """The public keys of a JWK set, by the first four bytes of their SHA-256."""
    with open(path, encoding="utf-8") as file:
        keys = json.load(file)["keys"]
    found = [
        base64.urlsafe_b64decode(key["x"] + "=")
        for key in keys if key.get("kty") == "OKP" and key.get("crv") == "Ed25519"
    ]
    if not found or any(len(key) != 32 for key in found):
        raise ValueError("it has no Ed25519 key, or a broken one")
    return {hashlib.sha256(key).digest()[:4]: key for key in found}


# In bytes, with what a person types between the characters.
TYPED_MAX = 1_000


def bytes_of(text):
    if len(text.encode("utf-8", "surrogateescape")) > TYPED_MAX:
        raise Refused(NOT_A_CODE)
    typed = re.sub(r"[ \t\r\n-]", "", text)
    # Only now upper(): it makes letters of ASCII out of some others.
    if not re.fullmatch(r"[Ff][Rr]1[A-Za-z2-7]+", typed):
        raise Refused(NOT_A_CODE)
    digits = typed[3:].upper()
    try:
        content = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except binascii.Error:
        raise Refused(NOT_A_CODE) from None
    # Python ignores bits behind the last byte.
    if base64.b32encode(content).decode().rstrip("=") != digits:
        raise Refused(NOT_A_CODE)
    return content


class Reader:
    def __init__(self, content):
        self.content = content
        self.at = 0

    def take(self, size):
        taken = self.content[self.at:self.at + size]
        if len(taken) < size:
            raise Refused(NOT_A_CODE)
        self.at += size
        return taken

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self, size_max):
        size = self.number(1)
        try:
            text = self.take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise Refused(NOT_A_CODE) from None
        if size > size_max:
            raise Refused(NOT_A_CODE)
        return text


def time_text(seconds):
    try:
        at = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    except OverflowError:
        raise Refused(NOT_A_CODE) from None
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def verify(keys, text):
    """What the code says, as (name, value); raises Refused."""
    content = bytes_of(text)
    reader = Reader(content)
    if reader.number(1) != 1:
        raise Refused(NOT_A_CODE)
    key_id = reader.take(4)
    contents = [
        ("event", uuid.UUID(bytes=reader.take(16))),
        ("reservation", uuid.UUID(bytes=reader.take(16))),
        ("number", reader.number(4)),
        ("issue", reader.number(4)),
        ("starts_at", time_text(reader.number(5))),
        ("place", reader.text(100)),
        ("gate", reader.text(32)),
    ]
    body = content[:reader.at]
    signature = reader.take(64)
    if reader.at != len(content):
        raise Refused(NOT_A_CODE)
    if key_id not in keys:
        raise Refused("The ticket code is signed with a key that isn't among these.")
    if not is_signed(keys[key_id], b"frontrow ticket 1\0" + body, signature):
        raise Refused("The ticket code is forged or damaged: its signature doesn't fit.")
    return contents


def main():
    if len(sys.argv) != 3 or sys.argv[1] in ("-h", "--help"):
        print(__doc__, file=sys.stdout if "--help" in sys.argv or "-h" in sys.argv else sys.stderr)
        sys.exit(0 if "--help" in sys.argv or "-h" in sys.argv else 2)
    try:
        keys = read_keys(sys.argv[1])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.exit(f"verify_ticket.py: {sys.argv[1]} isn't a set of public keys: {error}")
    text = sys.stdin.buffer.read(65_536).decode(errors="surrogateescape") if sys.argv[2] == "-" else sys.argv[2]
    try:
        contents = verify(keys, text)
    except Refused as refused:
        sys.exit(f"verify_ticket.py: {refused}")
    for name, value in contents:
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
