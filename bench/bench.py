"""Measures Frontrow against its targets. Called by scripts/bench.sh, whose help describes the options.

Exits with 0 if every figure was taken, ok or short; 1 if one could not be taken; 2 on wrong usage.
"""

import argparse
import contextlib
import math
import os
import signal
import sys
import tempfile

import cluster
import databases
import expiry
import figures
import hostile
import machine
import mixed
import open_loop
import outage
import overload
import pgbench
import report
import scenarios
import servers
import sizes
import three_nodes
from failure import Failure

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
NAMES = ("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S11", "S12", "T8", "GA", "BA", "presale", "orders")
CLUSTER_NAMES = ("C1", "C1/3", "C2", "C3", "C5", "C6")
S1_TARGETS = {256: 0.80, 64: 0.65}
S3_CONNECTIONS = 200


def connections(text):
    return [int(count) for count in text.split(",")]


def read_arguments():
    output = os.path.join(ROOT, "build", "bench")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","))
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--seconds", type=int)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--connections", type=connections, default=[256, 64])
    parser.add_argument("--dir", default=output, help="where the stores are made")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "frontrow"))
    parser.add_argument("--output", help="folder of the reports")
    parser.add_argument("--plot", help="only draw the last report as a picture")
    arguments = parser.parse_args()
    known = CLUSTER_NAMES if arguments.cluster else NAMES
    arguments.only = arguments.only or known
    arguments.sizes = sizes.SMOKE if arguments.smoke else sizes.Sizes()
    arguments.seconds = arguments.seconds or (1 if arguments.smoke else 8)
    arguments.rounds = arguments.rounds or (1 if arguments.smoke else 3)
    # Keep the report of a trial run apart: its figures mean nothing, and it must not replace a real report.
    arguments.output = arguments.output or (os.path.join(output, "smoke") if arguments.smoke else output)
    if not set(arguments.only) <= set(known):
        parser.error(f"--only takes {', '.join(known)}")
    return arguments


def end_on_signals():
    """Makes the first signal unwind the stack, so that servers and folders are removed. Ignores later signals."""
    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def unwind(number, _):
        for each in caught:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for each in caught:
        signal.signal(each, unwind)


def say(text):
    print(text, flush=True)


