"""From rows to values."""

from datetime import datetime, timedelta

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.types import (
    Ambulance,
    AmbulanceState,
    BedReport,
    Beds,
    Facility,
    Room,
    RoomState,
    Site,
)
from kangmai.kernel.ids import OrganizationId


def site_of(row: models.Site) -> Site:
    """A site."""
    return Site(
        row.id, row.name, OrganizationId(row.organization_id), row.place_code, row.address, row.phone,
        row.hospital_km, row.opened_on, row.closed_on, row.version,
    )  # fmt: skip


def room_of(row: models.Room) -> Room:
    """A room."""
    return Room(
        row.id, row.site_id, row.number, row.kind, row.beds, RoomState(row.state), row.taken, row.order_id,
        row.reason, row.changed_at, row.version,
    )  # fmt: skip


def facility_of(row: models.Facility) -> Facility:
    """What an institution serves as."""
    return Facility(
        row.id, OrganizationId(row.organization_id), row.kind, row.place_code, row.since_on, row.until_on
    )  # fmt: skip


def report_of(row: models.BedReport, *, stale_hours: int, at: datetime) -> BedReport:
    """A report of beds, as old as it is now."""
    beds = Beds(row.set_up, row.staffed, row.occupied, row.reserved, row.disinfecting, row.blocked)
    is_stale = row.reported_at < at - timedelta(hours=stale_hours)
    return BedReport(
        row.id, OrganizationId(row.organization_id), row.place_code, row.ward, beds, row.reported_at, is_stale
    )  # fmt: skip


def ambulance_of(row: models.Ambulance) -> Ambulance:
    """An ambulance."""
    return Ambulance(
        row.id, row.call_sign, OrganizationId(row.organization_id), row.place_code, row.is_negative_pressure,
        AmbulanceState(row.state), row.version,
    )  # fmt: skip
