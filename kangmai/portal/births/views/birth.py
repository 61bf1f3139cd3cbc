"""One birth: what was observed, its certificates, the errands that follow."""

import io
from typing import Any
from uuid import UUID, uuid4

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kangmai.documents import queries as documents
from kangmai.documents.types import Format
from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import NotPermitted, is_permitted
from kangmai.kernel.errors import KangmaiError
from kangmai.kernel.ids import ResidentId
from kangmai.portal.births import printing, wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.programmes import catalogue
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.births import actions, queries, rules
from kangmai.programmes.births.errors import NoCertificate
from kangmai.programmes.births.types import Birth, ItemState, Kind, Named, Parent
from kangmai.programmes.engine import queries as engine
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

ISSUE, KEEP, CHAIN = "births.issue", "births.keep", "births.chain"
SCREENINGS = ("newborn_blood", "newborn_hearing", "newborn_heart")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def birth(request: PortalRequest, birth_id: UUID) -> HttpResponse:
    """Show a birth; issue, replace or declare void its certificate, write down an errand."""
    fault = ""
    if request.method == "POST":
        try:
            _do(request, birth_id)
            asking.written(request)
            return redirect("birth", birth_id)
        except KangmaiError as error:
            fault = words_of(error)
    found = queries.get_birth(birth_id, actor=request.actor)
    return render(request, "births/birth.html", _context(request, found, fault), status=422 if fault else 200)  # fmt: skip


def _context(request: PortalRequest, of: Birth, fault: str) -> dict[str, object]:
    on = legal_day(request.at)
    child, mother = _resident(request, of.child), _resident(request, of.mother)
    current = of.certificate
    known = child.demographics.name if child else "—"
    names = registry.names_by_id(ids=[of.organization], language=language())
    rule = rules.rule_numbered(of.rule_version)
    may_work = is_permitted(request.actor, ISSUE) and queries.works_at(request.actor, ISSUE, of.organization)  # fmt: skip
    return {
        "crumbs": trail(Crumb(_("Births"), reverse("births")), Crumb(current.named.child if current else known)),
        "birth": of,
        "name": current.named.child if current else known,
        "number": child.index_number if child else "",
        "mother": mother.demographics.name if mother else _mother(of, child),
        "mother_number": mother.index_number if mother else "",
        "told": wording.told(of),
        "place": area.path(of.place_code),
        "institution": names.get(of.organization, ""),
        "certificates": wording.certificates(of),
        "has_certificate": current is not None,
        "items": wording.items(of, on),
        "progress": wording.progress(of),
        "rule": rule.title.in_language(language()) if rule else "",
        "is_verified": rule.is_verified if rule else True,
        "screenings": _screenings(request, of, child),
        "may_issue": may_work and current is None,
        "may_replace": may_work and current is not None,
        "may_void": is_permitted(request.actor, KEEP) and current is not None,
        "may_chain": is_permitted(request.actor, CHAIN) and bool(of.items),
        "states": choices(((each.value, wording.item_state(each)[0]) for each in ItemState), current=ItemState.DONE.value),
        "kinds": choices(((each.value, wording.kind(each)) for each in (Kind.LOST, Kind.WRONG)), current=Kind.LOST.value),
        "said": request.POST,
        "now": _usual(request, of, _mother(of, child)),
        "today": on.isoformat(),
        "born_on": legal_day(of.told.born_at).isoformat(),
        "fault": fault,
        "key": request.POST.get("key") or uuid4(),
    }  # fmt: skip


def _mother(of: Birth, child: Resident | None) -> str:
    """The mother's name as the child's record or its latest certificate has it, for who may not open hers."""
    if child is not None and child.demographics.mother:
        return child.demographics.mother
    return of.certificates[0].named.mother.name if of.certificates else "—"


