"""The one table of what is looked at: kernel first, then what only this floor can see."""

import functools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from kangmai.config.checkers import register_checkers
from kangmai.epidemic.supplies import queries as supplies
from kangmai.kernel import definitions
from kangmai.kernel.actor import operator
from kangmai.kernel.health import database, keys, machine, registry, trail
from kangmai.kernel.health.types import Check, Probe, Text, judged
from kangmai.records import queries as records
from kangmai.standards.calendars import is_announced, legal_day

PACKAGE = Path(__file__).parents[1]
INDEX_SAMPLE = 200
NEXT_YEAR_MONTH = 12
"""The State Council announces the next year's holidays in November; from this month on they are missed."""


def migrations(at: datetime) -> Iterator[Check]:
    """Migrations that this release brings and the database lacks."""
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    yield judged(
        "database.migrations",
        Text(f"{len(missing)} migrations are not applied", f"{len(missing)} 个数据库变更未执行"),
        fail=bool(missing),
        mend=Text("Start `kangmai up` once: it applies them.", "请启动一次 kangmai up 以执行。"),
    )


def rules(at: datetime) -> Iterator[Check]:
    """Rules kept as data."""
    register_checkers()
    found = definitions.check_all()
    first = f": {found[0]}" if found else ""
    yield judged(
        "definitions.sound",
        Text(
            f"{len(found)} faults in definitions{first}", f"规则定义有 {len(found)} 处错误{first}"
        ),
        fail=bool(found),
        mend=Text("Run `kangmai definitions check`.", "请运行 kangmai definitions check。"),
    )


def holidays(at: datetime) -> Iterator[Check]:
    """Whether the holidays that deadlines count with are known."""
    day = legal_day(at)
    this_year, next_year = is_announced(day.year), is_announced(day.year + 1)
    yield judged(
        "standards.holidays",
        Text(f"holidays of {day.year}: {'known' if this_year else 'unknown'}", f"{day.year} 年节假日：{'已知' if this_year else '未知'}"),
        fail=not this_year,
        warn=day.month >= NEXT_YEAR_MONTH and not next_year,
        mend=Text("Update the package chinesecalendar: until then deadlines in working days are provisional.", "请更新 chinesecalendar；在此之前以工作日计的时限均为暂定。"),
    )  # fmt: skip


def time_zone(at: datetime) -> Iterator[Check]:
    """Whether legal days are days of China."""
    yield judged(
        "config.time_zone",
        Text(f"legal time is {settings.TIME_ZONE}", f"法定时间：{settings.TIME_ZONE}"),
        fail=settings.TIME_ZONE != "Asia/Shanghai",
        mend=Text("Set TIME_ZONE to Asia/Shanghai.", "请将 TIME_ZONE 设为 Asia/Shanghai。"),
    )


def front_end(at: datetime) -> Iterator[Check]:
    """Whether scripts, styles and translations are there."""
    built = (PACKAGE / "portal" / "static" / "bundle" / "manifest.json").is_file()
    yield judged(
        "portal.bundle",
        Text("the bundle is built" if built else "the bundle is missing: plain pages, no charts", "前端资源已构建" if built else "缺少前端资源：页面无样式和图表"),
        fail=not built,
        mend=Text("Run `make setup`, or install the wheel, which has it inside.", "请运行 make setup，或安装已包含前端资源的发行包。"),
    )  # fmt: skip
    sources = [path for folder in settings.LOCALE_PATHS for path in Path(folder).rglob("*.po")]
    stale = [path.parts[-3] for path in sources if not path.with_suffix(".mo").is_file()]
    yield judged(
        "portal.translations",
        Text(f"{len(sources)} languages; not compiled: {', '.join(stale) or 'none'}", f"{len(sources)} 种语言；未编译：{'，'.join(stale) or '无'}"),
        fail=bool(stale),
        mend=Text("Run `make setup`.", "请运行 make setup。"),
    )  # fmt: skip


def search_index(at: datetime) -> Iterator[Check]:
    """Whether searches find what is stored: resources drawn by chance, compared with their index rows."""
    found = records.sample_index(count=INDEX_SAMPLE, actor=operator("doctor"))
    first = (
        f": {found.faults[0].type}/{found.faults[0].id} ({found.faults[0].table})"
        if found.faults
        else ""
    )
    yield judged(
        "records.index",
        Text(
            f"{len(found.faults)} faults in the index rows of {found.compared} resources{first}",
            f"抽查 {found.compared} 个资源，索引不一致 {len(found.faults)} 处{first}",
        ),
        fail=bool(found.faults),
        mend=Text(
            "Update the resource named (PUT it as it is read) and report the fault.",
            "请原样更新所列资源并报告该问题。",
        ),
    )


def supply_balances(at: datetime) -> Iterator[Check]:
    """Whether what is kept as the stock of a lot is the sum of its movements."""
    found = supplies.unbalanced()
    first = f": {found[0][1]} {found[0][2]} ({found[0][0]})" if found else ""
    yield judged(
        "supplies.balances",
        Text(
            f"{len(found)} lots of supplies differ from their movements{first}",
            f"应急物资结存与流水不符 {len(found)} 个批次{first}",
        ),
        fail=bool(found),
        mend=Text("Count the lot anew and report the fault.", "请重新盘点该批次并报告该问题。"),
    )


PROBES: dict[str, Probe] = {
    "machine.disk": machine.disk,
    "machine.memory": machine.memory,
    "machine.clock": machine.clock,
    "machine.encoding": machine.encoding,
    "database.server": database.server,
    "database.age": database.age,
    "database.partitions": database.partitions,
    "database.backup": database.backups,
    "database.migrations": migrations,
    "keys": keys.keyring,
    "feed": trail.events,
    "audit": trail.trail,
    "records": search_index,
    "supplies": supply_balances,
    "definitions": rules,
    "standards.holidays": holidays,
    "config.time_zone": time_zone,
    "portal": front_end,
}


@functools.cache
def register_probes() -> None:
    """Enter the table into the kernel's registry, from which pages and commands ask for it."""
    for subject, probe in PROBES.items():
        registry.register(subject, probe)
