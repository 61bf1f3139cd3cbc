"""Load sites, facilities, beds and ambulances at once: for an installation's first lists and for the invented city."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.reach import MANAGE
from kangmai.epidemic.capacity.types import Beds, SiteLoadRow
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def load_capacity(
    *,
    sites: Sequence[SiteLoadRow],
    facilities: Sequence[tuple[int, str, str]],
    beds: Sequence[tuple[int, str, str, Beds]],
    ambulances: Sequence[tuple[str, int, str, bool]],
    actor: Actor,
    at: datetime,
) -> int:
    """Load them; returns how many rooms there are.

    Args:
        facilities: institution, division where it stands, kind.
        beds: institution, division, ward, beds.
        ambulances: call sign, institution, division, whether it has negative pressure.

    Raises:
        NotPermitted.
    """
    require(actor, MANAGE)
    today = legal_day(at)
    with transaction.atomic():
        made = models.Site.objects.bulk_create(
            models.Site(
                name=each.facts.name, organization_id=each.facts.organization, place_code=each.facts.place_code,
                address=each.facts.address, phone=each.facts.phone, hospital_km=each.facts.hospital_km,
                opened_on=today, key=uuid4(),
            )
            for each in sites
        )  # fmt: skip
        rooms = models.Room.objects.bulk_create(
            (
                models.Room(site=row, number=number, kind="single", beds=1, changed_at=at)
                for row, each in zip(made, sites, strict=True)
                for number in each.numbers
            ),
            batch_size=2000,
        )
        models.Facility.objects.bulk_create(
            models.Facility(organization_id=id, place_code=place, kind=kind, since_on=today)
            for id, place, kind in facilities
        )
        models.BedReport.objects.bulk_create(
            models.BedReport(
                id=uuid7(), organization_id=id, place_code=place, ward=ward, set_up=each.set_up, staffed=each.staffed,
                occupied=each.occupied, reserved=each.reserved, disinfecting=each.disinfecting, blocked=each.blocked,
                reported_at=at, reported_by=actor.account, key=uuid4(),
            )
            for id, place, ward, each in beds
        )  # fmt: skip
        models.Ambulance.objects.bulk_create(
            models.Ambulance(
                call_sign=sign, organization_id=id, place_code=place, is_negative_pressure=is_negative, changed_at=at
            )
            for sign, id, place, is_negative in ambulances
        )  # fmt: skip
        write_down("capacity.loaded", "QuarantineSite", "", details={"sites": len(made), "rooms": len(rooms)}, actor=actor, at=at)  # fmt: skip
    return len(rooms)
