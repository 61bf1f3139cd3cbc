"""Who looks at what, and the one function that lets all of them look."""

from collections.abc import Iterator
from datetime import datetime

import psycopg
from django.db import DatabaseError

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.health.types import Check, Probe, State, Text

_probes: dict[str, Probe] = {}


def register(subject: str, probe: Probe) -> None:
    """Let a room look at a subject of its own; a second registration replaces the first."""
    _probes[subject] = probe


def checks(*, actor: Actor, at: datetime) -> list[Check]:
    """Everything that was looked at, in the order of registration.

    Raises:
        NotPermitted: the actor lacks `system.read`.
    """
    require(actor, "system.read")
    return [check for subject, probe in _probes.items() for check in _looked(subject, probe, at)]


def _looked(subject: str, probe: Probe, at: datetime) -> Iterator[Check]:
    """A probe that cannot look is a finding itself, and keeps no other from looking."""
    try:
        yield from probe(at)
    except (DatabaseError, psycopg.Error, OSError) as error:
        name = type(error).__name__
        what = Text(f"this could not be looked at ({name})", f"无法检查（{name}）")
        mend = Text(
            "See that the database runs and has its tables: start `kangmai up`.",
            "请确认数据库正在运行且已建表：启动 kangmai up。",
        )
        yield Check(subject, State.FAIL, what, mend)
