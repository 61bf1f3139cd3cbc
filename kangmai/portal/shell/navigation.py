"""The navigation of one person: which places of the table are open, and how a template shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from kangmai.epidemic.orders import queries as orders
from kangmai.epidemic.orders.types import Phase, Purpose
from kangmai.kernel.actor import Actor, is_permitted
from kangmai.portal.shell.places import MAIN, PLACES, Place, Section


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place as a template shows it."""

    label: str
    summary: str
    icon: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A heading with the places under it."""

    title: str
    entries: tuple[ShownPlace, ...]


NAMES = frozenset(place.name for place in PLACES)


def is_open(place: Place, actor: Actor) -> bool:
    """Whether an actor's roles lead to this place."""
    return not place.permissions or any(is_permitted(actor, each) for each in place.permissions)


def places_of(actor: Actor, *, at: datetime) -> tuple[Place, ...]:
    """The places an actor's roles lead to, in order; those of emergency mode only while it is awake."""
    allowed = [place for place in PLACES if is_open(place, actor)]
    if not any(place.purpose for place in allowed):
        return tuple(allowed)
    awake = _awake(at)
    return tuple(place for place in allowed if place.purpose is None or place.purpose in awake)


def _awake(at: datetime) -> set[Purpose]:
    """For what orders are in force anywhere."""
    found = orders.public_orders(at=at)
    in_force = [each for each in found if each.phase(at) is Phase.IN_FORCE]
    return {purpose for each in in_force for purpose in each.purposes}


def show(place: Place, *, page: str = "") -> ShownPlace:
    """A place for a template, where `page` is the name of the page it stands on."""
    belongs = page.split("-")[0] in place.roots and page not in NAMES
    current = page == place.name or belongs
    return ShownPlace(
        str(place.label), str(place.summary), place.icon, reverse(place.name), current
    )


def sections(places: Sequence[Place], *, page: str) -> tuple[ShownSection, ...]:
    """The whole navigation of somebody to whom these places are open."""
    shown = (
        ShownSection(
            str(section.value),
            tuple(show(each, page=page) for each in places if each.section is section),
        )
        for section in Section
    )
    return tuple(section for section in shown if section.entries)


def bottom_bar(places: Sequence[Place], *, page: str) -> tuple[ShownPlace, ...]:
    """At most four places for a phone's bar."""
    open_ = {place.name: place for place in places}
    main = [open_[name] for name in MAIN if name in open_]
    return tuple(show(place, page=page) for place in main[:4])
