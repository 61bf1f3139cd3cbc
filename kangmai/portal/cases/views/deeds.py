"""What somebody decides about a card, from its page."""

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kangmai.epidemic.cases import actions
from kangmai.epidemic.cases.errors import DeathImpossible, UnknownReason
from kangmai.epidemic.cases.types import Dismissal, Removal
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in


class DeedUnknown(Incorrect):
    """“{deed}” cannot be done with a card."""

    zh = "报告卡没有“{deed}”这一操作。"


@require_POST
@signed_in
def deed(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """Do it, and go back to the card."""
    try:
        _do(request, card_id)
        messages.success(request, _("It was written down."))
    except (Conflict, Incorrect) as error:
        messages.error(request, words_of(error))
    return redirect("case", card_id)


def _do(request: PortalRequest, card_id: UUID) -> None:
    sent = request.POST
    version, note = sent.get("version", ""), sent.get("note", "")
    common: dict[str, Any] = {
        "card_id": card_id,
        "expected_version": int(version) if version.isdecimal() else 0,
        "actor": request.actor,
        "at": request.at,
    }
    keyed = {**common, "key": sent.get("key", "")[:64]}
    match sent.get("do"):
        case "dismiss":
            actions.dismiss(
                **keyed, reason=Dismissal(_one_of(sent.get("reason"), Dismissal)), note=note
            )
        case "review":
            actions.review(**keyed, note=note)
        case "return":
            actions.return_card(**keyed, note=note)
        case "end":
            actions.final_review(**keyed, note=note)
        case "death":
            actions.record_death(**keyed, died_on=_day(sent.get("died_on", "")), note=note)
        case "remove":
            actions.remove(**keyed, reason=Removal(_one_of(sent.get("reason"), Removal)), note=note)
        case "place":
            place = sent.get("place", "")
            actions.match_place(**keyed, place_id=int(place) if place.isdecimal() else None)
        case "ask":
            actions.ask_assistance(**common, note=note)
        case other:
            raise DeedUnknown(deed=other or "")


def _one_of(text: str | None, reasons: type[Dismissal] | type[Removal]) -> str:
    known = [each.value for each in reasons]
    if text not in known:
        raise UnknownReason(reason=text or "", known=", ".join(known))
    return text


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise DeathImpossible(died_on=text[:20] or "—", onset_on="—") from None
