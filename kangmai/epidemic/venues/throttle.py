"""How many scans one source may send in a minute: counted in this process, since the limit is about misuse."""

import threading
from collections.abc import Sequence

KEPT = 50_000


class Throttle:
    """Counts by source and minute; the oldest minutes are forgotten when there are too many."""

    def __init__(self) -> None:
        self._counts: dict[tuple[int, int], int] = {}
        self._lock = threading.Lock()

    def admit(self, wanted: Sequence[tuple[int, int, int, int]]) -> list[int]:
        """How many of each are within the limit, and counted.

        Args:
            wanted: source, minute, number of scans, limit.
        """
        admitted = []
        with self._lock:
            for source, minute, number, limit in wanted:
                before = self._counts.get((source, minute), 0)
                granted = max(0, min(number, limit - before))
                self._counts[source, minute] = before + granted
                admitted.append(granted)
            if len(self._counts) > KEPT:
                self._forget()
        return admitted

    def _forget(self) -> None:
        latest = sorted(self._counts, key=lambda key: key[1])[KEPT // 2 :]
        self._counts = {key: self._counts[key] for key in latest}

    def clear(self) -> None:
        """Forget everything, as a new process would."""
        with self._lock:
            self._counts.clear()
