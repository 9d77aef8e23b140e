"""How scripts/bench.sh computes and reports its figures, without a server: figures_test.py ROOT PROGRAM"""

import dataclasses
import json
import os
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = sys.argv.pop(2)
ROOT = sys.argv.pop(1)
sys.path.insert(0, os.path.join(ROOT, "bench"))
import bench  # noqa: E402
import books  # noqa: E402
import expiry  # noqa: E402
import figures  # noqa: E402
import load  # noqa: E402
import outage  # noqa: E402
import pgbench  # noqa: E402
import report  # noqa: E402
from failure import Failure  # noqa: E402

COUNT = ("GET", "/count")
EVENT = ("GET", "/event")
SEATS = load.Seats("", 0, 1_000)


def loaded(requests, reservations_asked, not_2xx=0, connections=4):
    return load.Load(requests, requests, reservations_asked, not_2xx, 1.0, {}, connections, 0.5)


def books_with(sold=0, counts=0, events=0, available=1_000, **other):
    answers = {books.RESERVE: {201: sold} | {int(name[1:]): n for name, n in other.items()},
               COUNT: {200: counts}, EVENT: {200: events}}
    return books.Books(answers, {"success": sold}, {}, available)


class MixedBooks(unittest.TestCase):
    """100 reservations, each after two requests for the count and one for the event, and one count by the bench."""

    def check(self, after):
        return books.check_mixed(loaded(400, 100), SEATS, {COUNT: 2, EVENT: 1}, books_with(), after, {COUNT: 1})

    def test_agree(self):
        self.assertEqual(self.check(books_with(100, 201, 100, 900))["seats_taken"], 100)

    def test_refuse_a_seat_too_few(self):
        self.assertRaisesRegex(Failure, "seats are gone", self.check, books_with(100, 201, 100, 901))

    def test_refuse_a_load_of_other_reads(self):
        self.assertRaisesRegex(Failure, "the reads were", self.check, books_with(100, 101, 200, 900))

    def test_refuse_another_status(self):
        self.assertRaisesRegex(Failure, "by status", self.check, books_with(100, 201, 100, 900, s503=1))


class CrowdBooks(unittest.TestCase):
    def check(self, after):
        return books.check_crowd(loaded(150, 150, not_2xx=50), SEATS, books_with(), after)

    def test_take_refusals_for_now(self):
        self.assertEqual(self.check(books_with(100, available=900, s503=50))["seats_taken"], 100)

    def test_refuse_another_status(self):
        self.assertRaisesRegex(Failure, "by status", self.check, books_with(100, available=900, s500=50))

    def test_refuse_a_seat_taken_by_a_refusal(self):
        self.assertRaisesRegex(Failure, "seats are gone", self.check, books_with(100, available=899, s503=50))


