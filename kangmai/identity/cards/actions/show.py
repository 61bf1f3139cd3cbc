"""Make the code that a phone shows, and the one that is printed."""

import os
from datetime import datetime, timedelta

from django.db import transaction

from kangmai.identity.cards import codes, keys, models
from kangmai.identity.cards.actions.issue import keep
from kangmai.identity.cards.errors import CardEnded, CardNotActive, CardNotFound, NotYourCard
from kangmai.identity.cards.policy import policy
from kangmai.identity.cards.reach import bearer_of, is_own, locked_card, write_down
from kangmai.identity.cards.types import Bearer, Change, Code, CodeKind, Shown, State
from kangmai.identity.queries import current, same_resident_ids
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.standards.calendars import legal_day


def show_code(resident_id: ResidentId, *, actor: Actor, at: datetime) -> Shown:
    """A dynamic code of a resident's card: signed, good for a minute and for one use.

    Only the holder, or family that holds the card for him, may ask; nothing is stored, since the
    signature carries all that a reader needs.

    Raises:
        NotYourCard, CardNotFound
        CardNotActive: it was reported lost.
    """
    if not is_own(resident_id, actor):
        raise NotYourCard()
    row = _in_use(resident_id)
    if row.state != State.ACTIVE:
        raise CardNotActive(number=row.number)
    text = _written(row.number, CodeKind.DYNAMIC, bearer_of(actor), os.urandom(8), at)
    lives = timedelta(seconds=policy(on=legal_day(at)).code_seconds)
    return Shown(text, row.number, at + lives)


def print_code(card_id: int, *, actor: Actor, at: datetime) -> Shown:
    """The code of a printed card, which needs a second factor wherever it is shown.

    Raises:
        CardNotFound, CardEnded, CardNotActive
    """
    with transaction.atomic():
        row, holder = locked_card(card_id, actor)
        if row.state not in models.IN_USE:
            raise CardEnded(number=row.number)
        if row.state != State.ACTIVE:
            raise CardNotActive(number=row.number)
        text = _written(row.number, CodeKind.STATIC, Bearer.SELF, bytes(codes.NONCE_BYTES), at)
        keep(row, Change.PRINTED, "", actor, at)
        write_down(row, holder, "cards.printed", actor=actor, at=at)
    return Shown(text, row.number, None)


def _written(number: str, kind: CodeKind, bearer: Bearer, nonce: bytes, at: datetime) -> str:
    key = keys.current_key(at=at)
    code = Code(kind, bearer, key.key_id, number, at, nonce)
    return codes.written(code, lambda said: keys.signer(key, said))


def _in_use(resident_id: ResidentId) -> models.Card:
    """The card of a resident, or of one merged into him."""
    ids = same_resident_ids(current(resident_id))
    row = (
        models.Card.objects.filter(resident_id__in=ids, state__in=models.IN_USE)
        .order_by("state", "-id")  # an active one before a suspended one
        .first()
    )
    if row is None:
        raise CardNotFound()
    return row
