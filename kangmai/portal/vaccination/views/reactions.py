"""Report cards of adverse events: begun at the clinic, reported, classified by the CDC."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.deadlines import queries as deadlines
from kangmai.deadlines.types import State, Subject
from kangmai.identity import queries as identity
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import people
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.paging import pager
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.types import Aefi, AefiState, Severity
from kangmai.registry import queries as registry
from kangmai.standards.calendars import LEGAL_TIME, legal_day

READ = "vaccination.read"
PAGE = 20
OPEN = (AefiState.DRAFT, AefiState.RETURNED)


def _crumbs(*more: Crumb) -> tuple[Crumb, ...]:
    clinic = Crumb(_("Immunization clinic"), reverse("vaccination"))
    return trail(clinic, Crumb(_("Adverse events"), reverse("vaccination-reactions")), *more)


@require_safe
@signed_in
def cards(request: PortalRequest) -> HttpResponse:
    """List report cards, newest first."""
    require(request.actor, READ)
    said = request.GET.get("state", "")
    state = AefiState(said) if said in [each.value for each in AefiState] else None
    after = asking.uuid_of(request.GET.get("after", ""))
    found = queries.cards(state=state, after=str(after or ""), limit=PAGE, actor=request.actor)
    who = identity.residents_by_id({ResidentId(each.resident_id) for each in found}, actor=request.actor, at=request.at)  # fmt: skip
    names = registry.names_by_id(ids={each.organization for each in found}, language=language())
    states = [("", _("All")), *((each.value, wording.card_state(each)[0]) for each in AefiState)]
    context = {
        "crumbs": trail(Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(_("Adverse events"))),
        **asking.tab(request, "reactions"),
        "states": choices(states, current=said),
        "rows": [
            _row(each) | {
                "name": who[ResidentId(each.resident_id)].demographics.name if ResidentId(each.resident_id) in who else "—",
                "institution": names.get(each.organization, ""),
            }
            for each in found
        ],
        "pager": pager(request.GET, cursor=str(found[-1].id) if len(found) == PAGE else None),
    }  # fmt: skip
    return render(request, "vaccination/reactions.html", context)


def _row(of: Aefi) -> dict[str, object]:
    label, tone = wording.card_state(of.state)
    reaction = rules.rule(on=legal_day(of.found_at)).reactions.get(of.reaction)
    return {
        "id": of.id,
        "label": label,
        "tone": tone,
        "reaction": reaction.title.in_language(language()) if reaction else of.reaction,
        "severity": wording.severity(of.severity),
        "is_grave": of.severity is not Severity.ORDINARY,
        "vaccines": wording.vaccines(of.vaccines) if of.vaccines else "—",
        "found": words.instant(of.found_at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_card(request: PortalRequest, number: str) -> HttpResponse:
    """Begin a report card about somebody; its time limit runs from the finding."""
    resident = asking.resident(request, number)
    require(request.actor, "vaccination.work")
    fault = ""
    if request.method == "POST":
        try:
            card = actions.find_reaction(
                resident_id=resident.id,
                told=_told(request),
                visit_id=asking.uuid_of(asking.text(request, "visit")),
                key=asking.key(request),
                actor=request.actor,
                at=request.at,
            )
            return redirect("vaccination-card", card.id)
        except KangmaiError as error:
            fault = words_of(error)
    file = queries.record_of(resident.id, actor=request.actor, at=request.at)
    latest = max((each.recorded.day for each in file.doses if each.recorded.day), default=None)
    now = request.at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M")
    usual = {
        "vaccines": [each.recorded.vaccine for each in file.doses if each.recorded.day == latest],
        "vaccinated_on": words.day(latest) if latest else "",
        "onset_at": now,
        "found_at": now,
        "reaction": "fever",
        "severity": Severity.ORDINARY.value,
        "narrative": "",
    }
    context = {
        "crumbs": _crumbs(Crumb(resident.demographics.name)),
        "person": people.head(resident, at=request.at),
        "number": number,
        "is_new": True,
        "visit": request.GET.get("visit", ""),
        "fault": fault,
        "key": uuid4(),
        **_fields(request, usual),
    }
    return render(request, "vaccination/card.html", context, status=422 if fault else 200)


def _told(request: PortalRequest) -> actions.Told:
    """What the form says. Raises FieldUnreadable."""
    said = asking.text(request, "severity")
    if said not in [each.value for each in Severity]:
        raise asking.FieldUnreadable(field=_("Severity"), value=said[:12])
    # the fields know no seconds: what is found now is not in the future
    found_at = min(asking.moment(request, "found_at", _("Found at")), request.at)
    return actions.Told(
        vaccines=list(filter(None, request.POST.getlist("vaccines"))),
        vaccinated_on=asking.read_day(asking.text(request, "vaccinated_on"), _("Vaccinated on")),
        onset_at=min(asking.moment(request, "onset_at", _("Began at")), found_at),
        found_at=found_at,
        reaction=asking.text(request, "reaction"),
        severity=Severity(said),
        narrative=asking.text(request, "narrative"),
    )


def _fields(request: PortalRequest, usual: Mapping[str, Any]) -> dict[str, object]:
    """The values of the form: what was entered, else what is usual."""
    said = request.POST if request.method == "POST" else None
    now = {name: said.get(name, "") if said is not None else value for name, value in usual.items()}
    now["vaccines"] = said.getlist("vaccines") if said is not None else usual["vaccines"]
    rule = rules.rule(on=legal_day(request.at))
    return {
        "now": now,
        "vaccines": [(each.key, each.label, each.key in now["vaccines"]) for each in wording.vaccine_choices()],
        "reactions": wording.coded(rule.reactions, str(now["reaction"])),
        "severities": choices(((each.value, wording.severity(each)) for each in Severity), current=str(now["severity"])),
        "is_verified": rule.is_verified,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def card(request: PortalRequest, aefi_id: UUID) -> HttpResponse:
    """Show a card with its time limit; complete and report it, return or classify it."""
    fault = ""
    if request.method == "POST":
        try:
            _do(request, aefi_id)
            asking.written(request)
            return redirect("vaccination-card", aefi_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_card(aefi_id, actor=request.actor)
    resident = people.find_resident(ResidentId(found.resident_id), actor=request.actor, at=request.at)  # fmt: skip
    rule = rules.rule(on=legal_day(found.found_at))
    kind = rule.classes.get(found.class_code)
    may_report = found.state in OPEN and queries.may_report(found, actor=request.actor)
    may_review = queries.may_review(found, actor=request.actor)
    usual = {
        "vaccines": list(found.vaccines),
        "vaccinated_on": words.day(found.vaccinated_on) if found.vaccinated_on else "",
        "onset_at": found.onset_at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M"),
        "found_at": found.found_at.astimezone(LEGAL_TIME).strftime("%Y-%m-%dT%H:%M"),
        "reaction": found.reaction,
        "severity": found.severity.value,
        "narrative": found.narrative,
    }
    context = {
        "crumbs": _crumbs(Crumb(resident.demographics.name if resident else "—")),
        "person": people.head(resident, at=request.at) if resident else None,
        "number": resident.index_number if resident else "",
        "card": found,
        "row": _row(found),
        "onset": words.instant(found.onset_at),
        "vaccinated_on": words.day(found.vaccinated_on),
        "reported": words.instant(found.reported_at) if found.reported_at else "",
        "class": kind.title.in_language(language()) if kind else "",
        "classes": wording.coded(rule.classes, found.class_code or "7"),
        "clocks": _clocks(found, request),
        "may_report": may_report,
        "may_return": may_review and found.state is AefiState.REPORTED,
        "may_review": may_review and found.state in (AefiState.REPORTED, AefiState.REVIEWED),
        "fault": fault,
        "key": uuid4(),
        **_fields(request, usual),
    }
    return render(request, "vaccination/card.html", context, status=422 if fault else 200)


def _clocks(of: Aefi, request: PortalRequest) -> list[tuple[str, str, str]]:
    """The card's time limit: tone, state, and by when."""
    if not is_permitted(request.actor, "deadlines.read"):
        return []
    rows = deadlines.of_subject(Subject("vaccination_aefi", str(of.id)), actor=request.actor)
    tones = {State.OPEN: "warning", State.MET: "good", State.MISSED: "danger"}
    said = {State.OPEN: _("runs"), State.MET: _("met"), State.MISSED: _("missed")}
    return [
        (tones[each.state], said[each.state], words.instant(each.due_at))
        for each in rows
        if each.state in tones
    ]


def _do(request: PortalRequest, aefi_id: UUID) -> None:
    version = asking.version(request)
    same: dict[str, Any] = {"aefi_id": aefi_id, "expected_version": version, "actor": request.actor, "at": request.at}  # fmt: skip
    match request.POST.get("do"):
        case "report":
            actions.report(told=_told(request), **same)
        case "return":
            actions.return_card(reason=asking.text(request, "reason"), **same)
        case "review":
            actions.review(
                class_code=asking.text(request, "class"), note=asking.text(request, "note"), **same
            )
