"""Institutions, staff and places for tests; what matters to a test is written in the test."""

import datetime
from dataclasses import replace
from typing import Any

from kangmai.kernel.actor import Actor, DataScope, Grant, Purpose, operator, subtree
from kangmai.kernel.ids import AccountId, OrganizationId
from kangmai.registry import actions
from kangmai.registry.types import (
    Organization,
    OrganizationFacts,
    OrganizationKind,
    PlaceFacts,
    PlaceKind,
    PostFacts,
    Staff,
    StaffFacts,
)

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
TODAY = AT.date()
ADMIN = operator("test")


def facts(**changes: Any) -> OrganizationFacts:
    """Facts about a hospital in 端州区."""
    usual = OrganizationFacts(
        code="H1",
        name="端州区人民医院",
        kind=OrganizationKind.HOSPITAL,
        division_code="441202",
    )
    return replace(usual, **changes)


def organization(**changes: Any) -> Organization:
    """A registered institution."""
    return actions.create_organization(facts=facts(**changes), actor=ADMIN, at=AT)


def place_facts(**changes: Any) -> PlaceFacts:
    """Facts about a school in 城东街道."""
    usual = PlaceFacts(code="S1", kind=PlaceKind.SCHOOL, name="城东小学", division_code="441202001")
    return replace(usual, **changes)


def staff(organization_id: int, **changes: Any) -> Staff:
    """A registered member of staff without a post."""
    return actions.create_staff(
        facts=replace(StaffFacts(name="李平"), **changes),
        organization_id=organization_id,
        actor=ADMIN,
        at=AT,
    )


def post(staff_id: int, organization_id: int, **changes: Any) -> Any:
    """A post held since the first day of 2026."""
    usual = PostFacts(
        staff_id=staff_id,
        organization_id=organization_id,
        role_code="doctor",
        from_on=datetime.date(2026, 1, 1),
    )
    return actions.start_post(facts=replace(usual, **changes), actor=ADMIN, at=AT)


def registrar(*, division: str | None = None, organization_id: int | None = None) -> Actor:
    """Someone who keeps the registry of a division, or of one institution."""
    places = (subtree(division),) if division else ()
    home = OrganizationId(organization_id) if organization_id else None
    grant = Grant("registrar", home, places, frozenset({"registry.read", "registry.manage"}))
    return Actor(AccountId(7), "registrar", (grant,), Purpose.OPERATIONS, DataScope())


def reader() -> Actor:
    """Someone who may see the registry and change nothing."""
    grant = Grant("reader", None, (), frozenset({"registry.read"}))
    return Actor(AccountId(8), "reader", (grant,), Purpose.OPERATIONS, DataScope())


def nobody() -> Actor:
    """Someone without any role."""
    return Actor(AccountId(9), "nobody", (), Purpose.OPERATIONS, DataScope())
