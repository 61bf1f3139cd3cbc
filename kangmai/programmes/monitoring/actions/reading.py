"""Open a card, or a death without its name: who opened it stands in the log before the page does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from kangmai.kernel.actor import Actor, require
from kangmai.kernel.deeds import write_down
from kangmai.programmes.monitoring import models, rules
from kangmai.programmes.monitoring.errors import (
    CardNotFound,
    NoReview,
    OwnInstitution,
    ReviewNotFound,
)
from kangmai.programmes.monitoring.reach import ASSESS, READ, near, works_at
from kangmai.programmes.monitoring.reading import (
    card_of,
    content_of,
    judgement_of,
    opinion_place,
    review_of,
)
from kangmai.programmes.monitoring.types import Anonymous, Card, Content, Purpose, State
from kangmai.registry import queries as registry


def open_card(
    card_id: UUID, *, purpose: Purpose = Purpose.OPENED, actor: Actor, at: datetime
) -> Card:
    """A card near the actor, with the name. Raises NotPermitted, CardNotFound."""
    require(actor, READ)
    with transaction.atomic():
        row = models.Card.objects.filter(near(actor, READ), pk=card_id).first()
        if row is None:
            raise CardNotFound()
        _note(row, purpose, actor, at)
        return card_of(row)


def open_case(review_id: UUID, *, actor: Actor, at: datetime) -> Anonymous:
    """A death as an expert may see it. Raises NotPermitted, ReviewNotFound, OwnInstitution."""
    require(actor, ASSESS)
    with transaction.atomic():
        rows = models.Review.objects.select_related("card").exclude(card__state=State.VOID.value)
        row = rows.filter(near(actor, ASSESS, "card__"), pk=review_id).first()
        if row is None:
            raise ReviewNotFound()
        if works_at(actor, row.card.organization):
            raise OwnInstitution()
        _note(row.card, Purpose.REVIEWED, actor, at)
        return _anonymous(row, actor)


def _anonymous(row: models.Review, actor: Actor) -> Anonymous:
    of = rules.rule(row.card.kind, on=row.card.entered_on)
    if of.review is None:
        raise NoReview()
    content = content_of(row.card)
    mine = row.opinions.filter(account=actor.account).first()
    place = opinion_place(row.id, actor.account)
    born = content.answers.day("born_on") or content.person.born_on
    return Anonymous(
        review=review_of(row, with_opinions=False),
        case=str(row.card_id)[-6:].upper(),
        sex_code=content.answers.code("sex") or content.person.sex_code,
        age_days=(row.card.event_on - born).days if born else None,
        form=content.form,
        answers=rules.without(content, of.review.hides, _names(row.card, content)),
        elapsed=rules.elapsed(of, content),
        mine=judgement_of("opinion", place, mine.content_key, mine.content) if mine else None,
    )


def _names(row: models.Card, content: Content) -> dict[str, str]:
    """What is replaced in texts: the person, and the institution that reported, by its two names."""
    houses = (registry.names_by_id(ids=[row.organization], language=each) for each in ("zh", "en"))
    found = {name: "某机构" for each in houses for name in each.values()}
    return {**found, content.person.name: "某某", content.person.index_number: "***"}


def _note(row: models.Card, purpose: Purpose, actor: Actor, at: datetime) -> None:
    house = next((each.organization for each in actor.grants if each.organization), None)
    models.Reading.objects.create(card=row, account=actor.account, organization=house, purpose=purpose.value, at=at)  # fmt: skip
    write_down("monitoring.opened", "MonitoredCard", row.id, details={"purpose": purpose.value}, actor=actor, at=at)  # fmt: skip
