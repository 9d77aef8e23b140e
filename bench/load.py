"""Runs one round of load: wrk with one thread, and what it counted."""

import dataclasses
import json
import os
import resource
import signal
import subprocess
import time

from failure import Failure

HERE = os.path.dirname(os.path.realpath(__file__))
ANSWER_WITHIN_S = 10
NEVER = 10**15


@dataclasses.dataclass
class Seats:
    """The seats that the requests of a round want, in order, in a file for reserve.lua."""

    path: str
    width: int
    count: int

    @classmethod
    def write(cls, path, pairs, hold_seconds=None):
        """pairs: (event id, seat id) in the order of the requests. hold_seconds: the length of the holds, if it isn't
        the event's own."""
        hold = "" if hold_seconds is None else f',"hold_seconds":{hold_seconds}'
        lines = [f'"event_id":"{event}","seat_ids":["{seat}"]{hold}' for event, seat in pairs]
        if len({len(line) for line in lines}) != 1:
            raise Failure("the ids of the seats differ in length, or there are none")
        with open(path, "w", encoding="ascii") as file:
            file.write("".join(lines))
            file.flush()
            os.fsync(file.fileno())  # otherwise the system would write it during the round
        return cls(path, len(lines[0]), len(lines))


@dataclasses.dataclass
class Load:
    """What wrk counted in one round."""

    requests: int  # answered
    asked: int  # handed to the connections; -1 if wrk repeated a request by itself
    reservations_asked: int  # how many of these were reservations
    not_2xx: int
    seconds: float
    latency_ms: dict
    connections: int
    wrk_processor_share: float  # near 1: wrk was the limit, not the server

    @property
    def rate(self):
        return self.requests / self.seconds


def total(loads):
    """Adds up several rounds of the same load, one after the other. Each latency is the worst of theirs."""
    return Load(
        sum(load.requests for load in loads), sum(load.asked for load in loads),
        sum(load.reservations_asked for load in loads), sum(load.not_2xx for load in loads),
        sum(load.seconds for load in loads),
        {name: max(load.latency_ms[name] for load in loads) for name in loads[0].latency_ms},
        sum(load.connections for load in loads), max(load.wrk_processor_share for load in loads))


def run(url, connections, seconds, folder, seats=None, limit=None, looks=()):
    """Loads url for the given seconds, or until limit requests for seats. Raises Failure if it can't. looks: the paths
    that are read before each reservation, as mixed.lua expects them."""
    if looks and not limit:
        limit = NEVER  # a placeholder, because looks come after it on the command line
    stopped = os.path.join(folder, "stopped")
    if os.path.exists(stopped):
        os.remove(stopped)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={ANSWER_WITHIN_S}s",
               "-s", "mixed.lua" if looks else "reserve.lua" if seats else "report.lua", url]
    if seats:
        command += ["--", seats.path, str(seats.width), f"bench-{os.urandom(8).hex()}"]
    if limit:
        command += [str(limit), stopped, *looks]

    end = time.monotonic() + seconds + 3 * ANSWER_WITHIN_S
    cpu_before = _children_cpu_seconds()
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, start_new_session=True)
    try:
        if limit:
            while process.poll() is None and not os.path.exists(stopped) and time.monotonic() < end:
                time.sleep(0.02)
            if os.path.exists(stopped):
                process.send_signal(signal.SIGINT)  # makes wrk report and end
        output, _ = process.communicate(timeout=max(1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise Failure("wrk did not end in time") from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return _read(output, process.returncode, connections, _children_cpu_seconds() - cpu_before)


def _children_cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of the children that have ended
    return used.ru_utime + used.ru_stime


def _read(output, status, connections, cpu_seconds):
    found = [line for line in output.splitlines() if line.startswith("BENCH ")]
    if status != 0 or len(found) != 1:
        raise Failure(f"wrk made no load (exit {status}): {' '.join(output.split())[:200]}")
    counted = json.loads(found[0].removeprefix("BENCH "))
    errors = {kind: count for kind, count in counted["errors"].items() if count}
    if errors:
        raise Failure(f"wrk had socket errors: {errors}")
    if counted["requests"] <= 0:
        raise Failure("not one request was answered")
    is_stopped = counted["load_microseconds"] > 0
    microseconds = counted["load_microseconds" if is_stopped else "microseconds"]
    latency_ms = {name: value / 1e3 for name, value in counted["latency_us"].items()}
    return Load(counted["requests"], counted["asked"] + counted["looked"], counted["asked"],
                counted["not_2xx"], microseconds / 1e6, latency_ms, connections,
                cpu_seconds / microseconds * 1e6)
