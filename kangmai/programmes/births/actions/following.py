"""What the house learns of births: deliveries that visits told, and errands that are done without anybody's word."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.births import models, rules
from kangmai.programmes.births.chain import has_number, know
from kangmai.programmes.births.types import KnownBy
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.engine.types import Standing

DELIVERY = "delivery"
LIVE = "live_births"


def follow_deliveries(ids: Collection[UUID], *, actor: Actor, at: datetime) -> None:
    """Keep the deliveries that visits tell: of a corrected visit what it tells now. Raises NotPermitted."""
    require(actor, "programmes.read")
    for visit in engine.visits_by_id([str(each) for each in ids], actor=actor, at=at):
        if visit.service != DELIVERY:
            continue
        if visit.standing is not Standing.CURRENT:
            models.Delivery.objects.filter(pk=visit.first_id, birth=None).delete()
            continue
        enrolment = engine.get_enrolment(visit.enrolment_id, actor=actor, at=at)
        models.Delivery.objects.update_or_create(
            visit=visit.first_id,
            defaults={
                "mother_id": visit.resident_id,
                "delivered_on": visit.visited_on,
                "live_births": int(visit.measures.get(LIVE) or 0),
                "organization": visit.organization or 0,
                "place_code": enrolment.place_code,
            },
        )


def learn(
    children: Collection[ResidentId],
    by: KnownBy,
    *,
    on: date | None = None,
    actor: Actor,
    at: datetime,
) -> int:
    """Fill in what the house knows of children born here; how many births changed.

    Raises:
        NotPermitted
    """
    require(actor, "identity.search")
    ids = {id for each in children for id in identity.same_resident_ids(identity.current(each))}
    count = 0
    with transaction.atomic():
        rows = models.Birth.objects.select_for_update().filter(child_id__in=ids).order_by("id")
        for row in rows:
            if by is KnownBy.NUMBER and not has_number(identity.get_resident(ResidentId(row.child_id), actor=actor, at=at)):  # fmt: skip
                continue
            if know(row, by, on or rules.today(at), actor=actor, at=at):
                row.version += 1
                row.save(update_fields=["late_from", "version"])
                count += 1
    return count
