"""What was acknowledged survives the end of any process; what was not is there whole or not at all."""

import json
import subprocess
import threading
from collections import Counter
from pathlib import Path

import orjson

from kangmai.records.store.packing import unpacked
from tests.operations.house import (
    SIZE,
    TAG,
    bundle,
    command,
    environment,
    kangmai,
    kill,
    postmaster,
    rows,
    served,
    stored,
    until,
    write_bundles,
)

BODIES = "SELECT body FROM res WHERE body IS NOT NULL AND kv IS NULL"
PATIENTS = "SELECT count(*) FROM log WHERE rt = (SELECT rt FROM res WHERE kv IS NOT NULL LIMIT 1)"
HANDLED = "SELECT coalesce(sum(handled), 0) FROM kernel_cursor WHERE subscriber = 'identity.linker'"


def counts(data: Path) -> dict[int, int]:
    """Bundle number → how many of its observations are stored."""
    resources = (orjson.loads(unpacked(body)) for (body,) in rows(data, BODIES))
    return Counter(
        int(each["value"])
        for resource in resources
        for each in resource.get("identifier", ())
        if each["system"] == TAG
    )


def assert_whole_and_heard(data: Path) -> None:
    """No half bundle, every event delivered once its handler committed, the audit trail unbroken."""
    found = counts(data)
    assert set(found.values()) == {SIZE - 1}
    assert stored(data) >= SIZE * len(found)
    until(lambda: rows(data, HANDLED)[0][0] == rows(data, PATIENTS)[0][0], what="the feed")
    assert rows(data, PATIENTS)[0][0] == len(found)
    assert rows(data, "SELECT count(*) FROM kernel_dead_letter") == [(0,)]
    verdict = json.loads(kangmai("audit", "verify", "--json", "--data", data).stdout)
    assert verdict["broken"] == []
    assert verdict["rows"] + verdict["unsealed"] >= len(found)


def test_killed_while_bundles_are_posted(data):
    token = kangmai("token", "--scope", "system/*.cruds", "--data", data).stdout.strip()
    acknowledged: set[int] = set()
    numbers = iter(range(1, 10_000))
    lock = threading.Lock()
    over = threading.Event()

    def send(server) -> None:
        while not over.is_set():
            with lock:
                number = next(numbers)
            if server.post(bundle(number)) == 200:
                acknowledged.add(number)

    def more(count: int):
        goal = len(acknowledged) + count
        return lambda: len(acknowledged) >= goal

    with served(data, token=token) as server:
        senders = [threading.Thread(target=send, args=[server]) for _ in range(2)]
        for sender in senders:
            sender.start()
        until(more(3), what="the first bundles")
        kill(server.process.pid)
        over.set()
        for sender in senders:
            sender.join()
    assert postmaster(data), "the database outlives the server"

    over.clear()
    with served(data, token=token) as server:
        senders = [threading.Thread(target=send, args=[server]) for _ in range(2)]
        for sender in senders:
            sender.start()
        until(more(3), what="bundles after the first crash")
        first = postmaster(data)
        kill(first)
        until(lambda: postmaster(data) not in (None, first), what="a new database server")
        until(more(3), what="bundles after the second crash")
        over.set()
        for sender in senders:
            sender.join()
        found = counts(data)
        assert acknowledged <= set(found), "an acknowledged bundle is missing"
        assert_whole_and_heard(data)
    assert postmaster(data) is None


def test_killed_while_files_are_imported(data, tmp_path):
    bundles = write_bundles(tmp_path / "bundles", range(1, 41))
    arguments = ("import", "fhir", bundles, "--json", "--data", data)
    first = subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())  # fmt: skip
    until(lambda: stored(data) >= 3 * SIZE, what="the first bundles")
    kill(first.pid)
    first.wait()
    second = subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())  # fmt: skip
    had = stored(data)
    until(lambda: stored(data) >= had + SIZE or second.poll() is not None, what="more bundles")
    kill(postmaster(data))
    assert second.wait(60) == 2 or stored(data) == 0

    report = json.loads(kangmai(*arguments).stdout)
    assert report["rejected"] == 0
    assert report["created"] + report["unchanged"] == 40 * SIZE
    assert report["unchanged"] % SIZE == 0, "a bundle was stored in part"
    again = json.loads(kangmai(*arguments).stdout)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 40 * SIZE)
    kangmai("db", "start", "--data", data)
    assert len(counts(data)) == 40
    assert_whole_and_heard(data)
