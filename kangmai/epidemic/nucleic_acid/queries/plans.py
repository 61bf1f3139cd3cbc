"""Plans of a round: what they are reckoned from, those that were kept, couriers' trips, and the replay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, Sum

from kangmai.epidemic.nucleic_acid import models, rules
from kangmai.epidemic.nucleic_acid.errors import PlanUnknown
from kangmai.epidemic.nucleic_acid.planning import kept
from kangmai.epidemic.nucleic_acid.planning.plan import Demand
from kangmai.epidemic.nucleic_acid.planning.replay import Course, Replay, replay
from kangmai.epidemic.nucleic_acid.planning.transport import UNKNOWN
from kangmai.epidemic.nucleic_acid.queries.rounds import site_value, within
from kangmai.epidemic.nucleic_acid.reach import PLAN, READ, SAMPLE, get_round, near
from kangmai.epidemic.nucleic_acid.types import (
    BoxState,
    CourierTrip,
    KeptPlan,
    PlanState,
    RoundKind,
)
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, operator, require, subtree
from kangmai.kernel.ids import OrganizationId
from kangmai.registry import queries as registry

MOST_TRIPS = 500
TOWN, COUNTY = 9, 6
_RESIDENTS = """
SELECT left(place_code, 12), count(*) FROM identity_resident
WHERE place_code >= %s AND place_code < %s AND merged_into_id IS NULL AND deceased_on IS NULL AND moved_out_on IS NULL
GROUP BY 1 ORDER BY 1"""
_LISTED = """
SELECT left(place_code, 12), count(*) FROM nucleic_acid_listed
WHERE round_id = %s AND place_code >= %s AND place_code < %s GROUP BY 1 ORDER BY 1"""


@emergency_door(Purpose.TESTING)
def demands(round_id: int, *, actor: Actor, at: datetime) -> tuple[Demand, ...]:
    """The sites of a round with the people who are likely to come: those of a village go to the sites of its town.

    People of a town without a site are shared by those of its county, and of a county without one by all.

    Raises:
        NoOrderInForce, NotPermitted, RoundUnknown.
    """
    require(actor, PLAN)
    row = get_round(round_id, actor=actor)
    sites = list(models.Site.objects.filter(within(actor), round=row).order_by("code"))
    people = shared(_villages(row), {each.id: each.place_code for each in sites})
    points = _points(sites)
    return tuple(
        Demand(str(each.id), people[each.id], *points[each.id], each.place_code) for each in sites
    )


def _villages(row: models.Round) -> dict[str, int]:
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for area in row.areas:
            reach = subtree(area)
            if row.kind == RoundKind.LISTED.value:
                cursor.execute(_LISTED, [row.id, reach.low, reach.high])
            else:
                cursor.execute(_RESIDENTS, [reach.low, reach.high])
            found |= dict(cursor.fetchall())
    return found


def shared(villages: dict[str, int], sites: dict[int, str]) -> dict[int, int]:
    """People of villages by site; whole people, nobody lost: the first sites take what does not divide."""
    found = dict.fromkeys(sites, 0)
    by_group: dict[tuple[int, ...], int] = {}
    for village, people in villages.items():
        group = _sites_for(village, sites)
        by_group[group] = by_group.get(group, 0) + people
    for group, people in by_group.items():
        for n, site in enumerate(group):
            found[site] += people // len(group) + (n < people % len(group))
    return found


def _sites_for(village: str, sites: dict[int, str]) -> tuple[int, ...]:
    for digits in (TOWN, COUNTY):
        near_by = tuple(id for id, place in sites.items() if place[:digits] == village[:digits])
        if near_by:
            return near_by
    return tuple(sites)


def _points(sites: Sequence[models.Site]) -> dict[int, tuple[float, float]]:
    """Where sites are: their own point, else that of their institution, else unknown."""
    reader = operator("nucleic_acid", permissions=("registry.read",))
    homes = registry.organizations_by_id(ids={each.organization_id for each in sites}, actor=reader)
    found = {}
    for each in sites:
        home = homes.get(OrganizationId(each.organization_id))
        point = (each.longitude, each.latitude)
        if None in point and home is not None:
            point = (home.longitude, home.latitude)
        longitude, latitude = (UNKNOWN if value is None else value for value in point)
        found[each.id] = (longitude, latitude)
    return found


@emergency_door(Purpose.TESTING)
def plans(round_id: int, *, actor: Actor, at: datetime) -> tuple[KeptPlan, ...]:
    """The kept plans of a round, the newest first. Raises NoOrderInForce, NotPermitted, RoundUnknown."""
    row = _round(round_id, actor)
    rows = models.SavedPlan.objects.filter(round=row).order_by("-number")
    return tuple(_plan(each, row) for each in rows)


@emergency_door(Purpose.TESTING)
def plan_of(plan_id: int, *, actor: Actor, at: datetime) -> KeptPlan:
    """One kept plan. Raises NoOrderInForce, NotPermitted, PlanUnknown, RoundUnknown."""
    row = models.SavedPlan.objects.filter(id=plan_id).first()
    if row is None:
        raise PlanUnknown()
    return _plan(row, _round(row.round_id, actor))


@emergency_door(Purpose.TESTING)
def newest_plan(*, actor: Actor, at: datetime) -> KeptPlan | None:
    """The plan that was kept last in the actor's reach, for its laboratories. Raises NoOrderInForce, NotPermitted."""
    require(actor, PLAN)
    row = models.SavedPlan.objects.filter(created_by=actor.account).order_by("-id").first()
    return _plan(row, get_round(row.round_id, actor=actor)) if row else None


