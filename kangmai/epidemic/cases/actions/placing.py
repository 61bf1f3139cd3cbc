"""Match the free text of a school or workplace to a registered place, by a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import events
from kangmai.epidemic.cases.errors import PlaceNotThere
from kangmai.epidemic.cases.reach import REVIEW
from kangmai.epidemic.cases.types import Card, Deed, PlaceState
from kangmai.epidemic.cases.values import card_of
from kangmai.epidemic.cases.writing import done_before, keep_step, locked, save, write_down
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.registry import queries as registry
from kangmai.registry.errors import PlaceUnknown


def match_place(
    *,
    card_id: UUID,
    place_id: int | None,
    expected_version: int,
    key: str,
    actor: Actor,
    at: datetime,
) -> Card:
    """Say which registered place a card's school or workplace is, or that it is not listed (None).

    Raises:
        NotPermitted, CardNotFound, CardChanged, NotInThisState, PlaceNotThere, KeyTooLong.
    """
    with transaction.atomic():
        if earlier := done_before(key, Deed.PLACED, actor):
            return card_of(earlier, is_masked=False)
        row = locked(card_id, expected_version=expected_version, deed=Deed.PLACED, actor=actor)
        if not is_permitted(actor, REVIEW, row.managing_code):
            require(actor, REVIEW, row.report_code)
        if place_id is not None:
            _require_place(place_id, actor)
        row.place_id = place_id
        known = PlaceState.UNLISTED if place_id is None else PlaceState.CONFIRMED
        row.place_state = known.value
        save(row, at=at)
        note = "" if place_id is None else str(place_id)
        keep_step(row, Deed.PLACED, note=note, key=key, actor=actor, at=at)
        write_down(row, events.PLACED, actor=actor, at=at)
        return card_of(row, is_masked=False)


def _require_place(place_id: int, actor: Actor) -> None:
    try:
        registry.get_place(place_id=place_id, actor=actor)
    except PlaceUnknown:
        raise PlaceNotThere() from None
