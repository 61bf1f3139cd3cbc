"""A case as its institutions would have dealt with it, up to now: diagnosed, submitted, received, reviewed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kangmai.commandline.city.columns import TownChunk
from kangmai.commandline.city.outbreaks.stage import Stage, staff
from kangmai.deadlines.types import Subject
from kangmai.epidemic.cases import actions as cases
from kangmai.epidemic.cases.errors import DuplicateCard
from kangmai.epidemic.cases.types import Card
from kangmai.handover import actions as handover
from kangmai.handover import queries as ledger
from kangmai.kernel.actor import operator

ACTOR = operator("kangmai demo outbreak")
SUBMITTED, RECEIVED, REVIEWED = timedelta(minutes=40), timedelta(minutes=80), timedelta(hours=9)
FIELDS = ("document_number", "address", "case_class", "disease", "occupation", "phone", "onset_on")
"""What may look unusual on an invented card and was looked at twice."""


def report(
    stage: Stage,
    chunk: TownChunk,
    people: Iterable[int],
    disease: str,
    diagnosed_at: datetime,
    *,
    onset_days: int,
    at: datetime,
) -> Card | None:
    """Report the first of some people who has not had the disease; None where all have."""
    for row in people:
        said = stage.card(chunk, row, disease, diagnosed_at, onset_days=onset_days)
        doctor = staff("kangmai demo outbreak", stage.organization(stage.hospital))
        try:
            card = cases.begin_card(
                content=said,
                resident_id=stage.resident(chunk, row),
                key="",
                actor=doctor,
                at=diagnosed_at,
            )
        except DuplicateCard:
            continue
        submitted = min(diagnosed_at + SUBMITTED, at)
        card = cases.submit(
            card_id=card.line.card_id,
            content=said,
            confirmed=FIELDS,
            expected_version=card.version,
            key="",
            actor=doctor,
            at=submitted,
        )
        return _afterwards(card, diagnosed_at, at)
    return None


def _afterwards(card: Card, diagnosed_at: datetime, at: datetime) -> Card:
    """The receipt of the network and the county's review, where their time has come."""
    received, reviewed = diagnosed_at + RECEIVED, diagnosed_at + REVIEWED
    if received <= at:
        for entry in ledger.of_subject(Subject("case_card", str(card.line.card_id)), actor=ACTOR):
            handover.mark_sent_by_hand(
                entries=[(entry.id, entry.version)], actor=ACTOR, at=received
            )
            handover.record_receipt(
                entry_id=entry.id,
                receipt_number=f"INV{card.line.card_id.hex[-20:].upper()}",
                expected_version=entry.version + 1,
                actor=ACTOR,
                at=received,
            )
    if reviewed <= at:
        return cases.review(
            card_id=card.line.card_id,
            expected_version=card.version,
            key="",
            actor=ACTOR,
            at=reviewed,
        )
    return card
