"""Whose campaigns and lists an actor sees: campaigns whose area touches his places, and of their lists his own people."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from kangmai.kernel.actor import Actor, PlaceRange, require, subtree
from kangmai.programmes.campaigns import models
from kangmai.programmes.campaigns.errors import (
    CampaignClosed,
    CampaignNotFound,
    SessionNotFound,
    TargetNotFound,
)

READ, WORK, PLAN = "vaccination.read", "vaccination.work", "vaccination.campaign"


def places(actor: Actor, permission: str = READ) -> Iterable[PlaceRange]:
    """The places in which an actor holds a permission."""
    return (p for g in actor.grants if {permission, "*"} & g.permissions for p in g.places)


def own(actor: Actor, permission: str = READ) -> frozenset[int]:
    """The institutions in which an actor holds a permission."""
    found = (g.organization for g in actor.grants if {permission, "*"} & g.permissions)
    return frozenset(each for each in found if each is not None)


def holds(actor: Actor, permission: str, place: str) -> bool:
    """Whether a division lies in the actor's places."""
    return any(each.low <= place < each.high for each in places(actor, permission))


def campaigns(actor: Actor) -> QuerySet[models.Campaign]:
    """The campaigns whose area touches the actor's places, or on whose lists are people of his institutions.

    Raises:
        NotPermitted
    """
    require(actor, READ)
    touching = Q(pk__in=[])
    for each in places(actor):
        touching |= Q(area_low__lt=each.high, area_high__gt=each.low)
    ours = own(actor)
    served = models.Target.objects.filter(campaign=OuterRef("pk"), organization__in=ours)
    return models.Campaign.objects.filter(touching | Q(organization__in=ours) | Exists(served))


def seen(campaign_id: UUID, *, actor: Actor) -> models.Campaign:
    """A campaign that the actor may see. Raises NotPermitted, CampaignNotFound."""
    row = campaigns(actor).filter(pk=campaign_id).first()
    if row is None:
        raise CampaignNotFound()
    return row


def locked(campaign_id: UUID, permission: str, *, actor: Actor) -> models.Campaign:
    """An open campaign, locked, in which the actor holds a right.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed
    """
    require(actor, permission)
    row = seen(campaign_id, actor=actor)
    row = models.Campaign.objects.select_for_update().get(pk=row.pk)
    if row.closed_on is not None:
        raise CampaignClosed()
    return row


def planned(campaign_id: UUID, *, actor: Actor) -> models.Campaign:
    """An open campaign, locked, whose whole area is the actor's to plan.

    Raises:
        NotPermitted, CampaignNotFound, CampaignClosed
    """
    row = locked(campaign_id, PLAN, actor=actor)
    if not holds(actor, PLAN, row.place_code):
        raise CampaignNotFound()
    return row


def near(actor: Actor, permission: str = READ) -> Q:
    """Of a list, the people of an actor's places and institutions."""
    found = Q(organization__in=own(actor, permission))
    for each in places(actor, permission):
        found |= Q(place_code__gte=each.low, place_code__lt=each.high)
    return found


def within(place: str) -> Q:
    """The rows at and below a division."""
    area = subtree(place)
    return Q(place_code__gte=area.low, place_code__lt=area.high)


def target(target_id: int, *, permission: str = WORK, actor: Actor) -> models.Target:
    """Somebody on a list, locked. Raises NotPermitted, TargetNotFound."""
    require(actor, permission)
    rows = models.Target.objects.select_for_update(of=("self",)).select_related("campaign")
    row = rows.filter(near(actor, permission), pk=target_id).first()
    if row is None:
        raise TargetNotFound()
    return row


def sessions(actor: Actor) -> QuerySet[models.Session]:
    """The sessions in an actor's places and of his institutions. Raises NotPermitted."""
    require(actor, READ)
    return models.Session.objects.filter(near(actor)).select_related("campaign")


def own_session(session_id: UUID, *, actor: Actor) -> models.Session:
    """A session of the actor's clinic, locked. Raises NotPermitted, SessionNotFound."""
    require(actor, WORK)
    rows = models.Session.objects.select_for_update(of=("self",)).select_related("campaign")
    row = rows.filter(organization__in=own(actor, WORK), pk=session_id).first()
    if row is None:
        raise SessionNotFound()
    return row
