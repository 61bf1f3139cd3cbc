"""Disk, memory, clock and text encoding of the machine."""

import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from kangmai.kernel.health.types import Check, Text, judged

GIB = 2**30
LEAST_FREE_GB = 1
SCARCE_FREE_GB = 5
LEAST_MEMORY_MB = 200
SCARCE_MEMORY_MB = 800
CLOCK_SECONDS = 5


def disk(at: datetime) -> Iterator[Check]:
    """Space where the data (or, with a server outside, the keyring) lies."""
    usage = shutil.disk_usage(data_folder() or Path(settings.KEYS).parent)
    free = usage.free / GIB
    yield judged(
        "machine.disk",
        Text(f"{free:.1f} GB of {usage.total / GIB:.0f} GB free", f"可用 {free:.1f} GB，共 {usage.total / GIB:.0f} GB"),
        fail=free < LEAST_FREE_GB,
        warn=free < SCARCE_FREE_GB,
        mend=Text("Make room or enlarge the disk: a full disk stops all writing.", "请清理或扩容磁盘；磁盘写满将停止一切写入。"),
    )  # fmt: skip


def data_folder() -> Path | None:
    """The data folder of the embedded database, or None where the database is outside."""
    if not str(settings.DATABASES["default"].get("HOST", "")).startswith("/"):
        return None
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        pgdata = Path(cursor.fetchone()[0])
    return pgdata.parent if pgdata.name == "postgres" and pgdata.is_dir() else None


def memory(at: datetime) -> Iterator[Check]:
    """Memory that could be had now (MemAvailable)."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    available = (
        next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable")) >> 10
    )
    yield judged(
        "machine.memory",
        Text(f"{available} MB available", f"可用内存 {available} MB"),
        fail=available < LEAST_MEMORY_MB,
        warn=available < SCARCE_MEMORY_MB,
        mend=Text("End other programs or add memory; see docs/operations/sizing.md.", "请结束其他程序或增加内存，参见 docs/operations/sizing.md。"),
    )  # fmt: skip


def clock(at: datetime) -> Iterator[Check]:
    """Whether this clock agrees with the database's, and has not gone behind the newest audit row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), (SELECT at FROM kernel_audit ORDER BY seq DESC LIMIT 1)"
        )
        server, newest = cursor.fetchone()
    apart = abs((datetime.now(UTC) - server).total_seconds())
    behind = newest is not None and (newest - at).total_seconds() > CLOCK_SECONDS
    text = Text(
        f"{at.isoformat(timespec='seconds')}, {apart:.0f} s from the database's",
        f"{at.isoformat(timespec='seconds')}，与数据库相差 {apart:.0f} 秒",
    )
    yield judged(
        "machine.clock", text, fail=behind, warn=apart > CLOCK_SECONDS,
        mend=Text("Let the machines take their time from NTP (timedatectl set-ntp true): deadlines depend on it.", "请启用 NTP 对时（timedatectl set-ntp true），各项时限依赖准确时间。"),
    )  # fmt: skip


def encoding(at: datetime) -> Iterator[Check]:
    """Whether names of files and output can be Chinese."""
    name = sys.getfilesystemencoding()
    yield judged(
        "machine.encoding",
        Text(f"names of files are {name}", f"文件名编码为 {name}"),
        fail=name != "utf-8",
        mend=Text("Set LANG=C.UTF-8 in the service file.", "请在服务文件中设置 LANG=C.UTF-8。"),
    )
