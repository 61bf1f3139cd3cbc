"""Whom a transfer waits for: a message to those who keep the ledger of that end, gone when it no longer waits."""

from datetime import datetime
from functools import cache

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.reach import KEEP
from kangmai.epidemic.supplies.types import TransferState
from kangmai.kernel import definitions
from kangmai.kernel.actor import Actor
from kangmai.messages import actions as messages
from kangmai.messages.types import Draft, To, to_account, to_role

SUBJECT = "supply_transfer"
TEMPLATES = {
    TransferState.ASKED: "supplies_to_send",
    TransferState.SENT: "supplies_to_receive",
    TransferState.DIFFERS: "supplies_to_sign",
    TransferState.REFUSED: "supplies_not_sent",
}


def tell(row: models.Transfer, *, actor: Actor, at: datetime) -> None:
    """Settle what was told of a transfer before, and tell those for whom it waits now."""
    messages.settle([(SUBJECT, str(row.id))], actor=actor, at=at)
    template = TEMPLATES.get(TransferState(row.state))
    if template is None:
        return
    parameters: dict[str, str | int] = {"donor": row.donor_id, "receiver": row.receiver_id}
    if TransferState(row.state) in (TransferState.ASKED, TransferState.SENT):
        parameters["lines"] = row.lines.count()
    drafts = [
        Draft(
            template=template,
            to=to,
            parameters=parameters,
            link=f"/supplies/transfers/{row.id}/",
            subject=(SUBJECT, str(row.id)),
            key=f"supplies:{row.id}:{row.state}",
        )
        for to in _waits_for(row)
    ]
    messages.notify(drafts, actor=actor, at=at)


def _waits_for(row: models.Transfer) -> list[To]:
    match TransferState(row.state):
        case TransferState.ASKED:
            return _keepers(row.donor_id)
        case TransferState.SENT:
            return _keepers(row.receiver_id)
        case TransferState.DIFFERS:
            return [*_keepers(row.donor_id), *_keepers(row.receiver_id)]
        case _:
            return [to_account(row.asked_by)]


def _keepers(organization: int) -> list[To]:
    """Whoever keeps the ledger of an institution: its own people, and those of the institution above it."""
    above = models.Store.objects.filter(organization_id=organization).values_list("parent_id", flat=True).first()  # fmt: skip
    ends = [organization, *([above] if above else [])]
    return [to_role(role, each) for each in ends for role in _keeping_roles()]


@cache
def _keeping_roles() -> tuple[str, ...]:
    found = definitions.load("access", "role")
    return tuple(sorted({each.id for each in found if KEEP in each.content["permissions"]}))
