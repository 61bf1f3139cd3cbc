"""The vaccinations of a resident: doses, forecast, what puts off, entering and correcting, the certificate."""

from typing import Any
from uuid import uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import people
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, printing, telling, wording
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.errors import DoseNotFound
from kangmai.programmes.vaccination.types import Evidence, File, Particulars
from kangmai.standards.calendars import legal_day

WORK = "vaccination.work"
HBSAG = ("", "negative", "positive", "unknown")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def record(request: PortalRequest, number: str) -> HttpResponse:
    """Show what is on record and what is to come; enter a dose given elsewhere, a deferral, the beginnings."""
    resident = asking.resident(request, number)
    fault = ""
    if request.method == "POST":
        try:
            DEEDS.get(request.POST.get("do", ""), _nothing)(request, resident)
            return redirect("vaccination-record", number)
        except KangmaiError as error:
            fault = words_of(error)
    file = queries.record_of(resident.id, actor=request.actor, at=request.at)
    context = _context(request, resident, file) | {"fault": fault, "said": request.POST}
    return render(request, "vaccination/record.html", context, status=422 if fault else 200)


def _nothing(request: PortalRequest, resident: Resident) -> None:
    """A deed that is not there: the page is shown again."""


def _earlier(request: PortalRequest, resident: Resident) -> None:
    from django.contrib import messages

    entered = actions.enter_earlier(
        resident_id=resident.id,
        vaccine=asking.text(request, "vaccine"),
        day=asking.day(request, "day", _("Day")),
        product=asking.text(request, "product"),
        lot=asking.text(request, "lot"),
        place=asking.text(request, "place"),
        evidence=Evidence(asking.text(request, "evidence") or "certificate"),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )
    dose = entered.dose
    if dose is not None and dose.is_valid is False:
        said = dose.reason.in_language(language())
        messages.warning(request, _("Stored. It does not count: %(reason)s") % {"reason": said})
    else:
        messages.success(request, _("The dose is on record."))


def _defer(request: PortalRequest, resident: Resident) -> None:
    actions.defer(
        resident_id=resident.id,
        question=asking.text(request, "question"),
        vaccines=list(filter(None, request.POST.getlist("vaccine"))),
        until=asking.read_day(asking.text(request, "until"), _("Until")),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


def _end(request: PortalRequest, resident: Resident) -> None:
    deferral = asking.uuid_of(asking.text(request, "deferral"))
    if deferral is not None:
        actions.end_deferral(
            deferral_id=deferral,
            reason=asking.text(request, "reason"),
            expected_version=asking.version(request),
            actor=request.actor,
            at=request.at,
        )


def _beginnings(request: PortalRequest, resident: Resident) -> None:
    days = [asking.read_day(each, _("Immunoglobulin")) for each in asking.text(request, "immunoglobulin").split()]  # fmt: skip
    weight, weeks = asking.text(request, "birth_weight_g"), asking.text(request, "gestation_weeks")
    said = Particulars(
        asking.whole(request, "birth_weight_g", _("Birth weight (g)")) if weight else None,
        asking.whole(request, "gestation_weeks", _("Weeks of gestation")) if weeks else None,
        asking.text(request, "mother_hbsag"),
        tuple(each for each in days if each),
        asking.version(request),
    )
    actions.set_particulars(resident_id=resident.id, said=said, actor=request.actor, at=request.at)


DEEDS = {"earlier": _earlier, "defer": _defer, "end": _end, "beginnings": _beginnings}


def _context(request: PortalRequest, resident: Resident, file: File) -> dict[str, Any]:
    on = legal_day(request.at)
    rule = rules.rule(on=on)
    name = resident.demographics.name
    return {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")),
            Crumb(name, reverse("resident", args=[resident.index_number])),
            Crumb(_("Vaccinations")),
        ),
        "person": people.head(resident, at=request.at),
        "number": resident.index_number,
        "may_work": is_permitted(request.actor, WORK) and resident.deceased_on is None,
        **telling.told(file, corrects=request.actor.scope.organizations),
        "particulars": file.particulars,
        "immunoglobulin": " ".join(each.isoformat() for each in file.particulars.immunoglobulin),
        "hbsag": choices(((each, _hbsag(each)) for each in HBSAG), current=file.particulars.mother_hbsag),
        "reactions": [
            (each.id, words.day(legal_day(each.found_at)), *wording.card_state(each.state))
            for each in queries.cards_of(resident.id, actor=request.actor)
        ],
        "visits": [
            (each.id, words.day(each.on), *wording.step(each.step))
            for each in queries.visits_of(resident.id, actor=request.actor)
        ],
        "vaccines": wording.vaccine_choices(request.POST.get("vaccine", "")),
        "evidence": choices(((each.value, wording.evidence(each)) for each in Evidence), current="certificate"),
        "questions": [(each.id, each.title.in_language(language())) for each in rule.questions],
        "born": resident.demographics.birth_date.isoformat() if resident.demographics.birth_date else "",
        "today": on.isoformat(),
        "key": uuid4(),
    }  # fmt: skip


def _hbsag(value: str) -> str:
    return {
        "": _("not recorded"),
        "negative": _("negative"),
        "positive": _("positive"),
        "unknown": _("not known"),
    }[value]


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def dose(request: PortalRequest, number: str, immunization: str) -> HttpResponse:
    """Correct or withdraw a dose that the own institution wrote."""
    resident = asking.resident(request, number)
    fault = ""
    if request.method == "POST":
        try:
            _correct(request, resident, immunization)
            asking.written(request)
            return redirect("vaccination-record", number)
        except KangmaiError as error:
            fault = words_of(error)
    file = queries.record_of(resident.id, actor=request.actor, at=request.at)
    found = next((each for each in file.doses if each.recorded.id == immunization), None)
    if found is None:
        raise DoseNotFound()
    said = request.POST if fault else {}
    context = {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")),
            Crumb(resident.demographics.name, reverse("vaccination-record", args=[number])),
            Crumb(_("Correct a dose")),
        ),
        "person": people.head(resident, at=request.at),
        "number": number,
        "dose": found.recorded,
        "vaccines": wording.vaccine_choices(said.get("vaccine") or found.recorded.vaccine),
        "day": said.get("day") or words.day(found.recorded.day),
        "lot": said.get("lot", found.recorded.lot),
        "reason": said.get("reason", ""),
        "today": legal_day(request.at).isoformat(),
        "fault": fault,
    }
    return render(request, "vaccination/dose.html", context, status=422 if fault else 200)


def _correct(request: PortalRequest, resident: Resident, immunization: str) -> None:
    if request.POST.get("do") == "withdraw":
        actions.withdraw_dose(
            resident_id=resident.id,
            immunization=immunization,
            reason=asking.text(request, "reason"),
            expected_version=asking.version(request),
            actor=request.actor,
            at=request.at,
        )
        return
    actions.correct_dose(
        resident_id=resident.id,
        immunization=immunization,
        vaccine=asking.text(request, "vaccine"),
        day=asking.day(request, "day", _("Day")),
        lot=asking.text(request, "lot"),
        reason=asking.text(request, "reason"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


@require_safe
@signed_in
def certificate(request: PortalRequest, number: str) -> HttpResponse:
    """The vaccinations on paper, with the check for nursery or school."""
    resident = asking.resident(request, number)
    file = queries.record_of(resident.id, actor=request.actor, at=request.at)
    return printing.as_file(
        resident, file, by=request.actor.name, actor=request.actor, at=request.at
    )
