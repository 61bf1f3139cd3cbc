"""Counts of cases, each of which states what it counts, and the lines behind them.

An actor counts the areas of his own places only: what another county's cases happen to pass through his
institutions would be a part of that county's count and no count of it.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models import Count as CountOf
from django.db.models.functions import Concat, Left

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.diseases import family
from kangmai.epidemic.cases.errors import PeriodTooLong
from kangmai.epidemic.cases.queries.lists import LARGEST_PAGE, below
from kangmai.epidemic.cases.reach import COUNT, READ, places
from kangmai.epidemic.cases.types import (
    COUNTED_STATES,
    AreaBasis,
    Basis,
    CaseLine,
    Count,
    Counts,
    DayBasis,
    Level,
    Origin,
    Page,
)
from kangmai.epidemic.cases.values import line_of
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted

MOST_DAYS = 366 * 12
FIGURES = {Level.CITY: 4, Level.COUNTY: 6, Level.TOWN: 9, Level.VILLAGE: 12}
_DAY = {
    DayBasis.ONSET: "onset_on",
    DayBasis.DIAGNOSED: "diagnosed_on",
    DayBasis.REPORTED: "reported_on",
    DayBasis.FINAL_REVIEWED: "final_reviewed_on",
}
_AREA = {AreaBasis.HOME: "home_code", AreaBasis.REPORTED: "report_code"}


def counts(
    *,
    basis: Basis,
    level: Level,
    period_from: date,
    period_to: date,
    diseases: Collection[str] = (),
    within: str = "",
    by_subtype: bool = False,
    actor: Actor,
) -> Counts:
    """Cases and deaths by disease, area and day, of the actor's places and labels.

    Args:
        basis: which area, which day, which case classes, local or imported.
        level: divisions of one level; a place known less deeply stands under its shorter code.
        period_from: the first day; `period_to` is the first day no longer counted.
        diseases: only these, with their subtypes.
        within: only what is in this division.
        by_subtype: by the code on the card; else subtypes are counted with their disease.

    Raises:
        NotPermitted, PeriodTooLong, AreaUnreadable.
    """
    found = _counted(basis, period_from, period_to, diseases, within, actor)
    day, code = _DAY[basis.day], "subtype" if by_subtype else "disease"
    grouped = (
        found.annotate(area=_cut(_AREA[basis.area], level))
        .values(code, "area", day)
        .annotate(cases=CountOf("id"), deaths=CountOf("id", filter=Q(died_on__isnull=False)))
        .order_by(code, "area", day)
    )
    rows = tuple(
        Count(each[code], each[day], each["area"], each["cases"], each["deaths"])
        for each in grouped
    )
    return Counts(basis, level, period_from, period_to, rows)


def lines(
    *,
    basis: Basis,
    period_from: date,
    period_to: date,
    diseases: Collection[str] = (),
    within: str = "",
    after: str = "",
    limit: int = 100,
    actor: Actor,
    at: datetime,
) -> Page[CaseLine]:
    """The cards behind a count, the newest first; codes and days, nobody's name.

    Raises:
        NotPermitted, PeriodTooLong, AreaUnreadable.
    """
    if not is_permitted(actor, READ):
        raise NotPermitted(permission=READ)
    found = _counted(basis, period_from, period_to, diseases, within, actor)
    if after:
        found = found.filter(id__lt=UUID(after))
    size = max(1, min(limit, LARGEST_PAGE))
    rows = list(found.order_by("-id")[: size + 1])
    subjects = [row.patient_rid for row in rows[:size] if row.patient_rid]
    audit.record_later(audit.Entry(actor, at, "cases.list", "CaseCard", "", subjects))
    next_ = str(rows[size - 1].id) if len(rows) > size else ""
    return Page(tuple(map(line_of, rows[:size])), next_)


def _counted(
    basis: Basis,
    period_from: date,
    period_to: date,
    diseases: Collection[str],
    within: str,
    actor: Actor,
) -> QuerySet[models.Card]:
    """The cards that a count holds."""
    if not timedelta(0) < period_to - period_from <= timedelta(days=MOST_DAYS):
        raise PeriodTooLong(period_from=period_from, period_to=period_to, most_days=MOST_DAYS)
    area, day = _AREA[basis.area], _DAY[basis.day]
    found = models.Card.objects.filter(
        _own_areas(actor, area),
        state__in=[each.value for each in COUNTED_STATES],
        label__in=actor.scope.labels,
        case_class__in=[each.value for each in basis.classes],
        **{f"{day}__gte": period_from, f"{day}__lt": period_to},
    )
    if basis.origin is not Origin.ALL:
        found = found.filter(origin=basis.origin.value)
    if diseases:
        found = found.filter(subtype__in={code for each in diseases for code in family(each)})
    if within:
        place = below(within)
        found = found.filter(**{f"{area}__gte": place.low, f"{area}__lt": place.high})
    return found


def _own_areas(actor: Actor, column: str) -> Q:
    """What lies in the actor's places by the column that is counted. Raises NotPermitted."""
    if not (is_permitted(actor, COUNT) or is_permitted(actor, READ)):
        raise NotPermitted(permission=COUNT)
    reach = {*places(actor, COUNT), *places(actor, READ)}
    if any(not place.low for place in reach):
        return Q()
    found = Q(pk__in=[])
    for place in sorted(reach, key=lambda each: each.low):
        found |= Q(**{f"{column}__gte": place.low, f"{column}__lt": place.high})
    return found


def _cut(column: str, level: Level) -> Left | Concat:
    cut = Left(column, FIGURES[level])
    if level is Level.CITY:
        return Concat(cut, Value("00"), output_field=CharField())
    return cut
