"""C6: how long a healthy node sells nothing when another node is lost, and after the database has returned."""

import contextlib
import signal
import time

import sellers
from failure import Failure
from servers import end_child

NODES = 3
LOST = NODES - 1  # the node that is killed, stopped or ended; the others go on
WARM_UP_S = 0.5
BEFORE_S = 1.0  # measures the pauses without a fault
AFTER_S = 2.5
FROZEN_S = 1.5


def kill(node):
    node.kill()


def freeze(node):
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(FROZEN_S)
    node.process.send_signal(signal.SIGCONT)


def end(node):
    if end_child(node.process) != 0:
        raise Failure("a node that was told to end didn't end well")


CASES = {"killed": kill, "stopped": freeze, "ended": end}


def of_a_node(bench, row, case):
    """The longest pause between two sales of a healthy node while another one is lost. The worst of all rounds."""
    pauses = {"before": [], case: []}
    for number in range(1, bench.rounds + 1):
        sold, began, ended = sell_through(bench, row.name, number, lambda nodes: CASES[case](nodes[LOST]))
        living = sold[:LOST]
        pauses["before"].append(max(longest_pause(moments, began - BEFORE_S, began) for moments in living))
        pauses[case].append(max(longest_pause(moments, began, ended) for moments in living))
        bench.say(f"{row.name} round {number}: " + ", ".join(
            f"{what} {values[-1] * 1e3:.0f} ms" for what, values in pauses.items()) + "; the journal has every sale")
    row.series, row.series_unit = pauses, "seconds without a sale"
    row.value = max(pauses[case])
    row.detail = f"before that {max(pauses['before']):.3f} s"


def of_the_database(bench, row):
    """The time from when PostgreSQL accepts connections again until each node has sold. The worst of all rounds."""
    waits = {"until all sell": []}
    for number in range(1, bench.rounds + 1):
        sold, _, _ = sell_through(bench, row.name, number, lambda _: bench.postgres.crash())
        back = bench.postgres.ready_at()
        firsts = [next((moment for moment in moments if moment > back), None) for moments in sold]
        if None in firsts:
            raise Failure(f"a node sold nothing in {AFTER_S} s after the database was back")
        waits["until all sell"].append(max(firsts) - back)
        bench.say(f"{row.name} round {number}: {waits['until all sell'][-1] * 1e3:.0f} ms; the journal has every sale")
    row.series, row.series_unit = waits, "seconds"
    row.value = max(waits["until all sell"])
    row.detail = f"best {min(waits['until all sell']):.3f} s"


def sell_through(bench, figure, round_number, lose):
    """Runs one round on fresh nodes: (times of each node's sales, when the loss began, when the sale ended)."""
    with contextlib.ExitStack() as stack:
        nodes = stack.enter_context(bench.nodes(NODES))
        event, seats = nodes[0].event_with_seats(bench.sizes.outage_seats)
        with sellers.Sellers([node.address for node in nodes], event, seats) as crowd:
            time.sleep(WARM_UP_S + BEFORE_S)
            began = time.time()
            lose(nodes)
            time.sleep(AFTER_S)
            ended = time.time()
        made = sum(len(moments) for moments in crowd.sold)
        found = nodes[0].verify()
    if not made <= found <= made + crowd.doubts:
        raise Failure(f"{made:,} sales were told and {crowd.doubts} left in doubt, the journal has {found:,}")
    bench.turns.append({"figure": figure, "who": "frontrow", "round": round_number,
                        "sold": [len(moments) for moments in crowd.sold], "doubts": crowd.doubts})
    return crowd.sold, began, ended


def longest_pause(moments, begin, until):
    """The longest time between begin and until in which none of the moments lies."""
    inside = [begin, *(moment for moment in moments if begin < moment < until), until]
    return max(after - before for before, after in zip(inside, inside[1:]))
