"""What campaigns do when the record or the clinic changes something for somebody on their lists."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from kangmai.identity import queries as identity
from kangmai.kernel.actor import operator
from kangmai.kernel.feed import OUTBOX, Event, Subscription, subscribe
from kangmai.kernel.ids import ResidentId
from kangmai.programmes.campaigns.clinic_answers import take_answer
from kangmai.programmes.campaigns.listing import judge_residents
from kangmai.records import events, queries
from kangmai.records.fhir.definitions import resource_types
from kangmai.standards.calendars import legal_day

HOUSE = operator("campaigns.judge", permissions=("records.read",))
FOLLOWED = ("cleared", "deferred", "particulars")
"""Events of the clinic after which somebody may need another dose, or none for now."""


def follow_doses(batch: Sequence[Event]) -> None:
    """Judge anew whose vaccinations changed."""
    rows = sorted({(event.data["rt"], event.data["rid"]) for event in batch})
    subjects = {each.subject for each in queries.by_row_ids(rows, actor=HOUSE) if each.subject}
    _judge(set(identity.residents_of_patients(subjects).values()))


def follow_clinic(batch: Sequence[Event]) -> None:
    """Judge anew whom the clinic put off."""
    said = (event.data["data"].get("resident") for event in batch)
    ids = {ResidentId(int(each)) for each in said if each}
    _judge(set(identity.standing(ids).values()))


def follow_answers(batch: Sequence[Event]) -> None:
    """Take what was agreed or refused at the clinic onto the lists.

    An event without its day was written before answers were followed here: what it said is not known.
    """
    for event in batch:
        said = event.data["data"]
        if "on" in said:
            with transaction.atomic():
                take_answer(said, actor=HOUSE, at=event.data["at"])


def _judge(ids: set[ResidentId]) -> None:
    with transaction.atomic():
        judge_residents(ids, on=legal_day(datetime.now(UTC)))


def register() -> None:
    """Subscribe to the record and the outbox; called when the room wakes."""
    kind = resource_types()["Immunization"]
    subscribe(
        Subscription("campaigns.doses", events.FEED, follow_doses, condition=f"rt = {kind}", batch=500)
    )  # fmt: skip
    kinds = ", ".join(f"'vaccination.{each}'" for each in FOLLOWED)
    subscribe(
        Subscription(
            "campaigns.clinic", OUTBOX, follow_clinic, condition=f"kind IN ({kinds})", batch=200
        )
    )
    subscribe(
        Subscription(
            "campaigns.answers",
            OUTBOX,
            follow_answers,
            condition="kind = 'vaccination.agreed'",
            batch=200,
        )
    )
