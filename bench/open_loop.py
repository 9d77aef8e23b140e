"""S4, and `frontrow bench --rate`: an open loop, which sends requests on schedule, however slow the answers are."""

import contextlib
import json
import os
import re
import signal
import subprocess
import time

from failure import Failure
from figures import middle, sale_rate, stop_and_verify, warm_up
from servers import end_child, read_text, start_child

SETTING_UP_S = 60  # for setting up and for the end
SAMPLES = 1  # reservations that it makes to learn how long nginx's answer must be
PERCENTILES = ("p50", "p99", "p99.9", "max")


class Crowd:
    """A run of `frontrow bench`, which checks its own books. Use it as a context manager, which starts the run, and
    ends it if it is left early."""

    def __init__(self, bench, rate, connections, seconds, options, scenario="distinct"):
        """rate: requests a second, or None for a closed loop; options: further options of frontrow bench."""
        self.figures_path = os.path.join(bench.folder, "crowd.json")
        self.words_path = os.path.join(bench.folder, "crowd.log")
        self.end = time.monotonic() + 2 * seconds + SETTING_UP_S
        loop = [] if rate is None else ["--rate", f"{rate:.0f}"]
        self.command = [bench.program, "bench", "--scenario", scenario, *loop,
                        "--connections", str(connections), "--seconds", str(seconds),
                        "--json", self.figures_path, *options]
        self.folder = bench.folder
        self.process = None

    def __enter__(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self.figures_path)
        self.process = start_child(self.command, self.folder, self.words_path, signal.SIGTERM)
        return self

    def __exit__(self, *_):
        end_child(self.process, signal.SIGINT)  # also ends its own servers

    def has_begun(self):
        """True once it loads Frontrow, or has ended without doing so."""
        return self.process.poll() is not None or "load on frontrow" in read_text(self.words_path)

    def result(self):
        """Waits for its end and returns its figures. Raises Failure if it failed."""
        try:
            self.process.wait(max(1, self.end - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Failure("frontrow bench did not end in time") from None
        if self.process.returncode != 0:
            why = re.findall(r"^frontrow bench: (.*)$", read_text(self.words_path), re.MULTILINE)
            raise Failure(f"frontrow bench exited with {self.process.returncode}: "
                          f"{' '.join(why) or read_text(self.words_path)[-300:]}")
        with open(self.figures_path, encoding="utf-8") as file:
            return json.load(file)


def note(bench, figure, who, number, result, side, rate):
    """Adds one side of the result, "nginx" or "frontrow", to the report; returns its latencies."""
    measured = result[side]
    latency_ms = {name: measured["latency_ms"][name] for name in PERCENTILES}
    bench.turns.append({
        "figure": figure, "who": who, "round": number, "requests_per_second": measured["requests_per_second"],
        "rate_meant": rate, "latency_ms": latency_ms, "generator_cores": measured["generator_cores"],
        "sent_late_ms": measured.get("sent_late_ms"), "over_time": measured["over_time"],
        "books": {"answers": measured["answers"], "seats_sold": result["seats_sold"]}})
    return latency_ms


def reservations(bench, rows, connections):
    """S4: half as many reservations a second as S1 makes. rows: {percentile: row}."""
    rate = sale_rate(bench, connections) / 2
    latencies = {"nginx": [], "frontrow": []}
    for number in range(1, bench.rounds + 1):
        with bench.frontrow() as server:
            warmed = warm_up(bench, server, connections)
            options = ["--url", server.url(""), "--nginx", "--dir", bench.folder]
            with Crowd(bench, rate, connections, bench.seconds, options) as crowd:
                result = crowd.result()
            stop_and_verify(server, warmed + result["seats_sold"] + SAMPLES)
        for who, values in latencies.items():
            values.append(note(bench, "S4", who, number, result, who, rate))
        bench.say(f"S4 round {number}: at {rate:,.0f}/s " + ", ".join(
            f"{who} p99 {values[-1]['p99']:.2f} ms, p99.9 {values[-1]['p99.9']:.2f} ms"
            for who, values in latencies.items()) + f"; {result['seats_sold']:,} reserved, the books agree")
    for name, row in rows.items():
        row.series = {who: [each[name] for each in values] for who, values in latencies.items()}
        row.series_unit = f"ms, {name}"
        row.value = middle(row.series["frontrow"])
        row.detail = f"at {rate:,.0f}/s; nginx {middle(row.series['nginx']):.2f} ms"
