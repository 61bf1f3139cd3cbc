"""Register a resident: the form, who is alike already (while it is filled in), and the registration."""

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kangmai.identity import actions, queries
from kangmai.identity.errors import NameMissing, ResidentExists
from kangmai.identity.types import Demographics, IdentityDocument
from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.errors import Conflict, Forbidden, Incorrect
from kangmai.kernel.ids import OrganizationId, ResidentId, uuid7
from kangmai.portal.identity import presenters
from kangmai.portal.institutions.presenters import standard
from kangmai.portal.shell import area
from kangmai.portal.shell.breadcrumbs import Crumb, trail
from kangmai.portal.shell.choices import choices
from kangmai.portal.shell.errors import words_of
from kangmai.portal.shell.requests import PortalRequest, signed_in
from kangmai.registry import queries as registry
from kangmai.standards.codes import code_set
from kangmai.standards.divisions import City, Division, city, city_code_of, find_division
from kangmai.standards.identity_numbers import IdentityKind

NO_DOCUMENT = ""
FIELDS = ("name", "sex", "birth_date", "kind", "number", "phone", "place", "address", "mother")
FIRST_KINDS = tuple(each.value for each in IdentityKind)


class BirthDateUnreadable(Incorrect):
    """'{text}' is no date. Write the birth date as year-month-day, such as 1986-04-12."""

    zh = "“{text}”不是日期。请按 年-月-日 填写出生日期，例如 1986-04-12。"


class PlaceMissing(Incorrect):
    """Choose where the person lives."""

    zh = "请选择现住地。"


@dataclass(frozen=True, slots=True)
class Entered:
    """The form as it was filled in."""

    name: str = ""
    sex: str = ""
    birth_date: str = ""
    kind: str = IdentityKind.RESIDENT_CARD.value
    number: str = ""
    phone: str = ""
    place: str = ""
    address: str = ""
    mother: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_resident(request: PortalRequest) -> HttpResponse:
    """Show the form, or register; whoever is alike is shown before."""
    require(request.actor, "identity.write")
    if request.method != "POST":
        return _form(request, Entered(place=_own_place(request.actor)), status=200)
    entered = _entered(request.POST)
    try:
        resident = actions.register_resident(
            _demographics(entered),
            managing_org=_own_organization(request.actor),
            seen=[ResidentId(int(each)) for each in request.POST.getlist("seen") if each.isdigit()],
            key=_key(request.POST.get("key", "")),
            actor=request.actor,
            at=request.at,
        )
    except (Incorrect, Conflict, Forbidden) as error:
        is_alike = isinstance(error, ResidentExists)
        fault = words_of(error)
        return _form(request, entered, fault=fault, status=409 if is_alike else 422)
    messages.success(
        request,
        _("%(name)s is registered under %(number)s.")
        % {
            "name": resident.demographics.name,
            "number": presenters.spaced(resident.index_number),
        },
    )
    if queries.may_see(resident.id, actor=request.actor):
        return redirect("resident", resident.index_number)
    return redirect("resident-new")


@require_POST
@signed_in
def similar(request: PortalRequest) -> HttpResponse:
    """Who is alike, while the form is filled in; nothing as long as too little is known."""
    require(request.actor, "identity.write")
    return render(request, "identity/alike.html", _alike(request, _entered(request.POST)))


def _form(
    request: PortalRequest, entered: Entered, *, fault: str = "", status: int
) -> HttpResponse:
    kinds = sorted(
        code_set("identity-document").codes, key=lambda code: (code not in FIRST_KINDS, code)
    )
    context = {
        "crumbs": trail(Crumb(_("Residents"), "/residents/"), Crumb(_("New resident"))),
        "entered": entered,
        "fault": fault,
        "key": request.POST.get("key") or str(uuid7()),
        "sexes": choices(
            ((code, standard("sex", code)) for code in ("1", "2", "9", "0")), current=entered.sex
        ),
        "kinds": choices(
            (
                *((code, standard("identity-document", code)) for code in kinds),
                (NO_DOCUMENT, _("none yet")),
            ),
            current=entered.kind,
        ),
        "places": choices(
            ((each.code, area.name(each)) for each in _places(request.actor, entered.place)),
            current=entered.place,
        ),
        "way": _way(entered.place),
        **(_alike(request, entered) if request.method == "POST" else {"alike": ()}),
    }
    return render(request, "identity/new.html", context, status=status)


def _alike(request: PortalRequest, entered: Entered) -> dict[str, object]:
    """Who is alike; what is still missing or wrong in the form is told when it is sent."""
    try:
        known = _demographics(entered)
        found = queries.similar_residents(known, actor=request.actor, at=request.at)
    except Incorrect:
        found = ()
    seen = request.POST.getlist("seen")
    return {
        "alike": [presenters.alike(each) for each in found],
        "seen": [int(s) for s in seen if s.isdigit()],
    }


def _entered(sent: QueryDict) -> Entered:
    return Entered(**{name: sent.get(name, "").strip() for name in FIELDS})


def _demographics(entered: Entered) -> Demographics:
    """What the form says of a person.

    Raises:
        NameMissing, BirthDateUnreadable, PlaceMissing
    """
    if not entered.name:
        raise NameMissing()
    if not entered.place:
        raise PlaceMissing()
    number = IdentityDocument(entered.kind, entered.number)
    return Demographics(
        name=entered.name,
        sex_code=entered.sex or "9",
        birth_date=_day(entered.birth_date),
        place_code=entered.place,
        documents=(number,) if entered.kind and entered.number else (),
        phones=(entered.phone,) if entered.phone else (),
        address=entered.address,
        mother=entered.mother,
    )


def _day(text: str) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise BirthDateUnreadable(text=text) from None


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _own_organization(actor: Actor) -> OrganizationId | None:
    """The institution in which the actor registers residents."""
    for grant in actor.grants:
        if "identity.write" in grant.permissions and grant.organization:
            return grant.organization
    return None


def _own_division(actor: Actor) -> str:
    """The division of the actor's institution; empty where he has none."""
    own = _own_organization(actor)
    if own is None or not is_permitted(actor, "registry.read"):
        return ""
    return registry.get_organization(organization_id=own, actor=actor).division_code


def _own_place(actor: Actor) -> str:
    """The division the actor works for, which most people he registers live in."""
    for reach in actor.scope.places:
        if find_division(reach.low):
            return reach.low
    return ""


def _places(actor: Actor, chosen: str) -> list[Division]:
    """What can be chosen: the divisions above the chosen one and those right below it."""
    home = _city_of(chosen) or area.home_city(actor, _own_division(actor))
    if home is None:
        return []
    place = home.find(chosen) or home.root
    way = [each for each in home.ancestors(place.code) if each.code.startswith(home.root.prefix)]
    beside = home.children(way[-1].code) if way else ()
    below = home.children(place.code)
    return [*way, *(beside if not below else (place, *below))]


def _way(chosen: str) -> str:
    return area.path(chosen) if chosen and find_division(chosen) else ""


def _city_of(code: str) -> City | None:
    found = city_code_of(code) if code else None
    return city(found) if found else None


@require_POST
@signed_in
def places(request: PortalRequest) -> HttpResponse:
    """The choice of divisions anew, one step further down."""
    chosen = request.POST.get("place", "").strip()
    context = {
        "places": choices(
            ((each.code, area.name(each)) for each in _places(request.actor, chosen)),
            current=chosen,
        ),
        "way": _way(chosen),
    }
    return render(request, "identity/place.html", context)
