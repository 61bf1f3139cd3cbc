"""Scans and results of plates: each once, whatever was killed while they came in and was sent again."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.operations.emergency import PLATE, TUBES
from tests.operations.house import environment, kill, postmaster, rows, served, until

BATCH = 20
SCANS = "/emergency-mode/api/scans/batch"


def program(name: str, data: Path) -> list[str]:
    """The command of a part of tests/operations/emergency.py."""
    return [sys.executable, "-m", "tests.operations.emergency", name, str(data)]


@pytest.fixture
def ordered(data):
    """What a scanner needs in a house under an order."""
    answer = subprocess.run(
        program("prepare", data), capture_output=True, text=True, env=environment(), timeout=120
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout.splitlines()[-1])


def test_killed_while_scans_and_plates_come_in(data, ordered):
    killed_while_scans_come_in(data, ordered)
    killed_while_plates_are_imported(data)


def killed_while_scans_come_in(data: Path, ordered: dict) -> None:
    acknowledged: set[int] = set()
    numbers = iter(range(10_000))
    pending: list[int] = []
    lock = threading.Lock()
    over = threading.Event()
    at = int(time.time()) - 3600

    def batch(number: int) -> dict[str, object]:
        first = number * BATCH
        passes = [
            ordered["passes"][n % len(ordered["passes"])] for n in range(first, first + BATCH)
        ]
        ids = list(range(first, first + BATCH))
        return {
            "entrance": ordered["entrance"],
            "ids": ids,
            "at": [at + n % 3000 for n in ids],
            "passes": passes,
        }

    def send(server) -> None:
        """What is not acknowledged is sent again until it is, by whoever comes next."""
        while not over.is_set() or pending:
            with lock:
                number = pending.pop() if pending else next(numbers)
            if server.post(batch(number), SCANS) == 200:
                acknowledged.add(number)
                continue
            pending.append(number)
            if server.process.poll() is not None:
                return

    def more(count: int):
        goal = len(acknowledged) + count
        return lambda: len(acknowledged) >= goal

    def sending(server) -> list[threading.Thread]:
        senders = [threading.Thread(target=send, args=[server]) for _ in range(2)]
        for sender in senders:
            sender.start()
        return senders

    with served(data, token=ordered["token"]) as server:
        senders = sending(server)
        until(more(5), what="the first uploads")
        kill(server.process.pid)
        for sender in senders:
            sender.join()
    with served(data, token=ordered["token"]) as server:
        senders = sending(server)
        until(more(5), what="uploads after the first crash")
        first = postmaster(data)
        kill(first)
        until(lambda: postmaster(data) not in (None, first), what="a new database server")
        until(more(5), what="uploads after the second crash")
        over.set()
        for sender in senders:
            sender.join()
        assert not pending
        kept = rows(data, "SELECT count(*), count(DISTINCT (client, at)) FROM venues_scan")
        assert kept == [(len(acknowledged) * BATCH,) * 2]


def killed_while_plates_are_imported(data: Path) -> None:
    def importing() -> subprocess.Popen[str]:
        return subprocess.Popen(
            program("plates", data),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(),
        )

    told = []
    with importing() as first:
        told += [first.stdout.readline().strip() for _ in range(3)]
        kill(first.pid)
        told += first.stdout.read().split()
    with importing() as second:
        told += [second.stdout.readline().strip() for _ in range(2)]
        kill(postmaster(data))
        told += second.stdout.read().split()
    with importing() as third:
        told += third.stdout.read().split()
        assert third.wait() == 0
    assert len(told) == len(set(told)), "a plate was published twice"
    with served(data):
        plates = rows(data, "SELECT count(*), count(DISTINCT code) FROM nucleic_acid_plate")
        assert plates == [(TUBES // PLATE,) * 2]
        wells = "SELECT count(*), count(DISTINCT tube_id) FROM nucleic_acid_well WHERE tube_id IS NOT NULL"
        assert rows(data, wells) == [(TUBES, TUBES)]
        unpublished = "SELECT count(*) FROM nucleic_acid_tube WHERE state <> 'negative'"
        assert rows(data, unpublished) == [(0,)]
