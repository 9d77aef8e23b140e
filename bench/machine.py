"""Describes the machine of the measurement."""

import os
import platform
import re
import shutil
import statistics
import subprocess
import time

from failure import Failure


def file_system(folder):
    """The (type, device) of the folder's file system."""
    path = os.path.realpath(folder)
    found = ("", "?", "?")
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            device, point, kind = line.split()[:3]
            if os.path.commonpath([path, point]) == point and len(point) >= len(found[0]):
                found = (point, kind, device)
    return found[1:]


def fsync_ms(folder, times):
    """The median time to append 4 KiB to a file and flush it to disk."""
    path = os.path.join(folder, "fsync")
    taken = []
    with open(path, "wb", buffering=0) as file:
        for _ in range(times):
            began = time.monotonic()
            file.write(bytes(4096))
            os.fsync(file.fileno())
            taken.append(time.monotonic() - began)
    os.remove(path)
    return statistics.median(taken) * 1e3


def version(command):
    """The first version number in the command's output."""
    if shutil.which(command[0]) is None:
        raise Failure(f"{command[0]} is missing")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+[\w.+-]*", done.stdout + done.stderr)
    return found[0] if found else "?"


def describe(program, folder, sizes, others):
    """{name: description}, in the order of printing. others: the other programs that take part, {name: command that
    prints its version}."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory_kib = int(re.search(r"MemTotal:\s*(\d+)", file.read())[1])
    kind, device = file_system(folder)
    if sizes.on_disk and kind in ("tmpfs", "ramfs"):
        raise Failure(f"{folder} is in memory ({kind}); durable figures need a disk (--dir)")
    return {
        "processor": f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{memory_kib / (1 << 20):.1f} GiB",
        "kernel": platform.release(),
        "file system": f"{kind} on {device}, one fsync {fsync_ms(folder, sizes.fsyncs):.3f} ms "
                       f"(median of {sizes.fsyncs})",
        "load average": "{:.2f} {:.2f} {:.2f}".format(*os.getloadavg()),
        "versions": ", ".join(f"{name} {version(command)}" for name, command in
                              {"frontrow": [program, "--version"], **others, "wrk": ["wrk", "-v"]}.items()),
        "date": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }
