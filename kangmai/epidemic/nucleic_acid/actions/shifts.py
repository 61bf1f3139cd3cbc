"""Who stands in which lane, and when."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.actions.rounds import write_of_round
from kangmai.epidemic.nucleic_acid.errors import (
    SHIFT_BEGINS,
    SHIFT_ENDS,
    NotInThisState,
    ShiftOverlaps,
    ShiftUnknown,
    TimesOutOfOrder,
)
from kangmai.epidemic.nucleic_acid.reach import PLAN, SAMPLE, covers, get_site
from kangmai.epidemic.nucleic_acid.types import Duty
from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, is_permitted


@emergency_door(Purpose.TESTING)
def staff_lane(
    *,
    site_id: int,
    lane: int,
    people: Mapping[int, Duty],
    from_at: datetime,
    to_at: datetime,
    actor: Actor,
    at: datetime,
) -> int:
    """Put people into a lane for a while; who stands there at that time already is left as he is.

    Args:
        people: number of a member of staff → what he does.

    Returns:
        How many were put there anew.

    Raises:
        NoOrderInForce, NotPermitted, SiteUnknown, TimesOutOfOrder.
        NotInThisState: there is no such lane, or the shift lies outside the round.
        ShiftOverlaps: somebody stands elsewhere at that time.
    """
    permission = PLAN if is_permitted(actor, PLAN) else SAMPLE
    site = get_site(site_id, permission=permission, actor=actor)
    in_force(Purpose.TESTING, place=site.place_code, at=at)
    if to_at <= from_at:
        raise TimesOutOfOrder(later=SHIFT_ENDS, earlier=SHIFT_BEGINS)
    if not 1 <= lane <= site.lanes:
        raise NotInThisState(what=f"{site.code}/{lane}", state="closed")
    if to_at <= site.round.opens_at or from_at >= site.round.closes_at:
        raise NotInThisState(what=site.round.name, state="closed")
    with transaction.atomic():
        # one planner of a round at a time: a person may stand in one lane only
        models.Round.objects.select_for_update().get(id=site.round_id)
        fresh = _fresh(site, lane, people, from_at, to_at)
        models.Shift.objects.bulk_create(
            models.Shift(round=site.round, site=site, lane=lane, staff_id=each, duty=people[each].value,
                         from_at=from_at, to_at=to_at)
            for each in fresh
        )  # fmt: skip
        write_of_round(site.round, "nucleic_acid.staff_lane", count=len(fresh), actor=actor, at=at)
    return len(fresh)


def _fresh(
    site: models.Site, lane: int, people: Mapping[int, Duty], from_at: datetime, to_at: datetime
) -> list[int]:
    """Those who do not stand there yet. Raises ShiftOverlaps."""
    standing = models.Shift.objects.filter(
        round=site.round, staff_id__in=people, from_at__lt=to_at, to_at__gt=from_at
    )
    here = set()
    for each in standing:
        if (each.site_id, each.lane, each.from_at, each.to_at) != (site.id, lane, from_at, to_at):
            raise ShiftOverlaps()
        here.add(each.staff_id)
    return sorted(set(people) - here)


@emergency_door(Purpose.TESTING)
def end_shift(*, shift_id: int, actor: Actor, at: datetime) -> None:
    """Take somebody out of a lane: a shift that has not begun goes, one that has begun ends now.

    Raises:
        NoOrderInForce, NotPermitted, ShiftUnknown.
    """
    with transaction.atomic():
        row = (
            models.Shift.objects.select_related("site__round")
            .select_for_update(of=("self",))
            .filter(id=shift_id)
            .first()
        )
        if row is None or not any(
            covers(actor, each, row.site.place_code, row.site.organization_id)
            for each in (PLAN, SAMPLE)
        ):
            raise ShiftUnknown()
        in_force(Purpose.TESTING, place=row.site.place_code, at=at)
        if row.from_at >= at:
            row.delete()
        elif row.to_at > at:
            row.to_at = at
            row.save()
        write_of_round(row.site.round, "nucleic_acid.end_shift", count=1, actor=actor, at=at)
