"""People who need help, for who confirms and serves them; why is shown to those who may know it."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tasks import models, people
from kangmai.epidemic.tasks.reach import GIVE, knows_why, needs_of
from kangmai.epidemic.tasks.reading import need_of
from kangmai.epidemic.tasks.types import NeedLine, NeedState, Page
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId

LARGEST_PAGE = 100


@emergency_door(Purpose.QUARANTINE)
def needs(
    *,
    state: NeedState = NeedState.PROPOSED,
    area: str = "",
    service: str = "",
    after: str = "",
    limit: int = 30,
    actor: Actor,
    at: datetime,
) -> Page[NeedLine]:
    """Needs in the actor's places, in order of entry, with who it is; written down.

    Who may not know why gets lines without the kind.

    Args:
        service: the kind of task by which it is served.

    Raises:
        NoOrderInForce, NotPermitted.
    """
    require(actor, GIVE)
    rows = models.Need.objects.filter(needs_of(actor, at), state=state.value)
    if area:
        rows = rows.filter(cell__startswith=area)
    if service:
        rows = rows.filter(service=service)
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__gt=UUID(after)) if after else rows
    limit = max(1, min(limit, LARGEST_PAGE))
    found = list(rows.order_by("id")[: limit + 1])
    shown = found[:limit]
    known = people.residents(
        {ResidentId(row.resident_id) for row in shown if row.resident_id}, purpose="needs_listed", actor=actor, at=at
    )  # fmt: skip
    lines = tuple(
        NeedLine(
            need_of(row, with_reason=knows_why(actor, row.cell)),
            known.get(ResidentId(row.resident_id or 0), people.NOBODY),
        )
        for row in shown
    )
    return Page(lines, str(shown[-1].id) if len(found) > limit else "")