def steps(arguments):
    """Yields (rows, function that fills them) for each figure that was requested."""
    first, of = arguments.connections[0], arguments.sizes
    if "S1" in arguments.only:
        for count in arguments.connections:
            row = figures.Row(f"S1/{count}", f"distinct seats, {count} connections, of nginx",
                              least=S1_TARGETS.get(count))
            yield [row], lambda bench, row=row, count=count: figures.against_nginx(bench, row, count, False)
    if "S2" in arguments.only:
        row = figures.Row("S2", f"everybody wants the same {of.contested_seats} seats, of nginx", least=0.90)
        yield [row], lambda bench, row=row: figures.against_nginx(bench, row, first, True)
    if "S3" in arguments.only:
        rows = [figures.Row("S3", f"four reads, then a reservation, {S3_CONNECTIONS} connections, of nginx", least=0.80),
                figures.Row("S3/p99", "p99 of that load, of nginx's", most=3)]
        yield rows, lambda bench, rows=rows: mixed.buyers(bench, *rows, S3_CONNECTIONS)
    if "S4" in arguments.only:
        rows = {"p99": figures.Row("S4/p99", "p99 at half of S1's rate, open loop", unit="ms", most=5),
                "p99.9": figures.Row("S4/p99.9", "p99.9 at half of S1's rate, open loop", unit="ms", most=20)}
        yield list(rows.values()), lambda bench, rows=rows: open_loop.reservations(bench, rows, first)
    if "S5" in arguments.only:
        row = figures.Row("S5", f"{of.bulk_seats:,} seats by one bulk call", unit="s", most=0.15)
        yield [row], lambda bench, row=row: figures.bulk(bench, row)
    if "S6" in arguments.only:
        rows = [figures.Row("S6", f"available count, {of.bulk_seats:,} seats : {of.tiny_event:,}", least=0.90, most=1.10),
                figures.Row("S6/S2", f"available count on {of.bulk_seats:,}, of S2's rate", least=0.90)]
        yield rows, lambda bench, rows=rows: figures.counts(bench, *rows, first)
    if "S7" in arguments.only:
        rows = [figures.Row("S7/cpu", f"processor time, {of.large_event:,} seats : {of.small_event:,}", most=1.15),
                figures.Row("S7/rate", f"time a reservation, {of.large_event:,} : {of.small_event:,}", most=1.15)]
        yield rows, lambda bench, rows=rows: figures.event_size(bench, *rows, first)
    if "S8" in arguments.only or "S9" in arguments.only:
        rows = [figures.Row("S8", f"resident memory, {of.large_event:,} seats, half of them held", unit="MB", most=400),
                figures.Row("S9/killed", f"ready again with {of.large_event:,} reservations, after kill -9",
                            unit="s", most=2),
                figures.Row("S9/stopped", "ready again after a clean stop", unit="s", most=2)]
        yield rows, lambda bench, rows=rows: figures.large_store(bench, *rows, first)

    if "S11" in arguments.only:
        rows = [figures.Row("S11", f"{of.hold_parts * of.hold_part_seats:,} holds that end in the same second, until all are free",
                            unit="s", most=1),
                figures.Row("S11/p99", "p99 of half of S1's rate beside it : without", most=2)]
        yield rows, lambda bench, rows=rows: expiry.all_at_once(bench, *rows, first)
    if "S12" in arguments.only:
        rows = [figures.Row("S12", f"good answers to a crowd of {of.crowd:,} connections, of the peak",
                            least=0.90),
                figures.Row("S12/p99", "p99 of its answers, good and refused", unit="s"),
                figures.Row("S12/memory", "resident memory more than at the peak", unit="MB")]
        yield rows, lambda bench, rows=rows: overload.crowd(bench, *rows, first)
    if "T8" in arguments.only:
        rows = {kind: figures.Row(f"T8/{kind}", f"p99 of half of S1's rate beside a client that {kind} : without", most=3)
                for kind in hostile.kinds()}
        memory = figures.Row("T8/memory", "resident memory more than without, the worst of these", unit="MB", most=64)
        yield [*rows.values(), memory], lambda bench, rows=rows: hostile.beside_a_sale(bench, rows, memory, first)


    crowds = {"GA": ("general-admission", "groups of 1 to 4 want units of a category", of.large_event),
              "BA": ("best-available", "groups of 1 to 4 want the best seats", of.bulk_seats),
              "presale": ("presale", "held-back seats, half of the access codes are right", of.presale_seats)}
    for name, (scenario, what, tickets) in crowds.items():
        if name in arguments.only:
            row = figures.Row(name, f"{what}, {tickets:,}, {first} connections", unit="/s")
            yield [row], lambda bench, row=row, scenario=scenario, tickets=tickets: scenarios.crowd(
                bench, row, scenario, tickets, first)
    if "orders" in arguments.only:
        row = figures.Row("orders", f"p95 of an order until it is paid, {of.ordered_seats:,} seats, {first} connections",
                          unit="ms", most=300)
        yield [row], lambda bench, row=row: scenarios.orders(bench, row, of.ordered_seats, first)


def cluster_steps(arguments):
    """Like steps(), for a node of a cluster."""
    first, of = arguments.connections[0], arguments.sizes
    rows = {}
    if "C1" in arguments.only:
        rows[pgbench.CLASSIC] = (
            figures.Row("C1", f"distinct seats, {first} connections, of pgbench classic", least=8),
            figures.Row("C1/no gate", "the same without Redis"))
    if "C2" in arguments.only:
        rows[pgbench.BATCHED] = (
            figures.Row("C2", f"distinct seats, {first} connections, of pgbench batched", least=0.7),
            figures.Row("C2/no gate", "the same without Redis"))
    if rows:
        yield [row for pair in rows.values() for row in pair], lambda bench: cluster.against_pgbench(bench, rows, first)
    if "C1/3" in arguments.only:
        three = {"cpu": figures.Row("C1/3/cpu", "all processors' time a reservation, three nodes : one", most=1.5),
                 "p99": figures.Row("C1/3/p99", "p99, three nodes : one", most=2),
                 "tries": figures.Row("C1/3/tries", "appends a batch, three nodes", most=1.3),
                 "decisions": figures.Row("C1/3/decisions", "decisions a command, three nodes", most=1.5)}
        yield list(three.values()), lambda bench: three_nodes.beside_one(bench, three, first)
    if "C3" in arguments.only:
        what = f"everybody wants the same {of.contested_seats} seats, of pgbench classic"
        for has_gate, suffix, less in ((False, "", ", without Redis"), (True, "/gate", ", with Redis")):
            pair = [figures.Row(f"C3{suffix}", what + less, least=12),
                    figures.Row(f"C3{suffix}/seen", "transactions of PostgreSQL a request" + less, unit="%", most=2)]
            yield pair, lambda bench, pair=pair, has_gate=has_gate: cluster.contest(bench, *pair, first, has_gate)
    if "C5" in arguments.only:
        row = figures.Row("C5", f"{of.bulk_seats:,} seats by one bulk call", unit="s", most=0.3)
        yield [row], lambda bench, row=row: figures.bulk(bench, row)
    if "C6" in arguments.only:
        for case in outage.CASES:
            row = figures.Row(f"C6/{case}", f"longest time without a sale on a living node, another {case}",
                              unit="s", most=0.1)
            yield [row], lambda bench, row=row, case=case: outage.of_a_node(bench, row, case)
        row = figures.Row("C6/database", "from PostgreSQL's return after a crash until each node sells", unit="s", most=1)
        yield [row], lambda bench, row=row: outage.of_the_database(bench, row)


