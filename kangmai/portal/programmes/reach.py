"""How far somebody can narrow a worklist: the villages, institutions and colleagues within reach."""

import datetime
from collections.abc import Iterable, Mapping

from kangmai.kernel.actor import Actor, NotPermitted, Purpose, require
from kangmai.portal.programmes.wording import language
from kangmai.portal.shell import area
from kangmai.programmes.engine.types import Transfer
from kangmai.registry import queries as registry
from kangmai.standards.divisions import City, Division, Level, city, city_code_of, find_division

READ = "programmes.read"
STAFF = 200
NEIGHBOURS = 100
SERVING = ("community_centre", "township_hospital", "community_station", "village_clinic")
"""Kinds of institutions whose teams look after residents."""


def require_staff(actor: Actor) -> None:
    """Let pass those who look after others; a resident reads his own plan on the page of his record.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    if actor.purpose is Purpose.RESIDENT:
        raise NotPermitted(permission=READ)


def institutions(actor: Actor) -> tuple[int, ...]:
    """The institutions in which an actor may act, the own one first, with all below it."""
    granted = tuple(
        dict.fromkeys(grant.organization for grant in actor.grants if grant.organization)
    )
    below = {id for each in granted[:1] for id in registry.descendant_ids(organization_id=each)}
    return tuple(dict.fromkeys((*granted, *sorted(below))))


def institution_names(ids: Iterable[int]) -> Mapping[int, str]:
    """The names of institutions in the language of the page."""
    wanted = {id for id in ids if id}
    return registry.names_by_id(ids=wanted, language=language()) if wanted else {}


def home(actor: Actor) -> Division | None:
    """The division an actor answers for: of the sight, else of the institution."""
    for reach in actor.scope.places:
        low = f"{reach.low}00" if len(reach.low) == 4 else reach.low
        if found := find_division(low):
            return found
    for id in institutions(actor)[:1]:
        division, jurisdiction = registry.codes_of_place(organization_id=id)
        return find_division(jurisdiction or division)
    return None


def places(actor: Actor) -> list[tuple[str, str]]:
    """Code and name of the divisions below the own one: villages for a township, towns for a county."""
    own = home(actor)
    above = _city_of(own)
    if own is None or above is None or own.level is Level.VILLAGE:
        return []
    return [(each.code, area.name(each)) for each in above.children(own.code)]


def staff(actor: Actor, *, on: datetime.date) -> list[tuple[str, str]]:
    """Id and name of the colleagues of the own institution, by pinyin."""
    own = institutions(actor)[:1]
    if not own:
        return []
    found = registry.search_staff(organization_id=own[0], on=on, limit=STAFF, actor=actor)
    return [(str(each.id), each.name) for each in found.rows]


def _city_of(place: Division | None) -> City | None:
    code = city_code_of(place.code) if place else None
    return city(code) if code else None


def may_take(offer: Transfer, actor: Actor) -> bool:
    """Whether a hand-over waits for an actor's institutions, or was left to whoever serves the new home."""
    return offer.to_organization is None or offer.to_organization in institutions(actor)


def neighbours(actor: Actor, *, own: int) -> list[tuple[str, str]]:
    """Code and name of institutions of the same county that may look after residents, by name."""
    division, _ = registry.codes_of_place(organization_id=own)
    found = (
        registry.search_organizations(
            kind=kind, division=division[:6], limit=NEIGHBOURS, actor=actor
        )
        for kind in SERVING
    )
    spoken = language()
    return [
        (each.code, each.name if spoken == "zh" else each.name_en or each.name)
        for page in found
        for each in page.rows
        if each.id != own
    ]
