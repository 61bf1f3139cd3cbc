"""What the registry knows. Institutions, places and posts are seen by everyone who may read the registry."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.registry import details, models, rules, vocabulary
from kangmai.registry.areas import subtract
from kangmai.registry.authority import require_registrar_of
from kangmai.registry.errors import (
    AreaUnknown,
    ConsortiumUnknown,
    OrganizationUnknown,
    PlaceUnknown,
    StaffUnknown,
)
from kangmai.registry.models.areas import EXCLUDE, INCLUDE
from kangmai.registry.paging import page
from kangmai.registry.types import (
    Consortium,
    Department,
    Equipment,
    Organization,
    Page,
    Place,
    PlaceClass,
    Post,
    Qualification,
    ReportingArea,
    Staff,
    StaffDetails,
)
from kangmai.registry.values import value_of
from kangmai.standards.pinyin import fold_name


def codes(name: str) -> Mapping[str, Mapping[str, Any]]:
    """The codes of a list (post_role, bed_kind, organization_kind …) with their words `zh` and `en`."""
    return vocabulary.vocabulary(name)


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
    rows = _searched(models.Organization.objects.all(), text, kind, division, include_closed)
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


def descendant_ids(*, organization_id: int) -> frozenset[int]:
    """The ids of an institution and of all below it; ids only, for building scopes."""
    sql = """WITH RECURSIVE below AS (
                 SELECT id FROM registry_organization WHERE id = %s
                 UNION SELECT o.id FROM registry_organization o JOIN below b ON o.parent_id = b.id)
             SELECT id FROM below"""
    return frozenset(row.pk for row in models.Organization.objects.raw(sql, [organization_id]))


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


def get_staff(*, staff_id: int, actor: Actor) -> Staff:
    """The member of staff of this id. Raises StaffUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.Staff.objects.filter(pk=staff_id).first()
    if row is None:
        raise StaffUnknown(staff=staff_id)
    return value_of(Staff, row)


def get_staff_details(*, staff_id: int, actor: Actor) -> StaffDetails:
    """Identity number, phone and birth date, for a registrar of one of his institutions.

    Raises:
        StaffUnknown, NotYourOrganization.
    """
    row = models.Staff.objects.filter(pk=staff_id).first()
    if row is None:
        raise StaffUnknown(staff=staff_id)
    require_registrar_of(staff_id, actor)
    return details.open_details(row.details, row.details_key, staff_id=staff_id)


def search_staff(
    *,
    text: str = "",
    organization_id: int | None = None,
    role_code: str = "",
    on: date,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> Page[Staff]:
    """Members of staff by name, sorted by pinyin.

    Args:
        text: part of the name, or first letters in pinyin.
        organization_id: only those with a post there on the day `on`.
    """
    require(actor, rules.READ)
    rows = models.Staff.objects.all()
    if organization_id is not None or role_code:
        held = models.Post.objects.filter(_on_day(on))
        held = held.filter(organization_id=organization_id) if organization_id else held
        held = held.filter(role_code=role_code) if role_code else held
        rows = rows.filter(pk__in=held.values("staff_id"))
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(initials__startswith=text.lower()))
    return page(rows, after=after, limit=limit, present=lambda row: value_of(Staff, row))


def posts(
    *,
    staff_id: int | None = None,
    organization_id: int | None = None,
    on: date,
    actor: Actor,
) -> tuple[Post, ...]:
    """The posts that a person holds, or that are held in an institution, on a day."""
    require(actor, rules.READ)
    rows = models.Post.objects.filter(_on_day(on))
    if staff_id is not None:
        rows = rows.filter(staff_id=staff_id)
    if organization_id is not None:
        rows = rows.filter(organization_id=organization_id)
    return tuple(value_of(Post, row) for row in rows.order_by("organization_id", "role_code", "id"))


def qualifications(*, staff_id: int, actor: Actor) -> tuple[Qualification, ...]:
    """The certificates of a member of staff, by kind."""
    require(actor, rules.READ)
    rows = models.Qualification.objects.filter(staff_id=staff_id)
    return tuple(value_of(Qualification, row) for row in rows.order_by("kind_code", "id"))


