"""One card: opened, with its history, its evidence, its likes, and the places its free text may mean."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kangmai.epidemic.cases import models
from kangmai.epidemic.cases.contents import changes_of, content_of
from kangmai.epidemic.cases.duplicates import reported
from kangmai.epidemic.cases.errors import CardNotFound
from kangmai.epidemic.cases.likeness import likeness
from kangmai.epidemic.cases.people import person_of as first_part
from kangmai.epidemic.cases.reach import inside, may_open
from kangmai.epidemic.cases.types import (
    Card,
    CaseLine,
    Content,
    Deed,
    Evidence,
    Person,
    PlaceProposal,
    Step,
)
from kangmai.epidemic.cases.values import card_of, line_of, person_of
from kangmai.identity import queries as identity
from kangmai.kernel import audit
from kangmai.kernel.actor import Actor, Label
from kangmai.kernel.ids import AccountId, ResidentId
from kangmai.registry import queries as registry

LEAST_LIKENESS = 0.5
MOST_PROPOSALS = 5
MOST_PLACES = 2000


def get_card(card_id: UUID, *, actor: Actor, at: datetime) -> Card:
    """A card opened, masked where the reader may not know the person; every opening is written down.

    Raises:
        CardNotFound: there is none, or it is outside the actor's reach.
    """
    row = _row(card_id, actor)
    is_masked = not may_open(row, actor)
    _write_down(row, "cases.masked" if is_masked else "cases.read", "", actor, at)
    return card_of(row, is_masked=is_masked)


def person(card_id: UUID, *, purpose: str, actor: Actor, at: datetime) -> Person:
    """Whom a card is about, for a stated purpose; masked where the reader may not know.

    Raises:
        CardNotFound
    """
    row = _row(card_id, actor)
    is_masked = not may_open(row, actor)
    _write_down(row, "cases.person", purpose, actor, at)
    return person_of(content_of(row), is_masked=is_masked)


def persons(
    card_ids: Collection[UUID], *, purpose: str, actor: Actor, at: datetime
) -> dict[UUID, Person]:
    """Whom cards of a list are about; one line in the audit trail, HIV and STD cards one each."""
    rows = list(inside(actor).filter(pk__in=card_ids).order_by("id"))
    found = {}
    for row in rows:
        is_open = may_open(row, actor)
        if is_open and row.label == Label.HIV_STD:
            _write_down(row, "cases.person", purpose, actor, at)
        found[row.id] = person_of(content_of(row), is_masked=not is_open)
    subjects = [row.patient_rid for row in rows if row.patient_rid]
    audit.record_later(
        audit.Entry(actor, at, "cases.list", "CaseCard", "", subjects, reason=purpose[:300])
    )
    return found


def history(card_id: UUID, *, actor: Actor) -> tuple[Step, ...]:
    """What befell a card, in order; what corrections changed only for who may open it. Raises CardNotFound."""
    row = _row(card_id, actor)
    is_open = may_open(row, actor)
    return tuple(
        Step(
            each.at,
            AccountId(each.account),
            each.organization,
            Deed(each.deed),
            each.note,
            changes_of(each) if is_open else (),
        )
        for each in row.steps.order_by("id")
    )


def evidence(card_id: UUID, *, actor: Actor) -> tuple[Evidence, ...]:
    """The resources of the record that speak for a card. Raises CardNotFound."""
    row = _row(card_id, actor)
    return tuple(
        Evidence(each.resource_type, each.resource_id, each.code, each.found_on, each.is_withdrawn)
        for each in row.evidence.order_by("found_on", "id")
    )


def alike(card_id: UUID, *, actor: Actor) -> tuple[CaseLine, ...]:
    """Other reports of the same person and disease that the actor sees, the newest first. Raises CardNotFound."""
    row = _row(card_id, actor)
    ids = list(reported(row).values_list("id", flat=True)[:20])
    return tuple(line_of(each) for each in inside(actor).filter(pk__in=ids).order_by("-id"))


def first_content(resident_id: ResidentId, *, actor: Actor, at: datetime) -> Content:
    """What a new card says of a resident before anybody writes on it.

    Raises:
        NotPermitted, ResidentNotFound.
    """
    found = identity.get_resident(resident_id, actor=actor, at=at)
    return first_part(found.demographics, at)


def place_proposals(card_id: UUID, *, actor: Actor) -> tuple[PlaceProposal, ...]:
    """Registered schools and workplaces of the county that the card's text may mean, the likest first.

    Raises:
        CardNotFound, NotPermitted.
    """
    row = _row(card_id, actor)
    text = content_of(row).workplace
    if not text or not may_open(row, actor):
        return ()
    counties = {row.report_code[:6], *([row.home_code[:6]] if len(row.home_code) >= 6 else [])}
    found = [
        PlaceProposal(each.id, each.name, each.division_code, round(likeness(text, each.name), 3))
        for county in sorted(counties)
        for each in registry.search_places(division=county, limit=MOST_PLACES, actor=actor).rows
    ]
    likely = sorted(
        (each for each in found if each.likeness >= LEAST_LIKENESS),
        key=lambda each: (-each.likeness, each.place_id),
    )
    return tuple(likely[:MOST_PROPOSALS])


def _row(card_id: UUID, actor: Actor) -> models.Card:
    row = inside(actor).filter(pk=card_id).first()
    if row is None:
        raise CardNotFound()
    return row


def _write_down(row: models.Card, action: str, purpose: str, actor: Actor, at: datetime) -> None:
    """HIV and STD cards are written down before they are shown, others within a second."""
    subjects = [row.patient_rid] if row.patient_rid else []
    entry = audit.Entry(actor, at, action, "CaseCard", str(row.id), subjects, reason=purpose[:300])
    if row.label == Label.HIV_STD:
        audit.record_all([entry])
    else:
        audit.record_later(entry)
