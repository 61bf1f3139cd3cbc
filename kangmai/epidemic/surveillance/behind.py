"""The report cards behind an event: those its signals rest on, and those of its conditions, area and time."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from kangmai.epidemic.surveillance import models, rule_book
from kangmai.kernel.actor import subtree
from kangmai.standards.calendars import legal_day

CASE_SOURCE = "case_reports"
BEFORE_DAYS = 14
"""How long before an event's first day its cases may have been diagnosed."""
MOST = 2000


def cards(outbreak: models.Outbreak, today: date) -> list[UUID]:
    """Ids of the report cards of an event, at most two thousand, in order."""
    keys = {*_of_evidence(outbreak), *_of_area(outbreak, today)}
    return sorted(found for found in map(_id, keys) if found is not None)[:MOST]


def _of_evidence(outbreak: models.Outbreak) -> set[str]:
    """Cases of the evidence of its signals, but withdrawn ones."""
    found = models.Evidence.objects.filter(
        Q(signal__outbreak=outbreak) | Q(signal__merged_into__outbreak=outbreak), source=CASE_SOURCE
    )
    keys = {key for cases in found.values_list("cases", flat=True) for key in cases}
    gone = models.Occurrence.objects.filter(
        source=CASE_SOURCE, key__in=keys, is_withdrawn=True
    ).values_list("key", flat=True)
    return keys - set(gone)


def _of_area(outbreak: models.Outbreak, today: date) -> set[str]:
    """Cases of its conditions in its place, else in its area, from two weeks before its first day to its end."""
    members = {
        outbreak.group,
        outbreak.condition,
        *rule_book.members(outbreak.group, today),
    }
    until = legal_day(outbreak.ended_at) if outbreak.ended_at else today
    rows = models.Occurrence.objects.filter(
        source=CASE_SOURCE,
        condition__in=members,
        day__gte=outbreak.first_day - timedelta(days=BEFORE_DAYS),
        day__lte=until,
        is_withdrawn=False,
        label=outbreak.label,
    )
    if outbreak.place_id:
        rows = rows.filter(place_id=outbreak.place_id)
    else:
        reach = subtree(outbreak.area_code)
        rows = rows.filter(area_code__gte=reach.low, area_code__lt=reach.high)
    return set(rows.order_by("id").values_list("key", flat=True)[:MOST])


def _id(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None
