"""Which signals, events and series an actor sees: one condition for every list, count and write."""

from django.db.models import Q, QuerySet

from kangmai.epidemic.surveillance import models
from kangmai.epidemic.surveillance.areas import contains
from kangmai.kernel.actor import Actor, PlaceRange

READ = "signals.read"
WORK = "signals.work"
DECIDE = "signals.decide"
REPORT = "signals.report"
INTAKE = "signals.intake"


def places(actor: Actor, permission: str) -> tuple[PlaceRange, ...]:
    """Where an actor holds a permission."""
    return tuple(
        place
        for grant in actor.grants
        if {permission, "*"} & grant.permissions
        for place in grant.places
    )


def signals(actor: Actor) -> QuerySet[models.Signal]:
    """Signals about the actor's places, and those of the areas that hold them, with labels he may see."""
    return models.Signal.objects.filter(_about(actor), label__in=actor.scope.labels)


def outbreaks(actor: Actor) -> QuerySet[models.Outbreak]:
    """Events of the actor's places, likewise."""
    return models.Outbreak.objects.filter(_about(actor), label__in=actor.scope.labels)


def may_work_on(actor: Actor, permission: str, area_code: str) -> bool:
    """Whether a permission reaches the whole of an area: a county's officer does not decide for the city."""
    return any(
        place.low <= _stem(area_code) and _stem(area_code) < place.high
        for place in places(actor, permission)
    )


def may_see_area(actor: Actor, area_code: str) -> bool:
    """Whether an area lies in an actor's places."""
    return may_work_on(actor, READ, area_code)


def holds(area_code: str, inner: str) -> bool:
    """Whether an area holds another."""
    return contains(area_code, inner)


def _stem(area_code: str) -> str:
    is_city = len(area_code) == 6 and area_code.endswith("00")
    return area_code[:4] if is_city else area_code


def _about(actor: Actor) -> Q:
    inside = Q(pk__in=[])
    for place in places(actor, READ):
        inside |= Q(area_code__gte=place.low, area_code__lt=place.high)
    return inside
