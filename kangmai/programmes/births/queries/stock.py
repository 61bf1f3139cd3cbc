"""Numbered blanks by institution, and deliveries of whose children not all are registered."""

from datetime import date, timedelta

from django.db.models import Count, F, Min, Q

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.births import models
from kangmai.programmes.births.reach import READ, near
from kangmai.programmes.births.types import BlankState, Delivery, Stock

SINCE = timedelta(days=365)


def stock(*, actor: Actor) -> list[Stock]:
    """The blanks of the institutions near the actor, by institution. Raises NotPermitted."""
    require(actor, READ)
    of = {each: Count("number", filter=Q(state=each.value)) for each in BlankState}
    rows = (
        models.Blank.objects.filter(near(actor))
        .values("organization")
        .annotate(
            left=of[BlankState.BLANK],
            used=of[BlankState.USED],
            spoiled=of[BlankState.SPOILED],
            next=Min("number", filter=Q(state=BlankState.BLANK.value)),
        )
        .order_by("organization")[:200]
    )
    return [
        Stock(OrganizationId(row["organization"]), row["left"], row["used"], row["spoiled"], row["next"] or "")
        for row in rows
    ]  # fmt: skip


def deliveries(*, limit: int = 50, on: date, actor: Actor) -> list[Delivery]:
    """Deliveries of the last year of whose live births not all are registered, the oldest first.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    rows = (
        models.Delivery.objects.filter(near(actor), delivered_on__gt=on - SINCE)
        .annotate(registered=Count("birth"))
        .filter(live_births__gt=F("registered"))
        .order_by("delivered_on", "visit")[:limit]
    )
    return [
        Delivery(
            visit=row.visit,
            mother=ResidentId(row.mother_id),
            delivered_on=row.delivered_on,
            live_births=row.live_births,
            registered=row.registered,
            organization=OrganizationId(row.organization),
        )
        for row in rows
    ]
