"""Rounds and their sites."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from kangmai.epidemic.nucleic_acid import models
from kangmai.epidemic.nucleic_acid.errors import SiteUnknown
from kangmai.epidemic.nucleic_acid.reach import (
    ANY,
    get_round,
    institutions,
    near,
    sees_round,
)
from kangmai.epidemic.nucleic_acid.types import Round, RoundKind, RoundState, Site
from kangmai.epidemic.orders.queries import emergency_door
from kangmai.epidemic.orders.types import Purpose
from kangmai.kernel.actor import Actor, NotPermitted, is_permitted
from kangmai.kernel.ids import OrganizationId

MOST = 200


@emergency_door(Purpose.TESTING)
def rounds(*, actor: Actor, at: datetime) -> tuple[Round, ...]:
    """The rounds that concern an actor, the newest first. Raises NoOrderInForce, NotPermitted."""
    if not any(is_permitted(actor, each) for each in ANY):
        raise NotPermitted(permission="testing.read")
    rows = models.Round.objects.order_by("-id")[:MOST]
    return tuple(round_value(each) for each in rows if sees_round(each, actor))


@emergency_door(Purpose.TESTING)
def open_round(*, actor: Actor, at: datetime) -> Round | None:
    """The newest open round that concerns an actor, else the newest of all. Raises NoOrderInForce, NotPermitted."""
    found = rounds(actor=actor, at=at)
    return next((each for each in found if each.state is RoundState.OPEN), next(iter(found), None))


@emergency_door(Purpose.TESTING)
def round_of(round_id: int, *, actor: Actor, at: datetime) -> Round:
    """One round. Raises NoOrderInForce, NotPermitted, RoundUnknown."""
    return round_value(get_round(round_id, actor=actor))


def rounds_by_id(ids: Collection[int]) -> dict[int, Round]:
    """Rounds by id, for titles; nothing personal."""
    return {row.id: round_value(row) for row in models.Round.objects.filter(id__in=ids)}


@emergency_door(Purpose.TESTING)
def sites(round_id: int, *, actor: Actor, at: datetime) -> tuple[Site, ...]:
    """The sites of a round in the actor's reach, by code. Raises NoOrderInForce, NotPermitted, RoundUnknown."""
    get_round(round_id, actor=actor)
    rows = models.Site.objects.filter(within(actor), round_id=round_id)
    return tuple(site_value(each) for each in rows.order_by("code"))


@emergency_door(Purpose.TESTING)
def site_of(site_id: int, *, actor: Actor, at: datetime) -> Site:
    """One site in the actor's reach. Raises NoOrderInForce, NotPermitted, SiteUnknown."""
    if not any(is_permitted(actor, each) for each in ANY):
        raise NotPermitted(permission="testing.read")
    row = models.Site.objects.filter(within(actor), id=site_id).first()
    if row is None:
        raise SiteUnknown()
    return site_value(row)


def within(actor: Actor, prefix: str = "") -> Q:
    """Sites in an actor's places and institutions, and those whose boxes come to his laboratory."""
    labs = Q(**{f"{prefix}laboratory_id__in": institutions(actor, *ANY)})
    return near(actor, *ANY, prefix=prefix) | labs


def round_value(row: models.Round) -> Round:
    """A row as the rest of the house sees it."""
    return Round(
        id=row.id,
        order_id=row.order_id,
        name=row.name,
        kind=RoundKind(row.kind),
        areas=tuple(row.areas),
        mode=row.mode,
        edition_from=row.edition_from,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        target_people=row.target_people,
        organization=OrganizationId(row.organization_id),
        state=RoundState(row.state),
        version=row.version,
    )


def site_value(row: models.Site) -> Site:
    """A row as the rest of the house sees it."""
    return Site(
        id=row.id,
        round_id=row.round_id,
        code=row.code,
        name=row.name,
        organization=OrganizationId(row.organization_id),
        place_code=row.place_code,
        lanes=row.lanes,
        laboratory=OrganizationId(row.laboratory_id) if row.laboratory_id else None,
        longitude=row.longitude,
        latitude=row.latitude,
        queue_people=row.queue_people,
        queue_at=row.queue_at,
        version=row.version,
    )
