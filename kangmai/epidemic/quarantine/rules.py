"""Who may share a room, when somebody may leave, and in which order the steps of a trip come. Pure.

Source: 新型冠状病毒肺炎防控方案 (eighth and ninth editions), annex on centralized isolation: one person a room;
children, pregnant women and dependent people with a carer (from memory, 待核).
"""

import hashlib
from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import combinations
from uuid import UUID

from kangmai.epidemic.quarantine.errors import TimesOutOfOrder
from kangmai.epidemic.quarantine.types import Occupant
from kangmai.epidemic.tracing.types import Plan, Where
from kangmai.standards.calendars import LEGAL_TIME

__all__ = ["check_time", "cohort", "may_share", "site_stage_ends"]


def cohort(contact: UUID, cases: Collection[UUID]) -> str:
    """A mark that two contacts share when they met the same cases; who met none that is known shares it with nobody."""
    met = ",".join(sorted(map(str, cases))) or f"alone:{contact}"
    return hashlib.sha256(met.encode()).hexdigest()[:32]


def may_share(people: Collection[Occupant]) -> bool:
    """Whether some people may be in one room: any two were exposed to the same, or one cares for the other."""
    return all(_fit(a, b) for a, b in combinations(people, 2))


def _fit(a: Occupant, b: Occupant) -> bool:
    return a.cohort == b.cohort or a.cares_for == b.stay or b.cares_for == a.stay


def site_stage_ends(plan: Plan | None) -> date | None:
    """The last day that somebody must be in a quarantine site; None where his plan asks for no such day."""
    days = [last for where, _first, last in plan.stages if where is Where.PLACE] if plan else []
    return max(days, default=None)


def check_time(said: datetime, *, after: Iterable[datetime | None], now: datetime) -> None:
    """Let pass a time that is not in the future and not before what came before it. Raises TimesOutOfOrder."""
    earliest = max((each for each in after if each is not None), default=None)
    if said > now or (earliest is not None and said < earliest):
        raise TimesOutOfOrder(said=_words(said), before=_words(earliest or now))


def _words(value: datetime) -> str:
    return value.astimezone(LEGAL_TIME).strftime("%Y-%m-%d %H:%M")
