"""Transfers one of whose ends the actor sees."""

from contextlib import suppress
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.epidemic.supplies import models
from kangmai.epidemic.supplies.errors import TransferUnknown
from kangmai.epidemic.supplies.reach import stores
from kangmai.epidemic.supplies.reading import transfer_of
from kangmai.epidemic.supplies.types import Page, Transfer, TransferState
from kangmai.kernel.actor import Actor

PAGE = 40
OPEN = (TransferState.ASKED, TransferState.SENT, TransferState.DIFFERS)


def _seen(actor: Actor) -> QuerySet[models.Transfer]:
    ids = stores(actor).values("organization_id")
    return models.Transfer.objects.filter(Q(donor_id__in=ids) | Q(receiver_id__in=ids))


def transfers(
    *,
    states: tuple[TransferState, ...] = (),
    organization: int | None = None,
    after: str = "",
    limit: int = PAGE,
    actor: Actor,
) -> Page[Transfer]:
    """Transfers, the newest first, in some states if asked, to or from one institution if asked.

    Raises:
        NotPermitted.
    """
    rows = _seen(actor).prefetch_related("lines").order_by("-id")
    if states:
        rows = rows.filter(state__in=[each.value for each in states])
    if organization is not None:
        rows = rows.filter(Q(donor_id=organization) | Q(receiver_id=organization))
    with suppress(ValueError):  # a cursor that nobody gave shows the first page
        rows = rows.filter(id__lt=UUID(after)) if after else rows
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].id) if len(found) > limit else ""
    return Page(tuple(map(transfer_of, found[:limit])), following)


def open_transfers(*, actor: Actor) -> int:
    """How many transfers are under way. Raises NotPermitted."""
    return _seen(actor).filter(state__in=[each.value for each in OPEN]).count()


def get_transfer(*, transfer_id: UUID, actor: Actor) -> Transfer:
    """One transfer. Raises NotPermitted, TransferUnknown."""
    row = _seen(actor).prefetch_related("lines").filter(id=transfer_id).first()
    if row is None:
        raise TransferUnknown()
    return transfer_of(row)
