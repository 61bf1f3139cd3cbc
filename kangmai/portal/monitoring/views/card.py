"""One card: report, correct, check, give back, declare void, print; its reviews and who opened it."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.access import queries as access
from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.forms.errors import AnswersRefused
from kangmai.forms.rules import given_of, initial_given
from kangmai.forms.types import Fault, Form, Given
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.forms.posted import read_posted
from kangmai.portal.forms.presenters import form_context
from kangmai.portal.messages.presenters import language
from kangmai.portal.monitoring import wording
from kangmai.portal.monitoring.views import reviews
from kangmai.portal.programmes import answers
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.monitoring import actions, queries, rules
from kangmai.programmes.monitoring.types import Card, Purpose, State
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

REPORT, CHECK = "monitoring.report", "monitoring.check"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest, kind: str) -> HttpResponse:
    """Write a card."""
    require(request.actor, REPORT)
    on = legal_day(request.at)
    of = rules.rule(kind, on=on)
    form = rules.form_of(of.form, on=on)
    given: Given = initial_given(form, on=on, filler=request.actor.name)
    faults: tuple[Fault, ...] = ()
    fault, key = "", ""
    if request.method == "POST":
        given, key = _given(request), read_posted(request.POST).key
        try:
            return redirect(
                "monitoring-card", _report(request, kind, given, of_several=of.of_several).id
            )
        except AnswersRefused as error:
            faults = error.faults
        except KangmaiError as error:
            fault = words_of(error)
    context = {
        "crumbs": trail(Crumb(_("Maternal and child monitoring"), reverse("monitoring")), Crumb(of.title.in_language(language()))),
        "title": of.title.in_language(language()),
        "who": of.about.in_language(language()),
        "is_verified": of.is_verified,
        "said": {name: request.POST.get(f"about_{name}", request.GET.get(name, "")) for name in ("number", "name")},
        "is_of_several": of.of_several,
        "ordinal": request.POST.get("about_ordinal", "1"),
        "fault": fault,
        "form": form_context(form, given=given, faults=faults, key=key, actor=request.actor),
    }  # fmt: skip
    return render(request, "monitoring/new.html", context, status=422 if fault or faults else 200)


def _given(request: PortalRequest) -> Mapping[str, tuple[str, ...]]:
    """The answers among what was posted."""
    posted = read_posted(request.POST)
    own = ("about_", "version")
    return {name: texts for name, texts in posted.given.items() if not name.startswith(own)}


def _report(request: PortalRequest, kind: str, given: Given, *, of_several: bool) -> Card:
    which = asking.whole(request, "about_ordinal", _("Which child of this birth")) if of_several else 1  # fmt: skip
    return actions.report(
        kind=kind,
        number=asking.text(request, "about_number"),
        name=asking.text(request, "about_name"),
        ordinal=which or 1,
        given=given,
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def card(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """Show a card with what was done with it; correct, check, give back or declare it void."""
    fault = ""
    faults: tuple[Fault, ...] = ()
    given: Given | None = None
    if request.method == "POST":
        try:
            _do(request, card_id)
            asking.written(request)
            return redirect("monitoring-card", card_id)
        except AnswersRefused as error:
            faults, given = error.faults, _given(request)
        except KangmaiError as error:
            fault = words_of(error)
    found = actions.open_card(card_id, actor=request.actor, at=request.at)
    context = _context(request, found) | {
        "fault": fault,
        "form": _form(request, found, given, faults),
        "is_open": bool(faults),
    }
    return render(request, "monitoring/card.html", context, status=422 if fault or faults else 200)


def _form(request: PortalRequest, of: Card, given: Given | None, faults: tuple[Fault, ...]) -> Any:
    """The form for a correction, for the institution that wrote the card."""
    if not _may_correct(request, of):
        return None
    form: Form = of.content.form
    said = given_of(form, of.content.answers) if given is None else given
    return form_context(form, given=said, faults=faults, actor=request.actor)


def _may_correct(request: PortalRequest, of: Card) -> bool:
    is_own = queries.works_at(request.actor, of.organization)
    return is_own and is_permitted(request.actor, REPORT) and of.state is not State.VOID


def _context(request: PortalRequest, of: Card) -> dict[str, Any]:
    kind = rules.rule(of.kind, on=legal_day(of.reported_at))
    label, tone = wording.state(of.state)
    may_check = is_permitted(request.actor, CHECK)
    is_open = of.state in (State.REPORTED, State.COUNTY)
    is_mine = of.state is State.REPORTED or queries.is_city(request.actor, of.place_code)
    is_own = of.account == request.actor.account
    title = kind.title.in_language(language())
    names = registry.names_by_id(ids=[of.organization], language=language())
    return {
        "crumbs": trail(Crumb(_("Maternal and child monitoring"), f"{reverse('monitoring')}?kind={of.kind}"), Crumb(of.number)),
        "of": of,
        "title": title,
        "name": of.content.person.name,
        "label": label,
        "tone": tone,
        "institution": names.get(of.organization, ""),
        "home": area.path(of.place_code),
        "codes": [wording.title(kind.listed, each) for each in of.codes],
        "parts": answers.parts(of.content.form, of.content.answers),
        "is_verified": kind.is_verified,
        "steps": _steps(of),
        "may_check": may_check and is_open and is_mine and not is_own,
        "may_give_back": may_check and is_open and not is_own,
        "may_void": may_check and of.state is not State.VOID and not is_own,
        **(reviews.context(request, of, kind) if may_check else {}),
    }  # fmt: skip


def _steps(of: Card) -> list[dict[str, str]]:
    names = access.account_names(ids={each.account for each in of.steps})
    return [
        {
            "deed": wording.deed(each.deed),
            "at": words.instant(each.at),
            "by": names.get(each.account, ""),
            "reason": "" if each.reason in ("county", "city") else each.reason,
        }
        for each in of.steps
    ]


def _do(request: PortalRequest, card_id: UUID) -> None:
    same = {"card_id": card_id, "expected_version": asking.version(request), "actor": request.actor, "at": request.at}  # fmt: skip
    match request.POST.get("do"):
        case "correct":
            actions.correct(given=_given(request), reason=asking.text(request, "reason"), **same)  # type: ignore[arg-type]  # fmt: skip
        case "check":
            actions.check(**same)  # type: ignore[arg-type]
        case "give_back":
            actions.give_back(reason=asking.text(request, "reason"), **same)  # type: ignore[arg-type]
        case "void":
            actions.void(reason=asking.text(request, "reason"), **same)  # type: ignore[arg-type]


@require_safe
@signed_in
def printed(request: PortalRequest, card_id: UUID) -> HttpResponse:
    """The card on paper; printing is kept like opening."""
    found = actions.open_card(card_id, purpose=Purpose.PRINTED, actor=request.actor, at=request.at)
    kind = rules.rule(found.kind, on=legal_day(found.reported_at))
    names = registry.names_by_id(ids=[found.organization], language=language())
    parts = answers.parts(found.content.form, found.content.answers)
    content = documents.render(
        "monitored_card",
        {
            "title": kind.title.in_language(language()),
            "number": found.number,
            "name": found.content.person.name,
            "index_number": found.content.person.index_number,
            "home": area.path(found.place_code),
            "institution": names.get(found.organization, ""),
            "reported_on": words.day(legal_day(found.reported_at)),
            "answers": [{"label": each.label, "value": each.value} for part in parts for each in part.answers],
        },
        format=Format.PDF,
        language=language(),
        on=legal_day(request.at),
    )  # fmt: skip
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"{found.number}.pdf")  # fmt: skip
