"""The county checks a card, then the city; either gives it back with a reason, or declares a duplicate void."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor
from kangmai.kernel.deeds import require_version
from kangmai.programmes.monitoring import models, rules
from kangmai.programmes.monitoring.actions.steps import (
    begin_clock,
    meet_clock,
    save,
    step,
    stop_clocks,
)
from kangmai.programmes.monitoring.errors import LevelNotYours, OwnCard, WrongState
from kangmai.programmes.monitoring.reach import CHECK, county_desk, is_city, locked
from kangmai.programmes.monitoring.reading import card_of
from kangmai.programmes.monitoring.types import Card, Deed, State

OPEN = (State.REPORTED, State.COUNTY)


def check(*, card_id: UUID, expected_version: int, actor: Actor, at: datetime) -> Card:
    """Say that a card is complete and right: the county first, then the city, each step another person.

    Raises:
        NotPermitted, CardNotFound, ChangedMeanwhile, WrongState, OwnCard, LevelNotYours
    """
    with transaction.atomic():
        row = _of_others(card_id, expected_version, actor)
        of = rules.rule(row.kind, on=row.entered_on)
        if row.state == State.REPORTED:
            row.state = State.COUNTY.value
            meet_clock(row, of.deadline, at)
            if of.review:
                begin_clock(row, of.review.deadline, county_desk(row.organization), at)
        else:
            if not is_city(actor, row.place_code):
                raise LevelNotYours(level="city", zh_level="市级")
            row.state = State.CITY.value
        row.checked_by = actor.account
        save(row)
        step(row, Deed.CHECKED, reason=row.state, actor=actor, at=at)
    return card_of(row)


def give_back(
    *, card_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime
) -> Card:
    """Ask the institution to mend a card. Raises as `check`, and ReasonMissing."""
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = _of_others(card_id, expected_version, actor)
        row.state = State.RETURNED.value
        save(row)
        step(row, Deed.RETURNED, reason=why, actor=actor, at=at)
    return card_of(row)


def void(*, card_id: UUID, reason: str, expected_version: int, actor: Actor, at: datetime) -> Card:
    """Declare a card void: a duplicate, or a mistake. It counts no more and stays to be read.

    Raises:
        NotPermitted, CardNotFound, ChangedMeanwhile, WrongState, OwnCard, ReasonMissing
    """
    why = rules.given_reason(reason)
    with transaction.atomic():
        row = locked(card_id, CHECK, actor=actor)
        require_version(row.version, expected_version)
        if row.state == State.VOID:
            raise WrongState(state=row.state)
        if row.account == actor.account:
            raise OwnCard()
        row.state = State.VOID.value
        save(row)
        models.Awaited.objects.filter(card=row).update(card=None)
        stop_clocks(row, rules.rule(row.kind, on=row.entered_on), "void", at)
        step(row, Deed.VOIDED, reason=why, actor=actor, at=at)
    return card_of(row)


def _of_others(card_id: UUID, expected_version: int, actor: Actor) -> models.Card:
    row = locked(card_id, CHECK, actor=actor)
    require_version(row.version, expected_version)
    if State(row.state) not in OPEN:
        raise WrongState(state=row.state)
    if actor.account in (row.account, row.checked_by):
        raise OwnCard()
    return row
