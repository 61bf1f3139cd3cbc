"""Areas counted apart, and consortia."""

from datetime import date

from kangmai.kernel.actor import Actor, require, subtree
from kangmai.kernel.ids import OrganizationId
from kangmai.registry import models, rules
from kangmai.registry.areas import subtract
from kangmai.registry.errors import (
    AreaUnknown,
    ConsortiumUnknown,
)
from kangmai.registry.models.areas import EXCLUDE, INCLUDE
from kangmai.registry.queries.filters import on_day
from kangmai.registry.types import (
    Consortium,
    ReportingArea,
    ReportingPlace,
)


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


def reporting_places(
    *, after: int = 0, limit: int = 50, actor: Actor
) -> tuple[ReportingPlace, ...]:
    """What is, or was, counted elsewhere than where it lies, the latest first. Raises NotPermitted."""
    require(actor, rules.READ)
    rows = models.ReportingPlace.objects.select_related("organization").order_by("-id")
    if after:
        rows = rows.filter(id__lt=after)
    return tuple(_reporting(row) for row in rows[:limit])


def _reporting(row: models.ReportingPlace) -> ReportingPlace:
    organization = row.organization
    return ReportingPlace(
        id=row.pk,
        organization_id=OrganizationId(organization.pk) if organization else None,
        division_code=row.division_code,
        lies_in=organization.division_code if organization else row.division_code,
        reports_to=row.reports_to,
        from_on=row.from_on,
        to_on=row.to_on,
        document=row.document,
        version=row.version,
    )


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
        on_day(on), organization_id=organization_id
    )
    rows = models.Consortium.objects.filter(pk__in=memberships.values("consortium_id"))
    return tuple(_consortium(row, on) for row in rows.order_by("code"))


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
    members = row.members.filter(on_day(on)).order_by("organization_id")
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
