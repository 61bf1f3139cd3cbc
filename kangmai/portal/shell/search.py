"""Global search: each kind of thing that can be found adds a source to the one table.

What was typed may be a person's name or number, so it travels in the body of a POST and never in an
address, which servers log.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kangmai.identity import queries as identity
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.institutions import presenters as institutions
from kangmai.portal.residents import presenters as residents
from kangmai.portal.residents.numbers import address_of
from kangmai.portal.shell import area
from kangmai.registry import queries as registry
from kangmai.standards.calendars import legal_day

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    icon: str
    title: str
    detail: str
    side: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    title: str
    hits: tuple[Hit, ...]


Find = Callable[[str, int, Actor, datetime.datetime], tuple[Hit, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of thing that can be found by those who hold a permission."""

    title: str | Promise
    permission: str
    find: Find


def _residents(text: str, limit: int, actor: Actor, at: datetime.datetime) -> tuple[Hit, ...]:
    found = identity.search_residents(text, limit=limit, actor=actor, at=at)
    people = [(each, residents.person(each, on=legal_day(at))) for each in found]
    return tuple(
        Hit(
            "resident",
            person.name,
            " ".join(filter(None, (person.sex, person.age))),
            person.place,
            address_of(each.index_number),
        )
        for each, person in people
    )


def _institutions(text: str, limit: int, actor: Actor, at: datetime.datetime) -> tuple[Hit, ...]:
    found = registry.search_organizations(text=text, limit=limit, actor=actor)
    return tuple(
        Hit(
            "institution",
            institutions.name_of(each),
            institutions.coded("organization_kind", each.kind),
            area.path(each.division_code),
            institutions.address_of(each.id),
        )
        for each in found.rows
    )


SOURCES: tuple[Source, ...] = (
    Source(_("Residents"), "identity.search", _residents),
    Source(_("Institutions"), "registry.read", _institutions),
)


def search(text: str, *, limit: int, actor: Actor, at: datetime.datetime) -> tuple[Group, ...]:
    """At most `limit` hits of each kind that the actor may look for; nothing for an empty text."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return ()
    groups = (
        Group(str(source.title), source.find(text, limit, actor, at))
        for source in SOURCES
        if is_permitted(actor, source.permission)
    )
    return tuple(group for group in groups if group.hits)