def get_place(*, place_id: int, actor: Actor) -> Place:
    """The place of this id. Raises PlaceUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.Place.objects.filter(pk=place_id).first()
    if row is None:
        raise PlaceUnknown(place=place_id)
    return value_of(Place, row)


def search_places(
    *,
    text: str = "",
    kind: str = "",
    division: str = "",
    include_closed: bool = False,
    after: str = "",
    limit: int = 50,
    actor: Actor,
) -> Page[Place]:
    """Places by name, sorted by pinyin; arguments as of `search_organizations`."""
    require(actor, rules.READ)
    rows = _searched(models.Place.objects.all(), text, kind, division, include_closed)
    return page(rows, after=after, limit=limit, present=lambda row: value_of(Place, row))


def classes(*, place_id: int, on: date, actor: Actor) -> tuple[PlaceClass, ...]:
    """The classes of a place on a day, by grade and name."""
    require(actor, rules.READ)
    rows = models.PlaceClass.objects.filter(_on_day(on), place_id=place_id)
    return tuple(value_of(PlaceClass, row) for row in rows.order_by("grade", "name", "id"))


def get_reporting_area(*, code: str, actor: Actor) -> ReportingArea:
    """The reporting area of this code. Raises AreaUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.ReportingArea.objects.filter(code=code).first()
    if row is None:
        raise AreaUnknown(area=code)
    return _area(row)


def reporting_areas(*, actor: Actor) -> tuple[ReportingArea, ...]:
    """All reporting areas, by code."""
    require(actor, rules.READ)
    rows = models.ReportingArea.objects.prefetch_related("members").order_by("code")
    return tuple(_area(row) for row in rows)


def get_consortium(*, consortium_id: int, on: date, actor: Actor) -> Consortium:
    """A consortium with its members on a day. Raises ConsortiumUnknown, NotPermitted."""
    require(actor, rules.READ)
    row = models.Consortium.objects.filter(pk=consortium_id).first()
    if row is None:
        raise ConsortiumUnknown(consortium=consortium_id)
    return _consortium(row, on)


def consortia_of(*, organization_id: int, on: date, actor: Actor) -> tuple[Consortium, ...]:
    """The consortia that an institution belongs to on a day, by code."""
    require(actor, rules.READ)
    memberships = models.ConsortiumMember.objects.filter(
        _on_day(on), organization_id=organization_id
    )
    rows = models.Consortium.objects.filter(pk__in=memberships.values("consortium_id"))
    return tuple(_consortium(row, on) for row in rows.order_by("code"))


def _searched(
    rows: QuerySet[Any], text: str, kind: str, division: str, include_closed: bool
) -> QuerySet[Any]:
    if not include_closed:
        rows = rows.filter(closed_on=None)
    if kind:
        rows = rows.filter(kind=kind)
    if division:
        reach = subtree(division)
        rows = rows.filter(division_code__gte=reach.low, division_code__lt=reach.high)
    if text := fold_name(text):
        rows = rows.filter(
            Q(name__contains=text) | Q(initials__startswith=text) | Q(code__istartswith=text)
        )
    return rows


def _on_day(on: date) -> Q:
    return Q(from_on__lte=on) & (Q(to_on__isnull=True) | Q(to_on__gt=on))


def _area(row: models.ReportingArea) -> ReportingArea:
    members = sorted(row.members.all(), key=lambda member: member.division_code)
    includes = tuple(each.division_code for each in members if each.effect == INCLUDE)
    excludes = tuple(each.division_code for each in members if each.effect == EXCLUDE)
    return ReportingArea(
        id=row.pk,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        includes=includes,
        excludes=excludes,
        ranges=subtract(map(subtree, includes), map(subtree, excludes)),
    )


def _consortium(row: models.Consortium, on: date) -> Consortium:
    members = row.members.filter(_on_day(on)).order_by("organization_id")
    return Consortium(
        id=row.pk,
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        kind=row.kind,
        lead_id=row.lead_id,
        division_code=row.division_code,
        member_ids=tuple(members.values_list("organization_id", flat=True)),
    )
