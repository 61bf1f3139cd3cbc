"""A city with two county CDCs, its bureau, a school and an actor for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.access.conftest import database, place

if TYPE_CHECKING:
    from kangmai.kernel.actor import Actor
    from tests.factories.access import City

__all__ = ["cast", "database", "place"]


@dataclass(frozen=True)
class Cast:
    """Who acts, and the school."""

    cdc: Actor
    second: Actor
    """Another officer of the same CDC."""
    other_cdc: Actor
    city_cdc: Actor
    officer: Actor
    clinician: Actor
    school: int
    other_school: int


@pytest.fixture
def cast(database: str, place: City) -> Cast:
    from kangmai.registry import actions as registry
    from kangmai.registry.types import OrganizationKind, PlaceFacts, PlaceKind
    from tests.factories.access import ADMIN, AT, acting
    from tests.factories.registry import organization

    houses = place.organizations
    city = organization(
        code="CDC-4412",
        kind=OrganizationKind.CDC,
        division_code="441200",
        jurisdiction_code="441200",
    )
    schools = [
        registry.create_place(
            facts=PlaceFacts(code=code, kind=PlaceKind.SCHOOL, name=name, division_code=division),
            actor=ADMIN,
            at=AT,
        ).id
        for code, name, division in (
            ("XX-1", "城东小学", "441202001002"),
            ("XX-2", "鼎湖小学", "441203101"),
        )
    ]
    return Cast(
        acting("cdc_epidemiologist", houses["cdc"], login="cdc.one"),
        acting("cdc_epidemiologist", houses["cdc"], login="cdc.two"),
        acting("cdc_epidemiologist", houses["other_cdc"]),
        acting("cdc_epidemiologist", city.id),
        acting("commission_officer", houses["bureau"]),
        acting("hospital_clinician", houses["hospital"]),
        *schools,
    )
