"""One certificate: issue, correct, confirm, declare void, print."""

import io
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.access import queries as access
from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.words import Words
from kangmai.portal.deaths import wording
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.deaths import actions, queries, rules
from kangmai.programmes.deaths.errors import CausesUnlikely
from kangmai.programmes.deaths.types import Cause, Certificate, Line, Rule, State, Told
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME, legal_day

CERTIFY, REVIEW = "deaths.certify", "deaths.review"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Issue the certificate of somebody who has died."""
    require(request.actor, CERTIFY)
    fault, is_unlikely = "", False
    if request.method == "POST":
        try:
            found = actions.issue(
                number=asking.text(request, "number"),
                name=asking.text(request, "name"),
                told=_told(request),
                is_checked=bool(request.POST.get("checked")),
                key=asking.key(request),
                actor=request.actor,
                at=request.at,
            )
            return redirect("death", found.id)
        except KangmaiError as error:
            fault, is_unlikely = words_of(error), isinstance(error, CausesUnlikely)
    context = {
        "crumbs": trail(Crumb(_("Death certificates"), reverse("deaths")), Crumb(_("Issue a certificate"))),
        "said": {name: request.POST.get(name, request.GET.get(name, "")) for name in ("number", "name")},
        "fault": fault,
        "is_unlikely": is_unlikely,
        "key": request.POST.get("key") or uuid4(),
        **_fields(request, None),
    }  # fmt: skip
    return render(request, "deaths/new.html", context, status=422 if fault else 200)


def _told(request: PortalRequest) -> Told:
    """What the form says. Raises FieldUnreadable."""
    causes = tuple(
        Cause(each, asking.text(request, f"text-{each.value}"), asking.text(request, f"code-{each.value}").upper(), _days(request, each))
        for each in Line
        if asking.text(request, f"text-{each.value}") or asking.text(request, f"code-{each.value}")
    )  # fmt: skip
    said = asking.text(request, "underlying")
    suggested = (
        said
        if said in [each.value for each in Line]
        else _usual_line(causes, rules.rule(on=legal_day(request.at)))
    )
    return Told(
        died_at=asking.moment(request, "died_at", _("Died at")),
        place=asking.text(request, "place"),
        level=asking.text(request, "level"),
        basis=asking.text(request, "basis"),
        causes=causes,
        underlying=Line(suggested),
        informant=asking.text(request, "informant"),
        note=asking.text(request, "note"),
    )


def _usual_line(causes: tuple[Cause, ...], rule: Rule) -> str:
    """The line that the rules suggest, where the certifier leaves it to them."""
    if all(each.line is Line.OTHER for each in causes):
        return Line.A.value
    return rules.suggest(causes, rule=rule).line.value


def _days(request: PortalRequest, line: Line) -> int | None:
    """The time from onset to death in days: an amount and its unit."""
    if not asking.text(request, f"amount-{line.value}"):
        return None
    amount = asking.whole(request, f"amount-{line.value}", _("Time from onset to death"))
    return amount * (wording.YEAR if asking.text(request, f"unit-{line.value}") == "years" else 1)


def _fields(request: PortalRequest, of: Certificate | None) -> dict[str, Any]:
    """The values of the form: what was entered, else what the certificate says."""
    rule = rules.rule(on=legal_day(request.at))
    said = request.POST
    told = of.told if of else None
    usual = {
        "died_at": told.died_at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M") if told else "",
        "place": told.place if told else "1",
        "level": told.level if told else "2",
        "basis": told.basis if told else "5",
        "underlying": told.underlying.value if told else "",
        "informant": told.informant if told else "",
        "note": told.note if told else "",
    }
    now = {name: said.get(name, value) for name, value in usual.items()}
    return {
        "now": now,
        "latest": request.at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M"),
        "lines": [_line(each, told, said) for each in Line],
        "places": _choices(rule.places, now["place"]),
        "levels": _choices(rule.levels, now["level"]),
        "bases": _choices(rule.bases, now["basis"]),
        "underlyings": choices([("", _("as the rules suggest")), *((each.value, wording.line(each)) for each in Line)], current=now["underlying"]),
        "is_verified": rule.is_verified,
    }  # fmt: skip


def _choices(of: Mapping[str, Words], current: str) -> Any:
    return choices(((id, each.in_language(language())) for id, each in of.items()), current=current)


def _line(line: Line, told: Told | None, said: Mapping[str, str]) -> dict[str, str]:
    cause = next((each for each in told.causes if each.line is line), None) if told else None
    is_years = bool(cause and cause.days and cause.days >= wording.YEAR)
    amount = "" if cause is None or cause.days is None else str(cause.days // (wording.YEAR if is_years else 1))  # fmt: skip
    id = line.value
    return {
        "id": id,
        "title": wording.line(line),
        "text": said.get(f"text-{id}", cause.text if cause else ""),
        "code": said.get(f"code-{id}", cause.code if cause else ""),
        "amount": said.get(f"amount-{id}", amount),
        "unit": said.get(f"unit-{id}", "years" if is_years else "days"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def death(request: PortalRequest, certificate_id: UUID) -> HttpResponse:
    """Show a certificate with what was done with it; correct, confirm or declare it void."""
    fault, is_unlikely = "", False
    if request.method == "POST":
        try:
            _do(request, certificate_id)
            asking.written(request)
            return redirect("death", certificate_id)
        except KangmaiError as error:
            fault, is_unlikely = words_of(error), isinstance(error, CausesUnlikely)
    found = queries.get_certificate(certificate_id, actor=request.actor)
    resident = _resident(request, found)
    rule = rules.rule(on=legal_day(found.issued_at))
    suggested = rules.suggest(found.told.causes, rule=rule)
    may_review = is_permitted(request.actor, REVIEW) and found.account != request.actor.account
    label, tone = wording.state(found.state)
    context = {
        "crumbs": trail(Crumb(_("Death certificates"), reverse("deaths")), Crumb(found.number)),
        "of": found,
        "label": label,
        "tone": tone,
        **_shown(found, resident),
        "suggestion": rule.suggestions[suggested.rule].in_language(language()),
        "suggested": f"{wording.line(suggested.line)} {suggested.code}",
        "steps": _steps(found),
        "may_correct": queries.is_own(request.actor, found.organization) and found.state is not State.VOID,
        "may_confirm": may_review and found.state is State.ISSUED,
        "may_void": may_review and found.state is not State.VOID,
        "fault": fault,
        "is_unlikely": is_unlikely,
        **_fields(request, found),
    }  # fmt: skip
    return render(request, "deaths/certificate.html", context, status=422 if fault else 200)


def _resident(request: PortalRequest, of: Certificate) -> Resident | None:
    """The deceased's record; None where it never was open to the actor."""
    try:
        return identity.get_resident(identity.current(of.resident), actor=request.actor, at=request.at)  # fmt: skip
    except ResidentNotFound:
        return None


