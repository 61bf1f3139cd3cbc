"""Aim: scans come in over HTTP at 3,000/s one by one (p99 < 20 ms) and 100,000/s in batches of 1,000, each on the disk.

    python benchmarks/emergency_door.py [--people 200000] [--venues 2000] [--seconds 20] [--clients 32]

A server as an operator starts it (`kangmai up`), an order in force, phones that scan one venue's code, devices
that upload batches made beforehand; all through sockets, each answer after its commit. The peer of the batches is PostgreSQL's
COPY of 1,000 rows a transaction into a table with the same partitions and indexes, in the same run. Generator,
server and database stand on the same cores: its share of the processor is printed.
"""

import argparse
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psycopg
from emergency_scans import World, make_twin, timed
from fhir_load import Target, Work, Worker, print_machine, print_result, run

SINGLE, BATCH = "", "/batch"
ROWS = 1000
DEVICES = 32
OLDEST_MINUTES = 4_000
"""Batches lie so far back at most, one a minute of each device: none reads more than 1,200 scans in one minute."""
A_SECOND = 250
"""Batches made beforehand for each second of a round: more than are sent."""


def main() -> None:
    """Make the data, serve it, measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=200_000)
    asked.add_argument("--venues", type=int, default=2_000)
    asked.add_argument("--seconds", type=float, default=20)
    asked.add_argument("--clients", type=int, default=32)
    asked.add_argument("--rounds", type=int, default=2)
    given = asked.parse_args()
    given.days, given.devices = OLDEST_MINUTES // 1440 + 1, DEVICES
    from kangmai.commandline.opening import opened
    from kangmai.kernel.database.cluster import Cluster

    print_machine()
    with tempfile.TemporaryDirectory(prefix="kangmai-bench-") as folder:
        data = Path(folder) / "data"
        with opened(data):
            world = World(given)
        with served(data) as server:
            measure(world, server, Cluster(data).url, given)


@contextmanager
def served(data: Path) -> Iterator[Target]:
    """`kangmai up` on a data folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("kangmai"), "up", "--data", data, "--port", str(port)]
    # this process has opened the database itself before and left its address in the environment
    hidden = ("DATABASE_URL", "KANGMAI_KEYS", "DJANGO_SETTINGS_MODULE")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        line = process.stdout.readline().decode() if process.stdout else ""
        if not line.startswith("ready "):
            sys.exit("kangmai up did not become ready")
        base = f"http://127.0.0.1:{port}/emergency-mode/api/scans"
        yield Target("kangmai", base, (), process.pid)
    finally:
        process.terminate()
        process.wait(60)


def measure(world: World, server: Target, database: str, given: argparse.Namespace) -> None:
    """Singles, then batches with COPY in turn."""
    for number in range(1, given.rounds + 1):
        work = singles(world, server, number)
        found = run(server, work, clients=given.clients, seconds=given.seconds)
        print_result(server, number, found, unit="scans")
        if found.failed:
            sys.exit("a scan was refused")
    with psycopg.connect(database, autocommit=True) as connection:
        ensure_days(connection, world)
        make_twin(connection)
        for number in range(1, given.rounds + 1):
            work = batches(world, server, number, given)
            found = run(server, work, clients=2, seconds=given.seconds)
            found.counted *= ROWS
            print_result(server, number, found, unit="scans")
            if found.failed:
                sys.exit("a batch was refused")
            peer = copy(connection, world, number)
            ours = found.counted / found.seconds
            print(f"COPY, {ROWS} rows a transaction: {peer:.0f} rows/s; ratio {ours / peer:.2f}")
        kept = connection.execute("SELECT count(*) FROM venues_scan").fetchone()
        print(f"{kept[0] if kept else 0} scans on the disk")


def singles(world: World, server: Target, number: int) -> Work:
    """Phones: every scan of another pass, now."""
    count = itertools.count()

    def work(worker: Worker) -> None:
        while not worker.is_over:
            n = next(count)
            body = {
                "id": f"s{number}-{n}",
                "entrance": world.code,
                "pass": int(world.passes[n % len(world.passes)]),
            }
            worker.call("scan", server.request("POST", SINGLE, json.dumps(body).encode()))

    return work


def batches(world: World, server: Target, number: int, given: argparse.Namespace) -> Work:
    """Devices that were out of reach: a thousand scans of one minute of the last days an upload, made beforehand."""
    prepared = iter(list(made(world, server, number, round(given.seconds * A_SECOND))))
    lock = threading.Lock()

    def work(worker: Worker) -> None:
        while not worker.is_over:
            with lock:
                request = next(prepared, None)
            if request is None:
                sys.exit("too few batches were made beforehand")
            status, _, answer = worker.call("batch", request)
            if status == 200 and json.loads(answer)["taken"] != ROWS:
                sys.exit(f"not all were taken: {answer[:200]!r}")
            worker.counted += status == 200

    return work


def made(world: World, server: Target, number: int, count: int) -> Iterator[bytes]:
    """The requests of a round; no device sends two of the same minute, in whatever round."""
    now = int(time.time())
    for n in range((number - 1) * count, number * count):
        minute = n // DEVICES
        if minute >= OLDEST_MINUTES:
            sys.exit("more batches than devices have minutes: fewer rounds or seconds")
        chosen = world.passes[(n * ROWS + np.arange(ROWS)) % len(world.passes)]
        body = {
            "entrance": world.code,
            "ids": list(range(n * ROWS, (n + 1) * ROWS)),
            "at": [now - (5 + minute) * 60] * ROWS,
            "passes": chosen.tolist(),
        }
        header = f"Authorization: Bearer {world.tokens[n % DEVICES]}"
        yield server.request("POST", BATCH, orjson.dumps(body), header)


def ensure_days(connection: psycopg.Connection, world: World) -> None:
    """The partitions that the batches fall into."""
    from kangmai.epidemic.venues.rules import second_of

    last = second_of(world.now)
    connection.execute(
        "SELECT venues_ensure_days(venues_day_of(%s), venues_day_of(%s))",
        [last - (OLDEST_MINUTES + 10) * 60, last],
    )


def copy(connection: psycopg.Connection, world: World, number: int) -> float:
    """Rows a second of COPY, a transaction for every thousand."""
    from kangmai.epidemic.venues.actions import intake
    from kangmai.epidemic.venues.arrays import copy_stream
    from kangmai.epidemic.venues.rules import second_of

    widths = (8, 4, 4, 4, 4, 2, 2, 2, 2)
    last = second_of(world.now)
    streams = []
    for n in range(200):
        constant = lambda value: np.full(ROWS, value, np.int64)  # noqa: E731
        columns: list[Any] = [
            (number * 10_000_000 + n) * ROWS + np.arange(ROWS),
            constant(last - (5 + n) * 60),
            world.ids[(n * ROWS + np.arange(ROWS)) % len(world.ids)],
            *map(constant, (1, 1, world.order.serial, 1, 3, 1)),
        ]
        streams.append(copy_stream(list(zip(columns, widths, strict=True))))

    def write() -> None:
        for stream in streams:
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY twin ({intake.COLUMNS}) FROM STDIN (FORMAT binary)") as found,
            ):
                found.write(stream)

    return len(streams) * ROWS / timed(write)


if __name__ == "__main__":
    main()
