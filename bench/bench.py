"""Measures Frontrow against its targets, for scripts/bench.sh, which says how to call it.

Exits 0 when every figure was taken, ok or short; 1 when one could not be; 2 when called wrongly.
"""

import argparse
import contextlib
import os
import signal
import sys
import tempfile

import figures
import machine
import report
import servers
from failure import Failure

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
NAMES = ("S1", "S2", "S5", "S6", "S7", "S8", "S9")
S1_TARGETS = {256: 0.80, 64: 0.65}


def names(text):
    chosen = text.split(",")
    if not set(chosen) <= set(NAMES):
        raise argparse.ArgumentTypeError(f"not among {', '.join(NAMES)}: {text}")
    return chosen


def connections(text):
    return [int(count) for count in text.split(",")]


def read_arguments():
    output = os.path.join(ROOT, "build", "bench")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", type=names, default=NAMES)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=connections, default=[256, 64])
    parser.add_argument("--dir", default=output, help="where the stores are made")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "frontrow"))
    parser.add_argument("--output", default=output, help="folder of the reports")
    return parser.parse_args()


def end_on_signals():
    """Makes a signal unwind the stack once, so that servers and folders go; a second is ignored."""
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
    """Yields (rows, function that fills them) for each figure that is wanted."""
    first = arguments.connections[0]
    if "S1" in arguments.only:
        for count in arguments.connections:
            row = figures.Row(f"S1/{count}", f"distinct seats, {count} connections, of nginx",
                              least=S1_TARGETS.get(count))
            yield [row], lambda bench, row=row, count=count: figures.against_nginx(bench, row, count, False)
    if "S2" in arguments.only:
        row = figures.Row("S2", "everybody wants the same 100 seats, of nginx", least=0.90)
        yield [row], lambda bench, row=row: figures.against_nginx(bench, row, first, True)
    if "S5" in arguments.only:
        row = figures.Row("S5", "100,000 seats by one bulk call", unit="s", most=0.15)
        yield [row], lambda bench, row=row: figures.bulk(bench, row)
    if "S6" in arguments.only:
        rows = [figures.Row("S6", "available count, 100,000 seats : 1,000", least=0.90, most=1.10),
                figures.Row("S6/S2", "available count on 100,000, of S2's rate", least=0.90)]
        yield rows, lambda bench, rows=rows: figures.counts(bench, *rows, first)
    if "S7" in arguments.only:
        rows = [figures.Row("S7/cpu", "processor time, 1,000,000 seats : 10,000", most=1.15),
                figures.Row("S7/rate", "time a reservation, 1,000,000 : 10,000", most=1.15)]
        yield rows, lambda bench, rows=rows: figures.event_size(bench, *rows, first)
    if "S8" in arguments.only or "S9" in arguments.only:
        rows = [figures.Row("S8", "resident memory, 1,000,000 seats, half of them held", unit="MB", most=400),
                figures.Row("S9/killed", "ready again with 1,000,000 reservations, after kill -9", unit="s", most=2),
                figures.Row("S9/stopped", "the same after a clean stop", unit="s", most=2)]
        yield rows, lambda bench, rows=rows: figures.large_store(bench, *rows, first)


def take(bench, arguments):
    """Takes the figures one after the other; one that fails doesn't keep the others from it."""
    rows = []
    for step_rows, fill in steps(arguments):
        try:
            fill(bench)
        except Failure as failure:
            for row in step_rows:
                row.failure = str(failure)
            say(f"{step_rows[0].name} FAILED: {failure}")
        rows += step_rows
    return rows


def yardstick(stack, program, folder):
    """Starts nginx with an answer of the size of Frontrow's."""
    with servers.Frontrow(program, os.path.join(folder, "probe")) as server:
        event, seats = server.event_with_seats(1)
        head, body = servers.raw_answer(
            server.address, servers.reservation_request(server.address, event, seats[0]))
    if not head.startswith(b"HTTP/1.1 201 "):
        raise Failure(f"a first reservation was answered {head!r} {body!r}")
    nginx = stack.enter_context(servers.Nginx(os.path.join(folder, "nginx"), head, body))
    say(f"nginx answers {nginx.answer_bytes} bytes, as Frontrow does")
    return nginx


def main():
    arguments = read_arguments()
    end_on_signals()
    os.makedirs(arguments.dir, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=arguments.dir,
                                                                 ignore_cleanup_errors=True))
        about = machine.describe(arguments.program, folder)
        about["load"] = (f"{arguments.rounds} rounds of {arguments.seconds} s, "
                         "wrk with 1 thread, on the same machine")
        for what, how in about.items():
            say(f"{what:>14}  {how}")
        made = []

        def nginx():
            if not made:
                made.append(yardstick(stack, arguments.program, folder))
            return made[0]

        bench = figures.Bench(arguments.program, folder, arguments.seconds, arguments.rounds, nginx, say)
        rows = take(bench, arguments)

    say("\n" + report.table(rows) + "\n")
    for path in report.write(arguments.output, about, rows, bench.turns):
        say(path)
    return 1 if any(row.failure for row in rows) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError) as problem:
        print(f"bench.sh: {problem}", file=sys.stderr)
        sys.exit(1)
