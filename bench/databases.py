"""The databases of a cluster node: a PostgreSQL 15 and a Redis, started for the run."""

import datetime
import os
import pwd
import re
import secrets
import signal
import socket
import subprocess
import time

from failure import Failure
from servers import START_WITHIN_S, end_child, free_ports, read_text, start_child, wait_until

PROGRAMS = "/usr/lib/postgresql/15/bin"
# Everything else has its default. fsync and synchronous_commit are on by default; start() checks that they are.
SETTINGS = {"shared_buffers": "256MB", "log_timezone": "UTC"}
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
VERSIONS = {"PostgreSQL": [f"{PROGRAMS}/postgres", "--version"], "Redis": ["redis-server", "--version"]}


def describe():
    settings = {**dict.fromkeys(DURABLE, "on"), "shared_buffers": SETTINGS["shared_buffers"]}
    return ", ".join(f"{name} {value}" for name, value in settings.items()) + ", else as it comes"


def postgres_user():
    """Returns the user for PostgreSQL, as options for the child process: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        except KeyError:
            continue
    raise Failure("there is no user but root to run PostgreSQL as")


class Postgres:
    """A PostgreSQL in folder that flushes every commit, and has no database yet. Use it as a context manager. settings:
    added to SETTINGS."""

    def __init__(self, folder, settings=None):
        self.folder = folder
        self.settings = SETTINGS | (settings or {})
        self.user = postgres_user()
        self.password = secrets.token_hex(16)
        self.port = 0
        self.process = None

    def __enter__(self):
        self._make()
        self._start()
        return self

    def __exit__(self, *_):
        if self.process is not None:
            end_child(self.process, signal.SIGINT)  # fast shutdown: doesn't wait for clients

    def crash(self):
        """Kills PostgreSQL with an immediate shutdown, and starts it again on the same data."""
        end_child(self.process, signal.SIGQUIT)
        self._start()

    def ready_at(self):
        """Returns when it last began to accept connections, in time.time()'s seconds."""
        found = re.search(r"^(\S+ \S+) UTC .* database system is ready to accept connections$",
                          read_text(os.path.join(self.folder, "log")), re.MULTILINE)
        return datetime.datetime.fromisoformat(found[1] + "+00:00").timestamp()

    def url(self, database):
        return f"postgres://frontrow:{self.password}@127.0.0.1:{self.port}/{database}"

    def environment(self, database):
        """The environment variables from which libpq's programs take the connection."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "frontrow",
                "PGPASSWORD": self.password, "PGDATABASE": database, "PATH": os.environ["PATH"]}

    def run(self, *options, database="postgres"):
        """Runs psql with these options; returns its output."""
        done = subprocess.run([f"{PROGRAMS}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", *options],
                              env=self.environment(database), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure(f"PostgreSQL: {' '.join(done.stderr.split())[:400]}")
        return done.stdout.strip()

    def query(self, sql, database="postgres"):
        return self.run("-c", sql, database=database)

    def create(self, database):
        self.query(f"CREATE DATABASE {database}")

    def drop(self, database):
        self.query(f"DROP DATABASE {database} WITH (FORCE)")

    def come_to_rest(self, database):
        """Does now the maintenance that would otherwise happen during the sale."""
        self.query("VACUUM (ANALYZE)", database)
        self.query("CHECKPOINT", database)

    def transactions(self, database):
        """Counts the transactions that ended in the database since it was created. First waits until nothing is
        connected: an idle connection reports its last transactions only after up to 10 s, a closed one at once."""
        users = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"
        end = time.monotonic() + START_WITHIN_S
        while self.query(users) != "0":
            if time.monotonic() > end:
                raise Failure("connections to the database are left, nobody can count its transactions")
            time.sleep(0.02)
        return int(self.query("SELECT xact_commit + xact_rollback FROM pg_stat_database "
                              f"WHERE datname = '{database}'"))

    def _make(self):
        os.makedirs(self.folder)
        word = os.path.join(self.folder, "password")
        with open(os.open(word, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(self.password)
        if self.user:
            for path in (self.folder, word):
                os.chown(path, self.user["user"], self.user["group"])
        done = subprocess.run(
            [f"{PROGRAMS}/initdb", "--pgdata", f"{self.folder}/data", "--username=frontrow",
             f"--pwfile={word}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"],
            cwd="/", env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, check=False, **self.user)
        os.remove(word)
        if done.returncode != 0:
            who = "" if not self.user else f" as {pwd.getpwuid(self.user['user']).pw_name}"
            raise Failure(f"PostgreSQL can't be made in {self.folder}{who} (another folder: --dir): "
                          f"{' '.join((done.stdout + done.stderr).split())[-300:]}")

    def _start(self):
        self.port = self.port or free_ports(1)[0]
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
                    **self.settings}
        command = [f"{PROGRAMS}/postgres", "-D", f"{self.folder}/data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        log = os.path.join(self.folder, "log")
        # If this program is killed, PostgreSQL gets an immediate shutdown, which also ends its child processes.
        self.process = start_child(command, "/", log, signal.SIGQUIT, **self.user)
        wait_until(lambda: subprocess.run([f"{PROGRAMS}/pg_isready", "-q"], check=False,
                                          env=self.environment("postgres")).returncode == 0,
                   self.process, "PostgreSQL", log)
        for name in DURABLE:
            if self.query(f"SHOW {name}") != "on":
                raise Failure(f"PostgreSQL's {name} isn't on")


class Replica(Postgres):
    """An asynchronous replica of a Postgres. Use it as a context manager."""

    def __init__(self, folder, primary):
        super().__init__(folder, primary.settings)
        self.primary = primary
        self.password = primary.password

    def _make(self):
        os.makedirs(self.folder)
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        done = subprocess.run(
            [f"{PROGRAMS}/pg_basebackup", "-D", f"{self.folder}/data", "-R", "-c", "fast"], cwd="/",
            env=self.primary.environment("postgres"), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, **self.user)
        if done.returncode != 0:
            raise Failure(f"a replica can't be made: {' '.join(done.stderr.split())[-300:]}")


class Redis:
    """A Redis in folder that stores nothing on disk. Use it as a context manager."""

    def __init__(self, folder):
        self.folder = folder
        self.port = 0
        self.process = None

    def __enter__(self):
        os.makedirs(self.folder)
        self.port, = free_ports(1)
        self.start()
        return self

    def start(self):
        """Starts Redis, or restarts it empty on the same port."""
        log = os.path.join(self.folder, "log")
        self.process = start_child(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--daemonize", "no"], self.folder, log, signal.SIGKILL)
        wait_until(self._answers, self.process, "Redis", log)

    def __exit__(self, *_):
        end_child(self.process)

    def kill(self):
        end_child(self.process, signal.SIGKILL)

    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), 2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64) == b"+PONG\r\n"
        except OSError:
            return False
