"""Checks scripts/run.sh: run_script.py CHECKOUT PROGRAM

It must use the address and the folder that it is told to, and the commands that it and the README show must reserve a
seat."""

import contextlib
import hashlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import threading

PATIENCE_S = 120


def free_port():
    """A free port below the range from which the kernel assigns ports."""
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Running:
    """Runs run.sh, and waits until its server serves or both have ended."""

    def __init__(self, script, program, folder, arguments, environment):
        self.process = subprocess.Popen(
            [script, "--", *arguments],
            cwd=folder, env={"PATH": os.environ["PATH"], "FRONTROW_PROGRAM": str(program)} | environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        # Ends the process however the test ends.
        self.watch = threading.Timer(PATIENCE_S, self.process.kill)
        self.watch.start()
        self.err = ""
        for line in self.process.stderr:
            self.err += line
            if '"message":"serving"' in line:
                break

    def stop(self):
        """Stops it. Returns its output and exit code."""
        self.process.send_signal(signal.SIGTERM)
        out, err = self.process.communicate()
        self.watch.cancel()
        self.err += err
        return out, self.process.returncode


def paste(lines):
    """The output if these lines are pasted into a terminal."""
    return subprocess.run(["bash", "-c", lines], capture_output=True, text=True, check=False, timeout=PATIENCE_S).stdout


def lines_printed(out):
    """The lines to paste, from the first to the last."""
    return out[out.find("    api="):]


def lines_in_readme(checkout, api):
    block = next(b for b in (checkout / "README.md").read_text().split("```") if "\napi=" in b)
    return re.sub(r"api=\S+", f"api={api}", block)


def folder_of_the_future(checkout, folder):
    """A data folder whose facts are dated a century from now. docs/journal.md has the form of its rows."""
    shutil.copytree(checkout / "tests/golden/format-1-killed", folder)
    with contextlib.closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as journal:
        rows = journal.execute("SELECT batch, first_seq, last_seq, facts FROM journal ORDER BY batch").fetchall()
        digest = bytes(32)
        for batch, first, last, facts in rows:
            facts = re.sub(r'"20(?=\d\d-)', '"21', facts)
            digest = hashlib.sha256(digest + struct.pack(">QQQ", batch, first, last) + facts.encode()).digest()
            journal.execute("UPDATE journal SET facts = ?, hash = ? WHERE batch = ?", (facts, digest, batch))
    return folder


def main():
    checkout, program = (pathlib.Path(one).resolve() for one in sys.argv[1:3])
    complaints = []

    def expect(is_so, what):
        if not is_so:
            complaints.append(what)

    with contextlib.ExitStack() as stack:
        def run(arguments, environment=None):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            running = Running(str(checkout / "scripts/run.sh"), program, folder, arguments, environment or {})
            return running, pathlib.Path(folder)

        # Arguments of the script override its own settings and the environment.
        for form in (lambda name, value: [name, value], lambda name, value: [f"{name}={value}"]):
            port = free_port()
            api = f"http://127.0.0.1:{port}/api/v1"
            running, folder = run(
                [*form("--listen", f"127.0.0.1:{port}"), *form("--data-dir", "mine"), "--dev", "--log-level", "info"],
                {
                    "FRONTROW_LISTEN": "127.0.0.1:1", "FRONTROW_DATA_DIR": "not-mine",
                    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/theirs",
                },
            )
            readme = paste(lines_in_readme(checkout, api))
            expect('"status":"confirmed"' in readme, f"the README's lines lead to {readme!r}")
            out, code = running.stop()
            expect(code == 0, f"it ends with {code}: {running.err}")
            expect(f"api={api}\n" in out and ":8080" not in out, f"it names another address:\n{out}")
            expect((folder / "mine/journal.db").exists(), "the folder isn't where it was asked for")
            expect(not (folder / "not-mine").exists(), "it made another folder")

        # If the system chooses the port, the script can name it.
        running, folder = run([], {"FRONTROW_LISTEN": "127.0.0.1:0", "FRONTROW_DATA_DIR": "mine"})
        address = re.search(r'"address":"([^"]+)"', running.err)
        expect(address and not address[1].endswith(":8080"), f"it doesn't serve on a port that is free: {running.err}")
        out = ""
        # The output before the script becomes the server.
        for line in running.process.stdout:
            out += line
            if "/confirm" in line:
                break
        printed = paste(lines_printed(out))
        expect('"status":"confirmed"' in printed, f"the lines that it prints lead to {printed!r}")
        running.stop()
        expect(address and f"http://{address[1]}/api/v1\n" in out, f"it serves at {address} and says\n{out}")

        # Both programs that open the store accept the clock.
        elsewhere = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        future = folder_of_the_future(checkout, elsewhere / "future")
        for arguments, expected in ([], 1), (["--accept-clock"], 0):
            running, _ = run(["--listen", "127.0.0.1:0", *arguments], {"FRONTROW_DATA_DIR": str(future)})
            _, code = running.stop()
            expect(code == expected, f"{arguments} in the future: {code}, {running.err}")

        # All other arguments are the server's.
        running, _ = run(["--listen", "127.0.0.1:0", "--dev=false"], {"FRONTROW_DATA_DIR": "mine"})
        _, code = running.stop()
        expect(code == 2 and "use --dev" in running.err, f"--dev=false: {code}, {running.err}")

        for arguments, says in (
            (["--data-dir", "a", "--store", "postgres://b/c"], "--data-dir and --store name two stores"),
            (["--listen"], "--listen needs a value"),
        ):
            running, folder = run(arguments)
            _, code = running.stop()
            expect(code == 2 and says in running.err, f"{arguments}: {code}, {running.err}")
            expect(not list(folder.iterdir()), f"{arguments} left something behind")

    print("\n".join(complaints))
    return 1 if complaints else 0


sys.exit(main())
