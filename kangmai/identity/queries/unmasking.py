"""Numbers in full, for who says why: the reason is written down before they are shown."""

from datetime import datetime

from kangmai.identity.errors import ResidentNotFound, UnmaskReasonMissing
from kangmai.identity.queries.persons import current
from kangmai.identity.reach import inside, resident_of
from kangmai.identity.types import Resident
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, require
from kangmai.kernel.ids import ResidentId

UNMASK = "identity.write"
SHORTEST_REASON, LONGEST_REASON = 4, 200


def unmasked(resident_id: ResidentId, *, reason: str, actor: Actor, at: datetime) -> Resident:
    """A resident whose numbers may be shown in full. The resident reads who saw them, and why.

    Raises:
        NotPermitted
        ResidentNotFound: outside the actor's scope.
        UnmaskReasonMissing
    """
    require(actor, UNMASK)
    row = inside(actor.scope).filter(id=current(resident_id)).first()
    if row is None:
        raise ResidentNotFound()
    why = reason.strip()
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise UnmaskReasonMissing()
    audit.record(
        actor=actor,
        at=at,
        action="identity.unmask",
        object_type="Resident",
        object_id=str(row.id),
        subjects=[row.patient_rid],
        reason=why,
    )
    return resident_of(row)
