"""The form of a card: begin one, diagnose and submit, keep for later, correct."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.epidemic.cases import actions, queries
from kangmai.epidemic.cases.errors import CardRefused, DuplicateCard, MayNotOpen, ReasonMissing
from kangmai.epidemic.cases.types import Card, Content, Fault, FaultKind, State
from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, NotPermitted, require
from kangmai.kernel.errors import Conflict, Incorrect, KangmaiError, NotFound
from kangmai.kernel.ids import ResidentId
from kangmai.portal.cases import form as forms
from kangmai.portal.cases import posted, wording
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry

Methods = ["GET", "HEAD", "POST"]


@require_http_methods(Methods)
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """A card of somebody of whom nothing was drafted, a resident's or anybody's."""
    require(request.actor, "cases.report")
    resident = _resident(request)
    if request.method == "POST":
        return _posted(request, None, resident)
    content = Content(doctor=request.actor.name, diagnosed_at=request.at)
    if resident is not None:
        known = queries.first_content(resident, actor=request.actor, at=request.at)
        content = _with_doctor(known, request)
    return _shown(request, None, posted.given(content))


@require_http_methods(Methods)
@signed_in
def form(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """The form of a card that is there."""
    card = queries.get_card(card_id, actor=request.actor, at=request.at)
    if card.is_masked:
        raise MayNotOpen()
    if request.method == "POST":
        return _posted(request, card, None)
    content = card.content
    if card.line.state is State.DRAFT:
        content = _with_doctor(content, request)
    return _shown(request, card, posted.given(content))


@require_POST
@signed_in
def fields(request: PortalRequest) -> HttpResponse:
    """The fields anew, after a disease or a division was chosen; nothing is written."""
    require(request.actor, "cases.report" if request.POST.get("is_own") == "1" else "cases.review")
    given = posted.given_of(request.POST)
    context = {"parts": forms.parts(given, report_code=_code(request), at=request.at)}
    return render(request, "cases/fields.html", context)


def _with_doctor(content: Content, request: PortalRequest) -> Content:
    told = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    return Content(
        **told
        | {
            "doctor": content.doctor or request.actor.name,
            "diagnosed_at": content.diagnosed_at or request.at,
        }
    )


def _posted(request: PortalRequest, card: Card | None, resident: ResidentId | None) -> HttpResponse:
    content, unreadable = posted.read(request.POST)
    if unreadable:
        return _shown(request, card, posted.given_of(request.POST), unreadable, status=422)
    try:
        with transaction.atomic():
            done = _do(request, card, resident, content)
    except CardRefused as error:
        return _shown(request, card, posted.given_of(request.POST), error.faults, status=422)
    except (Incorrect, Conflict, NotFound) as error:
        return _refused(request, card, error)
    messages.success(request, _done(done))
    return redirect("case", done.line.card_id)


def _refused(request: PortalRequest, card: Card | None, error: KangmaiError) -> HttpResponse:
    is_conflict = isinstance(error, Conflict)
    return _shown(
        request,
        card,
        posted.given_of(request.POST),
        problem=words_of(error),
        is_duplicate=isinstance(error, DuplicateCard),
        status=409 if is_conflict else 422,
    )


def _do(
    request: PortalRequest, card: Card | None, resident: ResidentId | None, content: Content
) -> Card:
    """What the pressed button says; a diagnosis and its submission are one deed."""
    sent = request.POST
    who: dict[str, Any] = {"actor": request.actor, "at": request.at}
    keyed = {**who, "key": sent.get("key", "")[:64]}
    do, other = sent.get("do", ""), sent.get("other_case", "").strip()
    if card is not None and do == "correct":
        return _correct(request, card, content)
    if card is None:
        card = actions.begin_card(content=content, resident_id=resident, other_case=other, **keyed)
    elif card.line.state is State.DRAFT:
        card = actions.diagnose(
            card_id=card.line.card_id, content=content, other_case=other,
            expected_version=_version(request), **keyed,
        )  # fmt: skip
    elif do == "keep":
        return actions.keep(
            card_id=card.line.card_id, content=content, expected_version=_version(request), **who
        )
    if do in ("diagnose", "keep"):
        return card
    version = card.version if card.line.state is State.DIAGNOSED else _version(request)
    return actions.submit(
        card_id=card.line.card_id, content=content, confirmed=posted.confirmed(sent),
        expected_version=version, **keyed,
    )  # fmt: skip


def _correct(request: PortalRequest, card: Card, content: Content) -> Card:
    note = request.POST.get("why", "")
    if not note.strip():
        raise ReasonMissing()
    return actions.correct(
        card_id=card.line.card_id,
        content=content,
        note=note,
        confirmed=posted.confirmed(request.POST),
        expected_version=_version(request),
        key=request.POST.get("key", "")[:64],
        actor=request.actor,
        at=request.at,
    )


def _shown(
    request: PortalRequest,
    card: Card | None,
    given: dict[str, str],
    faults: tuple[Fault, ...] = (),
    *,
    problem: str = "",
    is_duplicate: bool = False,
    status: int = 200,
) -> HttpResponse:
    state = card.line.state if card else State.DRAFT
    word = _("Report card")
    title = f"{word} {card.line.number}" if card else _("New report card")
    crumbs = [Crumb(_("Case reports"), reverse("cases"))]
    if card:
        crumbs.append(Crumb(card.line.number, reverse("case", args=[card.line.card_id])))
    refused = [each for each in faults if each.kind is FaultKind.REFUSED]
    context = {
        "crumbs": trail(*crumbs, Crumb(_("Fill in"))),
        "title": title,
        "card": card,
        "parts": forms.parts(
            given,
            faults,
            confirmed=posted.confirmed(request.POST) if request.method == "POST" else frozenset(),
            report_code=card.line.report_code if card else _code(request),
            at=request.at,
        ),
        "version": request.POST.get("version") or (card.version if card else 0),
        "key": request.POST.get("key") or uuid4().hex,
        "resident": request.GET.get("resident", "") or request.POST.get("resident", ""),
        "problem": problem,
        "is_duplicate": is_duplicate or bool(given.get("other_case")),
        "other_case": given.get("other_case", ""),
        "why": given.get("why", ""),
        "summary": [
            (each.field, _label(each, given), each.message(get_language() or "zh"))
            for each in faults
        ],
        "refused": len(refused),
        "asked": len(faults) - len(refused),
        "is_correction": state in (State.SUBMITTED, State.COUNTY_REVIEWED, State.FINAL_REVIEWED),
        "is_new": card is None,
        "is_draft": state is State.DRAFT,
        "is_diagnosed": state is State.DIAGNOSED,
    }
    return render(request, "cases/form.html", context, status=status)


def _label(fault: Fault, given: dict[str, str]) -> str:
    if not fault.field.startswith(posted.SECTION):
        return wording.field(fault.field)
    return ""


def _done(card: Card) -> str:
    told = {"number": card.line.number}
    match card.line.state:
        case State.DIAGNOSED:
            return (
                _("Diagnosed: the legal clock of card %(number)s runs. Complete and submit it.")
                % told
            )
        case State.SUBMITTED:
            return (
                _(
                    "Card %(number)s is submitted. The clock stops with the receipt of the national network."
                )
                % told
            )
        case _other:
            return _("It was written down.")


def _resident(request: PortalRequest) -> ResidentId | None:
    number = request.GET.get("resident", "") or request.POST.get("resident", "")
    return identity.resident_numbered(number) if number else None


def _version(request: PortalRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


def _code(request: PortalRequest) -> str:
    """Where the reader's institution stands."""
    own = _own(request.actor)
    return registry.codes_of_place(organization_id=own)[0]


def _own(actor: Actor) -> int:
    for grant in actor.grants:
        if grant.organization is not None:
            return grant.organization
    raise NotPermitted(permission="cases.report")
