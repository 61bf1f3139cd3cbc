"""The event feed and the audit trail."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connection

from kangmai.kernel import audit, feed
from kangmai.kernel.health.types import Check, Text, judged

FAR_BEHIND = 1_000
TOO_FAR_BEHIND = 10_000
NEWEST_BLOCKS = 20
UNSEALED = timedelta(minutes=15)


def events(at: datetime) -> Iterator[Check]:
    """How far the slowest subscriber is behind, and what nobody could handle."""
    lags = feed.lags()
    slowest = max(lags, key=lambda lag: lag.waiting, default=None)
    waiting = slowest.waiting if slowest else 0
    name = slowest.subscriber if slowest else ""
    yield judged(
        "feed.lag",
        Text(f"{len(lags)} subscribers; at most {waiting:,} events wait {name}", f"{len(lags)} 个订阅者，最多 {waiting:,} 个事件待处理 {name}"),
        fail=waiting >= TOO_FAR_BEHIND,
        warn=waiting >= FAR_BEHIND,
        mend=Text("See that the worker of `kangmai up` runs.", "请确认 kangmai up 的后台进程在运行。"),
    )  # fmt: skip
    dead = sum(lag.dead_letters for lag in lags)
    yield judged(
        "feed.dead_letters",
        Text(f"{dead} events failed", f"{dead} 个事件处理失败"),
        warn=dead > 0,
        mend=Text(
            "Open the page “Event feed” and repeat or dismiss them.",
            "请在“事件队列”页面重试或忽略。",
        ),
    )


def trail(at: datetime) -> Iterator[Check]:
    """Whether the newest blocks of the audit trail agree with their rows, and rows do not wait long."""
    verdict = audit.verify(newest=NEWEST_BLOCKS)
    broken = ", ".join(map(str, verdict.broken))
    yield judged(
        "audit.chain",
        Text(f"{verdict.blocks} newest blocks looked at; broken: {broken or 'none'}", f"已核对最近 {verdict.blocks} 块；不符：{broken or '无'}"),
        fail=bool(verdict.broken),
        mend=Text("Rows were altered or removed: run `kangmai audit verify`, keep a copy of the disk, compare with a backup.", "审计记录被改动或删除：请运行 kangmai audit verify，保留磁盘副本并与备份比对。"),
    )  # fmt: skip
    oldest = _oldest_unsealed()
    waits = at - oldest if oldest else timedelta(0)
    yield judged(
        "audit.unsealed",
        Text(f"{verdict.unsealed} rows wait to be sealed", f"{verdict.unsealed} 行待封存"),
        warn=waits > UNSEALED,
        mend=Text(
            "See that the worker of `kangmai up` runs.", "请确认 kangmai up 的后台进程在运行。"
        ),
    )


def _oldest_unsealed() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT at FROM kernel_audit WHERE (xid, seq) > (
                   SELECT coalesce(max((to_xid::text::bigint)), 0)::text::xid8, coalesce(max(to_seq), 0)
                   FROM (SELECT to_xid, to_seq FROM kernel_audit_block ORDER BY id DESC LIMIT 1) b)
               ORDER BY xid, seq LIMIT 1"""
        )
        row = cursor.fetchone()
    return row[0] if row else None
