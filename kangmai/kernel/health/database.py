"""The PostgreSQL server: version, safety of what is written, age of its transaction ids, partitions, backups."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from kangmai.kernel.database import archive, backup
from kangmai.kernel.database.cluster import Cluster
from kangmai.kernel.health.machine import data_folder
from kangmai.kernel.health.types import Check, Text, judged

OLDEST_MAJOR = 15
OLD_TRANSACTIONS = 1_000_000_000
OLDEST_TRANSACTIONS = 1_800_000_000
"""The server itself refuses writes at about 2.1 billion."""
BACKUP_DAYS = 2
BACKUP_DAYS_AT_MOST = 8
PARTITIONS_AHEAD = 2


def server(at: datetime) -> Iterator[Check]:
    """Version, checksums and durability."""
    names = ("server_version", "server_version_num", "data_checksums", "fsync", "full_page_writes", "synchronous_commit")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r})' for name in names)}")
        version, number, checksums, *safety = cursor.fetchone()
    yield judged(
        "database.version",
        Text(f"PostgreSQL {version}", f"PostgreSQL {version}"),
        fail=int(number) // 10_000 < OLDEST_MAJOR,
        mend=Text(f"PostgreSQL {OLDEST_MAJOR} or newer is needed.", f"需要 PostgreSQL {OLDEST_MAJOR} 或更新版本。"),
    )  # fmt: skip
    yield judged(
        "database.checksums",
        Text(f"checksums of pages are {checksums}", f"数据页校验和：{checksums}"),
        warn=checksums != "on",
        mend=Text("Stop the server and run `pg_checksums --enable`: without them a failing disk is not noticed.", "请停止服务器并运行 pg_checksums --enable，否则无法发现磁盘损坏。"),
    )  # fmt: skip
    yield judged(
        "database.durability",
        Text("fsync, full_page_writes, synchronous_commit: " + ", ".join(safety), "写盘设置：" + "，".join(safety)),
        fail="off" in safety,
        mend=Text("Set them on: otherwise acknowledged writes are lost in a power cut.", "请全部设为 on，否则断电会丢失已确认的写入。"),
    )  # fmt: skip


def age(at: datetime) -> Iterator[Check]:
    """How many transactions ago the oldest row was frozen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(age(datfrozenxid)) FROM pg_database")
        oldest = cursor.fetchone()[0]
    yield judged(
        "database.age",
        Text(f"oldest transaction id is {oldest:,} back", f"最早的事务号距今 {oldest:,}"),
        fail=oldest > OLDEST_TRANSACTIONS,
        warn=oldest > OLD_TRANSACTIONS,
        mend=Text("Run VACUUM FREEZE in `kangmai db shell`, and see why autovacuum does not.", "请在 kangmai db shell 中执行 VACUUM FREEZE，并检查自动清理为何未运行。"),
    )  # fmt: skip


_AHEAD = """
SELECT p.table_name, p.step,
       (SELECT max(substring(inhrelid::regclass::text FROM '[0-9]+$')::bigint)
        FROM pg_inherits WHERE inhparent = p.table_name::regclass),
       coalesce(pg_sequence_last_value(p.sequence_name::regclass), 0)
FROM kernel_partitioned p ORDER BY 1"""


def partitions(at: datetime) -> Iterator[Check]:
    """Whether every append-only table has partitions for what comes next."""
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD)
        ahead = {name: top - latest // step for name, step, top, latest in cursor.fetchall()}
    least = min(ahead, key=lambda name: ahead[name], default="")
    count = ahead.get(least, 0)
    yield judged(
        "database.partitions",
        Text(f"{len(ahead)} tables; the least has {count} partitions ahead", f"{len(ahead)} 张分区表，最少的预留 {count} 个分区"),
        fail=bool(ahead) and count < 1,
        warn=bool(ahead) and count < PARTITIONS_AHEAD,
        mend=Text(f"See that the worker of `kangmai up` runs; at once: SELECT kernel_ensure_partitions() ({least}).", f"请确认 kangmai up 的后台进程在运行；应急可执行 SELECT kernel_ensure_partitions()（{least}）。"),
    )  # fmt: skip


def backups(at: datetime) -> Iterator[Check]:
    """Age of the newest backup, and whether the archive takes what it is given."""
    folder = data_folder()
    if folder is None:
        return  # the operator of a server outside backs it up
    latest = backup.latest(Cluster(folder))
    made = datetime.fromisoformat(latest.made_at) if latest else _birth(folder)
    days = (at - made) / timedelta(days=1)
    yield judged(
        "database.backup",
        Text(f"the newest backup is {days:.1f} days old", f"最近一次备份在 {days:.1f} 天前") if latest
        else Text(f"no backup yet; the database is {days:.1f} days old", f"尚无备份；数据库已建立 {days:.1f} 天"),
        fail=days > BACKUP_DAYS_AT_MOST,
        warn=days > BACKUP_DAYS,
        mend=Text("Run `kangmai db backup`, nightly; see docs/operations/backup.md.", "请每晚运行 kangmai db backup，参见 docs/operations/backup.md。"),
    )  # fmt: skip
    if archive.archive_folder(folder):
        yield from _archive()


def _birth(folder: object) -> datetime:
    return datetime.fromtimestamp((Cluster(folder).pgdata / "PG_VERSION").stat().st_mtime, UTC)  # type: ignore[arg-type]


def _archive() -> Iterator[Check]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT archived_count, failed_count, coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL) FROM pg_stat_archiver"
        )
        archived, failed, failing = cursor.fetchone()
    yield judged(
        "database.archive",
        Text(f"{archived} segments archived, {failed} attempts failed", f"已归档 {archived} 段日志，失败 {failed} 次"),
        fail=failing,
        mend=Text("The archive does not take the log: see postgres.log, and the space there.", "归档失败：请查看 postgres.log 及归档位置的空间。"),
    )  # fmt: skip
