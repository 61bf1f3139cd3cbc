"""协查: a case that lives in another county is offered to it, and belongs to it once it accepts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.epidemic.cases import clocks, events, models
from kangmai.epidemic.cases.errors import (
    AssistanceDecided,
    AssistanceNotFound,
    CardChanged,
    NotElsewhere,
    ReasonMissing,
)
from kangmai.epidemic.cases.reach import REVIEW, places
from kangmai.epidemic.cases.types import Assistance, AssistanceState, Deed
from kangmai.epidemic.cases.values import assistance_of
from kangmai.epidemic.cases.writing import keep_step, locked, write_down
from kangmai.kernel.actor import Actor, PlaceRange, require


def ask_if_elsewhere(row: models.Card, *, actor: Actor, at: datetime) -> None:
    """Ask the county of residence where it is another one and has not been asked or accepted."""
    home = row.home_code[:6]
    if len(home) < 6 or home == row.report_code[:6] or row.managing_code == home:
        return
    if row.assistance.filter(to_code=home).exclude(state=AssistanceState.REFUSED.value).exists():
        return
    row.assistance.filter(state=AssistanceState.ASKED.value).update(
        state=AssistanceState.REFUSED.value,
        decided_at=at,
        decided_by=actor.account,
        note="home corrected",
    )
    _ask(row, home, "", actor, at)


def ask_assistance(
    *, card_id: UUID, note: str, expected_version: int, actor: Actor, at: datetime
) -> Assistance:
    """Ask the county of residence again, after it refused.

    Raises:
        NotPermitted, CardNotFound, CardChanged, NotInThisState
        NotElsewhere: the case lives where it was reported, or the county has it already.
        AssistanceDecided: it was asked and has not answered.
    """
    with transaction.atomic():
        row = locked(card_id, expected_version=expected_version, deed=Deed.ASKED, actor=actor)
        require(actor, REVIEW, row.report_code)
        home = row.home_code[:6]
        if len(home) < 6 or home in (row.report_code[:6], row.managing_code):
            raise NotElsewhere()
        if row.assistance.filter(state=AssistanceState.ASKED.value).exists():
            raise AssistanceDecided()
        return assistance_of(_ask(row, home, note, actor, at))


def decide_assistance(
    *,
    assistance_id: UUID,
    is_accepted: bool,
    note: str = "",
    expected_version: int,
    actor: Actor,
    at: datetime,
) -> Assistance:
    """Accept a case of the own county, or send it back with the reason.

    What a county outside the city answered is written down by the county that asked.

    Raises:
        NotPermitted, AssistanceNotFound, CardChanged, AssistanceDecided, ReasonMissing.
    """
    require(actor, REVIEW)
    if not is_accepted and not note.strip():
        raise ReasonMissing()
    with transaction.atomic():
        request = _locked(assistance_id, expected_version, actor)
        state = AssistanceState.ACCEPTED if is_accepted else AssistanceState.REFUSED
        request.state, request.note = state.value, note.strip()[:300]
        request.decided_at, request.decided_by = at, actor.account
        request.version += 1
        request.save()
        card = models.Card.objects.select_for_update().get(pk=request.card_id)
        if is_accepted:
            card.managing_code, card.version = request.to_code, card.version + 1
            card.save(update_fields=["managing_code", "version"])
        clocks.meet_assistance(request, actor=actor, at=at)
        deed = Deed.ACCEPTED if is_accepted else Deed.REFUSED
        keep_step(card, deed, note=note or request.to_code, actor=actor, at=at)
        write_down(card, events.ASSISTANCE, reason=note, actor=actor, at=at)
        return assistance_of(request)


def _ask(row: models.Card, home: str, note: str, actor: Actor, at: datetime) -> models.Assistance:
    request = models.Assistance.objects.create(
        card=row,
        label=row.label,
        from_code=row.report_code[:6],
        to_code=home,
        state=AssistanceState.ASKED.value,
        asked_at=at,
        asked_by=actor.account,
        note=note.strip()[:300],
    )
    clocks.start_assistance(request, at=at)
    keep_step(row, Deed.ASKED, note=home, actor=actor, at=at)
    write_down(row, events.ASSISTANCE, actor=actor, at=at)
    return request


def _locked(assistance_id: UUID, expected_version: int, actor: Actor) -> models.Assistance:
    request = (
        models.Assistance.objects.select_for_update()
        .filter(pk=assistance_id, label__in=actor.scope.labels)
        .first()
    )
    reach = places(actor, REVIEW)
    if request is None or not any(_decides(place, request) for place in reach):
        raise AssistanceNotFound()
    if request.version != expected_version:
        raise CardChanged(current=request.version, expected=expected_version)
    if request.state != AssistanceState.ASKED.value:
        raise AssistanceDecided()
    return request


def _decides(place: PlaceRange, request: models.Assistance) -> bool:
    """Whether a place's officers answer: those of the home, or who asked for a county outside the city."""
    is_outside = request.to_code[:4] != request.from_code[:4]
    return place.covers(request.from_code if is_outside else request.to_code)