def take(bench, wanted):
    """Takes the figures one after the other. If one fails, the others are still taken. wanted: as steps() yields it."""
    rows = []
    for step_rows, fill in wanted:
        try:
            fill(bench)
        except Failure as failure:
            for row in step_rows:
                row.failure = str(failure)
            say(f"{step_rows[0].name} FAILED: {failure}")
        for row in step_rows:
            if not row.failure and (row.value is None or not math.isfinite(row.value)):
                row.failure, row.value = f"what was measured is no number: {row.value}", None
                say(f"{row.name} FAILED: {row.failure}")
        rows += step_rows
    return rows


def yardstick(stack, program, folder):
    """Starts an nginx whose answers are as long as Frontrow's."""
    nginx = stack.enter_context(servers.Nginx(program, os.path.join(folder, "nginx")))
    say(f"nginx answers {nginx.answer_bytes} bytes, as Frontrow does")
    return nginx


def take_embedded(stack, arguments, folder):
    """Takes the figures of one server with its own journal, compared with nginx: (bench, rows)."""
    made = []

    def nginx():
        if not made:
            made.append(yardstick(stack, arguments.program, folder))
        return made[0]

    bench = figures.Bench(arguments.program, folder, arguments.seconds, arguments.rounds, arguments.sizes, say, nginx)
    return bench, take(bench, steps(arguments))


def take_cluster(stack, arguments, folder):
    """Takes the figures of a node on PostgreSQL and Redis, compared with pgbench: (bench, rows)."""
    postgres = stack.enter_context(databases.Postgres(os.path.join(folder, "postgres")))
    redis = stack.enter_context(databases.Redis(os.path.join(folder, "redis")))
    bench = cluster.ClusterBench(arguments.program, folder, arguments.seconds, arguments.rounds,
                                 arguments.sizes, say, postgres, redis)
    return bench, take(bench, cluster_steps(arguments))


def describe(arguments, folder):
    others = databases.VERSIONS if arguments.cluster else {"nginx": ["nginx", "-v"]}
    about = machine.describe(arguments.program, folder, arguments.sizes, others)
    about["load"] = (f"{arguments.rounds} rounds of {arguments.seconds} s, "
                     "wrk with 1 thread, on the same machine"
                     + (", only to go through it: the figures mean nothing" if arguments.smoke else ""))
    if arguments.cluster:
        about["PostgreSQL"] = databases.describe()
    for what, how in about.items():
        say(f"{what:>14}  {how}")
    return about


def main():
    arguments = read_arguments()
    name = "report-cluster" if arguments.cluster else "report"
    if arguments.plot:
        say(report.draw(arguments.program, os.path.join(arguments.output, f"{name}.json"), "--picture", arguments.plot))
        return 0
    end_on_signals()
    os.makedirs(arguments.dir, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=arguments.dir,
                                                                 ignore_cleanup_errors=True))
        os.chmod(folder, 0o711)  # PostgreSQL may run as another user, and must reach its own folder inside
        about = describe(arguments, folder)
        measure = take_cluster if arguments.cluster else take_embedded
        bench, rows = measure(stack, arguments, folder)

    say("\n" + report.table(rows) + "\n")
    for path in report.write(arguments.program, arguments.output, name, about, rows, bench.turns):
        say(path)
    return 1 if any(row.failure for row in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError) as problem:
        print(f"bench.sh: {problem}", file=sys.stderr)
        sys.exit(1)
