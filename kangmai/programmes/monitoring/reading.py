"""Rows as the rest of the house sees them, and what cards, reviews and opinions say, sealed and opened."""

import datetime
from typing import Any

import orjson

from kangmai.forms.rules import given_of, read_answers
from kangmai.forms.types import Subject
from kangmai.kernel import sealing
from kangmai.kernel.ids import OrganizationId, ResidentId
from kangmai.programmes.monitoring import models
from kangmai.programmes.monitoring.rulebook import form_of, rule
from kangmai.programmes.monitoring.types import (
    Card,
    Content,
    Deed,
    Judgement,
    Level,
    Line,
    Opinion,
    Person,
    Review,
    ReviewState,
    State,
    Step,
)


def _bound(what: str, id: object) -> bytes:
    return f"monitoring.{what}|{id}".encode()


def seal_content(id: object, content: Content) -> tuple[int, bytes]:
    """Whom a card names and its answers, bound to it: key and sealed text."""
    plain = {"person": content.person, "given": given_of(content.form, content.answers)}
    return sealing.seal(orjson.dumps(plain), bound_to=_bound("card", id))


def content_of(row: models.Card) -> Content:
    """Whom a card names and what it says now."""
    return opened(row, row.content_key, bytes(row.content))


def opened(row: models.Card, key: int, sealed: bytes) -> Content:
    """What a card says, or said before."""
    plain: dict[str, Any] = orjson.loads(
        sealing.unseal(key, sealed, bound_to=_bound("card", row.id))
    )
    who = plain["person"]
    born = datetime.date.fromisoformat(who["born_on"]) if who["born_on"] else None
    person = Person(who["name"], who["sex_code"], born, who["index_number"])
    form = form_of(rule(row.kind, on=row.entered_on).form, on=row.form_version)
    subject = Subject(born, person.sex_code)
    return Content(person, form, read_answers(form, plain["given"], subject=subject, on=row.entered_on).answers)  # fmt: skip


def seal_judgement(what: str, id: object, told: Judgement) -> tuple[int, bytes]:
    """What an expert or a meeting says, bound to where it stands."""
    return sealing.seal(orjson.dumps(told), bound_to=_bound(what, id))


def judgement_of(what: str, id: object, key: int | None, sealed: bytes | None) -> Judgement | None:
    """What an expert or a meeting said."""
    if key is None or sealed is None:
        return None
    plain = orjson.loads(sealing.unseal(key, bytes(sealed), bound_to=_bound(what, id)))
    return Judgement(
        plain["avoidable"], tuple(plain["delays"]), tuple(plain["cells"]), plain["text"]
    )


def opinion_place(review: object, account: int) -> str:
    """Where an opinion stands: its review and its expert."""
    return f"{review}|{account}"


def card_of(row: models.Card) -> Card:
    """A card with what it says and what was done with it."""
    return Card(
        id=row.id,
        kind=row.kind,
        number=row.number,
        resident=ResidentId(row.resident_id),
        organization=OrganizationId(row.organization),
        place_code=row.place_code,
        event_on=row.event_on,
        content=content_of(row),
        codes=tuple(row.codes),
        kept=row.kept,
        is_counted=row.is_counted,
        is_late=row.is_late,
        state=State(row.state),
        reported_at=row.reported_at,
        account=row.account,
        steps=tuple(
            Step(Deed(each.deed), each.account, each.at, each.reason) for each in row.steps.order_by("id")
        ),
        version=row.version,
    )  # fmt: skip


def line_of(row: models.Card) -> Line:
    """A card for counting."""
    return Line(row.number, row.kind, row.event_on, row.place_code, OrganizationId(row.organization), tuple(row.codes), row.kept, row.is_counted, State(row.state))  # fmt: skip


def review_of(row: models.Review, *, with_opinions: bool) -> Review:
    """A review; what the experts said only where that is asked for."""
    opinions = (
        tuple(_opinion(each) for each in row.opinions.order_by("id")) if with_opinions else ()
    )
    return Review(
        id=row.id,
        card=row.card_id,
        kind=row.card.kind,
        level=Level(row.level),
        state=ReviewState(row.state),
        meets_on=row.meets_on,
        opinions=row.opinions.count(),
        held_on=row.held_on,
        judgement=judgement_of("review", row.id, row.content_key, row.content),
        concluded_by=row.concluded_by or 0,
        version=row.version,
        all_opinions=opinions,
    )


def _opinion(row: models.Opinion) -> Opinion:
    place = opinion_place(row.review_id, row.account)
    told = judgement_of("opinion", place, row.content_key, row.content)
    assert told is not None
    return Opinion(row.account, told, row.at)
