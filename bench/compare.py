"""Tests each technique of docs/compared.md with the case that breaks it, and Frontrow with the same case. Called by
scripts/compare.sh, whose help describes the options.

Exits with 0 if every figure was taken; 1 if one could not be taken, or if Frontrow sold a seat twice or did anything
else that it must not; 2 on wrong usage.
"""

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import types

import redis

import databases
import machine
import sizes
from bench import ROOT, end_on_signals, say
from failure import Failure
from techniques import count, key, lock, version, worker
from techniques.counted import number
from techniques.sale import Sale
from techniques.shop import Shop

TECHNIQUES = {"a": lock, "b": version, "c": key, "d": count, "e": worker}
HEADINGS = ("", "place", "counted", "as described", "with care", "Frontrow")
# To count statements, and to give every buyer a connection.
POSTGRES = {"shared_preload_libraries": "pg_stat_statements", "max_connections": "250"}


def read_arguments():
    output = os.path.join(ROOT, "build", "bench")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(TECHNIQUES))
    parser.add_argument("--page", help="the document whose column `measured` is filled")
    parser.add_argument("--dir", default=output, help="where the stores are made")
    parser.add_argument("--program", default=os.path.join(ROOT, "build", "release", "frontrow"))
    parser.add_argument("--output", help="folder of the reports")
    arguments = parser.parse_args()
    arguments.output = arguments.output or (os.path.join(output, "smoke") if arguments.smoke else output)
    return arguments


@contextlib.contextmanager
def world(arguments, folder):
    """The shop and the sale, on one PostgreSQL and one Redis, with the sizes of all cases."""
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(databases.Postgres(os.path.join(folder, "postgres"), POSTGRES))
        redis_server = stack.enter_context(databases.Redis(os.path.join(folder, "redis")))
        postgres.query("CREATE EXTENSION pg_stat_statements")
        redis_client = redis.Redis(port=redis_server.port)
        sale = stack.enter_context(Sale(arguments.program, folder, postgres, redis_server))
        is_smoke = arguments.smoke
        yield types.SimpleNamespace(
            folder=folder, postgres=postgres, redis=redis_server, shop=Shop(postgres, redis_server), sale=sale,
            size=8 if is_smoke else 50, seconds=1 if is_smoke else 4, many=1_000 if is_smoke else 100_000,
            many_within_s=2 if is_smoke else 15, worker_s=1 if is_smoke else 3, rounds=1 if is_smoke else 5,
            statements=lambda database: int(postgres.query(
                "SELECT sum(calls) FROM pg_stat_statements JOIN pg_database ON oid = dbid "
                f"WHERE datname = '{database}'")),
            redis_reads=lambda: redis_client.info("stats")["total_reads_processed"])


def take(w, letter, place, measure):
    """Fills one row of the report."""
    row = {"technique": letter, "place": place}
    try:
        figure = measure(w)
        row |= {"unit": figure.unit, "described": figure.described, "careful": figure.careful,
                "frontrow": figure.frontrow, "cell": figure.text()}
        figure.check()
    except Failure as failure:
        row["failure"] = str(failure)
    say(f"({letter}) {place}: {row.get('failure') or row['cell']}")
    return row


def as_markdown(about, rows):
    lines = [HEADINGS, ("---",) * len(HEADINGS)]
    for row in rows:
        values = [row.get(name) for name in ("described", "careful", "frontrow")]
        lines.append((row["technique"], row["place"], row.get("failure") or row["unit"],
                      *["—" if value is None else number(value) for value in values]))
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return table + "\n\n" + "\n".join(f"* {what}: {how}" for what, how in about.items()) + "\n"


def write(folder, about, rows):
    os.makedirs(folder, exist_ok=True)
    contents = {"compared.json": json.dumps({"about": about, "rows": rows}, indent=2, ensure_ascii=False) + "\n",
                "compared.md": as_markdown(about, rows)}
    for name, text in contents.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
        say(os.path.join(folder, name))


def fill(page, rows):
    """Writes each cell into the last column of its row, below the heading of its technique."""
    with open(page, encoding="utf-8") as file:
        parts = re.split(r"^(?=## )", file.read(), flags=re.MULTILINE)
    for row in rows:
        line = re.compile(rf"^(\| {re.escape(row['place'])} \|.*\|)[^|]*\|$", re.MULTILINE)
        at = next(at for at, part in enumerate(parts) if part.startswith(f"## ({row['technique']})"))
        parts[at], changed = line.subn(lambda found: f"{found[1]} {row['cell']} |", parts[at])
        if changed != 1:
            raise Failure(f"{page} has {changed} lines for ({row['technique']}) {row['place']}")
    with open(page, "w", encoding="utf-8") as file:
        file.write("".join(parts))


def main():
    arguments = read_arguments()
    end_on_signals()
    os.makedirs(arguments.dir, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=arguments.dir, ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)  # PostgreSQL may run as another user, and must reach its own folder inside
        about = machine.describe(arguments.program, folder, sizes.SMOKE if arguments.smoke else sizes.Sizes(),
                                 databases.VERSIONS)
        with world(arguments, folder) as w:
            rows = [take(w, letter, place, measure) for letter in arguments.only
                    for place, measure in TECHNIQUES[letter].ROWS.items()]
            w.sale.verify()
    table = as_markdown(about, rows)
    say("\n" + table)
    write(arguments.output, about, rows)
    has_failed = any("failure" in row for row in rows)
    if arguments.page and not has_failed:
        fill(arguments.page, rows)
    return 1 if has_failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError) as problem:
        print(f"compare.sh: {problem}", file=sys.stderr)
        sys.exit(1)
