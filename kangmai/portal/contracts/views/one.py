"""One contract: what is agreed, what was done of it, renewal, change of team, end."""

import io
from uuid import UUID, uuid4

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.contracts import wording
from kangmai.portal.contracts.views.signing import (
    agreeing,
    known_resident,
    team_of,
    teams_to_choose,
    terms_of,
)
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.contracts import actions, queries, rules
from kangmai.programmes.contracts.errors import NotInForce
from kangmai.programmes.contracts.types import Contract, State
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def contract(request: PortalRequest, contract_id: UUID) -> HttpResponse:
    """Show a contract; answer, renew, change or end it, write down what was done."""
    fault = ""
    if request.method == "POST":
        try:
            made = _do(request, contract_id)
            asking.written(request)
            return redirect("contract", made.id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_contract(contract_id, actor=request.actor, at=request.at)
    return render(request, "contracts/contract.html", _context(request, found, fault), status=422 if fault else 200)  # fmt: skip


def _do(request: PortalRequest, contract_id: UUID) -> Contract:
    same = {"actor": request.actor, "at": request.at}
    of = {"contract_id": contract_id, **same}
    match request.POST.get("do"):
        case "accept":
            return actions.accept(expected_version=asking.version(request), **of)  # type: ignore[arg-type]
        case "refuse":
            return actions.refuse(reason=asking.text(request, "reason"), expected_version=asking.version(request), **of)  # type: ignore[arg-type]  # fmt: skip
        case "renew":
            return actions.renew(terms=terms_of(request), key=asking.key(request), expected_version=asking.version(request), **of)  # type: ignore[arg-type]  # fmt: skip
        case "change":
            return actions.change(team_id=team_of(request), reason=asking.text(request, "reason"), key=asking.key(request), expected_version=asking.version(request), **of)  # type: ignore[arg-type]  # fmt: skip
        case "end":
            return actions.end(reason=asking.text(request, "why"), note=asking.text(request, "reason"), expected_version=asking.version(request), **of)  # type: ignore[arg-type]  # fmt: skip
        case "perform":
            package, _dot, item = asking.text(request, "item").partition(".")
            return actions.perform(package=package, item=item, on=asking.day(request, "on", _("Day")), note=asking.text(request, "note"), key=asking.key(request), **of)  # type: ignore[arg-type]  # fmt: skip
        case "undo":
            performed = asking.uuid_of(asking.text(request, "service")) or contract_id
            return actions.undo(performed_id=performed, reason=asking.text(request, "reason"), **same)  # type: ignore[arg-type]  # fmt: skip
        case other:
            raise asking.FieldUnreadable(field="do", value=str(other)[:12])


def _context(request: PortalRequest, of: Contract, fault: str) -> dict[str, object]:
    on = legal_day(request.at)
    resident = known_resident(request, of)
    name = resident.demographics.name if resident else "—"
    label, tone = wording.state(of, on)
    rule = rules.rule(on=on)
    may_change = queries.may_change(of, actor=request.actor)
    is_running = of.state in (State.SIGNED, State.RENEWED) and bool(of.ends_on and of.ends_on >= on)
    begun = of.begins_on or on
    found = queries.items_of(of.id, on=on, actor=request.actor)
    shown = wording.items(found, begun)
    names = registry.names_by_id(ids=[of.organization], language=language())
    return {
        "crumbs": trail(Crumb(_("Family-doctor contracts"), reverse("contracts")), Crumb(name)),
        "contract": of,
        "name": name,
        "number": resident.index_number if resident else "",
        "label": label,
        "tone": tone,
        "place": area.path(of.place_code),
        "institution": names.get(of.organization, ""),
        "packages_text": wording.packages(of, on),
        "signature_text": wording.signature(of.signature),
        "signed_on": words.day(of.signed_on),
        "asked_on": words.day(of.asked_on) if of.asked_on else "",
        "begins_on": words.day(of.begins_on),
        "ends_on": words.day(of.ends_on),
        "end": wording.end(of.end_reason, on),
        "items": shown,
        "by_hand": [each for each in shown if each["is_by_hand"]],
        "services": wording.services(queries.services_of(of.id, on=on, actor=request.actor), begun),
        "may_answer": may_change and of.state is State.ASKED,
        "may_perform": may_change and of.begins_on is not None and of.begins_on <= on,
        "may_renew": may_change and of.state is State.SIGNED and bool(of.ends_on and on >= rules.renewable_from(of.ends_on, rule)),
        "may_change": may_change and of.state is State.SIGNED and is_running,
        "may_end": may_change and is_running,
        "renewable_from": words.day(rules.renewable_from(of.ends_on, rule)) if of.ends_on else "",
        "teams": teams_to_choose(request) if may_change else (),
        **agreeing(request, resident, on),
        "ends": choices(((id, title.in_language(language())) for id, title in rule.ends.items()), current=request.POST.get("why", "")),
        "today": on.isoformat(),
        "fault": fault,
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip


@require_safe
@signed_in
def agreement(request: PortalRequest, contract_id: UUID) -> HttpResponse:
    """The agreement on paper, to be signed by both."""
    of = queries.get_contract(contract_id, actor=request.actor, at=request.at)
    if of.begins_on is None:
        raise NotInForce(until="—")
    on = legal_day(request.at)
    resident = known_resident(request, of)
    names = registry.names_by_id(ids=[of.organization], language=language())
    offered = rules.packages(on=of.begins_on)
    lines = [
        {
            "package": wording.package(offered[each]),
            "item": item.title.in_language(language()),
            "times": str(item.times) if item.times else _("as needed"),
        }
        for each in of.packages
        if each in offered
        for item in offered[each].items
    ]
    content = documents.render(
        "contract_agreement",
        {
            "resident": resident.demographics.name if resident else "—",
            "number": resident.index_number if resident else "",
            "institution": names.get(of.organization, ""),
            "team": of.team_name,
            "term": f"{words.day(of.begins_on)} – {words.day(of.ends_on)}",
            "fee": f"{of.fee}" if of.fee else "0",
            "signed_on": words.day(of.signed_on),
            "items": lines,
        },
        format=Format.PDF,
        language=language(),
        on=on,
    )
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"contract-{of.id}.pdf")  # fmt: skip
