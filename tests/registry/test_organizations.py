"""Institutions are registered, changed and closed by those who may, once, and never over one another."""

import datetime
from dataclasses import replace
from uuid import UUID

import pytest

from kangmai.kernel.actor import Grant, PlaceRange, operator, subtree
from kangmai.registry import actions, errors, queries
from kangmai.registry.types import OrganizationFacts, OrganizationKind

AT = datetime.datetime(2026, 3, 1, 8, tzinfo=datetime.UTC)
ADMIN = operator("test")
HOSPITAL = OrganizationFacts(
    code="H1",
    name="端州区人民医院",
    kind=OrganizationKind.HOSPITAL,
    division_code="441202",
    type_code="A100",
    level_code="05",
)


def test_created_institution_is_found_again(database):
    made = actions.create_organization(facts=HOSPITAL, actor=ADMIN, at=AT)
    found = queries.get_organization(organization_id=made.id, actor=ADMIN)
    assert found == made
    assert (found.code, found.version, found.closed_on) == ("H1", 1, None)
    assert found.sort_key.startswith("duan zhou qu")
