"""What is known of kits: one's own, those of an institution, and the visits that came out of them."""

from uuid import UUID

from kangmai.access import queries as access
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted, require
from kangmai.programmes.engine.types import Visit
from kangmai.programmes.kit import models
from kangmai.programmes.kit.reading import CARRY, OVERSEE, kit_of, limits, visible
from kangmai.programmes.kit.types import Filled, Kit

__all__ = ["filled_of", "kits", "limits", "own_kits"]


def own_kits(*, actor: Actor) -> tuple[Kit, ...]:
    """The actor's kits, the newest first, with those that were erased lately.

    Raises:
        NotPermitted
    """
    require(actor, CARRY)
    rows = visible(actor).filter(account=actor.account).order_by("-id")
    return tuple(map(kit_of, rows[:20]))


def kits(*, after: UUID | None = None, limit: int = 50, actor: Actor) -> tuple[Kit, ...]:
    """The kits that the actor oversees, the newest first, a page at a time; who prepared each is named.

    Raises:
        NotPermitted
    """
    require(actor, OVERSEE)
    rows = visible(actor).order_by("-id")
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return tuple(kit_of(row, _owner(row, actor)) for row in rows[:limit])


def _owner(row: models.Kit, actor: Actor) -> str:
    if not is_permitted(actor, "access.manage"):
        return ""
    try:
        return access.get_account(account_id=row.account, actor=actor).name
    except NotPermitted:
        return ""


def filled_of(visit: Visit) -> Filled | None:
    """On which phone and when a visit, which the caller was let see, was filled in; None for one of a page."""
    entry = models.Entry.objects.select_related("kit").filter(visit=visit.first_id).first()
    if entry is None:
        return None
    return Filled(entry.kit.name, entry.filled_at, entry.received_at)
