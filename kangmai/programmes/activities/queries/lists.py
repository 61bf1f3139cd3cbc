"""Lists of activities, one of them, and its photos."""

from datetime import date, datetime
from uuid import UUID

from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.programmes.activities import models, reach, reading
from kangmai.programmes.activities.errors import ActivityNotFound, PhotoNotFound
from kangmai.programmes.activities.reach import ANSWER, WRITE
from kangmai.programmes.activities.types import Activity, Lead, Page
from kangmai.registry import queries as registry

MOST_WRITERS = 60


def activity_list(
    *,
    rule: str,
    year: int,
    kind: str = "",
    lead: Lead | None = None,
    organization: int | None = None,
    area: str = "",
    after: str = "",
    limit: int = 40,
    actor: Actor,
) -> Page:
    """A page of the activities of a year that an actor sees, the newest first, those withdrawn too.

    Raises:
        NotPermitted
    """
    rows = reach.activities(actor).filter(
        rule=rule, on__gte=date(year, 1, 1), on__lt=date(year + 1, 1, 1)
    )
    if kind:
        rows = rows.filter(kind=kind)
    if lead is not None:
        rows = rows.filter(lead=lead.value, withdrawn_reason="")
    if organization is not None:
        rows = rows.filter(organization=organization)
    if area:
        within = subtree(area)
        rows = rows.filter(place_code__gte=within.low, place_code__lt=within.high)
    cursor = _cursor(after)
    if cursor is not None:
        # written out for the index of day and id, which both run backwards
        rows = rows.filter(on__lte=cursor[0]).exclude(on=cursor[0], id__gte=cursor[1])
    found = list(rows.order_by("-on", "-id")[: limit + 1])
    following = f"{found[limit - 1].on}|{found[limit - 1].id}" if len(found) > limit else ""
    return Page(tuple(reading.activity_of(each) for each in found[:limit]), following)


def _cursor(after: str) -> tuple[date, UUID] | None:
    day, _, id = after.partition("|")
    try:
        return date.fromisoformat(day), UUID(id)
    except ValueError:
        return None


def get_activity(activity_id: UUID, *, actor: Actor) -> Activity:
    """One activity. Raises NotPermitted, ActivityNotFound."""
    row = reach.activities(actor).filter(pk=activity_id).first()
    if row is None:
        raise ActivityNotFound()
    photos = row.photos.order_by("id").values_list("id", flat=True)
    return reading.activity_of(row, tuple(photos))


def photo(photo_id: UUID, *, actor: Actor, at: datetime) -> bytes:
    """A photo as JPEG; written down. Raises NotPermitted, PhotoNotFound."""
    seen = reach.activities(actor)
    row = models.Photo.objects.filter(pk=photo_id, activity__in=seen).first()
    if row is None:
        raise PhotoNotFound()
    audit.record_later(
        audit.Entry(actor, at, "activities.photo_seen", "Activity", str(row.activity_id), [])
    )
    return reading.opened(row)


def may_write(activity: Activity, *, actor: Actor) -> bool:
    """Whether an actor reports and withdraws an activity."""
    return activity.organization in reach.own(actor, WRITE)


def may_answer(activity: Activity, *, actor: Actor) -> bool:
    """Whether an actor answers the lead of an activity."""
    return any(each.covers(activity.place_code) for each in reach.places(actor, ANSWER))


def writers(kinds: tuple[str, ...], *, actor: Actor) -> tuple[tuple[int, str], ...]:
    """The institutions of some kinds for which an actor writes, his own first. Raises NotPermitted."""
    require(actor, WRITE)
    home = next((each.organization for each in actor.grants if each.organization), None)
    found = registry.organizations_by_id(ids=reach.own(actor, WRITE), actor=actor).values()
    fitting = [each for each in found if each.kind in kinds and each.closed_on is None]
    fitting.sort(key=lambda each: (each.id != home, each.sort_key))
    return tuple((each.id, each.name) for each in fitting[:MOST_WRITERS])
