"""Institutions with their departments, beds and equipment, for everyone who may read the registry."""

from collections.abc import Collection
from datetime import date

from kangmai.kernel.actor import Actor, require
from kangmai.registry import models, rules
from kangmai.registry.errors import (
    OrganizationUnknown,
)
from kangmai.registry.paging import page
from kangmai.registry.queries.filters import searched
from kangmai.registry.types import (
    Department,
    Equipment,
    Organization,
    Page,
)
from kangmai.registry.values import value_of


def get_organization(*, organization_id: int, actor: Actor) -> Organization:
    """The institution of this id. Raises OrganizationUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.Organization.objects.filter(pk=organization_id).first()
    if row is None:
        raise OrganizationUnknown(organization=organization_id)
    return value_of(Organization, row)


def find_organization(
    *, code: str = "", fhir_id: str = "", credit_code: str = "", actor: Actor
) -> Organization | None:
    """The institution of this business code, FHIR id or credit code, or None."""
    require(actor, rules.READ)
    wanted = {"code": code, "fhir_id": fhir_id, "credit_code": credit_code}
    given = {name: value for name, value in wanted.items() if value}
    if not given:
        return None
    row = models.Organization.objects.filter(**given).order_by("id").first()
    return value_of(Organization, row) if row else None


def organizations_by_id(*, ids: Collection[int], actor: Actor) -> dict[int, Organization]:
    """The institutions of these ids, in one query, for lists that name them."""
    require(actor, rules.READ)
    rows = models.Organization.objects.filter(pk__in=ids)
    return {row.pk: value_of(Organization, row) for row in rows}


def organizations_by_code(*, codes: Collection[str], actor: Actor) -> dict[str, tuple[int, str]]:
    """Id and division of open institutions by their business codes. Raises NotPermitted."""
    require(actor, rules.READ)
    rows = models.Organization.objects.filter(code__in=codes, closed_on=None)
    return {
        code: (id, division)
        for code, id, division in rows.values_list("code", "id", "division_code")
    }


def search_organizations(
    *,
    text: str = "",
    kind: str = "",
    division: str = "",
    parent_id: int | None = None,
    include_closed: bool = False,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> Page[Organization]:
    """Institutions by name, sorted by pinyin.

    Args:
        text: part of the name, first letters in pinyin (zqsdy), or the beginning of the code.
        division: only those standing in this division.
        after: `next` of the page before.

    Raises:
        CursorUnreadable, NotPermitted.
    """
    require(actor, rules.READ)
    rows = searched(models.Organization.objects.all(), text, kind, division, include_closed)
    if parent_id is not None:
        rows = rows.filter(parent_id=parent_id)
    return page(rows, after=after, limit=limit, present=lambda row: value_of(Organization, row))


def ancestors(*, organization_id: int, actor: Actor) -> tuple[Organization, ...]:
    """The institutions above, the highest first."""
    require(actor, rules.READ)
    sql = """WITH RECURSIVE above AS (
                 SELECT parent_id AS id, 1 AS height FROM registry_organization WHERE id = %s
                 UNION SELECT o.parent_id, a.height + 1 FROM registry_organization o
                       JOIN above a ON o.id = a.id WHERE a.height < 20)
             SELECT o.* FROM registry_organization o JOIN above a ON o.id = a.id ORDER BY a.height DESC"""
    rows = models.Organization.objects.raw(sql, [organization_id])
    return tuple(value_of(Organization, row) for row in rows)


def departments(*, organization_id: int, actor: Actor) -> tuple[Department, ...]:
    """The departments of an institution that are open, by pinyin."""
    require(actor, rules.READ)
    rows = models.Department.objects.filter(organization_id=organization_id, closed_on=None)
    return tuple(value_of(Department, row) for row in rows.order_by("sort_key", "id"))


def beds(*, organization_id: int, on: date, actor: Actor) -> dict[str, tuple[int, int]]:
    """Authorized and available beds by kind on a day, all departments together."""
    require(actor, rules.READ)
    rows = models.BedStock.objects.filter(organization_id=organization_id, from_on__lte=on)
    latest = rows.order_by("kind_code", "department_id", "-from_on").distinct(
        "kind_code", "department_id"
    )
    found: dict[str, tuple[int, int]] = {}
    for row in latest:
        authorized, available = found.get(row.kind_code, (0, 0))
        found[row.kind_code] = (authorized + row.authorized, available + row.available)
    return found


def equipment(*, organization_id: int, actor: Actor) -> tuple[Equipment, ...]:
    """The equipment of an institution that is in use, by kind."""
    require(actor, rules.READ)
    rows = models.Equipment.objects.filter(organization_id=organization_id, retired_on=None)
    return tuple(value_of(Equipment, row) for row in rows.order_by("kind_code", "id"))
