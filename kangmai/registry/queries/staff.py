"""Members of staff, their posts and certificates."""

from datetime import date

from django.db.models import Q

from kangmai.kernel.actor import Actor, require
from kangmai.registry import details, models, rules
from kangmai.registry.authority import require_registrar_of
from kangmai.registry.errors import (
    StaffUnknown,
)
from kangmai.registry.paging import page
from kangmai.registry.queries.filters import on_day
from kangmai.registry.types import (
    Page,
    Post,
    Qualification,
    Staff,
    StaffDetails,
)
from kangmai.registry.values import value_of


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
        held = models.Post.objects.filter(on_day(on))
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
    rows = models.Post.objects.filter(on_day(on))
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
