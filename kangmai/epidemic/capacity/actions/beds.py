"""Name designated hospitals and fever clinics, and take the reports of their beds."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.capacity import events, models, rules
from kangmai.epidemic.capacity.errors import (
    FacilityThere,
    FacilityUnknown,
    KindUnknown,
    NothingReported,
)
from kangmai.epidemic.capacity.reach import MANAGE, REPORT, institution, near
from kangmai.epidemic.capacity.reading import facility_of, report_of
from kangmai.epidemic.capacity.types import BedReport, Beds, Facility
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import announce, write_down
from kangmai.kernel.ids import uuid7
from kangmai.standards.calendars import legal_day


def name_facility(*, organization: int, kind: str, actor: Actor, at: datetime) -> Facility:
    """Enter that an institution serves as a designated hospital, fever clinic or the like from today.

    Raises:
        NotPermitted, InstitutionUnknown, KindUnknown, FacilityThere.
    """
    if kind not in rules.rule(on=legal_day(at)).facilities:
        raise KindUnknown(kind=kind[:24], what="facilities")
    place = institution(organization, actor=actor, permission=MANAGE)
    with transaction.atomic():
        row, is_new = models.Facility.objects.get_or_create(
            organization_id=organization, kind=kind, until_on=None,
            defaults={"place_code": place, "since_on": legal_day(at)},
        )  # fmt: skip
        if not is_new:
            raise FacilityThere()
        write_down("capacity.facility_named", "Facility", row.id, reason=kind, actor=actor, at=at)
    return facility_of(row)


def close_facility(*, facility_id: int, actor: Actor, at: datetime) -> Facility:
    """End it. Raises NotPermitted, FacilityUnknown."""
    require(actor, MANAGE)
    with transaction.atomic():
        rows = models.Facility.objects.select_for_update().filter(
            near(actor, MANAGE), until_on=None
        )
        row = rows.filter(id=facility_id).first()
        if row is None:
            raise FacilityUnknown()
        row.until_on = legal_day(at)
        row.save(update_fields=["until_on"])
        write_down("capacity.facility_ended", "Facility", row.id, reason=row.kind, actor=actor, at=at)  # fmt: skip
    return facility_of(row)


def report_wards(
    *, organization: int, wards: Mapping[str, Beds], key: UUID, actor: Actor, at: datetime
) -> None:
    """Take what an institution says of all its wards at once: every one, or none where one cannot be.

    Raises:
        NotPermitted, InstitutionUnknown, KindUnknown, NothingReported, BedsDoNotAdd.
    """
    if not wards:
        raise NothingReported()
    with transaction.atomic():
        for ward, beds in wards.items():
            report_beds(
                organization=organization, ward=ward, beds=beds, key=key, actor=actor, at=at
            )


def report_beds(
    *, organization: int, ward: str, beds: Beds, key: UUID, actor: Actor, at: datetime
) -> BedReport:
    """Take what an institution says of one ward; earlier reports stay. The same key again writes nothing new.

    Raises:
        NotPermitted, InstitutionUnknown, KindUnknown, BedsDoNotAdd.
    """
    found = rules.rule(on=legal_day(at))
    if ward not in found.wards:
        raise KindUnknown(kind=ward[:24], what="wards")
    rules.check_beds(beds, ward=found.wards[ward])
    place = institution(organization, actor=actor, permission=REPORT)
    with transaction.atomic():
        row, is_new = models.BedReport.objects.get_or_create(
            reported_by=actor.account, key=key, ward=ward,
            defaults={
                "id": uuid7(), "organization_id": organization, "place_code": place, "reported_at": at,
                "set_up": beds.set_up, "staffed": beds.staffed, "occupied": beds.occupied,
                "reserved": beds.reserved, "disinfecting": beds.disinfecting, "blocked": beds.blocked,
            },
        )  # fmt: skip
        if is_new:
            write_down("capacity.beds_reported", "BedReport", row.id, details={"ward": ward, "free": beds.free}, actor=actor, at=at)  # fmt: skip
            announce(events.BEDS_REPORTED, row.id, {"organization": organization, "ward": ward, "place": place}, at=at)  # fmt: skip
    return report_of(row, stale_hours=found.stale_hours, at=at)
