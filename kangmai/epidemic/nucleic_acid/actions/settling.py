"""Settle what was held or refused: accept it as it is, take the kept record under another code, link a well, or void the tube."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Q

from kangmai.epidemic.nucleic_acid import incidents, models
from kangmai.epidemic.nucleic_acid.actions.intake import take_tubes
from kangmai.epidemic.nucleic_acid.actions.publishing import publish_waiting
from kangmai.epidemic.nucleic_acid.errors import (
    IncidentUnknown,
    NotInThisState,
    ReasonMissing,
    TubeUnknown,
)
from kangmai.epidemic.nucleic_acid.reach import BENCH, FOLLOW, SAMPLE, institutions, near
from kangmai.epidemic.nucleic_acid.types import (
    BLOCKING,
    SETTLED,
    Given,
    IncidentKind,
    Outcome,
    PlateState,
    Subject,
    TubeRecord,
    TubeState,
)
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel import sealing
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.connections import unit_of_work
from kangmai.kernel.deeds import require_version, write_down

SETTLERS = (SAMPLE, BENCH, FOLLOW)


class How(StrEnum):
    """How an incident is settled."""

    ACCEPT = "accept"
    """It stands as it is: looked at, explained."""
    RELABEL = "relabel"
    """The kept record is taken under the code of a new label on the tube."""
    LINK = "link"
    """The well belongs to a tube that is known by now, or whose code was misread."""
    RETEST = "retest"
    """The tube goes back to the laboratory for another run."""


@emergency_door(Purpose.TESTING)
def settle_incident(
    *,
    incident_id: UUID,
    how: How,
    note: str,
    code: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> models.Incident:
    """Settle one incident with a note; with the last one that blocks it, a held tube may be published again.

    Args:
        code: the code of the new label, or of the tube that was meant.

    Raises:
        NoOrderInForce, NotPermitted, IncidentUnknown, ChangedMeanwhile, ReasonMissing.
        NotInThisState: it is settled, cannot be settled so, or the code is taken.
        TubeUnknown: there is no tube of the code that was meant.
    """
    if not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        row = _locked(incident_id, actor=actor)
        require_version(row.version, expected_version)
        if row.settled_at is not None:
            raise NotInThisState(what=row.kind, state="settled")
        match how:
            case How.RELABEL:
                _relabel(row, code, actor=actor, at=at)
            case How.LINK:
                _link(row, code or row.tube_code)
            case How.RETEST:
                _send_back(row)
            case How.ACCEPT:
                pass
        row.how, row.note, row.version = how.value, note.strip()[:300], row.version + 1
        row.settled_at, row.settled_by = at, actor.account
        row.save()
        _let_go(row.tube_code, actor=actor, at=at)
        with unit_of_work() as database:
            write_down("nucleic_acid.settle", "Incident", row.id, details={"kind": row.kind, "how": how.value}, database=database, actor=actor, at=at)  # fmt: skip
    return row


def _locked(incident_id: UUID, *, actor: Actor) -> models.Incident:
    if not any(is_permitted(actor, each) for each in SETTLERS):
        raise NotPermitted(permission=SAMPLE)
    row = models.Incident.objects.select_for_update().filter(within(actor), id=incident_id).first()
    if row is None:
        raise IncidentUnknown()
    return row


def within(actor: Actor) -> Q:
    """The incidents an actor may see: at his sites, in his places, of his laboratory."""
    return near(actor, "testing.read", *SETTLERS) | Q(laboratory_id__in=institutions(actor, BENCH))


def _relabel(row: models.Incident, code: str, *, actor: Actor, at: datetime) -> None:
    """Take the kept record under another code: its client id stays, so that it can be taken once only."""
    if row.content is None or row.site_id is None:
        raise NotInThisState(what=row.kind, state="without a kept record")
    bound = incidents.bound_to(row.id)
    kept = orjson.loads(sealing.unseal(row.content_key or 0, bytes(row.content), bound_to=bound))
    (taken,) = take_tubes(
        site_id=row.site_id, records=[_record(kept, code.strip().upper())], actor=actor, at=at
    )
    if taken.outcome is Outcome.REFUSED:
        raise NotInThisState(what=code[:14], state=taken.reasons[0])


def _record(kept: dict[str, Any], code: str) -> TubeRecord:
    people = tuple(
        Given(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in kept["people"]
    )
    return TubeRecord(
        client_id=UUID(str(kept["client_id"])),
        code=code,
        people=people,
        closed_at=datetime.fromisoformat(str(kept["closed_at"])),
        mode=int(str(kept["mode"])),
        lane=int(str(kept["lane"])),
        subject=Subject(str(kept["subject"])),
        pool_id=UUID(str(kept["pool_id"])) if kept["pool_id"] else None,
    )


def _link(row: models.Incident, code: str) -> None:
    """Give the wells of a misread or unknown code to the tube that was meant, before their plate is reviewed."""
    if row.kind != IncidentKind.TUBE_UNKNOWN.value:
        raise NotInThisState(what=row.kind, state="not linkable")
    tube = models.Tube.objects.select_for_update().filter(code=code.strip().upper()).first()
    if tube is None or tube.state == TubeState.OPEN.value:
        raise TubeUnknown(code=code[:14])
    wells = models.Well.objects.filter(
        code=row.tube_code, tube=None, plate__code=row.plate_code, plate__laboratory_id=row.laboratory_id
    )  # fmt: skip
    if wells.filter(plate__state=PlateState.REVIEWED.value).exists():
        raise NotInThisState(what=row.plate_code, state="reviewed: test the tube again")
    wells.update(tube=tube, code="")


def _send_back(row: models.Incident) -> None:
    tube = models.Tube.objects.select_for_update().filter(code=row.tube_code).first()
    if tube is None or tube.state == TubeState.OPEN.value or TubeState(tube.state) in SETTLED:
        raise TubeUnknown(code=row.tube_code)
    tube.state = TubeState.RETEST.value
    tube.save()


def _let_go(code: str, *, actor: Actor, at: datetime) -> None:
    """Hold a tube no longer when no incident blocks it; what its reviewed run said is published."""
    blocking = [each.value for each in BLOCKING]
    standing = models.Incident.objects.filter(tube_code=code, settled_at=None, kind__in=blocking)
    if not code or standing.exists():
        return
    if models.Tube.objects.filter(code=code, is_held=True).update(is_held=False):
        publish_waiting(code, actor=actor, at=at)
