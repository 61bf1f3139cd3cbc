"""Institutions with sites, rooms, beds and ambulances; what matters is written in the test."""

import itertools
from uuid import uuid4

from kangmai.epidemic.capacity import actions, queries
from kangmai.epidemic.capacity.types import Room, Site, SiteFacts
from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry.types import OrganizationKind
from tests.epidemic.orders.factories import AT
from tests.factories import registry

TOWN, OTHER_TOWN, COUNTY, OTHER_COUNTY = "441202001", "441203101", "441202", "441203"
_numbers = itertools.count(1)


def actor(
    *permissions: str, organization: int | None = None, place: str = "", account: int = 700
) -> Actor:
    """Somebody in an institution, with a reach of places or without."""
    places = (subtree(place),) if place else ()
    home = OrganizationId(organization) if organization is not None else None
    grant = Grant("keeper", home, places, frozenset({*permissions, "registry.read"}))
    return Actor(AccountId(account), "keeper", (grant,), Purpose.OPERATIONS, DataScope())


MANAGER = actor("capacity.manage", "capacity.read", place="4412", account=701)


def institution(place: str = TOWN, **more: object) -> int:
    kind = more.pop("kind", OrganizationKind.COMMUNITY_CENTRE)
    return registry.organization(
        code=f"Q{next(_numbers)}", kind=kind, division_code=place, **more
    ).id  # type: ignore[arg-type]


def site(organization: int, *, place: str = TOWN, rooms: str = "301-303", beds: int = 1) -> Site:
    """A site with rooms."""
    facts = SiteFacts(f"隔离点{next(_numbers)}", organization, place)
    made = actions.open_site(facts=facts, key=uuid4(), actor=MANAGER, at=AT)
    actions.add_rooms(site_id=made.id, numbers=[rooms], beds=beds, actor=MANAGER, at=AT)
    return made


def rooms_of(of: Site) -> tuple[Room, ...]:
    return queries.rooms(of.id, actor=MANAGER, at=AT)
