"""A shop of the usual design: a table of seats in PostgreSQL, locks and counts in Redis.

The modules of the techniques define the order of its buyers' steps."""

import threading
import uuid

import psycopg2
import redis

DATABASE = "shop"
SCHEMA = """
CREATE TABLE events (id serial PRIMARY KEY, version int NOT NULL DEFAULT 0);
CREATE TABLE seats (
    id serial PRIMARY KEY, event int NOT NULL, status text NOT NULL DEFAULT 'free', version int NOT NULL DEFAULT 0,
    buyer text, reservation uuid, expires_at timestamptz);
CREATE INDEX ON seats (event) WHERE status = 'free';
CREATE TABLE reservations (id uuid PRIMARY KEY, seat int NOT NULL, buyer text NOT NULL);
CREATE TABLE keys (caller text, key text, answer text, PRIMARY KEY (caller, key));
"""
DELETE_OWN = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class Shop:
    def __init__(self, postgres, redis_server):
        postgres.create(DATABASE)
        postgres.query(SCHEMA, DATABASE)
        self.url = postgres.url(DATABASE)
        self.redis_port = redis_server.port
        self.staff = self.buyer("staff")
        self._of_thread = threading.local()

    def buyer(self, name, url=None):
        return Buyer(name, url or self.url, self.redis_port)

    def buyers(self, names):
        return [self.buyer(name) for name in names]

    def buyer_of_thread(self):
        """Returns the same buyer for all calls of a thread, like a pool of connections."""
        if not hasattr(self._of_thread, "buyer"):
            self._of_thread.buyer = self.buyer(uuid.uuid4().hex)
        return self._of_thread.buyer

    def event(self, seats):
        """Returns (its id, the ids of its seats)."""
        buyer = self.buyer_of_thread()
        event = buyer.value("INSERT INTO events DEFAULT VALUES RETURNING id")
        buyer.run("INSERT INTO seats (event) SELECT %s FROM generate_series(1, %s)", event, seats)
        rows = buyer.rows("SELECT id FROM seats WHERE event = %s ORDER BY id", event)
        buyer.commit()
        return event, [row[0] for row in rows]

    def seats(self, count):
        return self.event(count)[1]


class Buyer:
    """The shop's process for one buyer: a connection to PostgreSQL and one to Redis."""

    def __init__(self, name, url, redis_port):
        self.name = name
        self.database = psycopg2.connect(url)
        self.redis = redis.Redis(port=redis_port, socket_timeout=2, decode_responses=True)

    def run(self, sql, *values):
        """Returns the number of affected rows."""
        with self.database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.rowcount

    def rows(self, sql, *values):
        with self.database.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def value(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def commit(self):
        self.database.commit()

    def rollback(self):
        self.database.rollback()

    def lock(self, name, milliseconds=10_000):
        return bool(self.redis.set(f"lock:{name}", self.name, nx=True, px=milliseconds))

    def unlock(self, name):
        return bool(self.redis.eval(DELETE_OWN, 1, f"lock:{name}", self.name))

    def sees_free(self, seat):
        is_free = self.value("SELECT status FROM seats WHERE id = %s", seat) == "free"
        self.commit()
        return is_free

    def take(self, seat, is_careful=True, hold_s=3600):
        """Writes the reservation. If is_careful, only if the seat is free at that moment."""
        reservation = str(uuid.uuid4())
        taken = self.run(
            "UPDATE seats SET status = 'held', version = version + 1, buyer = %s, reservation = %s, "
            "expires_at = now() + %s * interval '1 s' WHERE id = %s"
            + (" AND (status = 'free' OR status = 'held' AND expires_at <= now())" if is_careful else ""),
            self.name, reservation, hold_s, seat)
        if taken:
            self.run("INSERT INTO reservations VALUES (%s, %s, %s)", reservation, seat, self.name)
        self.commit()
        return bool(taken)

    def take_version(self, seat, version):
        """Writes the reservation if the version is still the one that was read. Leaves the transaction open."""
        return bool(self.run("UPDATE seats SET status = 'held', version = version + 1, buyer = %s WHERE id = %s "
                             "AND version = %s", self.name, seat, version))
