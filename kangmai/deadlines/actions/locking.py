"""Lock one deadline for somebody at a page."""

from collections.abc import Collection
from uuid import UUID

from kangmai.deadlines import models
from kangmai.deadlines.errors import DeadlineChanged, DeadlineSettled, DeadlineUnknown
from kangmai.deadlines.reach import inside
from kangmai.deadlines.types import State
from kangmai.kernel.actor import Actor, require

WRITE = "deadlines.write"
BY_HAND = "deadlines.by_hand"


def locked(
    deadline_id: UUID, expected_version: int, actor: Actor, *, but: Collection[State]
) -> models.Deadline:
    """The deadline that a person changes by hand, locked until the transaction ends.

    Raises:
        DeadlineUnknown: there is none in the actor's reach.
        NotPermitted
        DeadlineChanged: it is not as the person saw it.
        DeadlineSettled: it stands in one of the states `but`.
    """
    require(actor, BY_HAND)
    row = inside(actor).select_for_update().filter(id=deadline_id).first()
    if row is None:
        raise DeadlineUnknown()
    if row.version != expected_version:
        raise DeadlineChanged(current=row.version, expected=expected_version)
    if row.state in but:
        raise DeadlineSettled(state=row.state)
    return row
