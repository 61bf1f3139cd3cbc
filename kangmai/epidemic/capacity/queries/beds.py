"""Beds by status: the latest report of each ward of each institution, with those that are too old said."""

from collections import defaultdict
from datetime import datetime

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.reach import READ, area_of, near
from kangmai.epidemic.capacity.reading import facility_of, report_of
from kangmai.epidemic.capacity.rulebook import rule
from kangmai.epidemic.capacity.types import BedLine, BedReport, Beds, Facility, WardLine
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import OrganizationId
from kangmai.standards.calendars import legal_day


def facilities(*, area: str = "", actor: Actor, at: datetime) -> tuple[Facility, ...]:
    """Designated hospitals, fever clinics and the like of an area, as they stand. Raises NotPermitted, AreaUnknown."""
    require(actor, READ)
    rows = models.Facility.objects.filter(near(actor, READ), area_of(area), until_on=None)
    return tuple(map(facility_of, rows.order_by("kind", "place_code", "id")))


def reports(*, area: str, actor: Actor, at: datetime) -> tuple[BedReport, ...]:
    """The latest report of each ward that an actor sees. Raises NotPermitted, AreaUnknown."""
    require(actor, READ)
    rows = models.BedReport.objects.filter(near(actor, READ), area_of(area))
    latest = rows.order_by("organization_id", "ward", "-reported_at", "-id").distinct("organization_id", "ward")  # fmt: skip
    hours = rule(on=legal_day(at)).stale_hours
    return tuple(report_of(row, stale_hours=hours, at=at) for row in latest)


def bed_lines(*, area: str = "", actor: Actor, at: datetime) -> tuple[BedLine, ...]:
    """The institutions that serve as something or reported beds, with both. Raises NotPermitted, AreaUnknown."""
    kinds: dict[OrganizationId, list[str]] = defaultdict(list)
    said: dict[OrganizationId, list[BedReport]] = defaultdict(list)
    places: dict[OrganizationId, str] = {}
    for facility in facilities(area=area, actor=actor, at=at):
        kinds[facility.organization].append(facility.kind)
        places[facility.organization] = facility.place_code
    for report in reports(area=area, actor=actor, at=at):
        said[report.organization].append(report)
        places[report.organization] = report.place_code
    return tuple(
        BedLine(id, place, tuple(kinds.get(id, ())), tuple(said.get(id, ())))
        for id, place in sorted(places.items(), key=lambda each: (each[1], each[0]))
    )


def ward_lines(*, area: str = "", actor: Actor, at: datetime) -> tuple[WardLine, ...]:
    """The beds of an area by kind of ward, in the order of the list; kinds that nobody reported are left out.

    Raises:
        NotPermitted, AreaUnknown.
    """
    by_ward: dict[str, list[BedReport]] = defaultdict(list)
    for each in reports(area=area, actor=actor, at=at):
        by_ward[each.ward].append(each)
    return tuple(
        WardLine(
            ward, sum((each.beds for each in by_ward[ward]), Beds()), len(by_ward[ward]),
            sum(each.is_stale for each in by_ward[ward]), min(each.reported_at for each in by_ward[ward]),
        )
        for ward in rule(on=legal_day(at)).wards
        if ward in by_ward
    )  # fmt: skip
