"""Refuse a city that this machine has no room for, before anything is made.

The figures were measured by `benchmarks/city_load.py`; see `docs/operations/sizing.md`.
"""

import os
import shutil
from pathlib import Path

from kangmai.commandline.city.assumptions import read
from kangmai.kernel.database.sizing import machine_memory_mb
from kangmai.kernel.errors import Unavailable

KB_A_RESIDENT = 12.4
"""Disk for one resident with what is on record about him, indexes included."""
SAMPLE_KB = 40.0
"""Disk for one of the sample more than for others."""
SAMPLE_PEOPLE = 3000
SERVED_KB = 4.0
"""Disk for one resident more of a city in which everybody is served."""
BASE_MB = 500
LOG_MB = 2000
"""The most that the server's log and a sort for an index take besides; less for a small city."""
LOG_PART = 0.7
SERVER_SETTINGS = {"max_wal_size": "1GB"}
"""A city is loaded once: its log need not lie about in 8 GB."""

PROCESS_MB = 350
TOWN_MB = 500
"""What the largest town of a whole city takes in the process that makes it; less for a smaller city."""
REST_MB = 600
WHOLE_CITY = 4_000_000
SHARED_PART = 0.2
"""The part of the memory that the server takes as shared buffers."""


class NotEnoughSpace(Unavailable):
    """{residents} residents need about {needed_mb} MB of {what}; there are {found_mb} MB. Make fewer with --residents."""

    zh = "{residents} 名居民约需 {needed_mb} MB {what}，现有 {found_mb} MB。请用 --residents 减少人数。"


def require_space(residents: int, folder: Path) -> None:
    """Let pass what fits; a folder that holds a database already is not asked again.

    With a server outside only the memory of this machine counts.

    Raises:
        NotEnoughSpace
    """
    if (folder / "postgres").exists():
        return
    if not os.environ.get("DATABASE_URL"):
        parent = next(path for path in (folder, *folder.resolve().parents) if path.exists())
        _require("disk 磁盘", residents, disk_mb(residents), _free_mb(parent))
    _require("memory 内存", residents, memory_mb(residents, processes()), machine_memory_mb())


def processes() -> int:
    """How many processes make a city at the same time: one a core, two at least, eight at most."""
    return max(2, min(os.cpu_count() or 2, 8))


def disk_mb(residents: int) -> int:
    """What a city takes on the disk while it is made, with the log of the server."""
    sampled = min(SAMPLE_PEOPLE, residents)
    served = SERVED_KB if residents <= read("health")["history"]["whole_up_to"] else 0
    data = (residents * (KB_A_RESIDENT + served) + sampled * SAMPLE_KB) / 1024
    return int(BASE_MB + data + min(LOG_MB, data * LOG_PART))


def memory_mb(residents: int, processes: int) -> int:
    """How much memory the machine must have in all, the server's part included."""
    town = TOWN_MB * min(residents / WHOLE_CITY, 1)
    return int((REST_MB + processes * (PROCESS_MB + town)) / (1 - SHARED_PART))


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 2**20


def _require(what: str, residents: int, needed_mb: int, found_mb: int) -> None:
    if found_mb < needed_mb:
        raise NotEnoughSpace(residents=residents, needed_mb=needed_mb, found_mb=found_mb, what=what)
