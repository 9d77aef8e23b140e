"""T8: a sale beside one hostile client of each kind, and what latency the buyers see."""

import contextlib
import json
import os
import re
import signal
import statistics
import sys
import time

import attacks
import open_loop
from failure import Failure
from figures import median_ratio, middle, sale_rate, stop_and_verify, warm_up
from servers import HERE, end_child, start_child

WITHOUT = "without"


def kinds():
    return list(attacks.KINDS)


def beside_a_sale(bench, latency_rows, memory_row, connections):
    """T8. An open loop at half of S1's rate, without and beside each kind of attack in turns, each on a fresh store.
    latency_rows: {kind: row}."""
    rate = sale_rate(bench, connections) / 2
    turns = [WITHOUT, *latency_rows]
    p99, memory = {who: [] for who in turns}, {who: [] for who in turns}
    for number in range(1, bench.sizes.attack_pairs + 1):
        for who in turns if number % 2 else reversed(turns):  # alternate the order
            latency, bytes_max = sell(bench, number, who, rate, connections)
            p99[who].append(latency)
            memory[who].append(bytes_max / 1e6)
        bench.say(f"T8 pair {number}: p99 at {rate:,.0f}/s " + ", ".join(
            f"{who} {p99[who][-1]:.2f} ms with {memory[who][-1]:.0f} MB" for who in turns) + "; the books agree")
    for kind, row in latency_rows.items():
        row.series, row.series_unit = {WITHOUT: p99[WITHOUT], kind: p99[kind]}, "ms, p99"
        row.value = median_ratio(p99[kind], p99[WITHOUT])
        row.detail = f"{middle(p99[kind]):.2f} ms, without {middle(p99[WITHOUT]):.2f} ms, at {rate:,.0f}/s"
    growth = {kind: statistics.median(a - b for a, b in zip(memory[kind], memory[WITHOUT], strict=True))
              for kind in latency_rows}
    memory_row.series, memory_row.series_unit = memory, "MB of resident memory at the most"
    memory_row.value = max(growth.values())
    memory_row.detail = ", ".join(f"{kind} {value:.0f} MB" for kind, value in growth.items())


def sell(bench, number, who, rate, connections):
    """Runs one sale on a fresh server: (its p99 in ms, its peak resident memory in bytes)."""
    with bench.frontrow() as server:
        sold = warm_up(bench, server, connections)
        before = events_of(server)
        server.come_to_rest()
        with open_loop.Crowd(bench, rate, connections, bench.seconds, ["--url", server.url("")]) as crowd:
            while not crowd.has_begun():
                time.sleep(0.02)
            with attack(bench, server, who, events_of(server) - before):
                result = crowd.result()
            bytes_max = server.resident_bytes("VmHWM")
            check_admitted(server)
        stop_and_verify(server, sold + result["seats_sold"])
    latency = open_loop.note(bench, "T8", who, number, result, "frontrow", rate)["p99"]
    bench.turns[-1]["resident_mb_max"] = bytes_max / 1e6
    return latency, bytes_max


def events_of(server):
    return {event["id"] for event in json.loads(server.call("GET", "/api/v1/events?limit=100"))}


def check_admitted(server):
    """An attack that the server refuses at the door would measure nothing."""
    for (name, labels), count in server.metrics().items():
        if name == "http_requests_total" and re.search('status_code="40[13]"', labels):
            raise Failure(f"{count:,.0f} requests of the attack were refused: {labels}")


@contextlib.contextmanager
def attack(bench, server, kind, events):
    """Attacks the event that is being sold, because its lists change after each sale."""
    if kind == WITHOUT:
        yield
        return
    if len(events) != 1:
        raise Failure(f"the sale was to have one event, not {len(events)}")
    log_path = os.path.join(bench.folder, "attack.log")
    command = [sys.executable, "-B", os.path.join(HERE, "attacks.py"), kind, server.address[0],
               str(server.address[1]), events.pop()]
    process = start_child(command, bench.folder, log_path, signal.SIGKILL)
    try:
        yield
        if process.poll() is not None:
            with open(log_path, encoding="utf-8") as log:
                raise Failure(f"the attack came to an end: {log.read()[-300:]}")
    finally:
        end_child(process, signal.SIGKILL)