class Telling(unittest.TestCase):
    ROWS = (figures.Row("S1", "reservations <of nginx>", value=0.5, least=0.8,
                        series={"nginx": [1_500.0], "frontrow": [750.0, 1.0]}, series_unit="a round"),
            figures.Row("S4", "p99", value=4.0, unit="ms", most=5),
            figures.Row("S6", "equal", value=1.0, least=0.9, most=1.1),
            figures.Row("S12/memory", "no target", value=75.0, unit="MB"),
            figures.Row("GA", "a rate", value=61_234.5, unit="/s"),
            figures.Row("S9", "not taken", most=2, failure="broken"))
    TURNS = ({"figure": "S1", "who": "nginx", "latency_ms": {"p50": 1.0, "p99": 2.0}},
             {"figure": "S1", "who": "nginx", "latency_ms": {"p50": 3.0, "p99": 4.0}},
             {"figure": "S1", "who": "frontrow", "latency_ms": {"p50": 0.0, "p99": 2_000.0}},
             {"figure": "S5", "who": "frontrow", "seconds": [0.1]},
             {"figure": "C1", "who": "pgbench classic", **dataclasses.asdict(pgbench.Sale(8, 1.0, 2, 2, 3.5))})

    def test_targets_and_values_have_their_units(self):
        self.assertEqual([(row.measured, row.target, row.verdict) for row in self.ROWS], [
            ("0.50", "≥ 0.80", "short"), ("4.00 ms", "≤ 5.00 ms", "ok"), ("1.00", "0.90 … 1.10", "ok"),
            ("75 MB", "-", "-"), ("61,234/s", "-", "-"), ("-", "≤ 2.00", "FAILED")])

    def test_a_share_of_the_target_is_above_one_where_it_is_better(self):
        self.assertEqual([row.share for row in self.ROWS], [0.625, 1.25, 1.1, None, None, None])

    def test_latencies_are_medians_of_the_rounds(self):
        self.assertEqual(report.latencies(self.TURNS), {
            "S1": {"nginx": {"p50": 2.0, "p99": 3.0}, "frontrow": {"p50": 0.0, "p99": 2_000.0}}})

    def test_the_report_has_what_is_drawn_of_it(self):
        told = json.loads(report.as_json({"date": "2026-01-02"}, self.ROWS, self.TURNS))
        self.assertEqual([(row["name"], row["measured_told"], row["target_told"]) for row in told["results"][:2]],
                         [("S1", "0.50", "≥ 0.80"), ("S4", "4.00 ms", "≤ 5.00 ms")])
        self.assertEqual(told["latencies"]["S1"]["frontrow"]["p99"], 2_000)

    def test_the_page_and_the_picture_have_what_was_measured(self):
        with tempfile.TemporaryDirectory() as folder:
            about = {"date": "2026-01-02 03:04", "processor": "one <fast>"}
            json_path, page_path = report.write(PROGRAM, folder, "report", about, self.ROWS, self.TURNS)
            svg = report.draw(PROGRAM, json_path, "--picture", os.path.join(folder, "bench.svg"))
            picture = "\n".join(xml.etree.ElementTree.parse(svg).getroot().itertext())
            with open(page_path, encoding="utf-8") as file:
                page = file.read()
        for expected in ("reservations <of nginx>", "0.50 (≥ 0.80)", "4.00 ms (≤ 5.00 ms)", "1.00 (0.90 … 1.10)",
                         "0.62", "2026-01-02"):
            self.assertIn(expected, picture)
        self.assertNotIn("no target", picture)
        self.assertNotIn("not taken", picture)
        for expected in ("S1: latency by percentile", "p99: 2.0k ms", "a round", "</i>frontrow", "1.5k", "75 MB",
                         "broken", "one &lt;fast&gt;"):
            self.assertIn(expected, page)
        self.assertNotIn("<of nginx>", page)

    def test_what_is_no_report_is_not_drawn(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write('{"results": []}')
            file.flush()
            self.assertRaisesRegex(Failure, "no report.json of scripts/bench.sh", report.draw, PROGRAM, file.name,
                                   "--picture", os.path.devnull)

    def test_without_a_report_there_is_no_picture(self):
        self.assertRaisesRegex(Failure, "measure first", report.draw, PROGRAM, "/nonexistent/report.json",
                               "--picture", "bench.svg")

    def test_a_pause_may_lie_at_either_end(self):
        self.assertEqual(outage.longest_pause([1, 2, 4, 9], 0, 5), 2)
        self.assertEqual(outage.longest_pause([3, 4], 0, 5), 3)
        self.assertEqual(outage.longest_pause([-1, 6], 0, 5), 5)

    def test_an_instant_is_read_to_the_millisecond(self):
        self.assertEqual(expiry.seconds_of("1970-01-02T00:00:01.250Z"), 86_401.25)
        self.assertEqual(expiry.seconds_of("1970-01-02T00:00:01Z"), 86_401)


class Taking(unittest.TestCase):
    def take(self, fill):
        row = figures.Row("S1", "reservations")
        bench.take(None, [([row], lambda _: fill(row))])
        return row.failure

    def test_a_figure_is_a_number_or_failed(self):
        for value in (None, float("nan"), float("inf")):
            self.assertIn("no number", self.take(lambda row, value=value: setattr(row, "value", value)))
        self.assertEqual(self.take(lambda row: setattr(row, "value", 0.0)), "")

    def test_a_figure_that_could_not_be_taken_says_why(self):
        def fill(_):
            raise Failure("there is no load")
        self.assertEqual(self.take(fill), "there is no load")


unittest.main()
