"""Read limits, and rows of kits that somebody may see or use."""

import hashlib
import hmac
from datetime import date, datetime
from functools import cache
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from kangmai.access.actors import actor_for_account, postings
from kangmai.access.errors import AccountDisabled
from kangmai.kernel import definitions
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.kernel.definitions import Definition
from kangmai.programmes.kit import models
from kangmai.programmes.kit.errors import KitErased, KitNotFound
from kangmai.programmes.kit.types import Kit, Limits, Why
from kangmai.registry import queries as registry

ROOM, LIMITS, ID = "programmes", "kit_limit", "village"
CARRY, OVERSEE = "kit.carry", "kit.oversee"


def limits(*, on: date) -> Limits:
    """What holds of kits on a day. Raises UnknownDefinition."""
    return _limits(definitions.get(ROOM, LIMITS, ID, on=on))


@cache
def _limits(definition: Definition) -> Limits:
    content = definition.content
    phrase = content["passphrase"]
    return Limits(
        visits=content["visits"],
        days=content["days"],
        unsent_days=content["unsent_days"],
        ahead_days=tuple(content["ahead_days"]),
        devices=content["devices"],
        passphrase_least=phrase["least"],
        passphrase_rounds=phrase["rounds"],
        passphrase_wrong=phrase["wrong"],
        idle_minutes=content["idle_minutes"],
    )


def hash_of(token: str) -> bytes:
    """What is kept of a kit's token."""
    return hashlib.sha256(token.encode()).digest()


def known(kit_id: UUID, token: str, *, lock: bool = False) -> models.Kit:
    """The kit that shows its token. Raises KitNotFound."""
    rows = models.Kit.objects.select_for_update() if lock else models.Kit.objects
    row = rows.filter(pk=kit_id).first()
    if row is None or not hmac.compare_digest(bytes(row.token_hash), hash_of(token)):
        raise KitNotFound()
    return row


def own(kit_id: UUID, token: str, *, actor: Actor) -> models.Kit:
    """A kit of the actor's that shows its token and may be used, locked.

    Raises:
        KitNotFound, KitErased
    """
    row = known(kit_id, token, lock=True)
    if row.account != actor.account:
        raise KitNotFound()
    if row.erased_at or row.erase_asked_at:
        raise KitErased()
    return row


def visible(actor: Actor) -> QuerySet[models.Kit]:
    """The actor's own kits, and for an overseer those of his institution and all below it."""
    rows = models.Kit.objects.annotate(sent=Count("entries"))
    if not is_permitted(actor, OVERSEE):
        return rows.filter(account=actor.account)
    if actor.scope.everything:
        return rows
    held_in = {each.organization for each in actor.grants if OVERSEE in each.permissions}
    below = {id for each in held_in if each for id in registry.descendant_ids(organization_id=each)}
    return rows.filter(Q(organization__in=below | held_in) | Q(account=actor.account))


def why_erase(row: models.Kit, *, at: datetime) -> Why:
    """Whether and why a kit must erase itself now."""
    if row.erased_at or row.erase_asked_at:
        return Why.ASKED
    try:
        held = [
            actor_for_account(row.account, at=at, grant_id=each.grant_id)
            for each in postings(row.account, at=at)
            if each.organization_id == row.organization
        ]
        actor_for_account(row.account, at=at)
    except AccountDisabled:
        return Why.ACCOUNT
    return Why.NOTHING if any(is_permitted(each, CARRY) for each in held) else Why.POST


def kit_of(row: models.Kit, owner: str = "") -> Kit:
    """A row for those outside."""
    return Kit(
        id=row.id,
        account=row.account,
        owner=owner,
        organization=row.organization,
        name=row.name,
        created_at=row.created_at,
        prepared_at=row.prepared_at,
        expires_at=row.expires_at,
        holds=row.holds,
        seen_at=row.seen_at,
        erase_asked_at=row.erase_asked_at,
        erased_at=row.erased_at,
        sent=getattr(row, "sent", 0),
    )
