"""Venues of an area, what hangs at their doors, and the counts of a day."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.venues import codes, models, rules
from kangmai.epidemic.venues.errors import CodeIncorrect, VenueUnknown
from kangmai.epidemic.venues.reach import COUNTS, MANAGE, inside
from kangmai.epidemic.venues.reading import device_of, venue_of
from kangmai.epidemic.venues.rulebook import venue_rule
from kangmai.epidemic.venues.types import (
    Answer,
    AppealState,
    Colour,
    Counts,
    Device,
    Entrance,
    Venue,
    VenueRule,
)
from kangmai.kernel.actor import Actor, require, subtree
from kangmai.standards.calendars import legal_day, start_of_day

_SCANS = """
SELECT answer, count(*), count(*) FILTER (WHERE at >= %s) FROM venues_scan s
JOIN venues_venue v ON v.id = s.venue
WHERE s.at >= %s AND s.at < %s AND ({reach}) GROUP BY answer"""


@emergency_door(Purpose.SCANNING)
def venues(
    *,
    kind: str = "",
    division: str = "",
    name: str = "",
    after: int = 0,
    limit: int = 50,
    actor: Actor,
    at: datetime,
) -> list[Venue]:
    """Venues of the actor's area, newest first, below id `after`.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, MANAGE)
    rows = models.Venue.objects.filter(inside(actor, MANAGE)).prefetch_related("entrances")
    if kind:
        rows = rows.filter(kind=kind)
    if division.isdecimal():
        reach = subtree(division)
        rows = rows.filter(place_code__gte=reach.low, place_code__lt=reach.high)
    if name:
        rows = rows.filter(name__contains=name)
    if after:
        rows = rows.filter(id__lt=after)
    return list(map(venue_of, rows.order_by("-id")[:limit]))


@emergency_door(Purpose.SCANNING)
def get_venue(*, venue_id: int, actor: Actor, at: datetime) -> Venue:
    """One venue of the actor's area.

    Raises:
        NoOrderInForce, NotPermitted, VenueUnknown.
    """
    require(actor, MANAGE)
    row = models.Venue.objects.filter(inside(actor, MANAGE), id=venue_id).first()
    if row is None:
        raise VenueUnknown()
    return venue_of(row)


@emergency_door(Purpose.SCANNING)
def devices(*, venue_id: int, actor: Actor, at: datetime) -> list[Device]:
    """The devices of a venue, in the order in which they came.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, MANAGE)
    rows = models.Device.objects.filter(inside(actor, MANAGE), venue_id=venue_id)
    return list(map(device_of, rows.order_by("id")))


@emergency_door(Purpose.SCANNING)
def venue_at(*, code: str, at: datetime) -> tuple[Venue, Entrance]:
    """The venue and entrance at which a code hangs, for the page that a phone opens.

    Raises:
        NoOrderInForce
        CodeIncorrect: forged, or revoked.
        VenueUnknown: closed.
    """
    read = codes.read_entrance_code(code)
    row = read and models.Entrance.objects.filter(id=read[0], code_version=read[1]).first()
    if not row:
        raise CodeIncorrect()
    venue = venue_of(row.venue)
    if venue.closed_at is not None:
        raise VenueUnknown()
    return venue, next(each for each in venue.entrances if each.id == row.id)


def venue_names(ids: Collection[int]) -> dict[int, str]:
    """Names of venues by id."""
    return dict(models.Venue.objects.filter(id__in=ids).values_list("id", "name"))


def current_rule(*, at: datetime) -> VenueRule:
    """Limits, kinds and answers in force. Raises UnknownDefinition."""
    return venue_rule(on=legal_day(at))


@emergency_door(Purpose.SCANNING)
def counts(*, actor: Actor, at: datetime) -> Counts:
    """What the command page shows of the actor's area today; numbers only.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, COUNTS)
    reach = inside(actor, COUNTS)
    people = models.Person.objects.filter(reach)
    places = models.Venue.objects.filter(reach, closed_at=None)
    by_answer, last_hour = _scans(actor, at)
    coloured = people.filter(colour__gt=Colour.GREEN.value).exclude(colour_until__lte=at)
    shown = {
        colour: coloured.filter(colour=colour.value).count()
        for colour in (Colour.YELLOW, Colour.RED)
    }
    appeals = models.Appeal.objects.filter(reach, state=AppealState.FILED.value)
    refusals = models.Refusal.objects.annotate(holder=-F("source")).filter(
        _sent_here(places, people, reach), minute__gte=start_of_day(legal_day(at))
    )
    refused = refusals.values("reason").annotate(total=Sum("count")).order_by("-total")
    return Counts(
        registered=people.count(),
        venues=places.count(),
        entrances=models.Entrance.objects.filter(venue__in=places).count(),
        scans_today=sum(by_answer.values()),
        last_hour=last_hour,
        by_answer=by_answer,
        refused={each["reason"]: each["total"] for each in refused},
        colours=shown,
        appeals_open=appeals.count(),
    )


def _sent_here(places: QuerySet[Any], people: QuerySet[Any], reach: Q) -> Q:
    """Refused at a venue of the area; where the code names none, sent by a phone or a reader of the area."""
    nowhere = Q(venue_id=0)
    devices = models.Device.objects.filter(reach, id=OuterRef("source"))
    holders = people.filter(id=OuterRef("holder"))
    sent = Q(Exists(devices)) | Q(Exists(holders))
    return Q(venue_id__in=places.values("id")) | nowhere & sent


def _scans(actor: Actor, at: datetime) -> tuple[dict[Answer, int], int]:
    places = [
        place
        for grant in actor.grants
        if {COUNTS, "*"} & grant.permissions
        for place in grant.places
    ]
    reach = " OR ".join(["v.place_code >= %s AND v.place_code < %s"] * len(places)) or "false"
    bounds = [bound for place in places for bound in (place.low, place.high)]
    first = rules.second_of(start_of_day(legal_day(at)))
    hour = rules.second_of(at - timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute(_SCANS.format(reach=reach), [hour, first, rules.second_of(at) + 1, *bounds])
        rows = cursor.fetchall()
    return {Answer(answer): count for answer, count, _ in rows}, sum(late for _, _, late in rows)