def _shown(of: Certificate, resident: Resident | None) -> dict[str, Any]:
    rule = rules.rule(on=legal_day(of.issued_at))
    known = of.deceased
    names = registry.names_by_id(ids=[of.organization], language=language())
    return {
        "name": known.name,
        "resident_number": resident.index_number if resident else "",
        "sex": standard("sex", known.sex_code),
        "age": words.age(known.born_on, of.died_on),
        "born": words.day(known.born_on) if known.born_on else "",
        "died": words.instant(of.told.died_at),
        "place": wording.title(rule.places, of.told.place),
        "level": wording.title(rule.levels, of.told.level),
        "basis": wording.title(rule.bases, of.told.basis),
        "home": area.path(of.place_code),
        "institution": names.get(of.organization, ""),
        "causes": wording.causes(of.told.causes, of.told.underlying),
    }


def _steps(of: Certificate) -> list[dict[str, str]]:
    names = access.account_names(ids={each.account for each in of.steps})
    return [
        {
            "deed": wording.deed(each.deed),
            "at": words.instant(each.at),
            "by": names.get(each.account, ""),
            "reason": each.reason,
        }
        for each in of.steps
    ]


def _do(request: PortalRequest, certificate_id: UUID) -> None:
    same: dict[str, Any] = {"certificate_id": certificate_id, "expected_version": asking.version(request), "actor": request.actor, "at": request.at}  # fmt: skip
    match request.POST.get("do"):
        case "correct":
            actions.correct(
                told=_told(request),
                reason=asking.text(request, "reason"),
                is_checked=bool(request.POST.get("checked")),
                **same,
            )
        case "confirm":
            actions.confirm(**same)
        case "void":
            actions.void(reason=asking.text(request, "reason"), **same)


@require_safe
@signed_in
def printed(request: PortalRequest, certificate_id: UUID) -> HttpResponse:
    """The certificate on paper."""
    found = queries.get_certificate(certificate_id, actor=request.actor)
    data = _shown(found, _resident(request, found))
    under = next(each for each in data["causes"] if each["is_underlying"])
    content = documents.render(
        "death_certificate",
        data
        | {
            "number": found.number,
            "underlying": f"{under['text']} {under['code']}",
            "issued_on": words.day(legal_day(found.issued_at)),
            "informant": found.told.informant or "—",
        },
        format=Format.PDF,
        language=language(),
        on=legal_day(request.at),
    )
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"death-{found.number}.pdf")  # fmt: skip
