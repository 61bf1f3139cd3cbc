"""Lists inside what the actor may see: cards by what they wait for, awaited deaths, reviews, who read, lines for counting.

One card with its name is opened by `actions.open_card`, which keeps who did.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from kangmai.kernel.actor import Actor, is_permitted, require
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.monitoring import models
from kangmai.programmes.monitoring.errors import CardNotFound
from kangmai.programmes.monitoring.reach import ASSESS, CHECK, READ, REPORT, is_city, near, works_at
from kangmai.programmes.monitoring.reading import content_of, line_of, review_of
from kangmai.programmes.monitoring.types import (
    Awaited,
    Line,
    Listed,
    Purpose,
    Reading,
    Review,
    ReviewState,
    Show,
    State,
)

__all__ = [
    "awaited",
    "count_cards",
    "is_city",
    "line_list",
    "readings_of",
    "reviews_of",
    "reviews_to_assess",
    "search_cards",
    "works_at",
]

MOST = 1000
MOST_LINES = 5000


def search_cards(
    *, kind: str, show: Show, number: str = "", after: UUID | None = None, limit: int = 20, actor: Actor
) -> list[Listed]:  # fmt: skip
    """A page of cards, newest first; `after` is the last of the page before. Raises NotPermitted."""
    rows = _shown(kind, show, actor)
    if number:
        rows = _shown(kind, Show.ALL, actor).filter(number=number)
    if after:
        rows = rows.filter(id__lt=after)
    return [_listed(each) for each in rows.order_by("-id")[:limit]]


def count_cards(*, kind: str, actor: Actor) -> dict[Show, int]:
    """How many stand in each list, up to 1,000. Raises NotPermitted."""
    return {each: _shown(kind, each, actor)[:MOST].count() for each in Show}


def _shown(kind: str, show: Show, actor: Actor) -> QuerySet[models.Card]:
    require(actor, READ)
    rows = models.Card.objects.filter(near(actor, READ), kind=kind)
    match show:
        case Show.VOID:
            return rows.filter(state=State.VOID.value)
        case Show.ALL:
            return rows.exclude(state=State.VOID.value)
        case Show.WAITING:
            return rows.filter(_waits_for(actor))


def _waits_for(actor: Actor) -> Q:
    """What the actor's own step is: to mend, to check for the county, to check for the city."""
    waits = Q(pk__in=[])
    if is_permitted(actor, REPORT):
        waits |= Q(state=State.RETURNED.value) & near(actor, REPORT)
    if is_permitted(actor, CHECK):
        states = [State.REPORTED.value]
        places = [place for grant in actor.grants for place in grant.places]
        if any(is_city(actor, place.low) for place in places):
            states.append(State.COUNTY.value)
        waits |= Q(state__in=states) & near(actor, CHECK)
    return waits


def _listed(row: models.Card) -> Listed:
    name = content_of(row).person.name
    return Listed(row.id, row.kind, row.number, name[:1] + "＊" * max(len(name) - 1, 1), row.event_on, OrganizationId(row.organization), row.place_code, tuple(row.codes), row.is_counted, row.is_late, State(row.state))  # fmt: skip


def awaited(*, kind: str, limit: int = 100, actor: Actor) -> list[Awaited]:
    """Deaths on certificates whose card is still to come, the earliest due first. Raises NotPermitted."""
    require(actor, READ)
    rows = models.Awaited.objects.filter(near(actor, READ), kind=kind, card=None)
    return [
        Awaited(each.certificate, each.kind, ResidentId(each.resident_id), each.died_on, each.place_code, OrganizationId(each.organization), each.due_on, each.why)
        for each in rows.order_by("due_on", "certificate")[:limit]
    ]  # fmt: skip


def reviews_of(card_id: UUID, *, actor: Actor) -> list[Review]:
    """The reviews of a death with every opinion, for those who call them. Raises NotPermitted, CardNotFound."""
    require(actor, CHECK)
    if not models.Card.objects.filter(near(actor, CHECK), pk=card_id).exists():
        raise CardNotFound()
    rows = models.Review.objects.filter(card_id=card_id).select_related("card").order_by("id")
    return [review_of(each, with_opinions=True) for each in rows]


def reviews_to_assess(*, limit: int = 100, actor: Actor) -> list[Review]:
    """The reviews that ask for an expert's opinion, none of his own institution's deaths. Raises NotPermitted."""
    require(actor, ASSESS)
    houses: Sequence[int] = [each.organization for each in actor.grants if each.organization]
    rows = (
        models.Review.objects.filter(near(actor, ASSESS, "card__"), state=ReviewState.CALLED.value)
        .exclude(card__state=State.VOID.value)
        .exclude(card__organization__in=houses)
        .select_related("card")
    )
    return [
        review_of(each, with_opinions=False) for each in rows.order_by("meets_on", "id")[:limit]
    ]


def readings_of(card_id: UUID, *, limit: int = 200, actor: Actor) -> list[Reading]:
    """Who opened a card, the latest first. Raises NotPermitted, CardNotFound."""
    require(actor, CHECK)
    if not models.Card.objects.filter(near(actor, CHECK), pk=card_id).exists():
        raise CardNotFound()
    rows = models.Reading.objects.filter(card_id=card_id).order_by("-id")[:limit]
    return [
        Reading(each.account, each.organization, Purpose(each.purpose), each.at) for each in rows
    ]


def line_list(*, kind: str, from_on: date, to_on: date, actor: Actor) -> list[Line]:
    """The cards of days from `from_on` up to and with `to_on`, at most 5,000, without names. Raises NotPermitted."""
    require(actor, CHECK)
    rows = models.Card.objects.filter(near(actor, CHECK), kind=kind, event_on__gte=from_on, event_on__lt=to_on + timedelta(1))  # fmt: skip
    return [line_of(each) for each in rows.exclude(state=State.VOID.value).order_by("event_on", "id")[:MOST_LINES]]  # fmt: skip
