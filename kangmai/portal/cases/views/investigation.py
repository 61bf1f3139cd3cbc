"""The case investigation of a card: filled in by the county, corrected with a reason, read by who may open it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.epidemic.cases import actions, queries
from kangmai.epidemic.cases.types import Card, Investigation
from kangmai.forms import queries as forms
from kangmai.forms import rules
from kangmai.forms.errors import AnswersRefused
from kangmai.forms.types import Fault, Given
from kangmai.identity import queries as identity
from kangmai.identity.types import Resident
from kangmai.kernel.errors import Conflict, Incorrect
from kangmai.portal.cases import wording
from kangmai.portal.forms.posted import Posted, read_posted
from kangmai.portal.forms.presenters import form_context, opened_form
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.standards.calendars import legal_day


@dataclass(frozen=True, slots=True)
class _Shown:
    """What stands on the page after it was sent and refused."""

    posted: Posted
    faults: tuple[Fault, ...] = ()
    problem: str = ""
    status: int = 422


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def investigation(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """Fill in or correct the investigation of a case."""
    found = queries.investigation(card_id, actor=request.actor, at=request.at)
    card = queries.get_card(card_id, actor=request.actor, at=request.at)
    if request.method != "POST":
        return _page(request, card, found, None)
    posted = _read(request)
    try:
        saved = actions.investigate(
            card_id=card_id,
            given=posted.given,
            reason=posted.reason,
            expected_version=_number(request, "version"),
            answers_version=posted.expected_version or 0,
            key=posted.key,
            actor=request.actor,
            at=request.at,
        )
    except AnswersRefused as error:
        return _page(request, card, found, _Shown(posted, faults=tuple(error.faults)))
    except (Incorrect, Conflict) as error:
        problem = words_of(error)
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, card, found, _Shown(posted, problem=problem, status=status))
    messages.success(
        request,
        _("Nothing differs from what was saved before.")
        if saved.is_repeated
        else _("The investigation is saved."),
    )
    return redirect("case", card_id)


def _read(request: PortalRequest) -> Posted:
    """What was sent; the version of the card is no answer."""
    posted = read_posted(request.POST)
    return replace(posted, given={k: v for k, v in posted.given.items() if k != "version"})


def _page(
    request: PortalRequest, card: Card, found: Investigation, shown: _Shown | None
) -> HttpResponse:
    resident = _resident(request, found)
    context: dict[str, Any] = {
        "crumbs": trail(
            Crumb(_("Case reports"), reverse("cases")),
            Crumb(card.line.number, reverse("case", args=[card.line.card_id])),
            Crumb(_("Investigation")),
        ),
        "card": card,
        "title": found.form.title["en" if not wording.is_chinese() else "zh"],
        "disease": wording.disease(card.line.subtype),
        "name": card.content.name,
        "found": found,
        "is_verified": found.form.is_verified,
        "saved": words.instant(found.answered.saved_at) if found.answered else "",
        "by": found.answered.account_name if found.answered else "",
        "problem": shown.problem if shown else "",
        "reason": shown.posted.reason if shown else "",
        "form": _form(request, card, found, resident, shown) if resident else None,
    }
    status = shown.status if shown else 200
    return render(request, "cases/investigation.html", context, status=status)


def _form(
    request: PortalRequest,
    card: Card,
    found: Investigation,
    resident: Resident,
    shown: _Shown | None,
) -> object:
    answered, actor, at = found.answered, request.actor, request.at
    occasion = f"case:{card.line.card_id}"
    back = reverse("case-investigation", args=[card.line.card_id])
    if shown is None and answered is None:
        draft = forms.find_draft(
            found.form, resident_id=resident.id, occasion=occasion, actor=actor
        )
        if draft is not None:
            return opened_form(
                found.form, resident=resident, occasion=occasion, back=back, actor=actor, at=at
            )
        return form_context(
            found.form, given=_begun(request, card, found), resident=resident, occasion=occasion,
            back=back, actor=actor,
        )  # fmt: skip
    given: Given = (
        shown.posted.given
        if shown
        else rules.given_of(found.form, answered.answers)
        if answered
        else {}
    )
    return form_context(
        found.form,
        given=given,
        faults=shown.faults if shown else (),
        resident=resident,
        occasion=occasion,
        key=shown.posted.key if shown else "",
        expected_version=answered.version if answered else None,
        back=back,
        actor=actor,
    )


def _begun(request: PortalRequest, card: Card, found: Investigation) -> Given:
    """An empty form with the day, the investigator, and the onset that the card says."""
    on = legal_day(request.at)
    given = dict(rules.initial_given(found.form, on=on, filler=request.actor.name))
    if card.content.onset_on is not None:
        given["onset_on"] = card.content.onset_on.isoformat()
    return given


def _resident(request: PortalRequest, found: Investigation) -> Resident | None:
    if found.resident is None:
        return None
    return identity.get_resident(
        identity.current(found.resident), actor=request.actor, at=request.at
    )


def _number(request: PortalRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() else 0
