"""Events with their lists, and the situation report made of them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kangmai.epidemic.surveillance import growth, keeping, models, rule_book, rules, transmission
from kangmai.epidemic.surveillance.actions.outbreaks import report_of
from kangmai.epidemic.surveillance.areas import TOWN
from kangmai.epidemic.surveillance.queries.desk import line_of
from kangmai.epidemic.surveillance.queries.investigation import outbreak_row
from kangmai.epidemic.surveillance.reach import READ, outbreaks
from kangmai.epidemic.surveillance.types import (
    CaseClass,
    Growth,
    HistoryLine,
    Outbreak,
    Page,
    Report,
    ResourceState,
    Signal,
)
from kangmai.kernel.actor import Actor, require
from kangmai.standards.calendars import legal_day

LARGEST_PAGE = 100
GONE = (ResourceState.REFUSED.value, ResourceState.WITHDRAWN.value)
AGE_BANDS = ((0, 5), (5, 10), (10, 15), (15, 25), (25, 45), (45, 65), (65, 200))


@dataclass(frozen=True, slots=True)
class Situation:
    """The figures of an event on a day: what a report says and keeps."""

    on: date
    cases: int
    by_class: Mapping[str, int]
    by_day: Mapping[str, int]
    by_unit: Mapping[str, int]
    by_age: Mapping[str, int]
    by_sex: Mapping[str, int]
    contacts: int
    contacts_ill: int
    contacts_followed: int
    """Of those due on the day, how many were asked after."""
    contacts_due: int
    measures: int
    measures_done: int
    without_onset: int
    by_area: Mapping[str, int]
    """Cases by town (9 figures of the division); '' where the home is not known."""
    links: int
    generations: int
    """The longest chain of asserted links, in persons; 0 without links."""
    mean_interval_days: float | None
    resources: int
    resources_arrived: int
    growth: Growth | None
    """R_t of the latest week; None where too little is known."""


def search(
    *, only_open: bool = True, group: str = "", after: str = "", limit: int = 30, actor: Actor
) -> Page[Outbreak]:
    """Events, the newest first. Raises NotPermitted."""
    require(actor, READ)
    rows = outbreaks(actor)
    if only_open:
        rows = rows.filter(state__in=rules.EVENTS)
    if group:
        rows = rows.filter(group=group)
    if after:
        rows = rows.filter(id__lt=UUID(after))
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("-id")[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(keeping.outbreak_of, found[:limit])), following)


def get_outbreak(outbreak_id: UUID, *, actor: Actor) -> Outbreak:
    """One event. Raises NotPermitted, OutbreakUnknown."""
    return keeping.outbreak_of(outbreak_row(outbreak_id, actor))


def signals_of(outbreak_id: UUID, *, actor: Actor) -> tuple[Signal, ...]:
    """The signals of an event."""
    rows = outbreak_row(outbreak_id, actor).signals.order_by("raised_at", "id")
    return tuple(map(keeping.signal_of, rows))


def history(outbreak_id: UUID, *, actor: Actor) -> tuple[HistoryLine, ...]:
    """What was done with an event, in order."""
    rows = models.History.objects.filter(outbreak_id=outbreak_row(outbreak_id, actor).id)
    return tuple(map(line_of, rows.order_by("id")))


def reports_of(outbreak_id: UUID, *, actor: Actor) -> tuple[Report, ...]:
    """The reports given, in order."""
    return tuple(map(report_of, outbreak_row(outbreak_id, actor).reports.order_by("number")))


def situation(outbreak_id: UUID, *, actor: Actor, at: datetime) -> Situation:
    """The figures of an event now, counted from its lists. Raises NotPermitted, OutbreakUnknown."""
    row = outbreak_row(outbreak_id, actor)
    today = legal_day(at)
    cases = list(row.lines.exclude(case_class=CaseClass.NOT_A_CASE.value).order_by("number"))
    followed = list(row.contacts.prefetch_related("visits"))
    due = [each for each in followed if each.exposed_on <= today <= each.until_on]
    measures = list(row.measures.all())
    trees = transmission.forest(
        transmission.Person(each.number, each.infected_by, each.onset_on) for each in cases
    )
    curve = _curve([each.onset_on for each in cases if each.onset_on])
    return Situation(
        on=today,
        cases=len(cases),
        by_class=_counted(each.case_class for each in cases),
        by_day=curve,
        by_unit=_counted(each.unit or "—" for each in cases),
        by_age=_counted(_band(each.age_years) for each in cases),
        by_sex=_counted(each.sex or "0" for each in cases),
        contacts=len(followed),
        contacts_ill=sum(any(v.is_ill for v in each.visits.all()) for each in followed),
        contacts_followed=sum(any(v.day == today for v in each.visits.all()) for each in due),
        contacts_due=len(due),
        measures=len(measures),
        measures_done=sum(each.done_on is not None for each in measures),
        without_onset=sum(each.onset_on is None for each in cases),
        by_area=_counted(each.area_code[:TOWN] for each in cases),
        links=trees.links,
        generations=max(trees.by_generation, default=-1) + 1,
        mean_interval_days=trees.mean_interval_days,
        resources=row.resources.exclude(state__in=GONE).count(),
        resources_arrived=row.resources.filter(state=ResourceState.ARRIVED.value).count(),
        growth=growth.latest(curve, rule_book.serial_interval(row.condition, today)),
    )


def _curve(days: list[date]) -> dict[str, int]:
    """Cases by day of onset, days without any between the first and the last as zero."""
    if not days:
        return {}
    counted = Counter(days)
    length = (max(days) - min(days)).days + 1
    spell = [min(days) + timedelta(days=n) for n in range(length)]
    return {day.isoformat(): counted[day] for day in spell}


def _band(age: int | None) -> str:
    if age is None:
        return "?"
    low, high = next(band for band in AGE_BANDS if band[0] <= age < band[1])
    return f"{low}–{high - 1}" if high < 200 else f"{low}+"


def _counted(values: Any) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