def _usual(request: PortalRequest, of: Birth, mother: str) -> dict[str, str]:
    """The fields of the certificate: what was typed, else what the earlier one named."""
    earlier = of.certificates[0].named if of.certificates else None
    usual = {
        "child": earlier.child if earlier else "",
        "mother": earlier.mother.name if earlier else mother,
        "mother_document": earlier.mother.document_number if earlier else "",
        "father": earlier.father.name if earlier else "",
        "father_document": earlier.father.document_number if earlier else "",
    }
    return {name: request.POST.get(name, value) for name, value in usual.items()}


def _resident(request: PortalRequest, id: ResidentId) -> Resident | None:
    """Somebody whom the actor may know; None for a bureau, or where the mother lives elsewhere."""
    try:
        return identity.get_resident(identity.current(id), actor=request.actor, at=request.at)
    except (ResidentNotFound, NotPermitted):
        return None


def _screenings(request: PortalRequest, of: Birth, child: Resident | None) -> list[dict[str, str]]:
    """The newborn screenings of the child, where the actor may see its programmes."""
    if child is None or not is_permitted(request.actor, "programmes.read"):
        return []
    on = legal_day(request.at)
    found = engine.enrolments_of(of.child, actor=request.actor, at=request.at)
    return [
        {
            "id": str(each.id),
            "title": catalogue.programme_title(each.programme, on=on),
            "class": catalogue.class_title(each.programme, each.latest_class, on=on),
            "next": words.day(each.next_due_on) if each.next_due_on else "",
        }
        for each in found
        if each.programme in SCREENINGS
    ]


def _do(request: PortalRequest, birth_id: UUID) -> None:
    same: dict[str, Any] = {"birth_id": birth_id, "actor": request.actor, "at": request.at}
    match request.POST.get("do"):
        case "issue":
            actions.issue(
                named=_named(request),
                number=asking.text(request, "blank"),
                key=asking.key(request),
                expected_version=asking.version(request),
                **same,
            )
        case "replace":
            kind = Kind(asking.text(request, "kind")) if asking.text(request, "kind") in (Kind.LOST, Kind.WRONG) else Kind.LOST  # fmt: skip
            actions.replace(
                kind=kind,
                named=_named(request),
                reason=asking.text(request, "reason"),
                number=asking.text(request, "blank"),
                key=asking.key(request),
                expected_version=asking.version(request),
                **same,
            )
        case "void":
            actions.void(
                reason=asking.text(request, "reason"),
                expected_version=asking.version(request),
                **same,
            )
        case "item":
            _write_item(request, birth_id)


def _write_item(request: PortalRequest, birth_id: UUID) -> None:
    said = asking.text(request, "state")
    if said not in [each.value for each in ItemState]:
        raise asking.FieldUnreadable(field=_("State"), value=said[:12])
    actions.write_item(
        birth_id=birth_id,
        item=asking.text(request, "item"),
        state=ItemState(said),
        on=asking.day(request, "on", _("Day")),
        reason=asking.text(request, "reason"),
        receipt=asking.text(request, "receipt"),
        expected_version=asking.version(request),
        actor=request.actor,
        at=request.at,
    )


def _named(request: PortalRequest) -> Named:
    return Named(
        child=asking.text(request, "child"),
        mother=_parent(request, "mother"),
        father=_parent(request, "father"),
    )


def _parent(request: PortalRequest, who: str) -> Parent:
    number = asking.text(request, f"{who}_document")[:30]
    return Parent(asking.text(request, who)[:60], "01" if number else "", number)


@require_safe
@signed_in
def certificate(request: PortalRequest, birth_id: UUID) -> HttpResponse:
    """The certificate that holds, on paper."""
    found = queries.get_birth(birth_id, actor=request.actor)
    if found.certificate is None:
        raise NoCertificate()
    content = documents.render(
        "birth_certificate",
        printing.certificate(found, found.certificate, request.actor, request.at),
        format=Format.PDF,
        language=language(),
        on=legal_day(request.at),
    )
    return FileResponse(io.BytesIO(content), content_type="application/pdf", filename=f"birth-{found.certificate.number}.pdf")  # fmt: skip
