"""Counters and times of what the doors answer, added up in the database over every process and restart.

A process gathers in memory and writes what it gathered every ten seconds in one statement; a crash loses that
much. Labels hold routes and statuses, never ids.

Source of the form: Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator

import psycopg

from kangmai.kernel.connections import close_own, own_connection, reading

FLUSH_SECONDS = 10.0
BOUNDS = (0.005, 0.02, 0.1, 0.25, 0.6, 1.0, 2.5, 10.0)
"""Upper bounds of the classes of times, in seconds."""

logger = logging.getLogger(__name__)


class _Gathered:
    """What was counted since the last write: for each name and labels one number a class of times, and their sum."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], list[float]] = {}
        self.lock = threading.Lock()
        self.writer: threading.Thread | None = None

    def take(self) -> dict[tuple[str, str], list[float]]:
        with self.lock:
            taken, self.values = self.values, {}
        return taken


_gathered = _Gathered()


def observe(name: str, labels: str, seconds: float) -> None:
    """Count one deed and how long it took; `NAME_bucket`, `NAME_sum` and `NAME_count` tell of it.

    Args:
        labels: as they are written: `route="GET T/I",status="200"`.
    """
    place = bisect_left(BOUNDS, seconds)
    with _gathered.lock:
        counts = _gathered.values.get((name, labels))
        if counts is None:
            counts = _gathered.values[name, labels] = [0.0] * (len(BOUNDS) + 2)
        counts[place] += 1
        counts[-1] += seconds
    if _gathered.writer is None or not _gathered.writer.is_alive():
        _begin()


def _begin() -> None:
    """One thread a process writes; a process that was forked begins its own."""
    with _gathered.lock:
        if _gathered.writer is None or not _gathered.writer.is_alive():
            _gathered.writer = threading.Thread(target=_run, name="metrics", daemon=True)
            _gathered.writer.start()


def _run() -> None:
    while True:
        time.sleep(FLUSH_SECONDS)
        try:
            flush()
        except psycopg.Error:
            logger.info("what was counted could not be written")
        finally:
            close_own()


def flush() -> None:
    """Write what was gathered; what cannot be written is lost, since it only counts."""
    taken = _gathered.take()
    if not taken:
        return
    rows = sorted(
        row for (name, labels), counts in taken.items() for row in _rows(name, labels, counts)
    )
    own_connection().execute(
        """INSERT INTO kernel_metric AS m (name, labels, value)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::float8[])
           ON CONFLICT (name, labels) DO UPDATE SET value = m.value + EXCLUDED.value""",
        [list(column) for column in zip(*rows, strict=True)],
    )


def _rows(name: str, labels: str, counts: list[float]) -> Iterator[tuple[str, str, float]]:
    """The counters of one name and its labels: each class counts those below it, too."""
    total = 0.0
    for bound, count in zip((*BOUNDS, "+Inf"), counts, strict=False):
        total += count
        yield f"{name}_bucket", f'{labels},le="{bound}"', total
    yield f"{name}_sum", labels, counts[-1]
    yield f"{name}_count", labels, total


def counted() -> list[tuple[str, str, float]]:
    """Every counter of the whole house: name, labels, value."""
    with reading() as database:
        return database.execute(
            "SELECT name, labels, value FROM kernel_metric ORDER BY name, labels"
        ).fetchall()
