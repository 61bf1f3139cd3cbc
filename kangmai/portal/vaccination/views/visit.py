"""One visit, with the form of the step at which it stands."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.identity.types import Resident
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import people
from kangmai.portal.shell import words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import Choice, choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking, wording
from kangmai.programmes.campaigns import queries as campaigns
from kangmai.programmes.vaccination import actions, queries, rules
from kangmai.programmes.vaccination.types import DoseState, File, Planned, Rule, Step, Visit

GUARDIANS = ("parent", "guardian", "self", "other")
EARLIER_THAN_ADVISED = ("upcoming", "not_yet")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def visit(request: PortalRequest, visit_id: UUID) -> HttpResponse:
    """Show a visit; do the next step of it."""
    fault, status, scanned = "", 200, {}
    if request.method == "POST":
        try:
            if request.POST.get("do") == "look":
                scanned = _look(request, visit_id)
            else:
                DEEDS.get(request.POST.get("do", ""), _nothing)(request, visit_id)
                return redirect("vaccination-visit", visit_id)
        except KangmaiError as error:
            fault, status = words_of(error), 422
            scanned = _kept(request)
    found = queries.get_visit(visit_id, actor=request.actor)
    resident = people.resident(ResidentId(found.resident_id), actor=request.actor, at=request.at)
    file = queries.record_of(resident.id, actor=request.actor, at=request.at)
    context = _context(request, found, resident, file) | scanned | {"fault": fault}
    return render(request, "vaccination/visit.html", context, status=status)


def _nothing(request: PortalRequest, visit_id: UUID) -> None:
    """A deed that is not there: the page is shown again."""


def _pre_check(request: PortalRequest, visit_id: UUID) -> None:
    actions.pre_check(
        visit_id=visit_id,
        temperature=asking.degrees(request, "temperature"),
        answered=request.POST.getlist("answered"),
        chosen=[*request.POST.getlist("chosen"), *filter(None, request.POST.getlist("more"))],
        note=asking.text(request, "note"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _consent(request: PortalRequest, visit_id: UUID) -> None:
    actions.consent(
        visit_id=visit_id,
        by=asking.text(request, "by"),
        refused=request.POST.getlist("refused"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _inject(request: PortalRequest, visit_id: UUID) -> None:
    actions.inject(
        visit_id=visit_id,
        vaccine=asking.text(request, "vaccine"),
        code=asking.text(request, "code"),
        site=asking.text(request, "site"),
        route=asking.text(request, "route"),
        confirmed=request.POST.getlist("confirmed"),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


def _drop(request: PortalRequest, visit_id: UUID) -> None:
    actions.drop(
        visit_id=visit_id,
        vaccine=asking.text(request, "vaccine"),
        reason=asking.text(request, "reason"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _leave(request: PortalRequest, visit_id: UUID) -> None:
    actions.leave(
        visit_id=visit_id,
        reason=asking.text(request, "reason"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _release(request: PortalRequest, visit_id: UUID) -> None:
    actions.release(
        visit_id=visit_id,
        reason=asking.text(request, "reason"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


DEEDS = {
    "pre_check": _pre_check,
    "consent": _consent,
    "inject": _inject,
    "drop": _drop,
    "leave": _leave,
    "release": _release,
}


def _kept(request: PortalRequest) -> dict[str, Any]:
    """What was entered stays on the page after a refusal."""
    if request.POST.get("do") == "inject":
        try:
            return _look(request, None)
        except KangmaiError:
            return {}
    kept: dict[str, Any] = {"said": request.POST, "answered": request.POST.getlist("answered")}
    if request.POST.get("do") == "pre_check":
        kept["ticked"] = request.POST.getlist("chosen")
    return kept


def _look(request: PortalRequest, visit_id: UUID | None) -> dict[str, Any]:
    """What was scanned: the package, what keeps it from being given, or the checks to go through."""
    if visit_id is None:
        return {"code": asking.text(request, "code")}
    vaccine, code = asking.text(request, "vaccine"), asking.text(request, "code")
    package, blocks = queries.look_at(visit_id, vaccine=vaccine, code=code, actor=request.actor, at=request.at)  # fmt: skip
    lot = package.lot if package else None
    return {
        "code": code,
        "chosen_vaccine": vaccine,
        "blocks": [each.words.in_language(language()) for each in blocks],
        "is_clear": not blocks,
        "package": lot
        and {
            "vaccine": wording.vaccine(lot.vaccine),
            "product": lot.product,
            "maker": lot.maker,
            "lot": lot.number,
            "expires": words.day(lot.expires_on),
        },
    }


def _context(
    request: PortalRequest, found: Visit, resident: Resident, file: File
) -> dict[str, Any]:
    rule = rules.rule(on=found.on)
    label, tone = wording.step(found.step)
    may = queries.may_work(found, actor=request.actor)
    name = resident.demographics.name
    left = wording.minutes_left(found.observe_until, request.at) if found.observe_until else 0
    offered = _offered(found, file)
    before = campaigns.answered_of([resident.id], actor=request.actor)
    return {
        "crumbs": trail(
            Crumb(_("Immunization clinic"), reverse("vaccination")), Crumb(f"{found.number} {name}")
        ),
        "visit": found,
        "person": people.head(resident, at=request.at),
        "number": resident.index_number,
        "label": label,
        "tone": tone,
        "step": found.step.value if may else "",
        "doses": [_dose(each, rule) for each in found.doses],
        "is_verified": rule.is_verified and file.is_verified,
        "rule": rule,
        "fever_from": rule.fever_from,
        "questions": [(each.id, each.title.in_language(language())) for each in rule.questions if each.id != "fever"],
        "offered": offered,
        "more": _more(file, {each["code"] for each in offered}, asking.text(request, "more"), on=found.on),
        "guardians": choices(((each, wording.guardian(each)) for each in GUARDIANS), current=before[0].by if before else "parent"),
        "consent": wording.guardian(found.consent_by),
        "consented_at": words.instant(found.consented_at),
        "planned": _planned(found, resident, rule),
        "checks": [
            (words_.in_language(language()), [(item.id, item.title.in_language(language())) for item in items])
            for words_, items in rule.checks
        ],
        "minutes": left,
        "until": words.instant(found.observe_until)[-5:],
        "is_over": left == 0,
        "next_on": words.day(found.next_on) if found.next_on else "",
        "next_vaccines": wording.vaccines(found.next_vaccines) if found.next_vaccines else "",
        "deferrals": [
            (wording.vaccines(each.vaccines), words.day(each.until) if each.until else "")
            for each in file.deferrals
            if each.is_open(found.on)
        ],
        "agreed_before": [
            {"campaign": each.campaign, "by": wording.guardian(each.by), "on": words.day(each.on), "vaccine": wording.vaccine(each.vaccine)}
            for each in before
        ],
        "key": uuid4(),
    }  # fmt: skip


def _dose(of: Planned, rule: Rule) -> dict[str, Any]:
    label, tone = wording.dose_state(of.state)
    site = rule.sites.get(of.site)
    return {
        "vaccine": wording.vaccine(of.vaccine),
        "dose": of.dose,
        "label": label,
        "tone": tone,
        "reason": wording.drop_reason(of.drop_reason, rule),
        "lot": of.lot,
        "site": site.title.in_language(language()) if site else "",
        "at": words.instant(of.given_at)[-5:] if of.given_at else "",
    }


def _offered(found: Visit, file: File) -> list[dict[str, Any]]:
    """The vaccines of the schedule that may be chosen today: those due are ticked, those early say so."""
    planned = {each.vaccine for each in found.doses if each.state is DoseState.PLANNED}
    rows: list[dict[str, Any]] = []
    begun = [each for each in file.voluntary if each.vaccine in planned]
    for line in (*file.lines, *begun):
        is_open = line.status in rules.OPEN_STATUSES
        is_first = all(row["code"] != line.vaccine for row in rows)
        if not (is_open and is_first) or rules.blocks_of_person(file, line.vaccine, on=found.on):
            continue
        rows.append(
            {
                "code": line.vaccine,
                "name": wording.vaccine(line.vaccine),
                "dose": line.dose,
                "is_planned": line.vaccine in planned,
                "status": wording.status(line.status)[0],
                "recommended": words.day(line.recommended),
                "is_early": line.status in EARLIER_THAN_ADVISED,
            }
        )
    return rows


def _more(
    file: File, offered: Collection[str], current: str, *, on: date
) -> list[tuple[str, tuple[Choice, ...]]]:
    """What else may be given today, the bought vaccines before those that the state pays."""
    may = [
        code
        for code in rules.vaccine_codes()
        if code not in offered and not rules.blocks_of_person(file, code, on=on)
    ]
    groups = (
        (
            _("Outside the programme (bought)"),
            [code for code in may if not rules.is_of_programme(code)],
        ),
        (_("Of the programme"), [code for code in may if rules.is_of_programme(code)]),
    )
    return [
        (title, wording.vaccine_choices(current, among=codes)) for title, codes in groups if codes
    ]


def _planned(found: Visit, resident: Resident, rule: Rule) -> list[dict[str, Any]]:
    """The doses still to be given, each with its sites and routes, and which are usual."""
    born = resident.demographics.birth_date
    days = (found.on - born).days if born else 20_000
    rows = []
    for each in found.doses:
        if each.state is not DoseState.PLANNED or found.step is Step.DEFERRED:
            continue
        site, route = rules.site_proposed(each.vaccine, age_days=days)
        rows.append(
            {
                "code": each.vaccine,
                "name": wording.vaccine(each.vaccine),
                "dose": each.dose,
                "site": site,
                "sites": wording.coded(
                    {id: rule.sites[id] for id in rules.sites_of(each.vaccine, rule=rule)}
                ),
                "route": route,
                "routes": wording.coded(
                    {id: rule.routes[id] for id in rules.routes_of(each.vaccine)}
                ),
            }
        )
    return rows
