"""In which roles somebody stands here: the words for the grants of an actor."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kangmai.access import queries as access
from kangmai.kernel import definitions
from kangmai.kernel.actor import EVERYWHERE, Actor, Grant, PlaceRange, is_permitted
from kangmai.portal.institutions.presenters import name_of
from kangmai.portal.shell import area, words
from kangmai.registry import queries as registry
from kangmai.standards.divisions import find_division


@dataclass(frozen=True, slots=True)
class Standing:
    """A role, where it is held, and how far it reaches."""

    role: str
    organization: str
    reach: str


def role_name(role: str) -> str:
    """A role in the language of the page; its id where no definition names it."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    titles = (each.title for each in definitions.load("access", "role") if each.id == role)
    return next((title[language] for title in titles), role)


def standings(actor: Actor) -> tuple[Standing, ...]:
    """The grants of an actor, in their order."""
    ids = {grant.organization for grant in actor.grants if grant.organization}
    names: dict[int, str] = {}
    if ids and is_permitted(actor, "registry.read"):
        found = registry.organizations_by_id(ids=ids, actor=actor)
        names = {id: name_of(organization) for id, organization in found.items()}
    return tuple(_standing(grant, names.get(grant.organization or 0, "")) for grant in actor.grants)


@dataclass(frozen=True, slots=True)
class OtherPosting:
    """Roles to which somebody may switch."""

    grant_id: int
    roles: str
    organization: str


def other_postings(actor: Actor, *, at: datetime) -> tuple[OtherPosting, ...]:
    """The postings of the actor's account that are not exercised now."""
    held = {(grant.role, grant.organization) for grant in actor.grants}
    others = [
        each
        for each in access.postings(at=at, actor=actor)
        if (each.roles[0], each.organization_id) not in held
    ]
    names = registry.names_by_id(
        ids={each.organization_id for each in others if each.organization_id}
    )
    return tuple(
        OtherPosting(
            each.grant_id,
            words.joined(map(role_name, each.roles)),
            names.get(each.organization_id or 0, ""),
        )
        for each in others
    )


def _standing(grant: Grant, organization: str) -> Standing:
    reach = words.joined(filter(None, map(_place, grant.places)))
    return Standing(role_name(grant.role), organization, reach)


def _place(place: PlaceRange) -> str:
    if place == EVERYWHERE:
        return _("everywhere")
    code = f"{place.low}00" if len(place.low) == 4 else place.low
    found = find_division(code)
    return area.name(found) if found else ""
