"""Issue a card, and replace one that was lost, damaged or is no longer trusted."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import F

from kangmai.identity import models as residents
from kangmai.identity.cards import events, keys, models, rules
from kangmai.identity.cards.errors import (
    CardAlreadyIssued,
    CardChanged,
    CardEnded,
    HolderGone,
    KeyReused,
    ReasonMissing,
)
from kangmai.identity.cards.numbers import card_number
from kangmai.identity.cards.reach import (
    card_of,
    holder_row,
    is_own,
    locked_card,
    organization_of,
    write_down,
)
from kangmai.identity.cards.types import Card, Change, State, Way
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor
from kangmai.kernel.ids import ResidentId
from kangmai.standards.calendars import legal_day


def issue_card(
    resident_id: ResidentId, *, pin: str = "", key: UUID, actor: Actor, at: datetime
) -> Card:
    """Issue a resident's card: at a desk, or at his own wish.

    Args:
        pin: the password of the printed code; without one the printed code needs a document.
        key: what the form was sent with: the same again returns the card it made.

    Raises:
        NotYourCard, HolderGone, CardAlreadyIssued, PinUnfit, KeyReused
        CityUnknown, AlgorithmUnavailable: no signing key can be made.
    """
    with transaction.atomic():
        holder = _locked_holder(holder_row(resident_id, actor).id)
        repeated = _issued_before(key, holder, at)
        if repeated is not None:
            return repeated
        if holder.deceased_on is not None:
            raise HolderGone()
        present = models.Card.objects.filter(resident_id=holder.id, state__in=models.IN_USE).first()
        if present is not None:
            raise CardAlreadyIssued(number=present.number)
        row = _made(holder, pin, key, None, actor, at)
    return card_of(row, at=at)


def replace_card(
    card_id: int,
    *,
    reason: str,
    pin: str = "",
    key: UUID,
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Card:
    """Void a card and issue another with a new number; the printed code of the old one is refused from now on.

    Raises:
        CardNotFound, CardChanged, CardEnded, ReasonMissing, HolderGone, PinUnfit, KeyReused
    """
    with transaction.atomic():
        old, holder = locked_card(card_id, actor)
        repeated = _issued_before(key, holder, at)
        if repeated is not None:
            return repeated
        _require_standing(old, expected_version)
        if not reason.strip():
            raise ReasonMissing()
        if holder.deceased_on is not None:
            raise HolderGone()
        old.state, old.ended_at, old.version = State.REPLACED, at, F("version") + 1
        old.save()
        keep(old, Change.REPLACED, reason, actor, at)
        row = _made(holder, pin, key, old, actor, at)
    return card_of(row, at=at)


def _require_standing(old: models.Card, expected_version: int) -> None:
    if old.state not in models.IN_USE:
        raise CardEnded(number=old.number)
    if old.version != expected_version:
        raise CardChanged(current=old.version, expected=expected_version)


def keep(row: models.Card, change: Change, reason: str, actor: Actor, at: datetime) -> None:
    """Write a line of a card's history."""
    models.CardChange.objects.create(
        card_id=row.id,
        change=change,
        at=at,
        organization=organization_of(actor),
        account=actor.account,
        reason=reason.strip()[:200],
    )


def _locked_holder(resident_id: int) -> residents.Resident:
    """The holder's row for the rest of the transaction: two desks issue one after the other."""
    return residents.Resident.objects.select_for_update(no_key=True).get(id=resident_id)


def _issued_before(key: UUID, holder: residents.Resident, at: datetime) -> Card | None:
    row = models.Card.objects.filter(key=key).first()
    if row is not None and row.resident_id != holder.id:
        raise KeyReused()
    return None if row is None else card_of(row, at=at)


def _made(
    holder: residents.Resident,
    pin: str,
    key: UUID,
    replaces: models.Card | None,
    actor: Actor,
    at: datetime,
) -> models.Card:
    if pin:
        rules.require_fit_pin(pin, birth_date=holder.birth_date, on=legal_day(at))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('cards_card', 'id'))")
        serial = cursor.fetchone()[0]
    row = models.Card(
        id=serial,
        number=card_number(keys.current_key(at=at).city, serial),
        resident_id=holder.id,
        state=State.ACTIVE,
        way=Way.ONLINE if is_own(holder.id, actor) else Way.WINDOW,
        issued_by=organization_of(actor),
        issued_at=at,
        recorded_by=actor.account,
        replaces=replaces,
        pin=make_password(pin) if pin else "",
        key=key,
    )
    row.save(force_insert=True)
    write_down(row, holder, events.ISSUED, actor=actor, at=at)
    feed.announce(connection.connection, kind=events.ISSUED, key=str(row.id), at=at)
    return row
