"""Enter ambulances, take them out of service and back."""

from datetime import datetime

from django.db import transaction

from kangmai.epidemic.capacity import models
from kangmai.epidemic.capacity.errors import AmbulanceThere, NameMissing, NotInThisState
from kangmai.epidemic.capacity.reach import MANAGE, ambulance_locked, institution
from kangmai.epidemic.capacity.reading import ambulance_of
from kangmai.epidemic.capacity.types import Ambulance, AmbulanceState
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version, write_down


def add_ambulance(
    *, call_sign: str, organization: int, is_negative_pressure: bool, actor: Actor, at: datetime
) -> Ambulance:
    """Enter an ambulance with the institution where it stands.

    Raises:
        NotPermitted, InstitutionUnknown, NameMissing, AmbulanceThere.
    """
    sign = call_sign.strip()[:32]
    if not sign:
        raise NameMissing()
    place = institution(organization, actor=actor, permission=MANAGE)
    with transaction.atomic():
        row, is_new = models.Ambulance.objects.get_or_create(
            call_sign=sign,
            defaults={
                "organization_id": organization, "place_code": place, "is_negative_pressure": is_negative_pressure,
                "changed_at": at,
            },
        )  # fmt: skip
        if not is_new:
            raise AmbulanceThere(call_sign=sign)
        write_down("capacity.ambulance_added", "Ambulance", row.id, actor=actor, at=at)
    return ambulance_of(row)


def retire_ambulance(*, ambulance_id: int, expected_version: int, actor: Actor, at: datetime) -> Ambulance:  # fmt: skip
    """Take an ambulance that is not on its way out of service.

    Raises:
        NotPermitted, AmbulanceUnknown, ChangedMeanwhile, NotInThisState.
    """
    states = (AmbulanceState.READY, AmbulanceState.DISINFECTING)
    return _change(ambulance_id, states, AmbulanceState.OFF, expected_version, actor, at)


def revive_ambulance(*, ambulance_id: int, expected_version: int, actor: Actor, at: datetime) -> Ambulance:  # fmt: skip
    """Put an ambulance into service again. Raises NotPermitted, AmbulanceUnknown, ChangedMeanwhile, NotInThisState."""
    return _change(ambulance_id, (AmbulanceState.OFF,), AmbulanceState.READY, expected_version, actor, at)  # fmt: skip


def _change(
    id: int, states: tuple[AmbulanceState, ...], into: AmbulanceState, expected: int, actor: Actor, at: datetime
) -> Ambulance:  # fmt: skip
    with transaction.atomic():
        row = ambulance_locked(id, actor=actor)
        require_version(row.version, expected)
        if AmbulanceState(row.state) not in states:
            raise NotInThisState(state=row.state)
        row.state, row.changed_at, row.version = into.value, at, row.version + 1
        row.save(update_fields=["state", "changed_at", "version"])
        write_down(f"capacity.ambulance_{into.value}", "Ambulance", row.id, actor=actor, at=at)
    return ambulance_of(row)
