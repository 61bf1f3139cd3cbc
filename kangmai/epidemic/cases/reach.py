"""Which cards an actor sees, and whose names: two conditions for every list, count, page and export.

A card is inside for the institution that reported it, for who diagnosed it, and for those whose places
hold the home, the reporting institution or the county that looks after the case, as far as its label is
theirs. HIV and STD cards show their person only to those who hold `cases.sensitive` there.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.types import AssistanceState
from kangmai.kernel.actor import Actor, Label, PlaceRange, is_permitted

READ, REPORT, COUNT = "cases.read", "cases.report", "cases.count"
REVIEW, FINAL, SENSITIVE = "cases.review", "cases.final_review", "cases.sensitive"


def inside(actor: Actor) -> QuerySet[models.Card]:
    """The cards an actor sees."""
    own, reach = Q(pk__in=[]), Q(pk__in=[])
    for grant in actor.grants:
        if not {READ, REPORT, "*"} & grant.permissions:
            continue
        if grant.organization is not None:
            own |= Q(organization=grant.organization)
        if {READ, "*"} & grant.permissions:
            for place in grant.places:
                reach |= _within(place)
    found = models.Card.objects.filter(own | reach, label__in=actor.scope.labels)
    if actor.scope.objections:
        found = found.exclude(Q(resident_id__in=actor.scope.objections) & ~own)
    if not actor.account:
        return found
    mine = Q(account=actor.account)
    return models.Card.objects.filter(mine | Q(pk__in=found.values("pk")))


def _within(place: PlaceRange) -> Q:
    columns = ("home_code", "report_code", "managing_code")
    found = Q(pk__in=[])
    for column in columns:
        found |= Q(**{f"{column}__gte": place.low, f"{column}__lt": place.high})
    asked = models.Assistance.objects.filter(
        card=OuterRef("pk"),
        state=AssistanceState.ASKED.value,
        to_code__gte=place.low,
        to_code__lt=place.high,
    )
    return found | Exists(asked)


def may_open(row: models.Card, actor: Actor) -> bool:
    """Whether an actor may see whom a card is about."""
    if row.label != Label.HIV_STD:
        return True
    is_mine = bool(actor.account) and row.account == actor.account
    return is_mine or is_permitted(actor, SENSITIVE)


def institutions(actor: Actor, permission: str) -> frozenset[int]:
    """The institutions in which an actor holds a permission."""
    return frozenset(
        grant.organization
        for grant in actor.grants
        if grant.organization is not None and {permission, "*"} & grant.permissions
    )


def places(actor: Actor, permission: str) -> tuple[PlaceRange, ...]:
    """The places in which an actor holds a permission."""
    return tuple(
        place
        for grant in actor.grants
        if {permission, "*"} & grant.permissions
        for place in grant.places
    )
