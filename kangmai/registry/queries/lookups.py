"""Codes, names and ids only, for rooms that build scopes and lists; nothing here needs an actor."""

from collections.abc import Collection, Mapping
from typing import Any

from kangmai.registry import models, vocabulary
from kangmai.registry.errors import (
    OrganizationUnknown,
)


def codes(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The codes of a list (post_role, bed_kind, organization_kind …) with their words `zh` and `en`."""
    return vocabulary.vocabulary(name)


def codes_of_place(*, organization_id: int) -> tuple[str, str]:
    """Division and jurisdiction of an institution; codes only, for building scopes. Raises OrganizationUnknown."""
    rows = models.Organization.objects.filter(pk=organization_id)
    found = rows.values_list("division_code", "jurisdiction_code").first()
    if found is None:
        raise OrganizationUnknown(organization=organization_id)
    return found


def kind_of(*, organization_id: int) -> str:
    """The kind of an institution; only that, to see whether a role fits. Raises OrganizationUnknown."""
    rows = models.Organization.objects.filter(pk=organization_id).values_list("kind", flat=True)
    found = rows.first()
    if found is None:
        raise OrganizationUnknown(organization=organization_id)
    return found


def names_by_id(*, ids: Collection[int]) -> dict[int, str]:
    """The names of institutions, for lists that name them."""
    return dict(models.Organization.objects.filter(pk__in=ids).values_list("id", "name"))


def descendant_ids(*, organization_id: int) -> frozenset[int]:
    """The ids of an institution and of all below it; ids only, for building scopes."""
    sql = """WITH RECURSIVE below AS (
                 SELECT id FROM registry_organization WHERE id = %s
                 UNION SELECT o.id FROM registry_organization o JOIN below b ON o.parent_id = b.id)
             SELECT id FROM below"""
    return frozenset(row.pk for row in models.Organization.objects.raw(sql, [organization_id]))
