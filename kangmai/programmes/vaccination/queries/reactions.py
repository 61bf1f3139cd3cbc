"""Report cards of adverse events."""

from uuid import UUID

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.vaccination import models
from kangmai.programmes.vaccination.errors import AefiNotFound
from kangmai.programmes.vaccination.reach import READ, REVIEW, WORK, near, works_at
from kangmai.programmes.vaccination.reading import aefi_of
from kangmai.programmes.vaccination.types import Aefi, AefiState


def cards(
    *, state: AefiState | None = None, after: str = "", limit: int = 20, actor: Actor
) -> list[Aefi]:
    """Report cards of the actor's places and clinics, newest first. Raises NotPermitted."""
    require(actor, READ)
    rows = models.Aefi.objects.filter(near(actor))
    if state is not None:
        rows = rows.filter(state=state.value)
    if after:
        rows = rows.filter(id__lt=after)
    return [aefi_of(row) for row in rows.order_by("-id")[:limit]]


def get_card(aefi_id: UUID, *, actor: Actor) -> Aefi:
    """One report card. Raises NotPermitted, AefiNotFound."""
    require(actor, READ)
    row = models.Aefi.objects.filter(near(actor), pk=aefi_id).first()
    if row is None:
        raise AefiNotFound()
    return aefi_of(row)


def cards_of(resident_id: ResidentId, *, actor: Actor) -> list[Aefi]:
    """The report cards about a resident that the actor may see, newest first. Raises NotPermitted."""
    require(actor, READ)
    same = identity.same_resident_ids(resident_id)
    rows = models.Aefi.objects.filter(near(actor), resident_id__in=same)
    return [aefi_of(row) for row in rows.order_by("-id")]


def may_report(card: Aefi, *, actor: Actor) -> bool:
    """Whether the actor completes a card: at the clinic that began it."""
    return works_at(actor, WORK, card.organization)


def may_review(card: Aefi, *, actor: Actor) -> bool:
    """Whether the actor classifies a card of this place."""
    return is_permitted(actor, REVIEW, card.place_code)
