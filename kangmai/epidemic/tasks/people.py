"""Who tasks and needs are about, opened for who goes to the door; every reading is written down for each resident."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.orders.errors import NoOrderInForce
from kangmai.epidemic.tasks.types import Whom
from kangmai.epidemic.tracing import queries as tracing
from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, operator
from kangmai.kernel.ids import ResidentId

READER = operator("tasks.reader", permissions=("identity.search",))
"""A grid worker holds no right on the index: who is behind his own tasks is read for him, and said in his name."""

NOBODY = Whom("", "", "")


def residents(
    ids: Collection[ResidentId], *, purpose: str, actor: Actor, at: datetime
) -> dict[ResidentId, Whom]:
    """Name, phone and address of some residents; the caller has checked that the actor's tasks are about them."""
    if not ids:
        return {}
    found = identity.residents_by_id(list(ids), actor=READER, at=at)
    subjects = [each.patient_rid for each in found.values()]
    audit.record_later(audit.Entry(actor, at, f"tasks.{purpose}", "Resident", "", subjects))
    return {
        id: Whom(each.demographics.name, next(iter(each.demographics.phones), ""), each.demographics.address)
        for id, each in found.items()
    }  # fmt: skip


def contacts(
    ids: Collection[UUID], *, purpose: str, actor: Actor, at: datetime
) -> dict[UUID, Whom]:
    """The same of contacts of tracing, while tracing is ordered."""
    if not ids:
        return {}
    try:
        found = tracing.contacts_by_id(ids, purpose=f"tasks_{purpose}", actor=actor, at=at)
    except NoOrderInForce:
        return {}
    return {id: Whom(facts.name, facts.phone, facts.address) for id, (_contact, facts) in found.items()}  # fmt: skip
