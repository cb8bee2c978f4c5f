"""Functions to taste; ``benchmarks/taste_list.py`` tells what is known of them.

Standard library only, and Python 3.9: the interpreter that tastes them need have nothing installed.
Everything that is large is made at the first call, so that importing this costs nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import zlib
from functools import cache
from typing import Any

PORT_VARIABLE = "CHAI_TUI_TASTE_PORT"
"""The environment variable that says where ``tests/taste_server.py`` listens."""
WAIT_SECONDS = 0.030
_local = threading.local()


# What waits


def nap(_item: int = 0) -> None:
    """Sleep 30 ms."""
    time.sleep(WAIT_SECONDS)


async def nap_async(_item: int = 0) -> None:
    """Sleep 30 ms and let the event loop run meanwhile."""
    await asyncio.sleep(WAIT_SECONDS)


def request(_item: int = 0) -> int:
    """Ask the local server, which answers after 5 ms, over a connection that stays open."""
    connection = getattr(_local, "connection", None)
    if connection is None:
        port = int(os.environ[PORT_VARIABLE])
        connection = _local.connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/")
    return len(connection.getresponse().read())


def child() -> int:
    """Start a Python that does nothing: its CPU time is not this process's."""
    return subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True).returncode


# What computes and holds the GIL


def nbody() -> float:
    """Move five bodies 1,200 steps in pure Python."""
    bodies = [[float(n), n / 3, n / 7, 0.0, 0.1 * n, 0.0, 1.0 / (n + 1)] for n in range(5)]
    for _ in range(1_200):
        for n, one in enumerate(bodies):
            for other in bodies[n + 1 :]:
                dx, dy, dz = one[0] - other[0], one[1] - other[1], one[2] - other[2]
                force = 0.001 / ((dx * dx + dy * dy + dz * dz + 0.01) ** 1.5)
                one[3] -= dx * force * other[6]
                one[4] -= dy * force * other[6]
                one[5] -= dz * force * other[6]
                other[3] += dx * force * one[6]
                other[4] += dy * force * one[6]
                other[5] += dz * force * one[6]
        for body in bodies:
            for axis in range(3):
                body[axis] += 0.001 * body[3 + axis]
    return bodies[0][0]


def sieve() -> int:
    """Count the primes below 100,000 in pure Python."""
    size = 100_000
    is_prime = [True] * size
    is_prime[0] = is_prime[1] = False
    for number in range(2, 317):
        if is_prime[number]:
            for multiple in range(number * number, size, number):
                is_prime[multiple] = False
    return sum(is_prime)


def regex() -> bool:
    """Match what never matches: each further letter takes twice as long."""
    return re.match(r"(a+)+$", "a" * 19 + "b") is not None


def many_small_hashes() -> str:
    """Hash 100 bytes, 8,000 times: below 2 kB hashlib keeps the GIL."""
    data, found = b"x" * 100, b""
    for _ in range(8_000):
        found = hashlib.sha256(data).digest()
    return found.hex()


def large_json() -> int:
    """Write and read an object of half a megabyte."""
    return len(json.loads(json.dumps(_large_object())))


@cache
def _large_object() -> list[dict[str, Any]]:
    return [{"id": n, "name": f"chai {n}", "cups": [n, n + 1.5, None]} for n in range(8_000)]


# What computes without it


def large_hash() -> str:
    """Hash 10 MB at once."""
    return hashlib.sha256(_large_buffer()).hexdigest()


def squeeze() -> int:
    """Compress 400 kB that are worth it."""
    return len(zlib.compress(_worth_it(), 6))


@cache
def _large_buffer() -> bytes:
    return bytes(10_000_000)


@cache
def _worth_it() -> bytes:
    return b"".join(hashlib.sha256(b"%d" % (n // 3)).digest() for n in range(12_500))


def aggregate() -> float:
    """Sum over 200,000 rows inside of SQLite."""
    found = _database().execute("select sum(cups * price) from orders where cups > 3").fetchone()
    return float(found[0])


def many_rows() -> int:
    """Fetch 20,000 rows, a Python tuple each."""
    rows = _database().execute("select id, cups, price from orders limit 20000").fetchall()
    return len(rows)


def _database() -> sqlite3.Connection:
    """Return this thread's own connection to a database in memory."""
    database = getattr(_local, "database", None)
    if database is None:
        database = _local.database = sqlite3.connect(":memory:")
        database.execute("create table orders (id integer, cups integer, price real)")
        database.executemany(
            "insert into orders values (?, ?, ?)", ((n, n % 7, n / 9) for n in range(200_000))
        )
        database.commit()
    return database


# A mix


def halves() -> int:
    """Hold the GIL for about 1 ms, let go of it for about 1 ms, six times."""
    data = _half_buffer()
    for _ in range(6):
        _hold()
        hashlib.sha256(data).digest()
    return len(data)


def halves_share() -> float:
    """Return what share of :func:`halves` holds the GIL, by the CPU time of its slices."""
    data, held, let_go = _half_buffer(), 0.0, 0.0
    for _ in range(50):
        began = time.thread_time()
        _hold()
        between = time.thread_time()
        hashlib.sha256(data).digest()
        held += between - began
        let_go += time.thread_time() - between
    return held / (held + let_go)


def _hold() -> int:
    total = 0
    for number in range(21_500):
        total += number
    return total


@cache
def _half_buffer() -> bytes:
    return bytes(1_500_000)


# What is short, and what is costly to hand over


def tenth_of_us() -> int:
    """Take about 0.1 µs."""
    return abs(-3) + abs(-4)


def six_us() -> int:
    """Take about 6 µs."""
    return sum([number * 2 for number in range(170)])


def twenty_us() -> int:
    """Take about 20 µs."""
    return sum([number * 2 for number in range(500)])


def half_ms() -> int:
    """Take about 500 µs."""
    return sum([number * 2 for number in range(16_600)])


def fifty_megabytes() -> bytes:
    """Return 50 MB: to pickle them takes longer than to make them."""
    return b"c" * 50_000_000


# What uses several cores by itself, where NumPy is installed


def matmul() -> float:
    """Multiply two matrices of 400 × 400."""
    left = _matrix()
    return float((left @ left)[0, 0])


@cache
def _matrix() -> Any:
    import numpy as np

    return np.random.default_rng(1).random((400, 400))
