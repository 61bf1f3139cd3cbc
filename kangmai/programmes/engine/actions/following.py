"""Follow the resident index: deaths close enrolments, moves offer them to the new team, merges make two one.

A merge that is undone parts them again (`joining`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.engine import models
from kangmai.programmes.engine.actions.closing import close
from kangmai.programmes.engine.actions.joining import joined, part
from kangmai.programmes.engine.actions.transfers import offer
from kangmai.programmes.engine.types import State
from kangmai.programmes.engine.writing import save

DIED, MOVED = "died", "moved"


def follow_residents(ids: Sequence[ResidentId], *, actor: Actor, at: datetime) -> None:
    """Bring the open enrolments of residents into line with what the index says of them now.

    Raises:
        NotPermitted
    """
    require(actor, "programmes.manage")
    for id in sorted({identity.current(id) for id in ids}):
        with transaction.atomic():
            _follow(id, actor=actor, at=at)


def _follow(id: ResidentId, *, actor: Actor, at: datetime) -> None:
    part(identity.same_resident_ids(id), actor=actor, at=at)
    rows = list(
        models.Enrolment.objects.select_for_update()
        .filter(resident_id__in=identity.same_resident_ids(id))
        .exclude(state=State.CLOSED)
        .order_by("id")
    )
    if not rows:
        return
    resident = identity.get_resident(id, actor=actor, at=at)
    for row in joined(rows, resident, actor=actor, at=at):
        if resident.deceased_on:
            # a death entered late may lie before the enrolment, which then never should have been
            on = max(resident.deceased_on, row.enrolled_on or resident.deceased_on)
            close(row, reason=DIED, on=on, actor=actor, at=at)
        elif row.place_code != resident.demographics.place_code:
            _move(row, resident, actor=actor, at=at)


def _move(row: models.Enrolment, resident: Resident, *, actor: Actor, at: datetime) -> None:
    """Within one institution the place follows at once; else the new team is offered the enrolment."""
    place = resident.demographics.place_code
    if resident.managing_org == row.organization:
        row.place_code = place
        row.transfers.filter(decided_at=None).delete()
        save(row, at=at)
        return
    waiting = row.transfers.filter(decided_at=None).first()
    if waiting is None:
        offer(row, resident.managing_org, place, MOVED, actor=actor, at=at)
    elif (waiting.to_organization, waiting.place_code) != (resident.managing_org, place):
        waiting.to_organization, waiting.place_code = resident.managing_org, place
        waiting.save()