def _round(round_id: int, actor: Actor) -> models.Round:
    if not any(is_permitted(actor, each) for each in (PLAN, READ)):
        raise NotPermitted(permission=PLAN)
    return get_round(round_id, actor=actor)


def _plan(row: models.SavedPlan, round_: models.Round) -> KeptPlan:
    capacity = rules.edition(on=round_.edition_from).capacity
    return KeptPlan(
        row.id, row.round_id, row.number, kept.question_from_json(row.question, capacity),
        kept.answer_from_json(row.answer), row.note or "", PlanState(row.state), row.created_at, row.released_at, row.version,
    )  # fmt: skip


@emergency_door(Purpose.TESTING)
def trips(
    *, round_id: int | None = None, own_only: bool = False, actor: Actor, at: datetime
) -> tuple[CourierTrip, ...]:
    """Trips by the plans in force from sites at which the actor works, or which he plans: what leaves first first.

    Trips that are done stand at the end.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    if not any(is_permitted(actor, each) for each in (SAMPLE, PLAN, READ)):
        raise NotPermitted(permission=SAMPLE)
    rows = models.PlannedTrip.objects.filter(near(actor, SAMPLE, PLAN, READ, prefix="site__"))
    rows = rows.filter(Q(plan__state=PlanState.RELEASED.value) | Q(carried__isnull=False))
    if round_id is not None:
        rows = rows.filter(plan__round_id=round_id)
    if own_only:
        rows = rows.filter(courier_account=actor.account)
    found = list(rows.select_related("site").distinct().order_by("leaves_at", "id")[:MOST_TRIPS])
    return tuple(sorted(_trips(found), key=lambda each: each.received_at is not None))


def _trips(rows: list[models.PlannedTrip]) -> list[CourierTrip]:
    ready = dict(
        models.Box.objects.filter(
            site_id__in={each.site_id for each in rows}, state=BoxState.PACKED.value
        )
        .values_list("site_id")
        .annotate(n=Count("id"))
    )
    carried = {
        each["trip_id"]: each
        for each in models.Box.objects.filter(trip__in=rows)
        .values("trip_id")
        .annotate(
            n=Count("id"),
            here=Count("id", filter=Q(received_at__isnull=False)),
            left=Max("left_at"),
            came=Max("received_at"),
        )
    }
    nothing = {"n": 0, "here": 0, "left": None, "came": None}
    return [_trip(each, ready.get(each.site_id, 0), carried.get(each.id, nothing)) for each in rows]


def _trip(row: models.PlannedTrip, ready: int, done: Mapping[str, Any]) -> CourierTrip:
    all_here = done["n"] and done["n"] == done["here"]
    return CourierTrip(
        row.id, site_value(row.site), OrganizationId(row.laboratory_id), row.boxes, row.leaves_at, row.arrives_at,
        row.courier_account, ready, done["n"], done["left"], done["here"],
        done["came"] if all_here else None, row.version,
    )  # fmt: skip


@emergency_door(Purpose.TESTING)
def boxes_for(trip_id: int, *, actor: Actor, at: datetime) -> tuple[str, ...]:
    """Labels of the boxes that stand packed at a trip's site. Raises NoOrderInForce, NotPermitted."""
    require(actor, SAMPLE)
    trip = models.PlannedTrip.objects.filter(near(actor, SAMPLE, prefix="site__"), id=trip_id)
    rows = models.Box.objects.filter(site__in=trip.values("site_id"), state=BoxState.PACKED.value)
    return tuple(rows.order_by("id").values_list("code", flat=True))


@emergency_door(Purpose.TESTING)
def replay_of(plan_id: int, *, actor: Actor, at: datetime) -> Replay:
    """A kept plan beside what happened at its sites and laboratories so far.

    Raises:
        NoOrderInForce, NotPermitted, PlanUnknown, RoundUnknown.
    """
    plan = plan_of(plan_id, actor=actor, at=at)
    row = get_round(plan.round_id, actor=actor)
    return replay(
        planned_sites=plan.answer.sites(),
        planned_laboratories=plan.answer.laboratories(),
        sites=_done(row, "site_id", "left_at"),
        laboratories=_done(row, "laboratory_id", "received_at"),
    )


def _done(row: models.Round, column: str, instant: str) -> dict[str, Course]:
    """Tubes by site that left, or by laboratory that were received; with the hours after which the last was done.

    A site is done when its last box has left, a laboratory when its last result is published.
    """
    boxes = models.Box.objects.filter(round=row, **{f"{instant}__isnull": False})
    if column == "laboratory_id":
        tubes = models.Tube.objects.filter(round=row, is_received=True)
        grouped = tubes.values("box__laboratory_id").annotate(n=Count("id"), last=Max("published_at"))  # fmt: skip
        found = [(each["box__laboratory_id"], each["n"], each["last"]) for each in grouped]
    else:
        counted = boxes.values(column).annotate(n=Sum("tubes"), last=Max(instant))
        found = [(each[column], each["n"], each["last"]) for each in counted]
    return {
        str(id): Course(count, _hours(row, last)) for id, count, last in found if id is not None
    }


def _hours(row: models.Round, instant: datetime | None) -> float | None:
    return None if instant is None else (instant - row.opens_at).total_seconds() / 3600
