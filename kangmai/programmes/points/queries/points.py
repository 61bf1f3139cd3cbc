"""Lists of service points, and one with what was said, done and found."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.programmes.points import models, reach, reading
from kangmai.programmes.points.errors import FindingNotFound, PointNotFound
from kangmai.programmes.points.reach import ENTER
from kangmai.programmes.points.types import (
    Holder,
    Inspection,
    Kind,
    Page,
    Point,
    Show,
    State,
    Statement,
    Step,
)
from kangmai.registry import queries as registry
from kangmai.registry.types import Organization, Place
from kangmai.standards.calendars import legal_day

SOON = timedelta(days=60)
OPEN = (State.ENTERED.value, State.CONFIRMED.value, State.SUSPENDED.value)
MOST_HOLDERS = 20


def point_list(
    *,
    kind: str,
    show: Show = Show.OPEN,
    area: str = "",
    text: str = "",
    after: str = "",
    limit: int = 40,
    actor: Actor,
    at: datetime,
) -> Page:
    """A page of the points of a kind that an actor sees, by division.

    Args:
        area: a division to which they are narrowed.
        text: part of the name.
        after: `next` of the page before.

    Raises:
        NotPermitted
    """
    rows = reach.points(actor).filter(_shown(show, legal_day(at)), kind=kind)
    if area:
        rows = rows.filter(reach.inside([subtree(area)]))
    if text.strip():
        rows = rows.filter(name__icontains=text.strip()[:60])
    place, _, last = after.partition("|")
    try:
        cursor = UUID(last)
    except ValueError:
        cursor = None
    if cursor is not None:
        rows = rows.filter(Q(place_code__gt=place) | Q(place_code=place, id__gt=cursor))
    found = list(rows.order_by("place_code", "id")[: limit + 1])
    following = f"{found[limit - 1].place_code}|{found[limit - 1].id}" if len(found) > limit else ""
    return Page(tuple(reading.point_of(each) for each in found[:limit]), following)


def _shown(show: Show, on: date) -> Q:
    match show:
        case Show.WAITING:
            return Q(state__in=(State.ENTERED.value, State.SUSPENDED.value))
        case Show.LACKING:
            return Q(state__in=OPEN, is_able=False)
        case Show.TO_MEND:
            return Q(state__in=OPEN, open_findings__gt=0)
        case Show.EXPIRING:
            return Q(state__in=OPEN, due_on__lte=on + SOON)
        case Show.CLOSED:
            return Q(state=State.CLOSED.value)
        case _:
            return Q(state__in=OPEN)


def get_point(point_id: UUID, *, actor: Actor) -> Point:
    """One point. Raises NotPermitted, PointNotFound."""
    return reading.point_of(_row(point_id, actor))


def statements_of(point_id: UUID, *, limit: int = 30, actor: Actor) -> tuple[Statement, ...]:
    """What was said of a point, the latest day first. Raises NotPermitted, PointNotFound."""
    rows = _row(point_id, actor).statements.order_by("-from_on", "-at", "-id")
    return reading.statements_of(rows[:limit])


def steps_of(point_id: UUID, *, limit: int = 60, actor: Actor) -> tuple[Step, ...]:
    """The course of a point, the newest step first. Raises NotPermitted, PointNotFound."""
    rows = _row(point_id, actor).steps.order_by("-at", "-id")
    return tuple(reading.step_of(each) for each in rows[:limit])


def inspections_of(point_id: UUID, *, limit: int = 20, actor: Actor) -> tuple[Inspection, ...]:
    """Inspections with their findings, the newest first. Raises NotPermitted, PointNotFound."""
    rows = _row(point_id, actor).inspections.order_by("-on", "-id").prefetch_related("findings")
    return tuple(reading.inspection_of(each) for each in rows[:limit])


def point_of_finding(finding_id: UUID, *, actor: Actor) -> UUID:
    """The point of a finding. Raises NotPermitted, FindingNotFound."""
    rows = models.Finding.objects.filter(pk=finding_id, point__in=reach.points(actor))
    found = rows.values_list("point_id", flat=True).first()
    if found is None:
        raise FindingNotFound()
    return found


def may(permission: str, point: Point, *, actor: Actor) -> bool:
    """Whether a right of an actor reaches a point; who belongs to it neither confirms nor inspects it."""
    if permission != ENTER and reach.employer(actor) in {point.organization, point.partner} - {None}:  # fmt: skip
        return False
    return reach.may(
        actor, permission, place_code=point.place_code, organization=point.organization
    )


def holders(kind: Kind, text: str, *, actor: Actor) -> tuple[tuple[int, str, str], ...]:
    """Institutions or places that may hold a point of a kind and that an actor enters for: id, name, division.

    Raises:
        NotPermitted
    """
    require(actor, ENTER)
    divisions = [place.low for place in reach.ranges(actor, ENTER)]
    found = [
        (row.id, row.name, row.division_code)
        for division in divisions
        for each in kind.holder_kinds
        for row in _search(kind, text, each, division, actor)
    ]
    if kind.holder is Holder.INSTITUTION:
        own = registry.organizations_by_id(ids=reach.own(actor, ENTER), actor=actor).values()
        found += [
            (row.id, row.name, row.division_code)
            for row in own
            if row.kind in kind.holder_kinds and text.strip() in row.name and row.closed_on is None
        ]
    return tuple(dict.fromkeys(found))[:MOST_HOLDERS]


def _search(
    kind: Kind, text: str, wanted: str, division: str, actor: Actor
) -> tuple[Organization | Place, ...]:
    if kind.holder is Holder.INSTITUTION:
        return registry.search_organizations(text=text, kind=wanted, division=division, limit=MOST_HOLDERS, actor=actor).rows  # fmt: skip
    return registry.search_places(text=text, kind=wanted, division=division, limit=MOST_HOLDERS, actor=actor).rows  # fmt: skip


def partners(kind: Kind, text: str, *, actor: Actor) -> tuple[tuple[int, str, str], ...]:
    """Medical institutions with which an agreement can be made: id, name, division. Raises NotPermitted."""
    require(actor, ENTER)
    found = [
        (row.id, row.name, row.division_code)
        for each in kind.partner_kinds
        for row in registry.search_organizations(text=text, kind=each, limit=10, actor=actor).rows
    ]
    return tuple(found[:MOST_HOLDERS])


def _row(point_id: UUID, actor: Actor) -> models.Point:
    row = reach.points(actor).filter(pk=point_id).first()
    if row is None:
        raise PointNotFound()
    return row
