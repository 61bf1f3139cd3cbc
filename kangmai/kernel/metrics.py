"""Counters and times of what the doors answer, added up in the database over every process and restart.

A process gathers in memory and writes what it gathered every ten seconds in one statement; a crash loses that
much. Labels hold routes and statuses, never ids.

Source of the form: Prometheus, https://prometheus.io/docs/instrumenting/exposition_formats/
"""

import logging
import threading
import time

import psycopg

from kangmai.kernel.connections import close_own, own_connection, reading

FLUSH_SECONDS = 10.0
BOUNDS = (0.005, 0.02, 0.1, 0.25, 0.6, 1.0, 2.5, 10.0)
"""Upper bounds of the classes of times, in seconds."""

logger = logging.getLogger(__name__)


class _Gathered:
    """What was counted since the last write."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], float] = {}
        self.lock = threading.Lock()
        self.writer: threading.Thread | None = None

    def add(self, name: str, labels: str, value: float) -> None:
        self.values[name, labels] = self.values.get((name, labels), 0.0) + value

    def take(self) -> dict[tuple[str, str], float]:
        with self.lock:
            taken, self.values = self.values, {}
        return taken


_gathered = _Gathered()


def observe(name: str, labels: dict[str, str], seconds: float) -> None:
    """Count one deed and how long it took; `NAME_bucket`, `NAME_sum` and `NAME_count` tell of it."""
    written = _written(labels)
    with _gathered.lock:
        for bound in BOUNDS:
            if seconds <= bound:
                _gathered.add(f"{name}_bucket", f'{written},le="{bound}"', 1)
        _gathered.add(f"{name}_bucket", f'{written},le="+Inf"', 1)
        _gathered.add(f"{name}_sum", written, seconds)
        _gathered.add(f"{name}_count", written, 1)
    _begin()


def _written(labels: dict[str, str]) -> str:
    return ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))


def _begin() -> None:
    """One thread a process writes; a process that was forked begins its own."""
    if _gathered.writer is None or not _gathered.writer.is_alive():
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
    rows = sorted((name, labels, value) for (name, labels), value in taken.items())
    own_connection().execute(
        """INSERT INTO kernel_metric AS m (name, labels, value)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::float8[])
           ON CONFLICT (name, labels) DO UPDATE SET value = m.value + EXCLUDED.value""",
        [list(column) for column in zip(*rows, strict=True)],
    )


def counted() -> list[tuple[str, str, float]]:
    """Every counter of the whole house: name, labels, value."""
    with reading() as database:
        return database.execute(
            "SELECT name, labels, value FROM kernel_metric ORDER BY name, labels"
        ).fetchall()
