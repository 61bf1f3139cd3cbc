"""Suspend a card, resume it, cancel it, set the password of its printed code."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from kangmai.identity import models as residents
from kangmai.identity.cards import events, models, rules
from kangmai.identity.cards.actions.issue import keep
from kangmai.identity.cards.errors import (
    CardChanged,
    CardEnded,
    CardNotActive,
    CardNotSuspended,
    NotYourCard,
    ReasonMissing,
)
from kangmai.identity.cards.reach import MANAGE, card_of, locked_card, write_down
from kangmai.identity.cards.types import Card, Change, State
from kangmai.kernel import feed
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.standards.calendars import legal_day


def suspend_card(
    card_id: int, *, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Report a card lost: neither its printed code nor a phone's is accepted until it is resumed.

    Raises:
        CardNotFound, CardChanged, CardEnded, CardNotActive, ReasonMissing
    """
    with transaction.atomic():
        row, holder = _standing(card_id, expected_version, actor)
        if row.state != State.ACTIVE:
            raise CardNotActive(number=row.number)
        row.state = State.SUSPENDED
        return _done(row, holder, Change.SUSPENDED, events.SUSPENDED, _given(reason), actor, at)


def resume_card(
    card_id: int, *, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Take a suspension back, at a desk that has seen the holder: who found the phone cannot do it himself.

    Raises:
        CardNotFound, CardChanged, CardEnded, CardNotSuspended, ReasonMissing, NotYourCard
    """
    with transaction.atomic():
        row, holder = _standing(card_id, expected_version, actor)
        if not is_permitted(actor, MANAGE):
            raise NotYourCard()
        if row.state != State.SUSPENDED:
            raise CardNotSuspended(number=row.number)
        row.state = State.ACTIVE
        return _done(row, holder, Change.RESUMED, events.RESUMED, _given(reason), actor, at)


def cancel_card(
    card_id: int, *, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Void a card for good.

    Raises:
        CardNotFound, CardChanged, CardEnded, ReasonMissing
    """
    with transaction.atomic():
        row, holder = _standing(card_id, expected_version, actor)
        row.state, row.ended_at = State.CANCELLED, at
        return _done(row, holder, Change.CANCELLED, events.CANCELLED, _given(reason), actor, at)


def set_pin(card_id: int, pin: str, *, expected_version: int, actor: Actor, at: datetime) -> Card:
    """Set the password of the printed code and forget wrong attempts.

    Raises:
        CardNotFound, CardChanged, CardEnded, PinUnfit
    """
    with transaction.atomic():
        row, holder = _standing(card_id, expected_version, actor)
        rules.require_fit_pin(pin, birth_date=holder.birth_date, on=legal_day(at))
        row.pin, row.failures = make_password(pin), 0
        return _done(row, holder, Change.PIN_SET, "", "", actor, at)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing()
    return reason.strip()[:200]


def _standing(
    card_id: int, expected_version: int, actor: Actor
) -> tuple[models.Card, residents.Resident]:
    row, holder = locked_card(card_id, actor)
    if row.state not in models.IN_USE:
        raise CardEnded(number=row.number)
    if row.version != expected_version:
        raise CardChanged(current=row.version, expected=expected_version)
    return row, holder


def _done(
    row: models.Card,
    holder: residents.Resident,
    change: Change,
    event: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Save, keep the line of history, audit, announce; an empty event announces nothing."""
    row.version += 1
    row.save()
    keep(row, change, reason, actor, at)
    write_down(row, holder, event or f"cards.{change.value}", reason=reason, actor=actor, at=at)
    if event:
        feed.announce(connection.connection, kind=event, key=str(row.id), at=at)
    return card_of(row, at=at)
