"""Codes, names and ids only, for rooms that build scopes and lists; nothing here needs an actor."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Count

from kangmai.registry import models, vocabulary
from kangmai.registry.errors import (
    OrganizationUnknown,
)
from kangmai.registry.queries.filters import on_day


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


def names_by_id(*, ids: Collection[int], language: str = "zh") -> dict[int, str]:
    """The names of institutions, for lists that name them; in Chinese where there is no English one."""
    rows = models.Organization.objects.filter(pk__in=ids).values_list("id", "name", "name_en")
    is_chinese = language.startswith("zh")
    return {id: name if is_chinese or not english else english for id, name, english in rows}


def overseers(
    *, organization_ids: Collection[int], kinds: Collection[str]
) -> dict[tuple[int, str, str], int]:
    """Who stands above institutions, by (institution, level, kind): ids only, for those who must be told.

    Level `parent` has the kind `""`; the levels `county` and `city` have one entry for each of `kinds`
    (cdc, bureau …) that an open institution answers for the county or the city of the institution.
    """
    rows = models.Organization.objects.filter(pk__in=organization_ids)
    places = list(rows.values_list("id", "parent_id", "division_code"))
    found = {(id, "parent", ""): parent for id, parent, _ in places if parent is not None}
    levels = {"county": lambda code: code[:6], "city": lambda code: f"{code[:4]}00"}
    wanted = {cut(code) for _, _, code in places for cut in levels.values()}
    above = models.Organization.objects.filter(
        jurisdiction_code__in=wanted, kind__in=kinds, closed_on=None
    ).order_by("-id")
    by_place = {(o.jurisdiction_code, o.kind): o.pk for o in above}
    for id, _, code in places:
        for level, cut in levels.items():
            for kind in kinds:
                if (cut(code), kind) in by_place:
                    found[id, level, kind] = by_place[cut(code), kind]
    return found


def descendant_ids(*, organization_id: int) -> frozenset[int]:
    """The ids of an institution and of all below it; ids only, for building scopes."""
    sql = """WITH RECURSIVE below AS (
                 SELECT id FROM registry_organization WHERE id = %s
                 UNION SELECT o.id FROM registry_organization o JOIN below b ON o.parent_id = b.id)
             SELECT id FROM below"""
    return frozenset(row.pk for row in models.Organization.objects.raw(sql, [organization_id]))


def answering(*, places: Collection[str], kinds: Collection[str]) -> dict[tuple[str, str], int]:
    """The open institutions of some kinds that answer for divisions, by (division, kind); ids only."""
    rows = models.Organization.objects.filter(
        jurisdiction_code__in=places, kind__in=kinds, closed_on=None
    ).order_by("-id")
    return {(row.jurisdiction_code, row.kind): row.pk for row in rows}


def post_counts(*, organization_ids: Collection[int], on: date) -> dict[int, dict[str, int]]:
    """How many people hold each kind of post in institutions on a day, by institution and post; counts only."""
    rows = models.Post.objects.filter(on_day(on), organization_id__in=organization_ids)
    counted = rows.values_list("organization_id", "role_code").annotate(
        Count("staff", distinct=True)
    )
    found: dict[int, dict[str, int]] = {}
    for id, role, count in counted.order_by("organization_id", "role_code"):
        found.setdefault(id, {})[role] = count
    return found


def staff_names(*, ids: Collection[int]) -> dict[int, str]:
    """Names of members of staff, for lists; a name stands at the counter and is no secret."""
    return dict(models.Staff.objects.filter(pk__in=ids).values_list("id", "name"))


def posted(*, ids: Collection[int], organization_ids: Collection[int], on: date) -> frozenset[int]:
    """Which members of staff hold a post in one of some institutions on a day."""
    rows = models.Post.objects.filter(
        on_day(on), staff_id__in=ids, organization_id__in=organization_ids
    )
    return frozenset(rows.values_list("staff_id", flat=True))
