"""Sign a contract with a resident: who, which team, which packages, for how long."""

import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kangmai.identity import queries as identity
from kangmai.identity.errors import ResidentNotFound
from kangmai.identity.types import Resident
from kangmai.kernel.actor import is_permitted, require
from kangmai.kernel.errors import KangmaiError
from kangmai.portal.contracts import wording
from kangmai.portal.messages.presenters import language
from kangmai.portal.shell import area, words
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.portal.vaccination import asking
from kangmai.programmes.contracts import actions, queries, rules
from kangmai.programmes.contracts.types import Contract, Signature, Terms
from kangmai.programmes.engine import queries as engine
from kangmai.programmes.engine.types import State as Managed
from kangmai.standards.calendars import legal_day

SIGN = "contracts.sign"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: PortalRequest) -> HttpResponse:
    """Ask for a resident by number, then for what is agreed; packages that suit him are chosen beforehand."""
    require(request.actor, SIGN)
    fault, found = "", None
    said = request.POST if request.method == "POST" else request.GET
    number = "".join(said.get("number", "").split())
    try:
        found = asking.resident(request, number) if number else None
        if request.method == "POST" and found is not None:
            made = _sign(request, found)
            asking.written(request)
            return redirect("contract", made.id)
    except KangmaiError as error:
        fault = words_of(error)
    return render(request, "contracts/new.html", _context(request, number, found, fault), status=422 if fault else 200)  # fmt: skip


def _sign(request: PortalRequest, found: Resident) -> Contract:
    return actions.sign(
        resident_id=found.id,
        team_id=team_of(request),
        terms=terms_of(request),
        key=asking.key(request),
        actor=request.actor,
        at=request.at,
    )


def team_of(request: PortalRequest) -> UUID:
    """The team that was chosen. Raises FieldUnreadable."""
    found = asking.uuid_of(asking.text(request, "team"))
    if found is None:
        raise asking.FieldUnreadable(field=_("Team"), value="")
    return found


def terms_of(request: PortalRequest) -> Terms:
    """What was agreed on a form. Raises FieldUnreadable."""
    return Terms(
        packages=tuple(request.POST.getlist("packages")),
        years=asking.whole(request, "years", _("Years")),
        begins_on=asking.read_day(asking.text(request, "begins_on"), _("Begins on"))
        or legal_day(request.at),
        signature=Signature.ELECTRONIC if asking.text(request, "signature") == "electronic" else Signature.PAPER,
        fee=_fee(request),
    )  # fmt: skip


def _fee(request: PortalRequest) -> Decimal | None:
    said = asking.text(request, "fee").replace(",", ".")
    if not said:
        return None
    try:
        found = Decimal(said)
    except InvalidOperation:
        raise asking.FieldUnreadable(field=_("Fee (yuan a year)"), value=said[:12]) from None
    if not found.is_finite() or found != found.quantize(Decimal("0.01")):
        raise asking.FieldUnreadable(field=_("Fee (yuan a year)"), value=said[:12])
    return found


def _context(
    request: PortalRequest, number: str, found: Resident | None, fault: str
) -> dict[str, object]:
    on = legal_day(request.at)
    known = found.demographics if found else None
    return {
        "crumbs": trail(
            Crumb(_("Family-doctor contracts"), reverse("contracts")), Crumb(_("Sign a contract"))
        ),
        "fault": fault,
        "number": number,
        "resident": found,
        "age": words.age(known.birth_date, on) if known else "",
        "place": area.path(known.place_code) if known else "",
        "teams": teams_to_choose(request),
        **agreeing(request, found, on),
        "today": on.isoformat(),
        "key": request.POST.get("key") or uuid4(),
    }


def teams_to_choose(request: PortalRequest) -> object:
    """The teams for which the actor signs."""
    found = queries.signing_teams(actor=request.actor)
    named = [(str(each.id), each.name) for each in found]
    return choices(named, current=request.POST.get("team", ""))


def agreeing(request: PortalRequest, found: Resident | None, on: datetime.date) -> dict[str, object]:  # fmt: skip
    """Packages and years to choose among, those that suit a resident beforehand."""
    of = rules.rule(on=on)
    chosen = request.POST.getlist("packages") if request.method == "POST" else suiting(request, found, on)  # fmt: skip
    return {
        "packages": [
            {
                "id": each.id,
                "title": wording.package(each),
                "items": [
                    item.title.in_language(language()) + (f" ×{item.times}" if item.times else "")
                    for item in each.items
                ],
                "is_paid": each.is_paid,
                "is_always": each.is_always,
                "is_chosen": each.is_always or each.id in chosen,
            }
            for each in rules.packages(on=on).values()
        ],
        "years": choices(((str(y), str(y)) for y in of.years), current=request.POST.get("years", "1")),
        "is_verified": of.is_verified,
        "source": of.source,
        "said": request.POST,
    }  # fmt: skip


def suiting(request: PortalRequest, found: Resident | None, on: datetime.date) -> list[str]:
    """The packages that are proposed to a resident."""
    if found is None:
        return []
    programmes: frozenset[str] = frozenset()
    if is_permitted(request.actor, "programmes.read"):
        enrolments = engine.enrolments_of(found.id, actor=request.actor, at=request.at)
        programmes = frozenset(e.programme for e in enrolments if e.state is Managed.MANAGED)
    born = found.demographics.birth_date
    age = (on.year - born.year - ((on.month, on.day) < (born.month, born.day))) if born else None
    offered = rules.packages(on=on).values()
    return [each.id for each in offered if rules.suits(each, programmes=programmes, age=age)]


def known_resident(request: PortalRequest, contract: Contract) -> Resident | None:
    """Whose contract it is, where the actor may know."""
    try:
        return identity.get_resident(contract.resident, actor=request.actor, at=request.at)
    except ResidentNotFound:
        return None
