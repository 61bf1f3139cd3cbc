"""From rows to values."""

from kangmai.epidemic.quarantine import models
from kangmai.epidemic.quarantine.types import Leaving, Occupant, Stay, StayState, Trip


def stay_of(row: models.Stay) -> Stay:
    """A stay."""
    return Stay(
        row.id, row.order_id, row.contact_id, row.site_id, row.room_id, row.place_code, row.cohort or "",
        row.cares_for_id, StayState(row.state), row.assigned_at, row.arrived_at, row.left_at,
        Leaving(row.leaving) if row.leaving else None, row.handed_to or "", row.reason or "", row.version,
    )  # fmt: skip


def occupant_of(row: models.Stay) -> Occupant:
    """A stay as the rule of sharing sees it."""
    return Occupant(row.id, row.cohort or "", row.cares_for_id)


def trip_of(row: models.Trip) -> Trip:
    """A trip."""
    return Trip(
        row.id, row.order_id, row.ambulance_id, row.contact_id, row.to_site, row.to_organization, row.place_code,
        row.crew or "", row.called_at, row.left_at, row.arrived_at, row.handed_over_at, row.disinfected_at,
        row.cancelled_at, row.reason or "", row.version,
    )  # fmt: skip
