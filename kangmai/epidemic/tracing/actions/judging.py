"""Judge contacts: close, contact of a contact, general, or none; one, or many at once as they are suggested."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.orders.queries import emergency_door, in_force
from kangmai.epidemic.orders.types import Purpose
from kangmai.epidemic.tracing import models
from kangmai.epidemic.tracing.errors import ContactUnknown
from kangmai.epidemic.tracing.judging import refresh
from kangmai.epidemic.tracing.reach import case_locked
from kangmai.epidemic.tracing.types import Kind
from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import write_down


@emergency_door(Purpose.TRACING)
def judge(
    *,
    case_id: UUID,
    kinds: Mapping[int, Kind],
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Say what some contacts of a case are; a judgement may be changed, and each is written down.

    Args:
        kinds: pair → kind.

    Returns:
        how many judgements were new or changed.

    Raises:
        NoOrderInForce, NotPermitted, CaseUnknown, ContactUnknown: a pair is not of this case.
    """
    with transaction.atomic():
        row = case_locked(case_id, actor=actor, at=at)
        in_force(Purpose.TRACING, place=row.place_code, at=at)
        pairs = list(row.pairs.select_for_update().filter(id__in=kinds).order_by("id"))
        if len(pairs) != len(kinds):
            raise ContactUnknown()
        changed = [
            each for each in pairs if each.judged_at is None or each.kind != kinds[each.id].value
        ]
        for each in changed:
            each.kind, each.judged_at, each.judged_by = kinds[each.id].value, at, actor.account
            each.reason = reason.strip()[:200]
        models.Pair.objects.bulk_update(changed, ["kind", "judged_at", "judged_by", "reason"])
        refresh(row, {each.contact_id for each in changed}, actor=actor, at=at)
        if changed:
            judged = {str(each.id): each.kind for each in changed[:200]}
            write_down(
                "tracing.judged", "TracingCase", row.id, details={"pairs": judged, "count": len(changed)},
                actor=actor, at=at,
            )  # fmt: skip
    return len(changed)
