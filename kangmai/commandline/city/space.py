"""Refuse a city that this machine has no room for, before anything is made."""

import shutil
from pathlib import Path

from kangmai.kernel.database.sizing import machine_memory_mb
from kangmai.kernel.errors import Unavailable

KB_A_RESIDENT = 14
"""Disk for one resident with his year of history and all indexes; measured, see docs/operations/sizing.md."""
BASE_MB = 700
MEMORY_MB = 1500


class NotEnoughSpace(Unavailable):
    """{residents} residents need about {needed_mb} MB of {what}; there are {found_mb} MB. Make fewer with --residents."""

    zh = "{residents} 名居民约需 {needed_mb} MB {what}，现有 {found_mb} MB。请用 --residents 减少人数。"


def require_space(residents: int, folder: Path) -> None:
    """Let pass what fits; a folder that holds a database already is not asked again.

    Raises:
        NotEnoughSpace
    """
    if (folder / "postgres").exists():
        return
    parent = next(path for path in (folder, *folder.resolve().parents) if path.exists())
    _require("disk 磁盘", residents, BASE_MB + residents * KB_A_RESIDENT // 1024, _free_mb(parent))
    _require("memory 内存", residents, MEMORY_MB, machine_memory_mb())


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 2**20


def _require(what: str, residents: int, needed_mb: int, found_mb: int) -> None:
    if found_mb < needed_mb:
        raise NotEnoughSpace(residents=residents, needed_mb=needed_mb, found_mb=found_mb, what=what)
