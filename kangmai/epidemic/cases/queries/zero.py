"""Who reported what for which day: cards, zero, or nothing."""

from collections import Counter
from datetime import date, timedelta

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.errors import PeriodTooLong
from kangmai.epidemic.cases.reach import READ, REPORT, institutions
from kangmai.epidemic.cases.types import REPORTED_STATES, Page, ReportingDay
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.ids import OrganizationId
from kangmai.registry import queries as registry

MOST_DAYS = 31
REPORTING = ("hospital", "maternal_child", "township_hospital", "community_centre")
"""Kinds of institutions that state a zero each day; clinics below them report through them."""


def own_days(*, period_from: date, period_to: date, actor: Actor) -> tuple[ReportingDay, ...]:
    """What the actor's institutions said for each day, the newest first. Raises NotPermitted, PeriodTooLong."""
    if not is_permitted(actor, REPORT):
        raise NotPermitted(permission=REPORT)
    return _days(sorted(institutions(actor, REPORT)), period_from, period_to)


def silent(
    *, day: date, division: str, after: str = "", limit: int = 100, actor: Actor
) -> Page[ReportingDay]:
    """The institutions of a division that must report, with what they said for a day, by name.

    Raises:
        NotPermitted: the division is not the actor's.
    """
    if not is_permitted(actor, READ, division):
        raise NotPermitted(permission=READ)
    found = registry.search_organizations(division=division, after=after, limit=limit, actor=actor)
    ids = [each.id for each in found.rows if each.kind in REPORTING]
    return Page(_days(ids, day, day + timedelta(days=1)), found.next)


def _days(
    organizations: list[OrganizationId] | list[int], period_from: date, period_to: date
) -> tuple[ReportingDay, ...]:
    length = (period_to - period_from).days
    if not 0 < length <= MOST_DAYS:
        raise PeriodTooLong(period_from=period_from, period_to=period_to, most_days=MOST_DAYS)
    within = {"organization__in": organizations}
    cards = models.Card.objects.filter(
        **within,
        state__in=[each.value for each in REPORTED_STATES],
        diagnosed_on__gte=period_from,
        diagnosed_on__lt=period_to,
    )
    counted = Counter(cards.values_list("organization", "diagnosed_on"))
    zeros = models.ZeroReport.objects.filter(**within, day__gte=period_from, day__lt=period_to)
    stated = set(zeros.values_list("organization", "day"))
    days = [period_to - timedelta(days=n + 1) for n in range(length)]
    return tuple(
        ReportingDay(OrganizationId(each), day, counted[each, day], (each, day) in stated)
        for day in days
        for each in organizations
    )
